"""The verbs about owners' rules, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, Micros, NetworkId, UserId
from frontdesk.protocol.network_rules import NetworkRules
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import network_rules
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class NetworkRulesVerbs:
    """What `frontdesk.flows.needs_network_rules.NetworkRulesStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def has_network_rules(self) -> bool:
        """Whether any network has rules."""
        found = await self._reader.recall(self._reader.cache.facts, network_rules.FACT, network_rules.has_network_rules)
        return bool(found)

    async def find_network_rules(self, network_id: NetworkId) -> NetworkRules | None:
        """A network's rules."""
        return await self._reader.read(network_rules.find_network_rules, network_id)

    async def list_rules_of(self, user_id: UserId) -> Sequence[NetworkRules]:
        """The rules of all networks in which somebody has a role."""
        return await self._reader.read(network_rules.list_rules_of, user_id)

    async def let_write(
        self, *, user_id: UserId, client_id: ClientId, network_id: NetworkId, audit: AuditEvent
    ) -> bool:
        """Let what somebody connected do more than read in a network."""
        verb = network_rules.let_write(user_id=user_id, client_id=client_id, network_id=network_id, audit=audit)
        return await self._writer.write(verb)

    async def put_network_rules(self, *, rules: NetworkRules, owner_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Put rules in the place of the version before."""
        verb = network_rules.put_network_rules(rules=rules, owner_id=owner_id, now=now, audit=audit)
        return await self._writer.write(verb)
