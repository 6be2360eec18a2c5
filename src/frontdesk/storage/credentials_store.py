"""The verbs about Basic pairs, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.call_counts import Day
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.records import AuditEvent, NetworkCredential
from frontdesk.storage import call_counts, credentials
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class CredentialVerbs:
    """What `frontdesk.flows.needs_credentials.CredentialStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def find_network_credential(self, client_id: CredentialId) -> NetworkCredential | None:
        """The Basic pair under this id."""
        cache = self._reader.cache.credentials
        return await self._reader.recall(cache, client_id, credentials.find_network_credential)

    async def find_credential_of(self, network_id: NetworkId) -> NetworkCredential | None:
        """The main pair of a network."""
        return await self._reader.read(credentials.find_credential_of, network_id)

    async def list_credentials_of(self, network_id: NetworkId) -> Sequence[NetworkCredential]:
        """Every pair of a network."""
        return await self._reader.read(credentials.list_credentials_of, network_id)

    async def count_credential_calls(self, network_id: NetworkId, *, since: Day) -> dict[CredentialId, int]:
        """How many calls were let in with each of a network's pairs."""
        return await self._reader.read_long(call_counts.count_credential_calls(network_id, since=since))

    async def add_credential(self, *, credential: NetworkCredential, most: int, audit: AuditEvent) -> bool:
        """Another pair of a network."""
        return await self._writer.write(credentials.add_credential(credential=credential, most=most, audit=audit))

    async def regenerate_credential(
        self,
        *,
        credential: NetworkCredential,
        replaces_version: int,
        kept_until: Micros | None = None,
        audit: AuditEvent,
    ) -> bool:
        """Put a new pair in an old one's place."""
        verb = credentials.regenerate_credential(
            credential=credential, replaces_version=replaces_version, kept_until=kept_until, audit=audit
        )
        return await self._writer.write(verb, urgent=True, step="regenerate")

    async def narrow_credential(self, *, credential: NetworkCredential, audit: AuditEvent) -> bool:
        """Give a pair another name and narrowing."""
        return await self._writer.write(credentials.narrow_credential(credential=credential, audit=audit), urgent=True)

    async def warn_of_credential(self, *, client_id: CredentialId, since: Micros, audit: AuditEvent) -> bool:
        """Write down that a pair was refused for its address."""
        return await self._writer.write(credentials.warn_of_credential(client_id=client_id, since=since, audit=audit))

    async def end_credential(
        self, *, client_id: CredentialId, network_id: NetworkId, version: int, audit: AuditEvent
    ) -> bool:
        """End a pair that is not the main one."""
        verb = credentials.end_credential(client_id=client_id, network_id=network_id, version=version, audit=audit)
        return await self._writer.write(verb, urgent=True)
