"""Counting how apps behave: in memory on the request's path, written in batches beside it.

Of refreshes only those beyond what an access token's life explains are written: an app that behaves costs nothing. Each
worker counts for itself, so that of an app whose refreshes are spread over several fewer are called too many.
"""

from typing import TypeAlias

from frontdesk.flows.needs import Clock, Store
from frontdesk.protocol.call_counts import Day, day_of
from frontdesk.protocol.habits import EXPLAINED, Habit, HabitCount
from frontdesk.protocol.ids import MINUTE, ClientId, GrantId, Micros

WRITE_EVERY = MINUTE  # each habit of each app
BATCH = 500
MAX_GRANTS = 100_000  # whose refreshes are counted at one time; a further one's are not
MAX_NOTED = 20_000  # what finds no room is not counted

# By plain values, because a note is taken for every code: an app, a habit's name and a day; times, most and last.
_Key: TypeAlias = tuple[ClientId, str, Day]
_Seen: TypeAlias = tuple[int, int, Micros]


class HabitCounts:
    """What was seen since the last write. One a process; `flush` is called by a background task and at the end."""

    def __init__(self, store: Store, clock: Clock, *, token_life: int) -> None:
        """`token_life`: microseconds that an access token is good for."""
        self._store = store
        self._clock = clock
        self._token_life = token_life
        self._refreshes: dict[GrantId, int] = {}
        self._refreshes_until = Micros(0)
        self._noted: dict[_Key, _Seen] = {}
        self._written: dict[_Key, Micros] = {}

    def refreshed(self, client_id: ClientId, grant_id: GrantId, now: Micros) -> None:
        """A grant was refreshed."""
        if now >= self._refreshes_until:
            # Tokens' lives overlap; that this begins anew for all at once makes nobody's too many.
            self._refreshes, self._refreshes_until = {}, Micros(now + self._token_life)
        count = self._refreshes.get(grant_id, 0) + 1
        if count > 1 or len(self._refreshes) < MAX_GRANTS:
            self._refreshes[grant_id] = count
        if count > EXPLAINED:
            self._note(client_id, Habit.REFRESHES_TOO_MANY, now, most=count)

    def gave_code(self, client_id: ClientId, now: Micros, *, with_pkce: bool, with_state: bool) -> None:
        """An app that asked for it is sent a code."""
        self._note(client_id, Habit.CODES, now)
        if with_pkce:
            self._note(client_id, Habit.CODES_WITH_PKCE, now)
        if with_state:
            self._note(client_id, Habit.CODES_WITH_STATE, now)

    async def flush(self, *, everything: bool = False) -> None:
        """Write what was not written for a minute, a batch at a time; what could not be written is kept."""
        now = self._clock.now()
        due = [key for key in self._noted if everything or now - self._written.get(key, 0) >= WRITE_EVERY]
        for start in range(0, len(due), BATCH):
            taken = {key: self._noted.pop(key) for key in due[start : start + BATCH]}
            try:
                await self._store.count_habits(counts=[_read(key, seen) for key, seen in taken.items()])
            except BaseException:
                for key, (times, most, last_at) in taken.items():
                    self._add(key, times, most, last_at)
                raise
            if len(self._written) >= MAX_NOTED:
                self._written.clear()
            self._written.update(dict.fromkeys(taken, now))

    def _note(self, client_id: ClientId, habit: Habit, now: Micros, *, most: int = 0) -> None:
        self._add((client_id, habit.value, day_of(now)), 1, most, now)

    def _add(self, key: _Key, times: int, most: int, last_at: Micros) -> None:
        seen = self._noted.get(key)
        if seen is not None:
            self._noted[key] = seen[0] + times, max(seen[1], most), max(seen[2], last_at)
        elif len(self._noted) < MAX_NOTED:
            self._noted[key] = times, most, last_at


def _read(key: _Key, seen: _Seen) -> HabitCount:
    (client_id, habit, day), (times, most, last_at) = key, seen
    return HabitCount(client_id=client_id, habit=Habit(habit), day=day, times=times, most=most, last_at=last_at)
