"""After a rotation: what is proven under an old digest key moves to the making one, off the answer's path.

Each thing once, at its next right use. Sessions and codes age out by themselves. So do the refresh tokens of strict
apps, whose successors are derived under the key of the grant's digest: they move when the next one is confirmed.
"""

from typing import TypeVar

from frontdesk.flows.needs import Mint, Store
from frontdesk.flows.secret_uses import SecretUses
from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId, ResourceServerId
from frontdesk.protocol.records import Client, Grant, NetworkCredential, ResourceServer

Id = TypeVar("Id", bound=str)

BATCH = 200
MAX_NOTED = 20_000  # of each kind; what finds no room is noted at a later use


class Renewals:
    """What has still to be written. One a process; `flush` is called by a background task and at the end."""

    def __init__(self, store: Store, mint: Mint, secret_uses: SecretUses | None = None) -> None:
        """Nothing is noted yet. `secret_uses` hears which of an app's secrets was right."""
        self._secret_uses = secret_uses
        self._store = store
        self._mint = mint
        self._clients: dict[ClientId, tuple[Digest, Digest]] = {}
        self._credentials: dict[CredentialId, tuple[Digest, Digest]] = {}
        self._servers: dict[ResourceServerId, tuple[Digest, Digest]] = {}
        self._grants: dict[GrantId, tuple[Digest, Digest]] = {}

    def client(self, client: Client, secret: str) -> None:
        """An app's secret was right."""
        digest = client.secret_digest
        earlier = client.earlier_digest is not None and not self._mint.proves(secret, digest)
        if earlier:
            digest = client.earlier_digest
        if self._secret_uses is not None:
            self._secret_uses.saw(client, earlier=earlier)
        if digest is not None and digest[0] != self._mint.making_digest and len(self._clients) < MAX_NOTED:
            self._clients[client.id] = digest, self._mint.digest(secret)

    def client_again(self, client: Client) -> None:
        """The only secret of an app was right, by the bytes of a request that was proven before."""
        if self._secret_uses is not None:
            self._secret_uses.saw(client)

    def credential(self, pair: NetworkCredential, secret: str) -> None:
        """A network's secret was right."""
        digest = pair.secret_digest
        if digest[0] != self._mint.making_digest and len(self._credentials) < MAX_NOTED:
            self._credentials[pair.client_id] = digest, self._mint.digest(secret)

    def resource_server(self, server: ResourceServer, secret: str) -> None:
        """A resource server's secret was right."""
        digest = server.secret_digest
        if digest[0] != self._mint.making_digest and len(self._servers) < MAX_NOTED:
            self._servers[server.id] = digest, self._mint.digest(secret)

    def grant(self, grant: Grant, refresh_token: str) -> None:
        """The refresh token of an app whose tokens are never replaced was right."""
        digest = grant.refresh_digest
        if digest[0] != self._mint.making_digest and not grant.generation and len(self._grants) < MAX_NOTED:
            self._grants[grant.id] = digest, self._mint.digest(refresh_token)

    async def flush(self) -> None:
        """Write what is noted, a batch at a time; on failure it is noted again by a later use."""
        while self._clients or self._credentials or self._servers or self._grants:
            await self._store.renew_digests(
                clients=_take(self._clients),
                credentials=_take(self._credentials),
                resource_servers=_take(self._servers),
                grants=_take(self._grants),
            )


def _take(noted: dict[Id, tuple[Digest, Digest]]) -> list[tuple[Id, Digest, Digest]]:
    return [(key, old, new) for key, (old, new) in (noted.popitem() for _ in range(min(BATCH, len(noted))))]
