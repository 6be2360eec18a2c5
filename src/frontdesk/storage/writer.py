"""Writing: what waits goes into one transaction, and nobody is answered before it is durable. DESIGN D4.

The statements of a group run on the event loop's thread, a few microseconds each and all in memory. What can take
long - waiting for another process, the commit with its fsync, a batch of hundreds - runs in the one writing thread. A
thread that stepped through all the statements would fight the loop for the interpreter lock at each of them.
"""

import asyncio
import fcntl
import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import apsw

from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage.connecting import HASTE, PATIENCE, connect
from frontdesk.storage.sidethread import SideThread
from frontdesk.storage.verbs import Execute, Make, Verb, run

GROUP = 128
WAITING = 2_000
URGENT_WAITING = 10_000  # what ends a credential is the last to be turned away
LOCK_PATIENCE = 5.0  # seconds

T = TypeVar("T")
Failpoint: TypeAlias = Callable[[str], None]


@dataclass(slots=True, eq=False)
class Change:
    """One verb that waits for its transaction, and who waits for its answer."""

    verb: Verb[Any] | Make[Any]
    answer: asyncio.Future[Any]
    step: str = ""  # what the names of its failpoints begin with
    long: bool = False
    result: Any = field(default=None, repr=False)
    fault: Exception | None = None

    @property
    def can_repeat(self) -> bool:
        """Whether the verb can be carried out twice."""
        return callable(self.verb)

    def begin(self) -> Verb[Any]:
        """The verb from its first step on."""
        return self.verb() if callable(self.verb) else self.verb

    def tell(self) -> None:
        """Answer, unless nobody listens any more."""
        if self.answer.done():
            return
        if self.fault is not None:
            self.answer.set_exception(self.fault)
        else:
            self.answer.set_result(self.result)


