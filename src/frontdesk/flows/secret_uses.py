"""When each of an app's secrets was last right: in memory on the request's path, written in batches beside it.

A partner who changes from one secret to the next waits for the earlier one to fall silent before ending it.
"""

from frontdesk.flows.needs import Clock, Store
from frontdesk.protocol.ids import MINUTE, ClientId, Micros
from frontdesk.protocol.partners import SecretUse
from frontdesk.protocol.records import Client

WRITE_EVERY = MINUTE  # each secret
BATCH = 500
MAX_NOTED = 20_000  # secrets between two writes; what finds no room is noted at a later use


class SecretUses:
    """What was seen since the last write. One a process; `flush` is called by a background task and at the end."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Nothing was seen yet."""
        self._store = store
        self._clock = clock
        self._seen: dict[tuple[ClientId, int], Micros] = {}
        self._written: dict[tuple[ClientId, int], Micros] = {}

    def saw(self, client: Client, *, earlier: bool = False) -> None:
        """The app's present secret was right, or the one before it."""
        key = (client.id, client.secret_number - earlier)
        if key in self._seen or len(self._seen) < MAX_NOTED:
            self._seen[key] = self._clock.now()

    async def flush(self, *, everything: bool = False) -> None:
        """Write what was not written for a minute, a batch at a time; on failure it is noted again by a later use."""
        now = self._clock.now()
        due = [key for key in self._seen if everything or now - self._written.get(key, 0) >= WRITE_EVERY]
        for start in range(0, len(due), BATCH):
            keys = due[start : start + BATCH]
            uses = [SecretUse(client_id=key[0], number=key[1], last_at=self._seen.pop(key)) for key in keys]
            await self._store.note_secret_uses(uses=uses)
            if len(self._written) >= MAX_NOTED:
                self._written.clear()
            self._written.update(dict.fromkeys(keys, now))
