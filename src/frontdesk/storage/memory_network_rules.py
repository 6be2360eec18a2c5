"""The in-memory twin of storage/network_rules.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ClientId, Micros, NetworkId, UserId
from frontdesk.protocol.network_rules import NetworkRules, born_too_early
from frontdesk.protocol.records import AuditEvent, Edge, Role
from frontdesk.storage.memory_grants import MemoryGrants
from frontdesk.storage.network_rules import LOOK_EVERY


class MemoryNetworkRules(MemoryGrants):
    """Owners' rules about connecting apps."""

    async def has_network_rules(self) -> bool:
        """Whether any network has rules."""
        return bool(self.network_rules)

    async def find_network_rules(self, network_id: NetworkId) -> NetworkRules | None:
        """A network's rules."""
        return self.network_rules.get(network_id)

    async def list_rules_of(self, user_id: UserId) -> Sequence[NetworkRules]:
        """The rules of all networks in which somebody has a role."""
        held = self.users[user_id].roles if user_id in self.users else {}
        return [rules for network_id, rules in self.network_rules.items() if network_id in held]

    async def put_network_rules(self, *, rules: NetworkRules, owner_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Put rules in the place of the version before."""
        owner, before = self.users.get(owner_id), self.network_rules.get(rules.network_id)
        if owner is None or owner.blocked_at is not None or owner.roles.get(rules.network_id) is not Role.OWNER:
            return False
        if (before.version if before is not None else 0) != rules.version - 1:
            return False
        self.network_rules[rules.network_id] = rules
        self.rules_looked_at[rules.network_id] = Micros(0)
        self._note(audit)
        return True

    async def let_write(
        self, *, user_id: UserId, client_id: ClientId, network_id: NetworkId, audit: AuditEvent
    ) -> bool:
        """Let what somebody connected do more than read in a network."""
        is_done = False
        for grant in self._live(user_id, client_id):
            if any(edge.network_id == network_id and edge.reads_only for edge in grant.edges):
                edges = tuple(
                    Edge(network_id=network_id) if edge.network_id == network_id and edge.reads_only else edge
                    for edge in grant.edges
                )
                self.grants[grant.id] = replace(grant, edges=edges)
                is_done = True
        if is_done:
            self._note(audit)
        return is_done

    def _end_outlived(self, now: Micros) -> None:
        for network_id, rules in self.network_rules.items():
            if rules.connection_days is None or self.rules_looked_at[network_id] > now - LOOK_EVERY:
                continue
            self.rules_looked_at[network_id] = now
            born = born_too_early(rules.connection_days, now=now)
            live = Edge(network_id=network_id)
            for grant in sorted(self.grants.values(), key=lambda one: one.id):
                begun = grant.created_at if grant.adopted_at is None else grant.adopted_at
                if grant.revoked_at is None and begun <= born and live in grant.edges:
                    gone = Edge(network_id=network_id, dropped_at=now)
                    edges = tuple(gone if edge == live else edge for edge in grant.edges)
                    is_over = all(edge.dropped_at is not None for edge in edges)
                    self.grants[grant.id] = replace(grant, edges=edges, revoked_at=now if is_over else None)
                    self._forget_outlived(grant.user_id, grant.client_id, network_id, now)

    def _forget_outlived(self, user_id: UserId, client_id: str, network_id: NetworkId, now: Micros) -> None:
        live = Edge(network_id=network_id)
        connection = next((one for key, one in self.connections.items() if key == (user_id, client_id)), None)
        younger = any(
            live in grant.edges
            for grant in self.grants.values()
            if (grant.user_id, grant.client_id, grant.revoked_at) == (user_id, client_id, None)
        )
        if connection is not None and not younger:
            given = tuple(network for network in connection.networks_given if network != network_id)
            self.connections[user_id, connection.client_id] = replace(connection, networks_given=given)
        if connection is not None:
            self._settle(user_id, connection.client_id, now)
        self._note(
            AuditEvent(
                at=now,
                action="connection.expired",
                actor="rules",
                network_id=network_id,
                client_id=client_id,
                user_id=user_id,
            )
        )
