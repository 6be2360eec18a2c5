"""The in-memory twin of storage/credentials.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.call_counts import Day, first_of_week
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.records import AuditEvent, NetworkCredential
from frontdesk.storage.credentials import retired
from frontdesk.storage.memory_suspending import MemorySuspending


class MemoryCredentials(MemorySuspending):
    """Networks' Basic pairs."""

    async def find_network_credential(self, client_id: CredentialId) -> NetworkCredential | None:
        """The pair under this id, where its network is in service."""
        return self._pair_in_force(client_id)

    async def find_credential_of(self, network_id: NetworkId) -> NetworkCredential | None:
        """The main pair of a network."""
        return next(
            (pair for pair in self.credentials.values() if pair.network_id == network_id and pair.is_main), None
        )

    async def list_credentials_of(self, network_id: NetworkId) -> Sequence[NetworkCredential]:
        """Every pair of a network."""
        found = [pair for pair in self.credentials.values() if pair.network_id == network_id]
        return sorted(found, key=lambda pair: (pair.name, -pair.version))

    async def count_credential_calls(self, network_id: NetworkId, *, since: Day) -> dict[CredentialId, int]:
        """How many calls were let in with each of a network's pairs."""
        own = {pair.client_id for pair in await self.list_credentials_of(network_id)}
        counted: dict[CredentialId, int] = {}
        for (client_id, day), calls in self.credential_calls.items():
            if client_id in own and day >= since:
                counted[client_id] = counted.get(client_id, 0) + calls
        return counted

    async def add_credential(self, *, credential: NetworkCredential, most: int, audit: AuditEvent) -> bool:
        """Another pair of a network."""
        there = await self.list_credentials_of(credential.network_id)
        in_force = [pair for pair in there if pair.retires_at is None]
        if len(in_force) >= most or credential.client_id in self.credentials:
            return False
        if any(pair.version == credential.version for pair in there):
            return False
        if any(pair.name == credential.name for pair in in_force):
            return False
        self.credentials[credential.client_id] = credential
        self._note(audit)
        return True

    async def regenerate_credential(
        self,
        *,
        credential: NetworkCredential,
        replaces_version: int,
        kept_until: Micros | None = None,
        audit: AuditEvent,
    ) -> bool:
        """Put a new pair in an old one's place."""
        there = await self.list_credentials_of(credential.network_id)
        old = next((pair for pair in there if self._is(pair, credential.name, replaces_version)), None)
        if old is None or any(pair.version == credential.version for pair in there):
            return False
        self._reach("regenerate.before_commit")
        self._end_replaced_by(old)
        del self.credentials[old.client_id]
        if kept_until is not None:
            kept = replace(old, retires_at=kept_until, replaced_by=credential.client_id)
            self.credentials[old.client_id] = kept
        self.credentials[credential.client_id] = credential
        self._note(audit)
        self._reach("regenerate.after_commit")
        return True

    async def narrow_credential(self, *, credential: NetworkCredential, audit: AuditEvent) -> bool:
        """Give a pair another name and narrowing."""
        there = await self.list_credentials_of(credential.network_id)
        key = (credential.client_id, credential.version, None)
        if not any((pair.client_id, pair.version, pair.retires_at) == key for pair in there):
            return False
        others = [pair for pair in there if pair.client_id != credential.client_id and pair.retires_at is None]
        if any(pair.name == credential.name for pair in others):
            return False
        for pair in there:
            if credential.client_id in (pair.client_id, pair.replaced_by):
                narrowed = replace(pair, name=credential.name, narrowing=credential.narrowing)
                self.credentials[pair.client_id] = narrowed
        self._note(audit)
        return True

    async def warn_of_credential(self, *, client_id: CredentialId, since: Micros, audit: AuditEvent) -> bool:
        """Write down that a pair was refused for its address."""
        last = self.credential_warnings.get(client_id)
        if client_id not in self.credentials or (last is not None and last > since):
            return False
        self.credential_warnings[client_id] = audit.at
        self._note(audit)
        return True

    async def end_credential(
        self, *, client_id: CredentialId, network_id: NetworkId, version: int, audit: AuditEvent
    ) -> bool:
        """End a pair that is not the main one."""
        pair = self.credentials.get(client_id)
        if pair is None or (pair.network_id, pair.version) != (network_id, version) or pair.is_main:
            return False
        self._end_replaced_by(pair)
        del self.credentials[client_id]
        self._note(audit)
        return True

    def _is(self, pair: NetworkCredential, name: str, version: int) -> bool:
        return (pair.name, pair.version, pair.retires_at) == (name, version, None)

    def _end_replaced_by(self, successor: NetworkCredential) -> None:
        for pair in list(self.credentials.values()):
            if pair.replaced_by == successor.client_id:
                del self.credentials[pair.client_id]

    def _clean_credentials(self, now: Micros, limit: int) -> int:
        over = [pair for pair in self.credentials.values() if pair.retires_at is not None and pair.retires_at <= now]
        over = sorted(over, key=lambda pair: pair.retires_at or 0)[: max(0, limit)]
        for pair in over:
            del self.credentials[pair.client_id]
            self._note(retired(pair.network_id, pair.client_id, pair.retires_at or now))
        days = [key for key in self.credential_calls if key[1] < first_of_week(now)][: max(0, limit - len(over))]
        for key in days:
            del self.credential_calls[key]
        return len(over) + len(days)
