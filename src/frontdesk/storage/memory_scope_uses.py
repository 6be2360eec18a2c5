"""Which scopes grants made use of, in dictionaries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ClientId, Micros, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.scope_uses import ScopeUse, take_scopes
from frontdesk.storage.memory_grants import MemoryGrants


class MemoryScopeUses(MemoryGrants):
    """Noting uses, and taking back some of what a connection may do."""

    async def note_scope_uses(self, *, uses: Sequence[ScopeUse]) -> None:
        """Add uses to what was seen before."""
        for use in uses:
            if use.grant_id in self.grants:
                seen = self.scope_uses.get((use.grant_id, use.scope), use)
                self.scope_uses[use.grant_id, use.scope] = replace(
                    use, first_at=min(use.first_at, seen.first_at), last_at=max(use.last_at, seen.last_at)
                )

    async def list_scope_uses(self, user_id: UserId) -> Sequence[ScopeUse]:
        """What a user's live grants made use of."""
        own = {grant.id for grant in self.grants.values() if (grant.user_id, grant.revoked_at) == (user_id, None)}
        return [self.scope_uses[key] for key in sorted(self.scope_uses) if key[0] in own]

    async def take_connection_scopes(
        self, *, user_id: UserId, client_id: ClientId, taken: Mapping[str, str], now: Micros, audit: AuditEvent
    ) -> bool:
        """Take scopes from all of a connection."""
        found = False
        for grant in self._live(user_id, client_id):
            left = take_scopes(grant.scopes_given, taken)
            if left != grant.scopes_given:
                found = True
                along = tuple(dict.fromkeys((*grant.scopes_asked, *left)))
                self.grants[grant.id] = replace(
                    grant, scopes_asked=along, scopes_given=left, revoked_at=None if left else now
                )
        connection = self.connections.get((user_id, client_id))
        if connection is not None and (left := take_scopes(connection.scopes_given, taken)) != connection.scopes_given:
            found = True
            self.connections[user_id, client_id] = replace(connection, scopes_given=left)
        voided = self._void(
            lambda code: (
                (code.user_id, code.client_id) == (user_id, client_id)
                and not taken.keys().isdisjoint(code.scopes_given)
            ),
            now,
        )
        if not found and not voided:
            return False
        self._settle(user_id, client_id, now)
        self._note(audit)
        return True
