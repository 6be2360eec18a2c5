"""Partners, the apps that are theirs, and what an app says of itself."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.partners import Partner, SecretUse
from frontdesk.protocol.records import AuditEvent, Client, Review, User
from frontdesk.storage.audit import entry
from frontdesk.storage.clients import find_client, insert_client
from frontdesk.storage.users import find_user_by_email, insert_user
from frontdesk.storage.verbs import Verb

# A blocked user becomes no partner.
INSERT_PARTNER = """
INSERT INTO partners (user_id, name, website, created_at)
SELECT id, $1, $2, $3 FROM users WHERE id = $4 AND blocked_at IS NULL AND suspended_at IS NULL
ON CONFLICT (user_id) DO NOTHING RETURNING user_id
"""
# A role that they hold there already stays as it is.
GIVE_TEST_NETWORK = """
INSERT INTO memberships (user_id, network_id, role, since)
SELECT $1, id, 'administrator', $2 FROM networks WHERE id = $3
ON CONFLICT (user_id, network_id) DO NOTHING
"""
FIND_PARTNER = "SELECT name, website, created_at FROM partners WHERE user_id = $1"
LIST_PARTNERS = "SELECT user_id, name, website, created_at FROM partners ORDER BY user_id"
LIST_MAKERS = "SELECT user_id, client_id FROM app_owners ORDER BY client_id, user_id"
CHANGE_PARTNER = "UPDATE partners SET name = $1, website = $2 WHERE user_id = $3 RETURNING user_id"
COUNT_APPS = "SELECT count(*) FROM app_owners WHERE user_id = $1"
INSERT_OWNER = """
INSERT INTO app_owners (user_id, client_id, since)
SELECT user_id, $1, $2 FROM partners WHERE user_id = $3
ON CONFLICT (user_id, client_id) DO NOTHING RETURNING client_id
"""
TAKE_APP = "DELETE FROM app_owners WHERE user_id = $1 AND client_id = $2 RETURNING client_id"
END_INVITATIONS_OF_MAKER = "DELETE FROM maker_invitations WHERE client_id = $1 AND invited_by = $2"
APPS_OF = """
SELECT o.client_id FROM app_owners o JOIN clients c ON c.id = o.client_id WHERE o.user_id = $1
ORDER BY c.name, o.client_id
"""
SOLE_APPS_OF = """
SELECT o.client_id FROM app_owners o JOIN clients c ON c.id = o.client_id WHERE o.user_id = $1
AND NOT EXISTS (SELECT 1 FROM app_owners other WHERE other.client_id = o.client_id AND other.user_id <> $1)
ORDER BY c.name, o.client_id
"""
OWNERS_OF = "SELECT user_id FROM app_owners WHERE client_id = $1 ORDER BY user_id"
CHANGE_APP = """
UPDATE clients SET name = $1, redirect_uris = $2, scopes = $3, optional_scopes = $4, homepage = $5, privacy_url = $6,
    review = $7, review_at = $8, verified_at = $9
