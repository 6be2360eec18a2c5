"""The partners' apps."""

from typing import Any

from frontdesk.protocol.ids import ClientId, Digest, Micros
from frontdesk.protocol.records import AuditEvent, Client, Profile, Review
from frontdesk.storage.audit import entry
from frontdesk.storage.codes import void_codes_of_client
from frontdesk.storage.columns import read_scopes_column
from frontdesk.storage.own_grants import end_own_grant_of
from frontdesk.storage.verbs import Verb

_SELECT = """
SELECT id, name, redirect_uris, scopes, secret_digest, profile, require_pkce, created_at, disabled_at,
    secret_changed_at, native, own_scopes, foreign_secret, homepage, privacy_url, logo, optional_scopes,
    verified_at, review, review_at, review_note, secret_number, secret_last_four, earlier_digest, earlier_last_four,
    earlier_made_at
FROM clients
"""
FIND = _SELECT + "WHERE id = $1"
LIST = _SELECT + "ORDER BY name, id"
PAGE = _SELECT + "WHERE id > $1 ORDER BY id LIMIT $2"
INSERT = """
INSERT INTO clients (id, name, redirect_uris, scopes, secret_digest, profile, require_pkce, created_at, disabled_at,
    secret_changed_at, native, own_scopes, foreign_secret, homepage, privacy_url, logo, optional_scopes,
    verified_at, review, review_at, review_note, secret_number, secret_last_four, earlier_digest, earlier_last_four,
    earlier_made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    $25, $26)
ON CONFLICT (id) DO NOTHING RETURNING id
"""
DISABLE = "UPDATE clients SET disabled_at = coalesce(disabled_at, $1) WHERE id = $2 RETURNING id"
ENABLE = "UPDATE clients SET disabled_at = NULL WHERE id = $1 RETURNING id"
REPLACE_DIGEST = """
UPDATE clients SET secret_digest = $1, foreign_secret = NULL, secret_changed_at = $2, secret_number = secret_number + 1,
    secret_last_four = $3, earlier_digest = NULL, earlier_last_four = '', earlier_made_at = NULL
WHERE id = $4 RETURNING id
"""
# Beside the present one, which works on; a third would hide which of the two before is still needed.
ADD_DIGEST = """
UPDATE clients SET earlier_digest = secret_digest, earlier_last_four = secret_last_four,
    earlier_made_at = coalesce(secret_changed_at, created_at), secret_digest = $1, secret_changed_at = $2,
    secret_number = secret_number + 1, secret_last_four = $3
WHERE id = $4 AND secret_number = $5 AND earlier_digest IS NULL AND secret_digest IS NOT NULL AND foreign_secret IS NULL
RETURNING id
"""
FORGET_USES = "DELETE FROM app_secret_uses WHERE client_id = $1"
FORGET_OLDER_USES = "DELETE FROM app_secret_uses WHERE client_id = $1 AND number < $2"
END_EARLIER = """
UPDATE clients SET earlier_digest = NULL, earlier_last_four = '', earlier_made_at = NULL
WHERE id = $1 AND secret_number = $2 AND earlier_digest IS NOT NULL RETURNING id
"""
# A client without a secret is always strict (RFC 9700 §2.2.2).
SET_PROFILE = """
UPDATE clients SET profile = $1, require_pkce = $2
WHERE id = $3 AND ($1 = 'strict' OR secret_digest IS NOT NULL OR foreign_secret IS NOT NULL) RETURNING id
"""


def find_client(client_id: ClientId) -> Verb[Client | None]:
    """An app by its id."""
    rows = yield FIND, (client_id,)
    return _read(rows[0]) if rows else None


def list_clients() -> Verb[list[Client]]:
    """All apps, by name."""
    return [_read(row) for row in (yield LIST, ())]


def page_clients(*, after: ClientId | None, limit: int) -> Verb[list[Client]]:
    """Apps after an id."""
    return [_read(row) for row in (yield PAGE, (after or "", limit))]


def add_client(*, client: Client, audit: AuditEvent) -> Verb[bool]:
    """A new app; False where the id is taken."""
    if not (yield from insert_client(client)):
        return False
    yield entry(audit)
    return True


