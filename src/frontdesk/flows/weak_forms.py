"""Counting the weak forms that apps use: in memory on the request's path, written in batches beside it."""

from frontdesk.flows.needs import Clock, Store
from frontdesk.protocol.ids import MINUTE, ClientId, Micros
from frontdesk.protocol.weak_forms import WeakForm, WeakUse

WRITE_EVERY = MINUTE  # each form of each app
BATCH = 500


class WeakForms:
    """What was seen since the last write. One a process; `flush` is called by a background task and at the end."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Nothing was seen yet."""
        self._store = store
        self._clock = clock
        self._seen: dict[tuple[ClientId, WeakForm], list[Micros]] = {}
        self._uses: dict[tuple[ClientId, WeakForm], int] = {}
        self._written: dict[tuple[ClientId, WeakForm], Micros] = {}

    def saw(self, client_id: ClientId, form: WeakForm, now: Micros) -> None:
        """An app used a form, and was served."""
        key = (client_id, form)
        seen = self._seen.get(key)
        if seen is None:
            self._seen[key] = [now, now]
            self._uses[key] = 1
        else:
            seen[1] = now
            self._uses[key] += 1

    async def flush(self, *, everything: bool = False) -> None:
        """Write what was not written for a minute, a batch at a time; what could not be written is kept."""
        now = self._clock.now()
        due = [key for key in self._seen if everything or now - self._written.get(key, 0) >= WRITE_EVERY]
        for start in range(0, len(due), BATCH):
            uses = [self._take(key) for key in due[start : start + BATCH]]
            try:
                await self._store.count_weak_forms(uses=uses)
            except BaseException:
                self._give_back(uses)
                raise
            self._written.update(dict.fromkeys(((use.client_id, use.form) for use in uses), now))

    def _take(self, key: tuple[ClientId, WeakForm]) -> WeakUse:
        first, last = self._seen.pop(key)
        return WeakUse(client_id=key[0], form=key[1], first_at=first, last_at=last, uses=self._uses.pop(key))

    def _give_back(self, uses: list[WeakUse]) -> None:
        for use in uses:
            key = (use.client_id, use.form)
            last = self._seen.get(key, [use.last_at, use.last_at])[1]
            self._seen[key] = [use.first_at, last]
            self._uses[key] = self._uses.get(key, 0) + use.uses
