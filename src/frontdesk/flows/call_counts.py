"""Counting who calls what: in memory on the call's path, written in batches beside it."""

from collections.abc import Iterator
from typing import Protocol, TypeAlias

from frontdesk.flows.needs import Clock, Store
from frontdesk.protocol.access import Admission, Operation
from frontdesk.protocol.call_counts import CallCount, CallKind, Day, day_of
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.ids import DAY, MINUTE, CredentialId, Micros
from frontdesk.protocol.scopes import Scopes

WRITE_EVERY = MINUTE  # each kind of call
BATCH = 500

# Operations, scheme, caller, scopes and, of a Basic pair, its id.
Key: TypeAlias = tuple[tuple[Operation, ...], str, str, Scopes, str]


class Passed(Protocol):
    """A call that was let in, as far as it is counted."""

    @property
    def admission(self) -> Admission:
        """Who calls."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What is called."""

    @property
    def refused(self) -> Refusal | None:
        """Why it would have been refused, were the policy enforced."""


class CallCounts:
    """What was let in since the last write. One a process; `flush` is called by a background task and at the end."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Nothing was seen yet."""
        self._store = store
        self._clock = clock
        self._today: dict[Key, int] = {}
        self._day: Day = 0
        self._day_ends = Micros(0)
        self._past: dict[Day, dict[Key, int]] = {}  # days that ended before they were written
        self._written: dict[Key, Micros] = {}  # when, of today's

    def passed(self, passed: Passed, _request_id: str, now: Micros) -> None:
        """A call was let in."""
        if passed.refused is not None:
            return
        if now >= self._day_ends:
            self._begin_day(now)
        admission = passed.admission
        # Of a Basic pair the network counts, so that a regenerated one goes on as the same.
        key: Key
        if admission.scheme == "basic":
            key = (passed.operations, "basic", admission.subject, (), admission.client_id)
        else:
            key = (passed.operations, admission.scheme, admission.client_id, admission.scopes, "")
        today = self._today
        today[key] = today.get(key, 0) + 1

    def refused(self, _refusal: Refusal, _asked: object, _operations: object, _now: Micros) -> None:
        """A call was refused: it is nobody's loss that it will be."""

    async def flush(self, *, everything: bool = False) -> None:
        """Write what was not written for a minute, a batch at a time; what could not be written is kept."""
        now = self._clock.now()
        if now >= self._day_ends:
            self._begin_day(now)
        for day, calls in list(self._past.items()):
            await self._write(day, calls, list(calls), Micros((day + 1) * DAY - 1))  # the last moment that it can be
            if not calls:
                self._past.pop(day, None)
        written = self._written
        due = [key for key in self._today if everything or now - written.get(key, 0) >= WRITE_EVERY]
        await self._write(self._day, self._today, due, now)

    def _begin_day(self, now: Micros) -> None:
        """What was noted belongs to the day before."""
        if self._today:
            self._past[self._day] = self._today
        self._today, self._written = {}, {}
        self._day = day_of(now)
        self._day_ends = Micros((self._day + 1) * DAY)

    async def _write(self, day: Day, calls: dict[Key, int], keys: list[Key], last_at: Micros) -> None:
        for start in range(0, len(keys), BATCH):
            # Another flush may have taken some meanwhile.
            taken = {key: calls.pop(key) for key in keys[start : start + BATCH] if key in calls}
            try:
                await self._store.count_calls(day=day, counts=list(_counts(taken, last_at)), pairs=_of_pairs(taken))
            except BaseException:
                # The day may be over by now, and its notes put aside.
                kept = self._today if day == self._day else self._past.setdefault(day, {})
                for key, number in taken.items():
                    kept[key] = kept.get(key, 0) + number
                raise
            self._written.update(dict.fromkeys(taken, last_at))


def _counts(calls: dict[Key, int], last_at: Micros) -> Iterator[CallCount]:
    for (operations, scheme, caller, scopes, _), number in calls.items():
        client_id = caller.removeprefix("network:") if scheme == "basic" else caller
        for operation in operations:
            kind = CallKind(
                scheme=scheme, client_id=client_id, operation=name_of(operation), scopes=" ".join(sorted(scopes))
            )
            yield CallCount(kind=kind, calls=number, last_at=last_at)


def _of_pairs(calls: dict[Key, int]) -> list[tuple[CredentialId, int]]:
    """The calls again, by Basic pair."""
    pairs: dict[CredentialId, int] = {}
    for (_, _, _, _, pair), number in calls.items():
        if pair:
            pairs[CredentialId(pair)] = pairs.get(CredentialId(pair), 0) + number
    return list(pairs.items())


def name_of(operation: Operation) -> str:
    """How an operation is counted: method and whole path, its base before it."""
    return f"{operation.method} {operation.path}"
