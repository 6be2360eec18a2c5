"""The verbs of explanations and of shadow mode, as methods."""

from collections.abc import Sequence
from functools import partial

from frontdesk.protocol.explanations import NotedDecision
from frontdesk.protocol.ids import Micros, NetworkId
from frontdesk.protocol.inspection import CallFilter, Inspected, PlacedDecision
from frontdesk.protocol.shadow import ShadowCount
from frontdesk.storage import decisions, inspecting, shadow_counts
from frontdesk.storage.reader import BRIEF, Reader
from frontdesk.storage.writer import Writer


class DecisionVerbs:
    """What `frontdesk.flows.needs_explanations.ExplanationStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def keep_decisions(self, *, noted: Sequence[NotedDecision], dropped: int, now: Micros) -> None:
        """Keep some decisions."""
        await self._writer.write(decisions.keep_decisions(noted=noted, dropped=dropped, now=now), long=True)

    async def find_decision(self, request_id: str) -> NotedDecision | None:
        """The decision under an id."""
        return await self._reader.read(decisions.find_decision, request_id)

    async def list_decisions(
        self, *, client: str = "", network_id: NetworkId | None = None, reason: str = "", limit: int
    ) -> Sequence[NotedDecision]:
        """The newest first."""
        return await self._reader.read_long(
            decisions.list_decisions(client=client, network_id=network_id, reason=reason, limit=limit)
        )

    async def list_requests(
        self, *, inspected: Inspected, wanted: CallFilter, before: int, limit: int
    ) -> Sequence[PlacedDecision]:
        """The newest first."""
        make = partial(inspecting.list_requests, inspected=inspected, wanted=wanted, before=before, limit=limit)
        # Without a filter it follows its index; with one it may have to look at all before it finds a row.
        if wanted == CallFilter() and limit <= BRIEF:
            return await self._reader.read_brief(make)
        return await self._reader.read_long(make())

    async def count_dropped_refusals(self, *, since: Micros) -> int:
        """How many were not kept."""
        return await self._reader.read_long(decisions.count_dropped_refusals(since=since))

    async def find_ender(self, *, client_id: str, at: Micros) -> str:
        """The kind of who ended something."""
        return await self._reader.read_long(decisions.find_ender(client_id=client_id, at=at))

    async def sweep_decisions(self, *, now: Micros, kept: int, since: Micros, limit: int) -> int:
        """Delete up to `limit` that are too old or too many."""
        verb = decisions.sweep_decisions(now=now, kept=kept, since=since, limit=limit)
        return await self._writer.write(verb, long=True)

    async def count_shadow(self, *, counts: Sequence[ShadowCount]) -> None:
        """Add to what was counted."""
        await self._writer.write(shadow_counts.count_shadow(counts=counts), long=True)

    async def list_shadow(self, *, since_day: int) -> Sequence[ShadowCount]:
        """All that was counted."""
        return await self._reader.read_long(shadow_counts.list_shadow(since_day=since_day))

    async def forget_shadow(self) -> int:
        """Begin anew."""
        return await self._writer.write(shadow_counts.forget_shadow(), long=True)
