"""What signing in by the provider's own account needs of the store, and of whoever speaks with the provider."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from frontdesk.protocol.ids import Micros, UserId
from frontdesk.protocol.provider import Identity, LinkedIdentity, Unlinked
from frontdesk.protocol.records import AuditEvent


class IdentityStore(Protocol):
    """Which user an identity of the provider's stands for."""

    async def find_identity(self, identity: Identity) -> UserId | None:
        """The user whom it stands for; None: it was never linked."""

    async def link_identity(self, *, identity: Identity, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Let it stand for this user from now on.

        False where it stands for somebody already, or the user has another one of this issuer's, or may not sign in.
        """

    async def list_identities(self, user_id: UserId) -> Sequence[LinkedIdentity]:
        """A user's, by issuer, those that were unlinked too."""

    async def unlink_identity(
        self, *, user_id: UserId, issuer: str, subject: str, now: Micros, audit: AuditEvent
    ) -> Unlinked:
        """It stands for this user no more, and is not linked again by itself; never the last way in."""

    async def forget_identity(self, *, user_id: UserId, issuer: str, subject: str, audit: AuditEvent) -> bool:
        """Forget one that was unlinked, so that the next visit there may link again; False where there is none."""


class Provider(Protocol):
    """Speaks OpenID Connect with the provider. ProviderAway where it cannot be reached or answers nonsense."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def issuer(self) -> str:
        """What it calls itself."""

    @property
    def client_id(self) -> str:
        """What it calls us."""

    async def address_to_ask(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where a browser is sent."""

    async def redeem(self, code: str, *, verifier: str) -> Mapping[str, Any] | None:
        """The claims of the ID token that a code gives, its signature proven; None where the provider refuses it."""
