"""What strict clients, and the way towards them, need of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import ClientId, Digest, GrantId
from frontdesk.protocol.records import AuditEvent, Profile
from frontdesk.protocol.weak_forms import WeakUse


class StrictnessStore(Protocol):
    """Rotation, profiles, and which weak forms are in use."""

    async def confirm_successor(self, *, grant_id: GrantId, generation: int, digest: Digest) -> bool:
        """Put a grant's refresh token of this generation in its predecessor's place: it was used for the first time.

        The digest of the very first one is kept, once. False, with nothing changed, where the grant is not at the
        generation before this one any more (somebody was quicker), or is revoked.
        """

    async def set_client_profile(
        self, *, client_id: ClientId, profile: Profile, require_pkce: bool, audit: AuditEvent
    ) -> bool:
        """Treat an app more strictly or less; nothing else about it changes.

        False where there is no such app, or one without a secret would be `compat` (RFC 9700 §2.2.2).
        """

    async def count_weak_forms(self, *, uses: Sequence[WeakUse]) -> None:
        """Add uses to what was counted before; for an app that is gone, nothing. No cache must learn of it."""

    async def list_weak_forms(self, *, of: Sequence[ClientId] | None = None) -> Sequence[WeakUse]:
        """What was counted, by app and form: of these apps, or of all."""
