"""What owners' rules about connecting apps need of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import ClientId, Micros, NetworkId, UserId
from frontdesk.protocol.network_rules import NetworkRules
from frontdesk.protocol.records import AuditEvent


class NetworkRulesStore(Protocol):
    """Rules, one row a network whose owner made some. `clean` ends the connections that outlived theirs."""

    async def has_network_rules(self) -> bool:
        """Whether any network has rules: from memory, exact as of the last commit."""

    async def find_network_rules(self, network_id: NetworkId) -> NetworkRules | None:
        """A network's rules; None where its owner never made any."""

    async def list_rules_of(self, user_id: UserId) -> Sequence[NetworkRules]:
        """The rules of all networks in which somebody has a role."""

    async def let_write(
        self, *, user_id: UserId, client_id: ClientId, network_id: NetworkId, audit: AuditEvent
    ) -> bool:
        """Let what somebody connected with an app do more than read in a network, from the next call on.

        False, with nothing written, where it may do so already, or does not lead there.
        """

    async def put_network_rules(self, *, rules: NetworkRules, owner_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Put rules in the place of version `rules.version - 1`.

        False, with nothing written, where that is not the version in force, or where `owner_id` is blocked or no
        longer the owner. Connections that are older than the rules allow are ended by a later `clean`.
        """
