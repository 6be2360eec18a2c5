"""An app's people: who was invited to be one of them, and who goes."""

from frontdesk.protocol.ids import ClientId, Email, Micros, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.partners import MakerInvitation
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import optional_id
from frontdesk.storage.partners import END_INVITATIONS_OF_MAKER
from frontdesk.storage.verbs import Verb

COLUMNS = "id, client_id, email, invited_by, created_at, expires_at"
MAKE_ROOM = "DELETE FROM maker_invitations WHERE client_id = $1 AND (email = $2 OR expires_at <= $3)"
COUNT = """
SELECT (SELECT count(*) FROM app_owners WHERE client_id = $1)
    + (SELECT count(*) FROM maker_invitations WHERE client_id = $1)
"""
# One of its people invites, or an operator.
INVITE = f"""
INSERT INTO maker_invitations ({COLUMNS})
SELECT $1, c.id, $2, $3, $4, $5 FROM clients c WHERE c.id = $6
    AND ($3 IS NULL OR EXISTS (SELECT 1 FROM app_owners o WHERE o.client_id = c.id AND o.user_id = $3)) RETURNING id
"""  # noqa: S608 - a constant
FIND = f"SELECT {COLUMNS} FROM maker_invitations WHERE id = $1"  # noqa: S608
LIST = f"SELECT {COLUMNS} FROM maker_invitations WHERE client_id = $1 ORDER BY email"  # noqa: S608
END = "DELETE FROM maker_invitations WHERE id = $1 RETURNING id"
# The address is the user's at this very moment, and the user a partner whom nobody shut out.
ACCEPT = """
DELETE FROM maker_invitations WHERE id = $1 AND expires_at > $2 AND email = (
    SELECT u.email FROM users u JOIN partners p ON p.user_id = u.id
    WHERE u.id = $3 AND u.blocked_at IS NULL AND u.suspended_at IS NULL
) RETURNING client_id
"""
JOIN = """
INSERT INTO app_owners (user_id, client_id, since) VALUES ($1, $2, $3) ON CONFLICT (user_id, client_id) DO NOTHING
"""
DROP = """
DELETE FROM app_owners WHERE user_id = $1 AND client_id = $2 AND EXISTS (
    SELECT 1 FROM app_owners other WHERE other.client_id = $2 AND other.user_id <> $1
) RETURNING client_id
"""


def invite_maker(*, invitation: MakerInvitation, most: int, audit: AuditEvent) -> Verb[bool]:
    """Ask somebody to become one of an app's people; an earlier invitation of the same address ends."""
    yield MAKE_ROOM, (invitation.client_id, invitation.email, invitation.created_at)
    if (yield COUNT, (invitation.client_id,))[0][0] >= most:
        return False
    values = (
        uuid_bytes(invitation.id),
        invitation.email,
        optional_id(invitation.invited_by),
        invitation.created_at,
        invitation.expires_at,
        invitation.client_id,
    )
    if not (yield INVITE, values):
        return False
    yield entry(audit)
    return True


def find_maker_invitation(invitation_id: str) -> Verb[MakerInvitation | None]:
    """An invitation by its id."""
    rows = yield FIND, (uuid_bytes(invitation_id),)
    return _read(*rows[0]) if rows else None


def list_maker_invitations(client_id: ClientId) -> Verb[list[MakerInvitation]]:
    """Those of an app, by address; late ones, too, as long as nobody invites anew."""
    return [_read(*row) for row in (yield LIST, (client_id,))]


def end_maker_invitation(*, invitation_id: str, audit: AuditEvent) -> Verb[bool]:
    """Take an invitation back, or decline it."""
    if not (yield END, (uuid_bytes(invitation_id),)):
        return False
    yield entry(audit)
    return True


def accept_maker_invitation(*, invitation_id: str, user_id: UserId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Use an invitation up; of two at once one wins."""
    user = uuid_bytes(user_id)
    taken = yield ACCEPT, (uuid_bytes(invitation_id), now, user)
    if not taken:
        return False
    yield JOIN, (user, taken[0][0], now)
    yield entry(audit)
    return True


def drop_maker(*, client_id: ClientId, user_id: UserId, audit: AuditEvent) -> Verb[bool]:
    """Make somebody none of an app's people any more, with all whom they invited; the last one stays."""
    user = uuid_bytes(user_id)
    if not (yield DROP, (user, client_id)):
        return False
    yield END_INVITATIONS_OF_MAKER, (client_id, user)
    yield entry(audit)
    return True


def _read(id_: bytes, client: str, email: str, by: bytes | None, created: int, expires: int) -> MakerInvitation:
    return MakerInvitation(
        id=uuid_text(id_),
        client_id=ClientId(client),
        email=Email(email),
        invited_by=UserId(uuid_text(by)) if by is not None else None,
        created_at=Micros(created),
        expires_at=Micros(expires),
    )
