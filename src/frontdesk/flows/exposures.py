"""What a value that was found somewhere opens: whether it is one of ours, whether it still lives, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from frontdesk.flows.needs import Mint, Store
from frontdesk.flows.recall import Recalled, RecalledOwn, recall_grant, recall_pointed
from frontdesk.flows.rotation import find_standing
from frontdesk.protocol import tokens
from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId, Micros, NetworkId, ResourceServerId
from frontdesk.protocol.leaks import KINDS, Kind
from frontdesk.protocol.records import (
    AdminKey,
    AuthorizationCode,
    Client,
    Grant,
    Network,
    NetworkCredential,
    OwnGrant,
    ResourceServer,
    Session,
    User,
)
from frontdesk.protocol.rotation import Standing
from frontdesk.protocol.signin import session_alive

Holder: TypeAlias = (
    Grant | OwnGrant | AuthorizationCode | Session | Client | NetworkCredential | ResourceServer | AdminKey
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One value. `holder` is what it belongs to; None: this installation never made it, or forgot it.

    `alive`: whoever has it can still do something with it, or could once a block or a disabling is undone.
    """

    value: str = field(repr=False)
    kind: Kind
    holder: Holder | None = None
    alive: bool = False
    client: Client | None = None
    user: User | None = None
    networks: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposures:
    """Judges values of our form."""

    store: Store
    mint: Mint

    async def examine(self, values: Sequence[str], now: Micros) -> list[Exposure]:
        """Each value, in order; all of them are of a form that `leaks.kind_of` knows."""
        secrets = {kind.prefix: await self._find_secrets(kind, values) for kind in KINDS.values() if kind.is_secret}
        return [await self._examine(value, KINDS[value[:5]], secrets, now) for value in values]

    async def _examine(self, value: str, kind: Kind, secrets: dict[str, dict[str, str]], now: Micros) -> Exposure:
        unknown = Exposure(value=value, kind=kind)
        match kind.prefix:
            case tokens.ACCESS:
                return await self._access_token(unknown, now)
            case tokens.REFRESH:
                return await self._refresh_token(unknown)
            case tokens.CODE:
                return await self._code(unknown, now)
            case tokens.SESSION:
                return await self._session(unknown, now)
            case tokens.ADMIN_KEY:
                return await self._admin_key(unknown, now)
        holder = secrets[kind.prefix].get(value)
        return await self._secret(unknown, holder) if holder is not None else unknown

    async def _access_token(self, unknown: Exposure, now: Micros) -> Exposure:
        claims = self.mint.read_access_token(unknown.value)
        if claims is None:
            return unknown
        pointed = await recall_pointed(self.store, self.store.glance(), GrantId(claims.grant_id))
        if isinstance(pointed, RecalledOwn):
            own, client = pointed.own_grant, pointed.client
            alive = own.stamp == claims.stamp and now < claims.expires_at
            return Exposure(value=unknown.value, kind=unknown.kind, holder=own, alive=alive, client=client)
        if pointed is None or pointed.grant.stamp != claims.stamp:
            return unknown
        return await self._of_grant(unknown, pointed, lives=now < claims.expires_at)

    async def _refresh_token(self, unknown: Exposure) -> Exposure:
        grant_id = self.mint.read_refresh_token(unknown.value)
        recalled = await recall_grant(self.store, self.store.glance(), grant_id) if grant_id is not None else None
        standing = find_standing(unknown.value, recalled.grant, self.mint) if recalled is not None else None
        if recalled is None or standing is None:
            return unknown
        # One that was replaced buys nothing any more; who presents it ends the whole line.
        return await self._of_grant(unknown, recalled, lives=standing is not Standing.REPLACED)

    async def _of_grant(self, unknown: Exposure, recalled: Recalled, *, lives: bool) -> Exposure:
        grant = recalled.grant
        return Exposure(
            value=unknown.value,
            kind=unknown.kind,
            holder=grant,
            alive=lives and grant.revoked_at is None,
            client=recalled.client,
            user=recalled.user,
            networks=await self._networks([edge.network_id for edge in grant.edges if edge.dropped_at is None]),
        )

    async def _code(self, unknown: Exposure, now: Micros) -> Exposure:
        code_id = self.mint.read_code(unknown.value)
        code = await self.store.find_code(code_id) if code_id is not None else None
        if code is None or not self.mint.proves(unknown.value, code.digest):
            return unknown
        return Exposure(
            value=unknown.value,
            kind=unknown.kind,
            holder=code,
            alive=code.grant_id is None and code.voided_at is None and now < code.expires_at,
            client=await self.store.find_client(code.client_id),
            user=await self.store.find_user(code.user_id),
            networks=await self._networks(code.networks),
        )

    async def _session(self, unknown: Exposure, now: Micros) -> Exposure:
        session_id = self.mint.read_session_token(unknown.value)
        session = await self.store.find_session(session_id) if session_id is not None else None
        if session is None or not self.mint.proves(unknown.value, session.digest):
            return unknown
        return Exposure(
            value=unknown.value,
            kind=unknown.kind,
            holder=session,
            alive=session_alive(session, now=now),
            user=await self.store.find_user(session.user_id),
        )

    async def _admin_key(self, unknown: Exposure, now: Micros) -> Exposure:
        key_id = self.mint.read_admin_key(unknown.value)
        key = await self.store.find_admin_key(key_id) if key_id is not None else None
        if key is None or not self.mint.proves(unknown.value, key.digest):
            return unknown
        return Exposure(value=unknown.value, kind=unknown.kind, holder=key, alive=key.is_alive(now))

    async def _find_secrets(self, kind: Kind, values: Sequence[str]) -> dict[str, str]:
        """Of the secrets of one kind, who holds each."""
        made: dict[Digest, str] = {}
        for value in values:
            if value.startswith(kind.prefix):
                made.update((digest, value) for digest in self.mint.digests(value))
        found = await self.store.find_secret_holders(kind.prefix, list(made)) if made else {}
        return {made[digest]: holder for digest, holder in found.items()}

    async def _secret(self, unknown: Exposure, holder: str) -> Exposure:
        """A secret that is in force: there are no others, an earlier one is not remembered."""
        match unknown.kind.prefix:
            case tokens.CLIENT_SECRET:
                client = await self.store.find_client(ClientId(holder))
                return self._held(unknown, client, client=client)
            case tokens.NETWORK_SECRET:
                pair = await self.store.find_network_credential(CredentialId(holder))
                networks = await self._networks([pair.network_id]) if pair is not None else ()
                return self._held(unknown, pair, networks=networks)
        return self._held(unknown, await self.store.find_resource_server(ResourceServerId(holder)))

    def _held(
        self,
        unknown: Exposure,
        holder: Client | NetworkCredential | ResourceServer | None,
        *,
        client: Client | None = None,
        networks: tuple[Network, ...] = (),
    ) -> Exposure:
        # It may have been replaced since the table was gone through.
        digests = (
            holder.digests if isinstance(holder, Client) else (holder.secret_digest,) if holder is not None else ()
        )
        if not any(self.mint.proves(unknown.value, digest) for digest in digests):
            return unknown
        return Exposure(
            value=unknown.value, kind=unknown.kind, holder=holder, alive=True, client=client, networks=networks
        )

    async def _networks(self, ids: Sequence[NetworkId]) -> tuple[Network, ...]:
        found = [await self.store.find_network(network_id) for network_id in ids]
        return tuple(network for network in found if network is not None)
