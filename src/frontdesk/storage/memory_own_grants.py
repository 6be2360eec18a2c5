"""Apps' own grants, in a dictionary."""

from dataclasses import replace

from frontdesk.protocol.ids import ClientId, GrantId
from frontdesk.protocol.own_tokens import grow
from frontdesk.protocol.records import AuditEvent, OwnGrant
from frontdesk.protocol.scopes import Scopes
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage.memory_state import MemoryState


class MemoryOwnGrants(MemoryState):
    """What apps may do without a user: one row an app."""

    def own_grant(self, grant_id: GrantId) -> OwnGrant | None:
        """What an app's own tokens point to."""
        return self.own_grants.get(grant_id)

    async def find_own_grant(self, grant_id: GrantId) -> OwnGrant | None:
        """What an app's own tokens point to."""
        return self.own_grants.get(grant_id)

    async def find_own_grant_of(self, client_id: ClientId) -> OwnGrant | None:
        """The row of an app."""
        return next((own for own in self.own_grants.values() if own.client_id == client_id), None)

    async def put_own_grant(self, *, own_grant: OwnGrant, audit: AuditEvent) -> OwnGrant:
        """The app's row, with these scopes on its list."""
        known = await self.find_own_grant_of(own_grant.client_id)
        if known is None:
            if own_grant.client_id not in self.clients:  # as a foreign key would
                raise StoreUnavailable("the change names a client that is not there")
            self.own_grants[own_grant.id] = own_grant
            self._note(audit)
            return own_grant
        grown = grow(known, own_grant)
        self.own_grants[known.id] = grown
        return grown

    async def renew_own_grant(self, *, grant_id: GrantId, stamp: int, fresh_stamp: int, audit: AuditEvent) -> bool:
        """End every token under a stamp."""
        known = self.own_grants.get(grant_id)
        if known is None or known.stamp != stamp:
            return False
        self._reach("revoke.before_commit")
        self.own_grants[grant_id] = replace(known, stamp=fresh_stamp)
        self._note(audit)
        self._reach("revoke.after_commit")
        return True

    def _end_own_grant(self, client_id: ClientId) -> None:
        self.own_grants = {key: own for key, own in self.own_grants.items() if own.client_id != client_id}

    async def set_own_scopes(self, *, client_id: ClientId, own_scopes: Scopes, audit: AuditEvent) -> bool:
        """What an app may do without a user."""
        client = self.clients.get(client_id)
        if client is None:
            return False
        self.clients[client_id] = replace(client, own_scopes=own_scopes)
        self._note(audit)
        return True
