"""Counting what would have been refused while nothing is enforced: every call, and none twice.

What is counted together is found by the credential's bytes, the operations and the reason; whose credential it is, is
looked up when the counts are written. A flood of made-up credentials is counted as one caller beyond a bound.
"""

from collections.abc import Sequence
from typing import TypeAlias

from frontdesk.gateway.checker import Asked, Passed
from frontdesk.gateway.notes import MAX_AUTHORIZATION
from frontdesk.gateway.policy import Operations
from frontdesk.protocol.access import Operation
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.shadow import Tally

APART = 1_000  # credentials, operations and reasons that are told apart between two writings

_Key: TypeAlias = tuple[bytes | None, tuple[Operation, ...], Reason | None]


class ShadowTally:
    """The counts of one worker since they were last taken. An `Observer` of the checker."""

    def __init__(self) -> None:
        """Nothing was counted yet."""
        self._tallies: dict[_Key, Tally] = {}

    def passed(self, passed: Passed, request_id: str, now: Micros) -> None:
        """A call that is allowed."""
        self._count((None, (), None), request_id, now)

    def refused(self, refusal: Refusal, asked: Asked, operations: Operations, now: Micros) -> None:
        """A call that would have been refused, or was because it had to be."""
        authorization = next((value for name, value in asked.headers if name == b"authorization"), None)
        if authorization is not None and len(authorization) > MAX_AUTHORIZATION:
            authorization = b""
        key: _Key = (authorization, operations, refusal.reason)
        if key not in self._tallies and len(self._tallies) >= APART:
            key = (None, operations if len(self._tallies) < 2 * APART else (), refusal.reason)
        self._count(key, asked.request_id, now)

    def take(self) -> list[Tally]:
        """All that was counted since the last time."""
        taken, self._tallies = list(self._tallies.values()), {}
        return taken

    def give_back(self, tallies: Sequence[Tally]) -> None:
        """They could not be written: they count with what comes."""
        for tally in tallies:
            key = (tally.authorization, tally.operations, tally.reason)
            later = self._tallies.get(key)
            if later is None:
                self._tallies[key] = tally
            else:
                later.first_at = tally.first_at
                later.calls += tally.calls

    def _count(self, key: _Key, request_id: str, now: Micros) -> None:
        tally = self._tallies.get(key)
        if tally is None:
            authorization, operations, reason = key
            self._tallies[key] = Tally(
                authorization=authorization,
                operations=operations,
                reason=reason,
                first_at=now,
                last_at=now,
                calls=1,
                example=request_id,
            )
        else:
            tally.last_at = now
            tally.calls += 1
            tally.example = request_id
