"""The in-memory twin of storage/decisions.py and storage/shadow_counts.py."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.ids import MINUTE, Micros, NetworkId
from frontdesk.protocol.inspection import CallFilter, Inspected, PlacedDecision, passes
from frontdesk.protocol.shadow import KEPT as SHADOW_KEPT
from frontdesk.protocol.shadow import ShadowCount, day_of
from frontdesk.storage.decisions import GAPS_KEPT, LOOKED_BACK
from frontdesk.storage.memory_state import MemoryState


class MemoryDecisions(MemoryState):
    """Explanations, and what would have been refused."""

    async def keep_decisions(self, *, noted: Sequence[NotedDecision], dropped: int, now: Micros) -> None:
        """Keep some decisions."""
        for one in noted:
            before = self.decisions.get(one.request_id)
            if before is not None and before.outcome is Outcome.ALLOWED and one.outcome is not Outcome.ALLOWED:
                del self.decisions[one.request_id]
            self.decisions.setdefault(one.request_id, one)
        if dropped:
            minute = now // MINUTE
            self.decision_gaps[minute] = self.decision_gaps.get(minute, 0) + dropped

    async def find_decision(self, request_id: str) -> NotedDecision | None:
        """The decision under an id."""
        return self.decisions.get(request_id)

    async def list_decisions(
        self, *, client: str = "", network_id: NetworkId | None = None, reason: str = "", limit: int
    ) -> Sequence[NotedDecision]:
        """The newest first."""
        found = [
            one
            for one in reversed(self.decisions.values())
            if (not client or client in (one.client_id, one.credential))
            and network_id in (None, one.network_id)
            and reason in ("", one.reason)
        ]
        return found[:limit]

    async def list_requests(
        self, *, inspected: Inspected, wanted: CallFilter, before: int, limit: int
    ) -> Sequence[PlacedDecision]:
        """The newest first. A place is counted from the first that was ever kept: the oldest go."""
        placed = list(enumerate(self.decisions.values(), start=self.decisions_gone + 1))
        found = (
            PlacedDecision(position=position, noted=one)
            for position, one in reversed(placed)
            if position < before and passes(one, inspected, wanted)
        )
        return list(islice(found, limit))

    async def count_dropped_refusals(self, *, since: Micros) -> int:
        """How many were not kept."""
        return sum(count for minute, count in self.decision_gaps.items() if minute >= since // MINUTE)

    async def find_ender(self, *, client_id: str, at: Micros) -> str:
        """The kind of who ended something."""
        about = [event for event in self.audit if event.client_id == client_id][-LOOKED_BACK:]
        return next((event.actor.partition(":")[0] for event in reversed(about) if event.at == at), "")

    async def sweep_decisions(self, *, now: Micros, kept: int, since: Micros, limit: int) -> int:
        """Delete up to `limit` that are too old or too many."""
        names = list(self.decisions)
        gone = 0
        while gone < min(limit, len(names)) and (self.decisions[names[gone]].at < since or len(names) - gone > kept):
            del self.decisions[names[gone]]
            gone += 1
        self.decisions_gone += gone
        if gone < limit:
            first = (now - GAPS_KEPT) // MINUTE
            self.decision_gaps = {at: count for at, count in self.decision_gaps.items() if at >= first}
            old = [key for key in sorted(self.shadow_counts) if key[0] < day_of(Micros(now - SHADOW_KEPT))]
            for key in old[: limit - gone]:
                del self.shadow_counts[key]
                gone += 1
        return gone

    async def count_shadow(self, *, counts: Sequence[ShadowCount]) -> None:
        """Add to what was counted."""
        for one in counts:
            key = (one.day, one.caller, one.operation, one.reason)
            before = self.shadow_counts.get(key)
            self.shadow_counts[key] = one if before is None else _joined(before, one)

    async def list_shadow(self, *, since_day: int) -> Sequence[ShadowCount]:
        """All that was counted."""
        return [count for key, count in sorted(self.shadow_counts.items()) if key[0] >= since_day]

    async def forget_shadow(self) -> int:
        """Begin anew."""
        gone = len(self.shadow_counts)
        self.shadow_counts.clear()
        return gone


def _joined(before: ShadowCount, more: ShadowCount) -> ShadowCount:
    return replace(
        before,
        first_at=min(before.first_at, more.first_at),
        last_at=max(before.last_at, more.last_at),
        calls=before.calls + more.calls,
        example=more.example if more.last_at >= before.last_at else before.example,
    )
