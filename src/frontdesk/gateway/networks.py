"""The networks that a caller may use, answered here: nobody knows better than the one that checks them."""

from dataclasses import dataclass
from typing import Protocol

import msgspec

from frontdesk.protocol.access import Admission, AppCaller, NetworkCaller, live_networks
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import NetworkId
from frontdesk.protocol.records import Network, Role


class Titles(Protocol):
    """Knows what networks are called: the store."""

    async def find_network(self, network_id: NetworkId) -> Network | None:
        """A network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkList:
    """`GET /networks/v1` of the contract."""

    store: Titles
    offered_roles: frozenset[Role]

    async def answer(self, admission: Admission, *, request_id: str) -> Answer:
        """`{"networks":[{"id","title"}]}`: a Basic pair's own network, or the live edges of a token's grant.

        None for an app's own token: no user let it in anywhere.
        """
        found = [await self.store.find_network(network_id) for network_id in self._ids(admission)]
        listed = [{"id": network.id, "title": network.title} for network in found if network is not None]
        return Answer(
            status=200,
            headers=[
                (b"content-type", b"application/json"),
                (b"cache-control", b"no-store"),  # a dropped network must not live on in a cache
                (b"x-content-type-options", b"nosniff"),
                (b"x-request-id", request_id.encode("ascii", "replace")),
            ],
            body=msgspec.json.encode({"networks": listed}),
        )

    def _ids(self, admission: Admission) -> tuple[NetworkId, ...]:
        caller = admission.caller
        if caller is None or isinstance(caller, AppCaller):
            return ()
        if isinstance(caller, NetworkCaller):
            return (caller.network_id,)
        return live_networks(caller.grant, caller.user, offered_roles=self.offered_roles)