def insert_client(client: Client) -> Verb[bool]:
    """Write a new app; False where the id is taken."""
    added = yield (
        INSERT,
        (
            client.id,
            client.name,
            "\n".join(client.redirect_uris),
            " ".join(client.scopes),
            client.secret_digest,
            client.profile.value,
            int(client.require_pkce),
            client.created_at,
            client.disabled_at,
            client.secret_changed_at,
            int(client.native),
            " ".join(client.own_scopes),
            client.foreign_secret,
            client.homepage,
            client.privacy_url,
            client.logo,
            " ".join(client.optional_scopes),
            client.verified_at,
            client.review.value,
            client.review_at,
            client.review_note,
            client.secret_number,
            client.secret_last_four,
            client.earlier_digest,
            client.earlier_last_four,
            client.earlier_made_at,
        ),
    )
    return bool(added)


def set_client_disabled(*, client_id: ClientId, disabled: bool, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Disable, voiding pending codes for good, or enable again; False where there is no such app."""
    if disabled:
        found = yield DISABLE, (now, client_id)
        yield from void_codes_of_client(client_id, now)
    else:
        found = yield ENABLE, (client_id,)
    if not found:
        return False
    yield entry(audit)
    return True


def set_client_profile(*, client_id: ClientId, profile: Profile, require_pkce: bool, audit: AuditEvent) -> Verb[bool]:
    """Treat an app more strictly or less; False where there is no such app, or one without a secret would be compat."""
    if not (yield SET_PROFILE, (profile.value, int(require_pkce), client_id)):
        return False
    yield entry(audit)
    return True


def set_client_secret(
    *, client_id: ClientId, digest: Digest, last_four: str = "", now: Micros, audit: AuditEvent
) -> Verb[bool]:
    """Put one secret in the place of all that an app has, ending its own tokens; False where there is no such app."""
    if not (yield REPLACE_DIGEST, (digest, now, last_four, client_id)):
        return False
    yield FORGET_USES, (client_id,)
    yield from end_own_grant_of(client_id)
    yield entry(audit)
    return True


def add_client_secret(
    *, client_id: ClientId, digest: Digest, last_four: str, replaces_number: int, now: Micros, audit: AuditEvent
) -> Verb[bool]:
    """A new secret beside the present one; False where that is another by now, has one beside it, or is no digest."""
    if not (yield ADD_DIGEST, (digest, now, last_four, client_id, replaces_number)):
        return False
    yield FORGET_OLDER_USES, (client_id, replaces_number)
    yield entry(audit)
    return True


def end_earlier_secret(*, client_id: ClientId, present_number: int, audit: AuditEvent) -> Verb[bool]:
    """Refuse the secret before the present one, and end the tokens that the app got for itself with either."""
    if not (yield END_EARLIER, (client_id, present_number)):
        return False
    yield from end_own_grant_of(client_id)
    yield entry(audit)
    return True


def _read(row: tuple[Any, ...]) -> Client:
    key, name, uris, scopes, digest, profile, require_pkce, created, disabled, changed, native, own, foreign = row[:13]
    homepage, privacy_url, logo, optional, verified, review, reviewed, note = row[13:21]
    number, last_four, earlier, earlier_four, earlier_made = row[21:]
    return Client(
        id=ClientId(key),
        name=name,
        redirect_uris=tuple(uris.split("\n")) if uris else (),
        scopes=read_scopes_column(scopes),
        secret_digest=None if digest is None else Digest(digest),
        profile=Profile(profile),
        require_pkce=bool(require_pkce),
        created_at=Micros(created),
        disabled_at=disabled,
        secret_changed_at=changed,
        native=bool(native),
        own_scopes=read_scopes_column(own),
        foreign_secret=foreign,
        homepage=homepage,
        privacy_url=privacy_url,
        logo=logo,
        optional_scopes=read_scopes_column(optional),
        verified_at=verified,
        review=Review(review),
        review_at=reviewed,
        review_note=note,
        secret_number=number,
        secret_last_four=last_four,
        earlier_digest=None if earlier is None else Digest(earlier),
        earlier_last_four=earlier_four,
        earlier_made_at=earlier_made,
    )