WHERE id = $10 AND review = $11 AND review_at IS NOT DISTINCT FROM $12 RETURNING id
"""
NAME_LOGO = """
UPDATE clients SET logo = $1, review = $2, review_at = $3, verified_at = $4
WHERE id = $5 AND review = $6 AND review_at IS NOT DISTINCT FROM $7 RETURNING id
"""
FORGET_LOGO = "DELETE FROM app_logos WHERE name = $1"
INSERT_LOGO = "INSERT INTO app_logos (name, client_id, picture) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING"
LIST_LOGOS = "SELECT name, picture FROM app_logos ORDER BY name"
SET_LOGO = "UPDATE clients SET logo = $1 WHERE id = $2"
FIND_LOGO = "SELECT picture FROM app_logos WHERE name = $1"
REVIEW = """
UPDATE clients SET review = $1, review_note = $2, review_at = $3, verified_at = $4
WHERE id = $5 AND review = $6 AND review_at IS NOT DISTINCT FROM $7 RETURNING id
"""
IN_REVIEW = "SELECT id FROM clients WHERE review = 'submitted' ORDER BY review_at LIMIT $1"
# Only for an app that is there: what was noted in memory may be written after the app is gone.
COUNT_USE = """
INSERT INTO app_secret_uses (client_id, number, last_at) SELECT id, $1, $2 FROM clients WHERE id = $3
ON CONFLICT (client_id, number) DO UPDATE SET last_at = excluded.last_at
WHERE excluded.last_at > app_secret_uses.last_at
"""
USES_OF = "SELECT number, last_at FROM app_secret_uses WHERE client_id = $1 ORDER BY number"


def add_user(*, user: User, audit: AuditEvent) -> Verb[bool]:
    """An account for an address that was proven; False where somebody has it."""
    if (yield from find_user_by_email(user.email)) is not None:
        return False
    yield from insert_user(user)
    yield entry(audit)
    return True


def add_partner(*, partner: Partner, test_network: NetworkId | None = None, audit: AuditEvent) -> Verb[bool]:
    """Make a user a partner, at home in the test network; False where they are one, or may not be."""
    values = (partner.name, partner.website, partner.created_at, uuid_bytes(partner.user_id))
    if not (yield INSERT_PARTNER, values):
        return False
    if test_network is not None:
        yield GIVE_TEST_NETWORK, (uuid_bytes(partner.user_id), partner.created_at, uuid_bytes(test_network))
    yield entry(audit)
    return True


def find_partner(user_id: UserId) -> Verb[Partner | None]:
    """A user as a partner."""
    rows = yield FIND_PARTNER, (uuid_bytes(user_id),)
    if not rows:
        return None
    name, website, created = rows[0]
    return Partner(user_id=user_id, name=name, website=website, created_at=Micros(created))


def list_partners() -> Verb[list[Partner]]:
    """All of them."""
    return [
        Partner(user_id=UserId(uuid_text(user)), name=name, website=website, created_at=Micros(created))
        for user, name, website, created in (yield LIST_PARTNERS, ())
    ]


def list_makers() -> Verb[dict[ClientId, frozenset[UserId]]]:
    """The people of every app that has some."""
    found: dict[ClientId, set[UserId]] = {}
    for user, client in (yield LIST_MAKERS, ()):
        found.setdefault(ClientId(client), set()).add(UserId(uuid_text(user)))
    return {client: frozenset(people) for client, people in found.items()}


def list_logos() -> Verb[dict[str, bytes]]:
    """All pictures by their names."""
    return {name: bytes(picture) for name, picture in (yield LIST_LOGOS, ())}


def put_logo(client_id: ClientId, before: str, logo: str, picture: bytes) -> Verb[None]:
    """Put a picture, or none, in the place of the one named `before`."""
    yield SET_LOGO, (logo, client_id)
    yield FORGET_LOGO, (before,)
    if logo:
        yield INSERT_LOGO, (logo, client_id, picture)


def put_partner(partner: Partner) -> Verb[None]:
    """Make a user a partner, or call one something else."""
    user = uuid_bytes(partner.user_id)
    if not (yield CHANGE_PARTNER, (partner.name, partner.website, user)):
        yield INSERT_PARTNER, (partner.name, partner.website, partner.created_at, user)


def change_partner(*, user_id: UserId, name: str, website: str, audit: AuditEvent) -> Verb[bool]:
    """Call a partner something else; False where they are none."""
    if not (yield CHANGE_PARTNER, (name, website, uuid_bytes(user_id))):
        return False
    yield entry(audit)
    return True


def add_partner_app(*, client: Client, owner_id: UserId, limit: int, audit: AuditEvent) -> Verb[bool]:
    """A new app of a partner; False where they are none or have `limit` of them, or the id is taken."""
    owner = uuid_bytes(owner_id)
    if (yield COUNT_APPS, (owner,))[0][0] >= limit or (yield from find_partner(owner_id)) is None:
        return False
    if not (yield from insert_client(client)):
        return False
    yield INSERT_OWNER, (client.id, client.created_at, owner)
    yield entry(audit)
    return True


def give_app(*, client_id: ClientId, user_id: UserId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Make a partner one of an app's people; False where there is no such app or partner, or they are."""
    if (yield from find_client(client_id)) is None:
        return False
    if not (yield INSERT_OWNER, (client_id, now, uuid_bytes(user_id))):
        return False
    yield entry(audit)
    return True


