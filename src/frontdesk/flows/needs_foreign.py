"""What the walks need in order to accept secrets and tokens that another server issued."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId
from frontdesk.protocol.records import AuditEvent


class SlowHashes(Protocol):
    """Checks secrets against slow hashes, off the event loop."""

    async def check(self, owner: str, text: str, secret: str) -> bool | None:
        """Whether the secret is what the hash `text` was made of; None: too many are waiting, try again later."""


class ForeignStore(Protocol):
    """Remembers what was issued elsewhere."""

    async def has_foreign_tokens(self) -> bool:
        """Whether any refresh token issued elsewhere is known: from memory, exact as of the last commit."""

    async def adopt_client_secret(
        self, *, client_id: ClientId, foreign_secret: str, digest: Digest, audit: AuditEvent
    ) -> bool:
        """Put our digest in the place of an app's foreign hash; False where that hash is not there any more."""

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
        """Put our digest in the place of a Basic pair's foreign hash; False where that hash is not there any more."""

    async def pin_foreign_token(self, *, grant_id: GrantId, known_by: Sequence[Digest], digest: Digest) -> bool:
        """Know a grant by the digest of all of its token, where it was known by a part. False: it was not known so."""
