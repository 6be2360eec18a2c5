"""In memory: hashes made elsewhere that give way to our digests, and tokens that were issued elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId
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

    async def pin_foreign_token(self, *, grant_id: GrantId, known_by: Sequence[Digest], digest: Digest) -> bool:
        """Know a grant by the digest of all of its token."""
        grant = self.grants.get(grant_id)
        if grant is None or grant.refresh_digest not in known_by:
            return False
        self.grants[grant_id] = replace(grant, refresh_digest=digest)
        self.foreign_tokens.setdefault(digest, grant_id)
        return True
