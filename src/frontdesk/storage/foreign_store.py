"""The verbs about what was issued elsewhere, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import foreign
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class ForeignVerbs:
    """What `frontdesk.flows.needs_foreign.ForeignStore` asks for."""

    _reader: Reader
    _writer: Writer

    async def has_foreign_tokens(self) -> bool:
        """Whether any refresh token issued elsewhere is known."""
        found = await self._reader.recall(self._reader.cache.facts, foreign.FACT, foreign.has_foreign_tokens)
        return bool(found)

    async def adopt_client_secret(
        self, *, client_id: ClientId, foreign_secret: str, digest: Digest, audit: AuditEvent
    ) -> bool:
        """Our digest in the place of an app's foreign hash."""
        return await self._writer.write(
            foreign.adopt_client_secret(client_id=client_id, foreign_secret=foreign_secret, digest=digest, audit=audit)
        )

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
        verb = foreign.adopt_network_secret(
            client_id=client_id,
            foreign_secret=foreign_secret,
            digest=digest,
            last_four=last_four,
            sealed_secret=sealed_secret,
            audit=audit,
        )
        return await self._writer.write(verb)

    async def pin_foreign_token(self, *, grant_id: GrantId, known_by: Sequence[Digest], digest: Digest) -> bool:
        """Know a grant by the digest of all of its token."""
        verb = foreign.pin_foreign_token(grant_id=grant_id, known_by=known_by, digest=digest)
        return await self._writer.write(verb, urgent=True)
