"""The verbs about keys, as methods."""

from collections.abc import Callable, Sequence

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId, Micros, NetworkId, ResourceServerId
from frontdesk.protocol.keys import KeyUse
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import keys_usage
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class KeyVerbs:
    """What `frontdesk.flows.needs_keys.KeyStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    def on_keys(self, look: Callable[[], object]) -> None:
        """Call `look` before anything is trusted again after keys were announced."""
        self._reader.on_keys(look)

    async def count_key_uses(self, *, now: Micros) -> Sequence[KeyUse]:
        """What stands or falls with each key."""
        return await self._reader.read_long(keys_usage.count_key_uses(now=now))

    async def announce_keys(self, *, announcement: str, audit: AuditEvent | None) -> None:
        """Make every process look at its keys."""
        await self._writer.write(keys_usage.announce_keys(announcement=announcement, audit=audit), urgent=True)

    async def find_announced_keys(self) -> str:
        """Which keys were announced last."""
        return await self._reader.read(keys_usage.find_announced_keys)

    async def forget_sealed_secrets(self, *, announcement: str, audit: AuditEvent) -> int:
        """Delete every sealed secret."""
        verb = keys_usage.forget_sealed_secrets(announcement=announcement, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def list_sealed_under_others(
        self, *, key_id: int, after: NetworkId | None, limit: int
    ) -> Sequence[tuple[NetworkId, int, str]]:
        """Secrets that are sealed under other keys than this one."""
        verb = keys_usage.list_sealed_under_others(key_id=key_id, after=after, limit=limit)
        return await self._reader.read_long(verb)

    async def seal_again(self, *, secrets: Sequence[tuple[NetworkId, int, str, str]]) -> int:
        """Put new sealed texts in old ones' places."""
        return await self._writer.write(keys_usage.seal_again(secrets=secrets), long=True)

    async def renew_digests(
        self,
        *,
        clients: Sequence[tuple[ClientId, Digest, Digest]] = (),
        credentials: Sequence[tuple[CredentialId, Digest, Digest]] = (),
        resource_servers: Sequence[tuple[ResourceServerId, Digest, Digest]] = (),
        grants: Sequence[tuple[GrantId, Digest, Digest]] = (),
    ) -> None:
        """Put digests under the making key in old ones' places."""
        verb = keys_usage.renew_digests(
            clients=clients, credentials=credentials, resource_servers=resource_servers, grants=grants
        )
        await self._writer.write(verb, long=True)
