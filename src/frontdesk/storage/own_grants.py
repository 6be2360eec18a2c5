"""What apps may do without a user: one row an app, which its own tokens point to. RFC 6749 §4.4."""

from typing import Any

from frontdesk.protocol.ids import ClientId, GrantId, Micros, uuid_bytes, uuid_text
from frontdesk.protocol.own_tokens import grow
from frontdesk.protocol.records import AuditEvent, OwnGrant
from frontdesk.protocol.scopes import Scopes
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import read_scopes_column
from frontdesk.storage.verbs import Verb

_SELECT = "SELECT id, client_id, stamp, scopes, created_at FROM own_grants "
FIND = _SELECT + "WHERE id = $1"
FIND_OF_CLIENT = _SELECT + "WHERE client_id = $1"
INSERT = "INSERT INTO own_grants (id, client_id, stamp, scopes, created_at) VALUES ($1, $2, $3, $4, $5)"
WRITE_LIST = "UPDATE own_grants SET stamp = $1, scopes = $2 WHERE id = $3"
# The id stays: the calls of the last second are counted by it, and ending a token must not buy more of them.
RENEW = "UPDATE own_grants SET stamp = $1 WHERE id = $2 AND stamp = $3 RETURNING id"
END = "DELETE FROM own_grants WHERE client_id = $1"
SET_OWN_SCOPES = "UPDATE clients SET own_scopes = $1 WHERE id = $2 RETURNING id"


def find_own_grant(grant_id: GrantId) -> Verb[OwnGrant | None]:
    """What an app's own tokens point to."""
    rows = yield FIND, (uuid_bytes(grant_id),)
    return _read(rows[0]) if rows else None


def find_own_grant_of(client_id: ClientId) -> Verb[OwnGrant | None]:
    """The row of an app."""
    rows = yield FIND_OF_CLIENT, (client_id,)
    return _read(rows[0]) if rows else None


def put_own_grant(*, own_grant: OwnGrant, audit: AuditEvent) -> Verb[OwnGrant]:
    """The app's row, made where there is none, with these scopes on its list."""
    known = yield from find_own_grant_of(own_grant.client_id)
    if known is None:
        key, scopes = uuid_bytes(own_grant.id), " ".join(own_grant.scopes)
        yield INSERT, (key, own_grant.client_id, own_grant.stamp, scopes, own_grant.created_at)
        yield entry(audit)
        return own_grant
    grown = grow(known, own_grant)
    if grown is not known:
        yield WRITE_LIST, (grown.stamp, " ".join(grown.scopes), uuid_bytes(grown.id))
    return grown


def renew_own_grant(*, grant_id: GrantId, stamp: int, fresh_stamp: int, audit: AuditEvent) -> Verb[bool]:
    """End every token under a stamp; False where none of them lives."""
    if not (yield RENEW, (fresh_stamp, uuid_bytes(grant_id), stamp)):
        return False
    yield entry(audit)
    return True


def end_own_grant_of(client_id: ClientId) -> Verb[None]:
    """End every token of an app's own: whoever had its secret could have got one."""
    yield END, (client_id,)


def set_own_scopes(*, client_id: ClientId, own_scopes: Scopes, audit: AuditEvent) -> Verb[bool]:
    """What an app may do without a user; False where there is no such app."""
    if not (yield SET_OWN_SCOPES, (" ".join(own_scopes), client_id)):
        return False
    yield entry(audit)
    return True


def _read(row: tuple[Any, ...]) -> OwnGrant:
    key, client, stamp, scopes, created = row
    return OwnGrant(
        id=GrantId(uuid_text(key)),
        client_id=ClientId(client),
        stamp=stamp,
        scopes=read_scopes_column(scopes),
        created_at=Micros(created),
    )