def take_app(*, client_id: ClientId, user_id: UserId, audit: AuditEvent) -> Verb[bool]:
    """Make somebody none of an app's people any more; False where they are none."""
    user = uuid_bytes(user_id)
    if not (yield TAKE_APP, (user, client_id)):
        return False
    yield END_INVITATIONS_OF_MAKER, (client_id, user)
    yield entry(audit)
    return True


def list_partner_apps(user_id: UserId) -> Verb[list[ClientId]]:
    """A partner's apps, by name."""
    return [ClientId(client_id) for (client_id,) in (yield APPS_OF, (uuid_bytes(user_id),))]


def list_sole_apps(user_id: UserId) -> Verb[list[ClientId]]:
    """Those of a partner's apps that are nobody else's, by name."""
    return [ClientId(client_id) for (client_id,) in (yield SOLE_APPS_OF, (uuid_bytes(user_id),))]


def list_app_owners(client_id: ClientId) -> Verb[list[UserId]]:
    """Whose app it is; nobody's, where the operator registered it."""
    return [UserId(uuid_text(user)) for (user,) in (yield OWNERS_OF, (client_id,))]


def change_app(*, client: Client, before: Client, audit: AuditEvent) -> Verb[bool]:
    """Write what an app says of itself, where it sends people and what it asks for.

    False where it is not there, or its review moved since `before`.
    """
    values = (
        client.name,
        "\n".join(client.redirect_uris),
        " ".join(client.scopes),
        " ".join(client.optional_scopes),
        client.homepage,
        client.privacy_url,
        client.review.value,
        client.review_at,
        client.verified_at,
        client.id,
        before.review.value,
        before.review_at,
    )
    if not (yield CHANGE_APP, values):
        return False
    yield entry(audit)
    return True


def set_app_logo(*, client: Client, before: Client, picture: bytes, audit: AuditEvent) -> Verb[bool]:
    """Put a picture, or none (`client.logo` is empty), in the place of an app's; False as in `change_app`."""
    stored = yield from find_client(client.id)
    seen = (before.review.value, before.review_at)
    values = (client.logo, client.review.value, client.review_at, client.verified_at, client.id, *seen)
    if not (yield NAME_LOGO, values):
        return False
    if stored is not None and stored.logo != client.logo:
        yield FORGET_LOGO, (stored.logo,)
    if client.logo:
        yield INSERT_LOGO, (client.logo, client.id, picture)
    yield entry(audit)
    return True


def find_logo(name: str) -> Verb[bytes | None]:
    """A picture by its name."""
    rows = yield FIND_LOGO, (name,)
    return bytes(rows[0][0]) if rows else None


def set_client_review(
    *,
    client_id: ClientId,
    seen: Review,
    seen_at: Micros | None,
    review: Review,
    note: str,
    verified_at: Micros | None,
    now: Micros,
    audit: AuditEvent,
) -> Verb[bool]:
    """Move an app on its way through review; False where it moved or changed since it was `seen`, where and when."""
    if not (yield REVIEW, (review.value, note, now, verified_at, client_id, seen.value, seen_at)):
        return False
    yield entry(audit)
    return True


def list_in_review(*, limit: int) -> Verb[list[ClientId]]:
    """Apps that wait for a reviewer, the longest waiting first."""
    return [ClientId(client_id) for (client_id,) in (yield IN_REVIEW, (limit,))]


def note_secret_uses(*, uses: Sequence[SecretUse]) -> Verb[None]:
    """Write down when secrets were last right."""
    for use in uses:
        yield COUNT_USE, (use.number, use.last_at, use.client_id)


def list_secret_uses(client_id: ClientId) -> Verb[list[SecretUse]]:
    """When an app's secrets were last right, by number."""
    return [
        SecretUse(client_id=client_id, number=number, last_at=Micros(last))
        for number, last in (yield USES_OF, (client_id,))
    ]
