"""What would be refused: written beside the calls while nothing is enforced, and told by caller and operation."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from frontdesk.flows.diagnosis import Diagnostics
from frontdesk.flows.needs import Clock, Store
from frontdesk.protocol.explanations import CallNote
from frontdesk.protocol.ids import DAY, ClientId, CredentialId, Micros
from frontdesk.protocol.shadow import ShadowCount, Tally, day_of

BATCH = 500  # rows of one transaction
AT_ONCE = 10  # callers looked up between two turns of the loop


class TallySheet(Protocol):
    """Where calls are counted on their way: `gateway.shadow.ShadowTally`."""

    def take(self) -> Sequence[Tally]:
        """All that was counted since the last time."""

    def give_back(self, tallies: Sequence[Tally]) -> None:
        """They could not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowCounts:
    """Writes what was counted. `flush` is called by a background task and at the end."""

    store: Store
    diagnostics: Diagnostics
    sheet: TallySheet

    async def flush(self) -> None:
        """Write all of it; where that cannot be done, all of it is counted again later."""
        tallies = self.sheet.take()
        done = 0
        try:
            rows = []
            for tally in tallies:
                rows.append(await self._row(tally))
                if len(rows) % AT_ONCE == 0:
                    await asyncio.sleep(0)  # whoever calls meanwhile does not wait for all of them
            for done in range(0, len(rows), BATCH):
                await self.store.count_shadow(counts=rows[done : done + BATCH])
        except BaseException:
            self.sheet.give_back(tallies[done:])
            raise

    async def _row(self, tally: Tally) -> ShadowCount:
        operations = " | ".join(f"{operation.method} {operation.path}" for operation in tally.operations)
        return ShadowCount(
            day=day_of(tally.last_at),
            caller=await self._caller(tally),
            operation=operations,
            reason=tally.reason.name if tally.reason is not None else "",
            first_at=tally.first_at,
            last_at=tally.last_at,
            calls=tally.calls,
            example=tally.example,
        )

    async def _caller(self, tally: Tally) -> str:
        """Whose credential it is, where it is one of ours: an app, or a Basic pair. Others are nobody's, together."""
        if tally.authorization is None:
            return ""
        note = CallNote(
            request_id=tally.example,
            at=tally.last_at,
            method="",
            place="",
            operations=tally.operations,
            authorization=tally.authorization,
        )
        found = await self.diagnostics.examine(note)
        return found.client_id or (found.credential if found.network_id is not None else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldRefuse:
    """Calls of one caller to one operation that would be refused for one reason, over some days."""

    caller: str
    name: str  # what the caller is called: an app's name or a network's title
    operation: str
    reason: str
    calls: int
    first_at: Micros
    last_at: Micros
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReport:
    """What was counted: the calls that would be refused, most first, and how many are allowed."""

    refused: tuple[WouldRefuse, ...]
    allowed: int
    since: Micros

    @property
    def calls(self) -> int:
        """All that were counted."""
        return self.allowed + sum(one.calls for one in self.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReports:
    """Tells the operator."""

    store: Store
    clock: Clock

    async def report(self, *, since_day: int) -> ShadowReport:
        """What was counted from this day (UTC) on."""
        counts = await self.store.list_shadow(since_day=since_day)
        rows: dict[tuple[str, str, str], list[ShadowCount]] = {}
        for count in counts:
            rows.setdefault((count.caller, count.operation, count.reason), []).append(count)
        refused = [await self._joined(days) for (_, _, reason), days in rows.items() if reason]
        allowed = sum(count.calls for count in counts if not count.reason)
        ordered = tuple(sorted(refused, key=lambda one: (-one.calls, one.caller, one.operation, one.reason)))
        return ShadowReport(refused=ordered, allowed=allowed, since=Micros(since_day * DAY))

    async def forget(self) -> int:
        """Begin to count anew; how many rows went."""
        return await self.store.forget_shadow()

    async def _joined(self, days: Sequence[ShadowCount]) -> WouldRefuse:
        newest = max(days, key=lambda count: count.last_at)
        return WouldRefuse(
            caller=newest.caller,
            name=await self._name(newest.caller),
            operation=newest.operation,
            reason=newest.reason,
            calls=sum(count.calls for count in days),
            first_at=min(count.first_at for count in days),
            last_at=newest.last_at,
            example=newest.example,
        )

    async def _name(self, caller: str) -> str:
        from_app = await self.store.find_client(ClientId(caller)) if caller else None
        if from_app is not None:
            return from_app.name
        pair = await self.store.find_network_credential(CredentialId(caller)) if caller else None
        network = await self.store.find_network(pair.network_id) if pair is not None else None
        return network.title if network is not None else ""
