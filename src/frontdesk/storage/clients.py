"""The partners' apps."""

from typing import Any

from frontdesk.protocol.ids import ClientId, Digest, Micros
from frontdesk.protocol.records import AuditEvent, Client, Profile
from frontdesk.storage.audit import entry
from frontdesk.storage.codes import void_codes_of_client
from frontdesk.storage.columns import read_scopes_column
from frontdesk.storage.own_grants import end_own_grant_of
from frontdesk.storage.verbs import Verb

_SELECT = """
SELECT id, name, redirect_uris, scopes, secret_digest, profile, require_pkce, created_at, disabled_at,
    secret_changed_at, native, own_scopes, foreign_secret
FROM clients
"""
FIND = _SELECT + "WHERE id = $1"
LIST = _SELECT + "ORDER BY name, id"
INSERT = """
INSERT INTO clients (id, name, redirect_uris, scopes, secret_digest, profile, require_pkce, created_at, disabled_at,
    secret_changed_at, native, own_scopes, foreign_secret)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING RETURNING id
"""
DISABLE = "UPDATE clients SET disabled_at = coalesce(disabled_at, $1) WHERE id = $2 RETURNING id"
ENABLE = "UPDATE clients SET disabled_at = NULL WHERE id = $1 RETURNING id"
REPLACE_DIGEST = """
UPDATE clients SET secret_digest = $1, foreign_secret = NULL, secret_changed_at = $2 WHERE id = $3 RETURNING id
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


def set_client_secret(*, client_id: ClientId, digest: Digest, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Replace an app's secret, ending the tokens that it got for itself; False where there is no such app."""
    if not (yield REPLACE_DIGEST, (digest, now, client_id)):
        return False
    yield from end_own_grant_of(client_id)
    yield entry(audit)
    return True


def _read(row: tuple[Any, ...]) -> Client:
    key, name, uris, scopes, digest, profile, require_pkce, created, disabled, changed, native, own, foreign = row
    return Client(
        id=ClientId(key),
        name=name,
        redirect_uris=tuple(uris.split("\n")) if uris else (),
        scopes=read_scopes_column(scopes),
        secret_digest=None if digest is None else Digest(digest),
        profile=Profile(profile),
        require_pkce=bool(require_pkce),
        created_at=Micros(created),
        disabled_at=None if disabled is None else Micros(disabled),
        secret_changed_at=None if changed is None else Micros(changed),
        native=bool(native),
        own_scopes=read_scopes_column(own),
        foreign_secret=foreign,
    )
