"""The in-memory twin of storage/keys_usage.py."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId, Micros, NetworkId, ResourceServerId
from frontdesk.protocol.keys import (
    ADDRESS_CHANGES,
    ADMIN_KEYS,
    APPS,
    CODES,
    GRANTS,
    IMPORTED,
    INVITATIONS,
    OWNERSHIP_CODES,
    PAIRS,
    SEALED,
    SERVERS,
    SESSIONS,
    SETUP_LINKS,
    SIGN_IN_CODES,
    KeyUse,
)
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.signin import session_alive
from frontdesk.storage.memory_state import MemoryState


class MemoryKeys(MemoryState):
    """Keys: what hangs on them, and their announcement."""

    _announcement = ""
    _look_at_keys: Callable[[], object] | None = None

    def on_keys(self, look: Callable[[], object]) -> None:
        """Call `look` when keys are announced."""
        self._look_at_keys = look

    async def count_key_uses(self, *, now: Micros) -> Sequence[KeyUse]:
        """What stands or falls with each key."""
        counted = Counter((kind, digest[0]) for kind, digest in self._digests(now) if digest)
        found = [KeyUse(purpose="digest", key_id=key, kind=kind, count=n) for (kind, key), n in counted.items()]
        sealed = Counter(
            int(pair.sealed_secret.partition(".")[0])
            for pair in self.credentials.values()
            if pair.sealed_secret is not None
        )
        return found + [KeyUse(purpose="vault", key_id=key, kind=SEALED, count=n) for key, n in sealed.items()]

    async def announce_keys(self, *, announcement: str, audit: AuditEvent | None) -> None:
        """Make the process look at its keys."""
        self._announcement = announcement
        if audit is not None:
            self._note(audit)
        if self._look_at_keys is not None:
            self._look_at_keys()

    async def find_announced_keys(self) -> str:
        """Which keys were announced last."""
        return self._announcement

    async def forget_sealed_secrets(self, *, announcement: str, audit: AuditEvent) -> int:
        """Delete every sealed secret."""
        kept = [pair for pair in self.credentials.values() if pair.sealed_secret is not None]
        for pair in kept:
            self.credentials[pair.client_id] = replace(pair, sealed_secret=None)
        await self.announce_keys(announcement=announcement, audit=audit)
        return len(kept)

    async def list_sealed_under_others(
        self, *, key_id: int, after: NetworkId | None, limit: int
    ) -> Sequence[tuple[NetworkId, int, str]]:
        """Secrets that are sealed under other keys than this one."""
        found = sorted(
            (pair.network_id, pair.version, pair.sealed_secret)
            for pair in self.credentials.values()
            if pair.sealed_secret is not None and not pair.sealed_secret.startswith(f"{key_id}.")
        )
        left = [secret for secret in found if after is None or secret[0] > after]
        networks = list(dict.fromkeys(network for network, _, _ in left))[:limit]
        return [secret for secret in left if secret[0] in networks]

    async def seal_again(self, *, secrets: Sequence[tuple[NetworkId, int, str, str]]) -> int:
        """Put new sealed texts in old ones' places."""
        news = {(network, version, old): new for network, version, old, new in secrets}
        done = 0
        for pair in list(self.credentials.values()):
            new = news.get((pair.network_id, pair.version, pair.sealed_secret or ""))
            if new is not None:
                self.credentials[pair.client_id] = replace(pair, sealed_secret=new)
                done += 1
        return done

    async def renew_digests(
        self,
        *,
        clients: Sequence[tuple[ClientId, Digest, Digest]] = (),
        credentials: Sequence[tuple[CredentialId, Digest, Digest]] = (),
        resource_servers: Sequence[tuple[ResourceServerId, Digest, Digest]] = (),
        grants: Sequence[tuple[GrantId, Digest, Digest]] = (),
    ) -> None:
        """Put digests under the making key in old ones' places."""
        for client_id, old, new in clients:
            client = self.clients.get(client_id)
            if client is not None and client.secret_digest == old:
                self.clients[client_id] = replace(client, secret_digest=new)
            if client is not None and client.earlier_digest == old:
                self.clients[client_id] = replace(client, earlier_digest=new)
        for pair_id, old, new in credentials:
            pair = self.credentials.get(pair_id)
            if pair is not None and pair.secret_digest == old:
                self.credentials[pair_id] = replace(pair, secret_digest=new)
        for server_id, old, new in resource_servers:
            server = self.resource_servers.get(server_id)
            if server is not None and server.secret_digest == old:
                self.resource_servers[server_id] = replace(server, secret_digest=new)
        for grant_id, old, new in grants:
            grant = self.grants.get(grant_id)
            if grant is not None and grant.refresh_digest == old and grant.generation == 0:
                self.grants[grant_id] = replace(grant, refresh_digest=new)
                if old in self.foreign_tokens:
                    self.foreign_tokens[new] = self.foreign_tokens.pop(old)

    def _digests(self, now: Micros) -> Iterator[tuple[str, Digest]]:
        yield from ((GRANTS, grant.refresh_digest) for grant in self.grants.values() if grant.revoked_at is None)
        yield from ((IMPORTED, digest) for digest in self.foreign_tokens)
        yield from ((APPS, digest) for client in self.clients.values() for digest in client.digests)
        yield from ((PAIRS, pair.secret_digest) for pair in self.credentials.values() if pair.foreign_secret is None)
        yield from ((SERVERS, server.secret_digest) for server in self.resource_servers.values())
        yield from ((ADMIN_KEYS, key.digest) for key in self.admin_keys.values())
        yield from ((SESSIONS, row.digest) for row in self.sessions.values() if session_alive(row, now=now))
        yield from (
            (CODES, code.digest)
            for code in self.codes.values()
            if code.grant_id is None and code.voided_at is None and now < code.expires_at
        )
        waiting = (one for one in self.invitations.values() if one.ended_at is None and now < one.expires_at)
        yield from ((INVITATIONS, one.digest) for one in waiting)
        yield from ((SIGN_IN_CODES, code.digest) for code in self.login_codes.values() if now < code.expires_at)
        yield from ((SETUP_LINKS, digest) for digest, until in self.setup_link.items() if now < until)
        changes = self.email_changes.values()
        yield from ((ADDRESS_CHANGES, change.new_digest) for change in changes if now < change.expires_at)
        for offer in self.ownership_offers.values():
            if offer.code_digest is not None and offer.code_expires_at is not None and now < offer.code_expires_at:
                yield OWNERSHIP_CODES, offer.code_digest
