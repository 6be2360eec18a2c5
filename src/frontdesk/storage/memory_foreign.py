"""In memory: hashes made elsewhere that give way to our digests, and tokens that were issued elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ClientId, CredentialId, Digest
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.memory_state import MemoryState


class MemoryForeign(MemoryState):
    """What `frontdesk.flows.needs_foreign.ForeignStore` asks for, in dictionaries."""

    async def has_foreign_tokens(self) -> bool:
        """Whether any refresh token issued elsewhere is known."""
        return bool(self.foreign_tokens)

    async def adopt_client_secret(
        self, *, client_id: ClientId, foreign_secret: str, digest: Digest, audit: AuditEvent
    ) -> bool:
        """Our digest in the place of an app's foreign hash."""
        client = self.clients.get(client_id)
        if client is None or client.foreign_secret != foreign_secret:
            return False
        self.clients[client_id] = replace(client, secret_digest=digest, foreign_secret=None)
        self._note(audit)
        return True

    async def adopt_network_secret(
        self,
        *,
        client_id: CredentialId,
        foreign_secret: str,
        digest: Digest,
        last_four: str,
        sealed_secret: str | None,
        audit: AuditEvent,
    ) -> bool:
        """Our digest in the place of a Basic pair's foreign hash."""
        pair = self.credentials.get(client_id)
        if pair is None or pair.foreign_secret != foreign_secret:
            return False
        self.credentials[client_id] = replace(
            pair, secret_digest=digest, foreign_secret=None, last_four=last_four, sealed_secret=sealed_secret
        )
        self._note(audit)
        return True

    async def pin_foreign_token(self, *, known_by: Sequence[Digest], digest: Digest) -> bool:
        """Know a token by the digest of all of it."""
        for part in known_by:
            grant_id = self.foreign_tokens.pop(part, None)
            if grant_id is not None:
                self.foreign_tokens[digest] = grant_id
                grant = self.grants.get(grant_id)
                if grant is not None and grant.refresh_digest == part:
                    self.grants[grant_id] = replace(grant, refresh_digest=digest)
                return True
        return False
