"""Credentials at the API's door that prove nothing, counted apart from every rate limit (ATTACKS CA-12, CA-20).

Whoever sends wrong ones is answered 401 however many they are, uses up no limit of anybody's, and locks nobody out: a
right secret is judged as ever. What a budget decides is how much work a wrong one may still cause (an id that is known
to be unknown is not looked up again until something is committed) and whether the operator is told.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from frontdesk.flows.needs import Witness
from frontdesk.protocol.ids import MINUTE, CredentialId, Micros

EACH_CLIENT = 20  # wrong credentials a minute that name one client id
EACH_ADDRESS = 100  # from one address, whatever they name
KEPT = 8_192  # ids and addresses that are told apart within a minute, each

EVENT = "api.many_unproven"

Key = TypeVar("Key", str, bytes)


@dataclass(slots=True, kw_only=True)
class Failures:
    """What failed in this worker in this minute. Ids are kept as traces: people type secrets in their place."""

    witness: Witness
    trace: Callable[[bytes], bytes]
    total: int = 0  # since the start, for whoever counts
    _minute: int = 0
    _clients: dict[bytes, int] = field(default_factory=dict, repr=False)
    _addresses: dict[str, int] = field(default_factory=dict, repr=False)
    _missing: dict[bytes, int] = field(default_factory=dict, repr=False)
    _failed: int = 0
    _failed_before: int = 0
    _is_told: bool = False

    def note(self, client_id: CredentialId | None, *, is_known: bool, address: str | None, now: Micros) -> None:
        """Count a credential that proved nothing; `client_id` is what it named, `is_known` whether there is such a one.

        At most one line a minute tells the operator.
        """
        self._turn(now)
        self.total += 1
        self._failed += 1
        of_client = _count(self._clients, self._trace_of(client_id)) if client_id is not None else 0
        of_address = _count(self._addresses, address) if address is not None else 0
        if self._is_told or (of_client <= EACH_CLIENT and of_address <= EACH_ADDRESS):
            return
        self._is_told = True
        self.witness.saw(
            EVENT,
            client_id=client_id if is_known and of_client > EACH_CLIENT else None,
            address=address,
            failed_this_minute=str(self._failed),
            failed_last_minute=str(self._failed_before),
        )

    def note_missing(self, client_id: CredentialId, commits: int, now: Micros) -> None:
        """An id was looked up as of so many commits, and is nobody's; remembered once its budget is used up."""
        self._turn(now)
        key = self._trace_of(client_id)
        if commits and self._clients.get(key, 0) >= EACH_CLIENT and len(self._missing) < KEPT:
            self._missing[key] = commits

    def is_missing(self, client_id: CredentialId, commits: int, now: Micros) -> bool:
        """Whether an id is known to be nobody's, still: nothing was committed since it was looked up."""
        self._turn(now)
        return bool(self._missing) and self._missing.get(self._trace_of(client_id)) == commits

    def _turn(self, now: Micros) -> None:
        minute = now // MINUTE
        if minute == self._minute:
            return
        self._failed_before = self._failed if minute == self._minute + 1 else 0
        self._minute, self._failed, self._is_told = minute, 0, False
        self._clients.clear()
        self._addresses.clear()
        self._missing.clear()

    def _trace_of(self, client_id: CredentialId) -> bytes:
        return self.trace(client_id.encode("utf-8", "surrogatepass"))


def _count(counted: dict[Key, int], key: Key) -> int:
    """One more, and how many that makes; a newcomer for whom there is no room is not counted."""
    known = counted.get(key)
    if known is None and len(counted) >= KEPT:
        return 0
    counted[key] = (known or 0) + 1
    return counted[key]
