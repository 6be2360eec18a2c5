"""Noting which scopes calls needed: in memory where a call is decided, written in batches beside the requests.

A decision that stands is made once for each token and operation, so that this costs the other calls nothing.
"""

from frontdesk.flows.needs import Store
from frontdesk.protocol.access import Operation, PartnerCaller
from frontdesk.protocol.ids import DAY, GrantId, Micros
from frontdesk.protocol.scope_uses import ScopeUse, needed_scopes
from frontdesk.protocol.scopes import CONTRACT, Inclusion

WRITE_EVERY = DAY  # each scope of each grant
MAX_REMEMBERED = 200_000
BATCH = 500


class ScopeUses:
    """What was needed since the last write. One a process; `flush` is called by a background task and at the end."""

    def __init__(self, store: Store, inclusion: Inclusion = CONTRACT) -> None:
        """Nothing is noted yet."""
        self._store = store
        self._inclusion = inclusion
        self._noted: dict[tuple[GrantId, str], Micros] = {}
        self._waiting: dict[tuple[GrantId, str], Micros] = {}

    def note(self, caller: PartnerCaller, operations: tuple[Operation, ...], now: Micros) -> None:
        """A call to these operations was let in."""
        for scope in needed_scopes(operations, caller.held, self._inclusion):
            key = (caller.grant.id, scope)
            last = self._noted.get(key)
            if last is not None and now - last < WRITE_EVERY:
                continue
            if len(self._noted) >= MAX_REMEMBERED:
                self._noted.clear()
            self._noted[key] = self._waiting[key] = now

    async def flush(self) -> None:
        """Write what is noted, a batch at a time; what could not be written is kept."""
        while self._waiting:
            taken = [self._waiting.popitem() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                await self._store.note_scope_uses(uses=[_use(grant, scope, at) for (grant, scope), at in taken])
            except BaseException:
                self._waiting = {**dict(taken), **self._waiting}
                raise


def _use(grant_id: GrantId, scope: str, at: Micros) -> ScopeUse:
    return ScopeUse(grant_id=grant_id, scope=scope, first_at=at, last_at=at)
