"""Looking through decided calls: what may be asked for, as plain values that a store can compare."""

from dataclasses import dataclass
from functools import cache

from frontdesk.protocol.checks import check_of
from frontdesk.protocol.errors import Reason, wire
from frontdesk.protocol.explanations import NotedDecision
from frontdesk.protocol.ids import ClientId, NetworkId

BEGINNING = 2**62  # no position is as great
LET_IN = "ok"  # asks for calls that were let in: no status of a refusal is written so
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """Whose calls: an app's, or those that concern a network; without either, everybody's."""

    client_id: ClientId | None = None
    network_id: NetworkId | None = None


EVERYBODY = Inspected()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which of them; what is empty does not matter. `reasons`: names of reasons, or "" for calls that were let in."""

    reasons: tuple[str, ...] = ()
    method: str = ""
    operation: str = ""  # "GET /rooms/v1/{id}"
    network: NetworkId | None = None
    caller: str = ""  # an app's or a Basic pair's client id


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedDecision:
    """A decided call with its place in the ring: later ones are greater."""

    position: int
    noted: NotedDecision


@cache
def refused_statuses() -> tuple[int, ...]:
    """The statuses that a call to the API can be refused with."""
    return tuple(sorted({wire(reason).status for reason in Reason if check_of(reason) is not None}))


@cache
def reasons_with(status: int) -> tuple[str, ...]:
    """The names of the reasons for which a call is answered with this status."""
    return tuple(reason.name for reason in Reason if check_of(reason) is not None and wire(reason).status == status)


def passes(noted: NotedDecision, inspected: Inspected, wanted: CallFilter) -> bool:
    """Whether a call is one of those that are asked for."""
    return (
        (inspected.client_id is None or (noted.client_id != "" and noted.client_id == inspected.client_id))
        and (inspected.network_id is None or noted.network_id == inspected.network_id)
        and (not wanted.reasons or noted.reason in wanted.reasons)
        and wanted.method in ("", noted.method)
        and (not wanted.operation or wanted.operation in noted.operations)
        and (wanted.network is None or wanted.network in (noted.named, noted.network_id))
        and wanted.caller in ("", noted.client_id, noted.credential)
    )
