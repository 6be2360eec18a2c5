"""What the walks about keys need: of the store, and of whoever keeps the key file."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId, Micros, NetworkId, ResourceServerId
from frontdesk.protocol.keys import KeyFacts, KeyUse
from frontdesk.protocol.records import AuditEvent


class KeyStore(Protocol):
    """The verbs about keys; as everywhere, each is atomic, and durable before it returns."""

    def on_keys(self, look: Callable[[], object]) -> None:
        """Call `look` whenever keys were announced, before anything that is in memory is trusted again."""

    async def count_key_uses(self, *, now: Micros) -> Sequence[KeyUse]:
        """What is alive at `now` under each digest key, and the sealed secrets under each key of the vault."""

    async def announce_keys(self, *, announcement: str, audit: AuditEvent | None) -> None:
        """Make every process forget what it proved and look at its keys before it trusts anything again.

        `announcement` says which keys are in force, and is kept.
        """

    async def find_announced_keys(self) -> str:
        """The last announcement; empty where there never was one."""

    async def forget_sealed_secrets(self, *, announcement: str, audit: AuditEvent) -> int:
        """Delete every sealed secret for good, and announce the keys; how many there were."""

    async def list_sealed_under_others(
        self, *, key_id: int, after: NetworkId | None, limit: int
    ) -> Sequence[tuple[NetworkId, int, str]]:
        """Secrets sealed under other keys of the vault than this one, by network: id, version, sealed text.

        All those of the next `limit` networks that have any.
        """

    async def seal_again(self, *, secrets: Sequence[tuple[NetworkId, int, str, str]]) -> int:
        """Put a new sealed text in an old one's place (network, version, old, new), unless that changed; how many."""

    async def renew_digests(
        self,
        *,
        clients: Sequence[tuple[ClientId, Digest, Digest]] = (),
        credentials: Sequence[tuple[CredentialId, Digest, Digest]] = (),
        resource_servers: Sequence[tuple[ResourceServerId, Digest, Digest]] = (),
        grants: Sequence[tuple[GrantId, Digest, Digest]] = (),
    ) -> None:
        """Put a digest in an old one's place (id, old, new), unless that changed meanwhile.

        Not for a grant whose refresh token was ever replaced.
        """


class KeyCupboard(Protocol):
    """The key file, held so that nobody else changes it. What is asked of a verb was read by `tell` before."""

    def tell(self) -> Sequence[KeyFacts]:
        """Every key as it stands, without the key itself."""

    def add(self, purpose: str, *, taken: Collection[int]) -> int:
        """The id of a new key that reads only, or of a rotation that was cut short. `taken`: ids never to be used."""

    def put_first(self, purpose: str, key_id: int) -> None:
        """Let a key that reads make from now on; the one that made goes on reading."""

    def retire(self, purpose: str, key_id: int) -> None:
        """Let a key prove nothing any more; it is kept."""

    def bring_back(self, purpose: str, key_id: int) -> None:
        """Let a retired key read again."""

    def destroy(self, purpose: str, key_id: int) -> None:
        """Forget a key for good."""

    def destroy_vault(self) -> None:
        """Forget all keys of the vault for good."""
