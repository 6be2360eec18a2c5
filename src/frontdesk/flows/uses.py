"""Remembering when grants and credentials were last used, in batches and at most hourly each, off the answer's path.

A pair that is on its way out is remembered every minute: its owner waits for it to fall silent.
"""

from frontdesk.flows.needs import Store
from frontdesk.protocol.ids import HOUR, MINUTE, CredentialId, GrantId, Micros
from frontdesk.protocol.records import Grant, NetworkCredential

MAX_REMEMBERED = 200_000
BATCH = 500


class LastUses:
    """What was used since the last write. One a process; `flush` is called by a background task and at the end."""

    def __init__(self, store: Store) -> None:
        """Nothing is noted yet."""
        self._store = store
        self._noted: dict[str, Micros] = {}
        self._grants: dict[GrantId, Micros] = {}
        self._credentials: dict[CredentialId, tuple[Micros, str | None]] = {}

    def grant(self, grant: Grant, now: Micros) -> None:
        """A grant's token was used."""
        if self._is_news(grant.id, grant.last_used_at, now):
            self._grants[grant.id] = now

    def credential(self, credential: NetworkCredential, now: Micros, address: str | None = None) -> None:
        """A Basic pair was used, from this address."""
        step = HOUR if credential.retires_at is None else MINUTE
        if self._is_news(credential.client_id, credential.last_used_at, now, step):
            self._credentials[credential.client_id] = now, address

    async def flush(self) -> None:
        """Write what is noted, a batch at a time; on failure it is noted again by a later use."""
        while self._grants or self._credentials:
            grants = [self._grants.popitem() for _ in range(min(BATCH, len(self._grants)))]
            noted = [self._credentials.popitem() for _ in range(min(BATCH, len(self._credentials)))]
            credentials = [(client_id, at, address) for client_id, (at, address) in noted]
            await self._store.touch(grants=grants, credentials=credentials)

    def _is_news(self, key: str, stored: Micros | None, now: Micros, step: int = HOUR) -> bool:
        last = self._noted.get(key, stored)
        if last is not None and now - last < step:
            return False
        if len(self._noted) >= MAX_REMEMBERED:
            self._noted.clear()
        self._noted[key] = now
        return True
