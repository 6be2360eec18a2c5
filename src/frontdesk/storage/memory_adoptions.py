"""The in-memory twin of storage/adoptions.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.adoption import ADOPTABLE_FOR, Adoption, judge_adoption
from frontdesk.protocol.ids import GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, Connection, Edge, Grant, Role
from frontdesk.storage.memory_grants import MemoryGrants


class MemoryAdoptions(MemoryGrants):
    """Connections whose person left."""

    async def list_left_grants(self, network_id: NetworkId) -> Sequence[Grant]:
        """Live grants that lost a network when their person left it."""
        found = sorted(((at, key[1]) for key, at in self.left_edges.items() if key[0] == network_id), reverse=True)
        grants = [self.grants.get(grant_id) for _, grant_id in found]
        return [grant for grant in grants if grant is not None and grant.revoked_at is None]

    async def adopt_grant(
        self, *, grant_id: GrantId, network_id: NetworkId, owner_id: UserId, cap: int, now: Micros, audit: AuditEvent
    ) -> Adoption:
        """Make a grant the owner's own, in this one network."""
        owner, grant = self.users.get(owner_id), self.grants.get(grant_id)
        if grant is None or owner is None or owner.blocked_at is not None:
            return Adoption.GONE
        if owner.roles.get(network_id) is not Role.OWNER:
            return Adoption.GONE
        judged = judge_adoption(
            grant,
            network_id,
            owner=owner_id,
            has_left=(network_id, grant_id) in self.left_edges,
            owners_grants=len(self._live(owner_id, grant.client_id)),
            cap=cap,
        )
        if judged is not Adoption.DONE:
            return judged
        self._connect(grant, owner_id, now)
        rules = self.network_rules.get(network_id)
        revived = Edge(network_id=network_id, reads_only=rules is not None and rules.read_only_first)
        edges = tuple(revived if edge.network_id == network_id else edge for edge in grant.edges)
        self.grants[grant_id] = replace(grant, user_id=owner_id, edges=edges, adopted_at=now)
        del self.left_edges[network_id, grant_id]
        self._settle(grant.user_id, grant.client_id, now)
        self._note(audit)
        return Adoption.DONE

    def _connect(self, grant: Grant, owner_id: UserId, now: Micros) -> None:
        before, client = self.connections.get((grant.user_id, grant.client_id)), self.clients.get(grant.client_id)
        uris = (before.redirect_uri,) if before is not None else client.redirect_uris if client is not None else ()
        made = Connection(
            user_id=owner_id,
            client_id=grant.client_id,
            redirect_uri=(uris or ("",))[0],
            scopes_given=grant.scopes_given,
            networks_offered=(),
            networks_given=(),
            created_at=now,
            consented_at=now,
        )
        self.connections.setdefault((owner_id, grant.client_id), made)

    def _clean_left_edges(self, now: Micros, limit: int) -> int:
        old = [key for key, at in self.left_edges.items() if at <= now - ADOPTABLE_FOR][: max(0, limit)]
        for key in old:
            del self.left_edges[key]
        return len(old)
