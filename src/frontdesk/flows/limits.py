"""Which limits count a call, and what they leave: per credential, apart where the document says so, shared by networks.

A limit counts all calls of one credential to what it is written on: the API, a path, an operation. A call counts
under the nearest one only. A call that is refused counts nowhere.
"""

from dataclasses import dataclass
from itertools import chain

from frontdesk.flows.needs import Limiter
from frontdesk.protocol.access import Caller, NetworkCaller, Operation, PartnerCaller
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import SECOND, Micros, NetworkId
from frontdesk.protocol.rate_limits import DEFAULT, Allowances, Count, Counts, Limit, share_of

WHOLE = 100  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Counts the calls of proven callers."""

    limiter: Limiter
    default: Limit  # for what has none of its own in the document
    network_share: int = WHOLE  # percent of each limit that one of several networks of a grant may take

    def counts_of(self, caller: Caller, operations: tuple[Operation, ...], network: NetworkId | None) -> Counts:
        """Under what a call is counted, where it names `network`. The same for as long as the caller's records are."""
        # For bearer the grant counts, so that a refresh buys no more; an app's own grant keeps its id when renewed.
        if isinstance(caller, NetworkCaller):
            key = caller.client_id.encode()
        else:
            key = (caller.grant if isinstance(caller, PartnerCaller) else caller.own_grant).id.encode()
        shares = self.network_share < WHOLE and isinstance(caller, PartnerCaller) and _is_one_of_many(caller, network)
        counts = []
        for limit in dict.fromkeys(operation.limit or self.default for operation in operations):
            under = key if limit.name == DEFAULT else key + b"\0" + limit.name.encode()
            counts.append(Count(under, limit))
            if shares:
                counts.append(
                    Count(b"%b\0\0%b" % (under, (network or "").encode()), share_of(limit, self.network_share))
                )
        return tuple(counts)

    def take(self, counts: Counts, now: Micros) -> tuple[Refusal | None, Allowances]:
        """Count a call under all of these or, where one of them is used up, under none; and what is left of each."""
        wait, tats = self.limiter.take(counts, now)
        if len(counts) == 1:
            allowances = counts[0].limit.left(tats[0], now)
        else:
            told = [count.limit.left(tat, now) for count, tat in zip(counts, tats, strict=True)]
            allowances = tuple(chain.from_iterable(told))
        if wait == 0:
            return None, allowances
        return Refusal(reason=Reason.RATE_LIMITED, retry_after=-(-wait // SECOND), allowances=allowances), allowances


def _is_one_of_many(caller: PartnerCaller, network: NetworkId | None) -> bool:
    """Whether a grant has several networks and the call is in one of them: a single one needs no protection."""
    networks = [edge.network_id for edge in caller.grant.edges if edge.dropped_at is None]
    return len(networks) > 1 and network in networks
