"""What the walks need in order to give apps tokens of their own (client credentials)."""

from typing import Protocol

from frontdesk.protocol.ids import ClientId, GrantId
from frontdesk.protocol.records import AuditEvent, OwnGrant
from frontdesk.protocol.scopes import Scopes


class OwnGrantGlance(Protocol):
    """What is in memory of them."""

    def own_grant(self, grant_id: GrantId) -> OwnGrant | None:
        """What an app's own tokens point to, if in memory."""


class OwnGrantStore(Protocol):
    """Remembers what apps may do without a user: at most one row an app."""

    async def find_own_grant(self, grant_id: GrantId) -> OwnGrant | None:
        """What an app's own tokens point to; from memory, never older than the last commit on this host."""

    async def find_own_grant_of(self, client_id: ClientId) -> OwnGrant | None:
        """The row of an app; None where it never asked for a token of its own."""

    async def put_own_grant(self, *, own_grant: OwnGrant, audit: AuditEvent) -> OwnGrant:
        """The app's row, made where there is none (the audit row with it), with these scopes on its list.

        Scopes that the list lacks are appended. Where a token has no room for so many, the list begins anew under the
        stamp that was passed in, and every earlier token is dead.
        """

    async def renew_own_grant(self, *, grant_id: GrantId, stamp: int, fresh_stamp: int, audit: AuditEvent) -> bool:
        """End every token under `stamp`, ahead of other writes. False, and no audit row: none of them lives."""

    async def set_own_scopes(self, *, client_id: ClientId, own_scopes: Scopes, audit: AuditEvent) -> bool:
        """What an app may do without a user, from now on, its living tokens included. False: no such app."""
