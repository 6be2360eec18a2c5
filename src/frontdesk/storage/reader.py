"""Reading: points inline on the event loop's thread, from memory where nothing changed, long lists beside it."""

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import TypeVar

import apsw

from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage.cache import Cache, Shelf, changes_since, newest_position
from frontdesk.storage.connecting import HASTE, PATIENCE, connect
from frontdesk.storage.sidethread import SideThread
from frontdesk.storage.verbs import Execute, Verb, run
from frontdesk.storage.walindex import watch

DATA_VERSION = "PRAGMA data_version"
BRIEF = 100  # rows that an index leads to

T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)
Record = TypeVar("Record")

_NOTHING = Cache(grants=1, others=1)  # what is remembered while memory cannot be proven fresh


class Reader:
    """One connection for the event loop's thread, one for a thread beside it."""

    def __init__(self, path: Path) -> None:
        """Connect. The file exists and was judged before."""
        self.cache = Cache()
        self._connection = connect(path, busy=HASTE)
        self._execute: Execute = self._connection.cursor().execute
        self._aside = connect(path, busy=PATIENCE)
        self._execute_aside: Execute = self._aside.cursor().execute
        self._thread = SideThread("frontdesk-reading")
        self._version = -1
        self._execute(DATA_VERSION, ()).fetchall()  # having read, it has the log's index mapped
        self._index = watch(self._connection)
        self._headers = b""

    def on_keys(self, look: Callable[[], object]) -> None:
        """Call `look` before anything is trusted again, whenever the keys may be others than before."""
        self.cache.on_keys(look)

    def glance(self) -> Cache:
        """What is remembered, as of the last commit on this host; good until the next await."""
        return self.cache if self._in_step() else _NOTHING

    async def recall(
        self, shelf: Shelf[Key, Record], key: Key, find: Callable[[Key], Verb[Record | None]]
    ) -> Record | None:
        """A record from memory, else from the database; remembered for the next time."""
        if self._in_step():
            known = shelf.get(key)
            if known is not None:
                return known
            try:
                # Its snapshot is no older than our position in the log: a later change will be named to us.
                record = run(self._execute, find(key))
            except apsw.BusyError:
                pass
            except apsw.Error as fault:
                raise StoreUnavailable("the database cannot be read") from fault
            else:
                if record is not None:
                    shelf.put(key, record)
                return record
        return await self._recall_aside(shelf, key, find)

    async def recall_all(
        self, shelf: Shelf[Key, Record], keys: Iterable[Key], find: Callable[[Key], Verb[Record | None]]
    ) -> list[Record]:
        """Those records that there are, in the order of their keys."""
        found = []
        for key in keys:
            record = await self.recall(shelf, key, find)
            if record is not None:
                found.append(record)
        return found

    async def read(self, make: Callable[..., Verb[T]], *asked: object) -> T:
        """Carry out a verb of one statement, inline; beside the loop where it would have to wait."""
        try:
            return run(self._execute, make(*asked))
        except apsw.BusyError:
            return await self.read_long(make(*asked))
        except apsw.Error as fault:
            raise StoreUnavailable("the database cannot be read") from fault

    async def read_brief(self, make: Callable[..., Verb[T]], *asked: object) -> T:
        """Carry out a verb of a few statements that never take long, inline and in one snapshot."""
        execute = self._execute
        try:
            execute("BEGIN", ()).fetchall()
            try:
                return run(execute, make(*asked))
            finally:
                execute("COMMIT", ()).fetchall()
        except apsw.BusyError:
            return await self.read_long(make(*asked))
        except apsw.Error as fault:
            raise StoreUnavailable("the database cannot be read") from fault

    async def read_long(self, verb: Verb[T]) -> T:
        """Carry out a verb beside the loop, all of its statements in one snapshot."""
        try:
            return await self._thread.run(lambda: self._run_aside(verb))
        except apsw.Error as fault:
            raise StoreUnavailable("the database cannot be read") from fault

    def close(self) -> None:
        """Close both connections."""
        self._thread.stop()
        self._index = None  # what it reads is unmapped with the connection
        self._connection.close()
        self._aside.close()

    def _in_step(self) -> bool:
        """Drop from memory what changed since; False where the database is too busy to say."""
        index = self._index
        if index is None:
            return self._ask_version()
        headers = index.read()
        if headers == self._headers:
            return True
        try:
            # They were read before the log is: a commit in between shows in the next ones.
            self._catch_up()
            self._headers = headers
            self.cache.commits += 1
        except apsw.BusyError:
            self.cache.look_at_keys()  # what cannot be learned from the log is asked of the key file itself
            return False
        except apsw.Error as fault:
            raise StoreUnavailable("the database cannot be read") from fault
        return True

    def _ask_version(self) -> bool:
        """The same, where the log's index cannot be looked at."""
        try:
            version = self._execute(DATA_VERSION, ()).get
            if version != self._version:
                self._catch_up()
                self._version = version
                self.cache.commits += 1
        except apsw.BusyError:
            self.cache.look_at_keys()  # what cannot be learned from the log is asked of the key file itself
            return False
        except apsw.Error as fault:
            raise StoreUnavailable("the database cannot be read") from fault
        return True

    def _catch_up(self) -> None:
        position = self.cache.position
        if position == 0:
            self.cache.position = run(self._execute, newest_position())
            self.cache.look_at_keys()  # they may have changed between their reading and this first look at the log
        else:
            self.cache.learn(run(self._execute, changes_since(position)))

    async def _recall_aside(
        self, shelf: Shelf[Key, Record], key: Key, find: Callable[[Key], Verb[Record | None]]
    ) -> Record | None:
        position, record = await self.read_long(_at_position(find(key)))
        # Read in a snapshot that the log has moved on from meanwhile, it may be what the log told us to drop.
        if record is not None and position >= self.cache.position > 0:
            shelf.put(key, record)
        return record

    def _run_aside(self, verb: Verb[T]) -> T:
        execute = self._execute_aside
        execute("BEGIN", ()).fetchall()
        try:
            return run(execute, verb)
        finally:
            execute("COMMIT", ()).fetchall()


def _at_position(verb: Verb[T]) -> Verb[tuple[int, T]]:
    position = yield from newest_position()
    return position, (yield from verb)
