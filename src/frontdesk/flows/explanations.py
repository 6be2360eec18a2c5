"""Why calls were refused: noted on their way, written some at a time beside it, read by those whom they concern. D11.

A note takes no look-up and no write. About once a second what was noted is examined (`diagnosis.py`) and written in one
transaction; a crash may lose that second. Nothing that was refused waits for any of it.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from frontdesk.flows.diagnosis import Diagnostics, recognise
from frontdesk.flows.needs import Clock, Store
from frontdesk.protocol.causes import Cause
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.explanations import CallNote, NotedDecision, Outcome, scope_rule
from frontdesk.protocol.ids import DAY, Micros, NetworkId, read_uuid
from frontdesk.protocol.leaks import Scanner, mask_all
from frontdesk.protocol.sight import Reader, describe, may_read

BATCH = 500  # rows of one transaction
AT_ONCE = 10  # examined between two turns of the loop
SWEPT = 1_000  # rows of one transaction that deletes
ID_LENGTH = 22
MAX_SHOWN = 200  # characters of a path, and of a user agent
_LONG_WORD = re.compile(r"[A-Za-z0-9_+=~%-]{24,}")  # long enough for a secret; versions of programs are shorter

_ENDED = frozenset({Cause.GRANT_REVOKED, Cause.APP_DISABLED, Cause.NETWORK_DROPPED})


class NoteBook(Protocol):
    """Where calls are noted on their way: `gateway.notes.CallNotes`."""

    def take(self, count: int) -> tuple[list[CallNote], int]:
        """Up to so many notes, the oldest first, and how many refusals were not noted since the last time."""

    def give_back(self, notes: list[CallNote], dropped: int) -> None:
        """They could not be written; to be taken again, as far as there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How much is kept: `rows`, none older than `age` microseconds."""

    rows: int
    age: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanations:
    """Writes what was noted, and tells it. One a process; `flush` is called by a background task and by readers."""

    store: Store
    clock: Clock
    diagnostics: Diagnostics
    notes: NoteBook | None
    kept: Kept = field(default_factory=lambda: Kept(rows=100_000, age=7 * DAY))
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def flush(self) -> None:
        """Examine and write all that is noted. StoreUnavailable, with the notes kept, where that cannot be done."""
        if self.notes is None:
            return
        async with self._writing:
            # What is noted meanwhile waits for the next time: a flood must not keep this writing small batches.
            while await self._write_some(self.notes) == BATCH:
                pass

    async def sweep(self) -> int:
        """Let go of up to `SWEPT` rows that are too old or too many; how many went."""
        now = self.clock.now()
        since = Micros(now - self.kept.age)
        return await self.store.sweep_decisions(now=now, kept=self.kept.rows, since=since, limit=SWEPT)

    async def find(self, request_id: str, reader: Reader) -> dict[str, Any] | Refusal:
        """What this reader may know of a decision; the same refusal where there is none, and where it is another's."""
        noted = await self._find(request_id)
        if noted is None or not may_read(noted, reader):
            return Refusal(reason=Reason.DECISION_UNKNOWN)
        return describe(noted, reader, ended_by=await self._find_ender(noted))

    async def list_recent(
        self, *, client: str = "", network: str = "", reason: str = "", limit: int
    ) -> Sequence[NotedDecision]:
        """The newest first, for the operator. A network that is no UUID has none."""
        network_id = read_uuid(network) if network else None
        if network and network_id is None:
            return ()
        known = NetworkId(network_id) if network_id is not None else None
        return await self.store.list_decisions(client=client, network_id=known, reason=reason, limit=limit)

    async def list_of_network(self, network_id: NetworkId, reader: Reader, *, limit: int) -> list[dict[str, Any]]:
        """What concerns a network, newest first, as its owner may see it."""
        found = await self.store.list_decisions(network_id=network_id, limit=limit)
        return [describe(noted, reader) for noted in found if may_read(noted, reader)]

    async def count_dropped(self) -> int:
        """How many refusals of the days that are kept were too many to be noted."""
        return await self.store.count_dropped_refusals(since=Micros(self.clock.now() - self.kept.age))

    async def _find(self, request_id: str) -> NotedDecision | None:
        if len(request_id) != ID_LENGTH or not request_id.isalnum() or not request_id.isascii():
            return None
        noted = await self.store.find_decision(request_id)
        if noted is None and self.notes is not None:
            await self.flush()  # it may be one of our own that is not written yet
            noted = await self.store.find_decision(request_id)
        return noted

    async def _find_ender(self, noted: NotedDecision) -> str:
        if noted.cause not in _ENDED or noted.cause_at is None:
            return ""
        return await self.store.find_ender(client_id=noted.client_id, at=noted.cause_at)

    async def _write_some(self, book: NoteBook) -> int:
        notes, dropped = book.take(BATCH)
        if not notes and not dropped:
            return 0
        try:
            now = self.clock.now()
            noted = []
            for note in notes:
                noted.append(await self._examine(note))
                if len(noted) % AT_ONCE == 0:
                    await asyncio.sleep(0)  # whoever calls meanwhile does not wait for all of them
            await self.store.keep_decisions(noted=noted, dropped=dropped, now=now)
        except BaseException:
            book.give_back(notes, dropped)
            raise
        return len(notes)

    async def _examine(self, note: CallNote) -> NotedDecision:
        admission = note.admission
        found = await self.diagnostics.examine(note) if admission is None else recognise(admission)
        refusal, operations = note.refusal, note.operations
        named = read_uuid(note.network)
        return NotedDecision(
            request_id=note.request_id,
            at=note.at,
            outcome=_outcome(note),
            reason=refusal.reason.name if refusal is not None else "",
            method=_shown(note.method),
            operations=tuple(f"{operation.method} {operation.path}" for operation in operations),
            path="" if operations else _shown(note.place),
            scheme=found.scheme,
            is_proven=found.is_proven,
            credential=found.credential,
            client_id=found.client_id,
            grant_id=found.grant_id,
            user_id=found.user_id,
            network_id=found.network_id,
            named=NetworkId(named) if named is not None else None,
            cause=found.cause,
            cause_at=found.cause_at,
            schemes=tuple(dict.fromkeys(scheme for operation in operations for scheme in operation.schemes)),
            scopes=refusal.scopes if refusal is not None else (),
            rule="; and ".join(filter(None, (scope_rule(operation) for operation in operations))),
            methods=refusal.allow if refusal is not None else (),
            retry_after=refusal.retry_after if refusal is not None else 0,
            held=found.held,
            open_networks=found.open_networks,
            address=note.address or "",
            agent=_shown(note.agent),
        )


def _outcome(note: CallNote) -> Outcome:
    if note.refusal is None:
        return Outcome.ALLOWED
    return Outcome.LET_THROUGH if note.let_through else Outcome.REFUSED


def _shown(text: str) -> str:
    """What a caller wrote, in one printable line, cut, without a value of ours or a word that is long enough for one.

    Secrets that others made, and the ones of our settings, have no form that could be told.
    """
    shown = "".join(character if character.isprintable() else "?" for character in text)
    shown = _LONG_WORD.sub("…", mask_all(shown))
    scanner = Scanner()  # sees through what the mask does not: base64, escapes
    found = [*scanner.feed(shown.encode()), *scanner.finish()]
    return "…" if found else shown[:MAX_SHOWN]