class Writer:
    """The one writing connection of a process. Processes of a host take turns by a lock on a file."""

    def __init__(self, path: Path, *, lock: int, failpoint: Failpoint | None) -> None:
        """Connect. The file exists and was judged before; `lock` is a descriptor of the lock file, ours from now."""
        self._path = path
        self._lock = lock
        self._failpoint = failpoint
        self._thread = SideThread("frontdesk-writing")
        self._urgent: deque[Change] = deque()
        self._waiting: deque[Change] = deque()
        self._drain: asyncio.Task[None] | None = None
        self._closed = False
        self._connect()

    async def write(self, verb: Verb[T] | Make[T], *, urgent: bool = False, step: str = "", long: bool = False) -> T:
        """Carry a verb out. Returns when it is durable, raises StoreUnavailable where that cannot be promised.

        A verb that is given as what makes it can be repeated, which spares it and its group their savepoints.

        Once it waits for its turn it is carried out even if the caller stops waiting: a revocation whose caller hung
        up is a revocation all the same. `urgent`: ahead of the others. `long`: beside the loop, in its own group.
        """
        queue, room = (self._urgent, URGENT_WAITING) if urgent else (self._waiting, WAITING)
        if self._closed or len(queue) >= room:
            raise StoreUnavailable("the store is closed" if self._closed else "too many changes are waiting")
        # Asking for the running loop is a system call (it compares process ids): once a drain, not once a change.
        loop = self._drain.get_loop() if self._drain is not None else asyncio.get_running_loop()
        change = Change(verb=verb, answer=loop.create_future(), step=step, long=long)
        queue.append(change)
        if self._drain is None:
            self._drain = loop.create_task(self._write_groups())
        answer: T = await change.answer
        return answer

    async def close(self) -> None:
        """Finish what waits, then let go of the database."""
        self._closed = True
        if self._drain is not None:
            await asyncio.wait({self._drain}, timeout=2 * LOCK_PATIENCE)
        _refuse([*self._urgent, *self._waiting], StoreUnavailable("the store is closed"))
        self._thread.stop()
        with suppress(apsw.Error):  # still in use by a commit that does not end: it is closed with the process
            self._connection.close()
        os.close(self._lock)

    async def _write_groups(self) -> None:
        try:
            while self._urgent or self._waiting:
                await self._gather()
                await self._write_group()
        finally:
            self._drain = None

    async def _gather(self) -> None:
        """Let the loop turn as long as each turn brings more changes: a commit costs the same for one as for many."""
        before = 0
        while before < (count := len(self._urgent) + len(self._waiting)) < GROUP:
            before = count
            await asyncio.sleep(0)

    async def _write_group(self) -> None:
        group: list[Change] = []
        try:
            await self._begin()
            # Chosen only now: what came while we waited for our turn goes along, the urgent first.
            group = self._next_group()
            if group and group[0].long:
                await self._thread.run(partial(self._carry_out, group))
            else:
                self._carry_out(group)
            await self._thread.run(partial(self._commit, group))
        except Exception as fault:  # noqa: BLE001 - whatever broke, nobody of the group may hear "done"
            try:
                await self._thread.run(self._start_over)
            finally:
                _refuse(group or self._next_group(), fault)
        for change in group:
            change.tell()

    def _next_group(self) -> list[Change]:
        group: list[Change] = []
        while len(group) < GROUP and (queue := self._urgent or self._waiting):
            if queue[0].long and group:
                break
            group.append(queue.popleft())
            if group[-1].long:
                break
        return group

    async def _begin(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await self._wait_for_turn()
        try:
            self._execute("BEGIN IMMEDIATE", ()).fetchall()
        except apsw.BusyError:  # something writes that does not know our lock: a shell, a backup
            await self._thread.run(self._begin_patiently)

    async def _wait_for_turn(self) -> None:
        """Wait until the other processes let us; what waits for longer than is good is refused, not kept hanging."""
        turn = asyncio.ensure_future(self._thread.run(partial(fcntl.flock, self._lock, fcntl.LOCK_EX)))
        while not (await asyncio.wait({turn}, timeout=LOCK_PATIENCE))[0]:
            late = [*self._urgent, *self._waiting]
            self._urgent.clear()
            self._waiting.clear()
            _refuse(late, StoreUnavailable("another process holds the database"))
        turn.result()

    def _begin_patiently(self) -> None:
        self._connection.set_busy_timeout(PATIENCE)
        try:
            self._execute("BEGIN IMMEDIATE", ()).fetchall()
        finally:
            self._connection.set_busy_timeout(HASTE)

    def _carry_out(self, group: Sequence[Change]) -> None:
        """Run all verbs. Where one fails, what was done is undone, and each runs in a savepoint of its own.

        They hardly ever fail, and in a savepoint SQLite keeps a copy of every page that is touched.
        """
        if not all(change.can_repeat for change in group) or not self._carry_out_bare(group):
            self._carry_out_apart(group)

    def _carry_out_bare(self, group: Sequence[Change]) -> bool:
        execute = self._execute
        try:
            for change in group:
                change.result = run(execute, change.begin())
        except Exception:  # whose fault it is shows when they run apart
            # A full disk has rolled everything back, and would again: the group is refused.
            if not self._connection.in_transaction:
                raise
            execute("ROLLBACK", ()).fetchall()
            execute("BEGIN IMMEDIATE", ()).fetchall()
            return False
        return True

    def _carry_out_apart(self, group: Sequence[Change]) -> None:
        """Run each verb in a savepoint of its own, so that one that fails takes none of the others along."""
        execute = self._execute
        for change in group:
            try:
                execute("SAVEPOINT change", ()).fetchall()
                change.result = run(execute, change.begin())
            except Exception as fault:  # a verb's bug is undone like a database's error
                # A full disk inside a savepoint rolls everything back; what came next would then commit alone.
                if not self._connection.in_transaction:
                    raise
                execute("ROLLBACK TO change", ()).fetchall()
                change.fault = _unavailable(fault) if isinstance(fault, apsw.Error) else fault
            execute("RELEASE change", ()).fetchall()

    def _commit(self, group: Sequence[Change]) -> None:
        if self._failpoint is not None:
            for change in group:
                if change.step and change.fault is None:
                    self._failpoint(f"{change.step}.before_commit")
        self._execute("COMMIT", ()).fetchall()
        fcntl.flock(self._lock, fcntl.LOCK_UN)
        if self._failpoint is not None:
            self._reach_after(group, self._failpoint)

    def _reach_after(self, group: Sequence[Change], failpoint: Failpoint) -> None:
        for change in group:
            try:
                if change.step and change.fault is None:
                    failpoint(f"{change.step}.after_commit")
            except Exception as fault:  # noqa: BLE001 - whatever the failpoint raises stands for a lost answer
                change.fault = _unavailable(fault)

    def _start_over(self) -> None:
        """Let go of the transaction and of the connection: neither can be trusted any more (FAULTS FT-19)."""
        try:
            self._connection.close(True)
            self._connect()
        except apsw.Error:
            pass  # closed as it is, the connection fails the next group, which tries again
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _connect(self) -> None:
        self._connection = connect(self._path, busy=HASTE, writes=True)
        self._execute: Execute = self._connection.cursor().execute


def _unavailable(fault: BaseException) -> StoreUnavailable:
    refusal = fault if isinstance(fault, StoreUnavailable) else StoreUnavailable("the change could not be saved")
    if refusal is not fault:
        refusal.__cause__ = fault
    return refusal


def _refuse(group: Iterable[Change], fault: Exception) -> None:
    for change in group:
        change.fault = _unavailable(fault)
        change.tell()
