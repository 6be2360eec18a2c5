"""What partners and the review of their apps need of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import ClientId, Digest, Micros, NetworkId, UserId
from frontdesk.protocol.partners import Partner, SecretUse
from frontdesk.protocol.records import AuditEvent, Client, Review, User


class PartnerStore(Protocol):
    """Partners, whose app an app is, what it says of itself, its two secrets, its review."""

    async def add_user(self, *, user: User, audit: AuditEvent) -> bool:
        """An account without a role, for an address that was proven; False where somebody has the address."""

    async def add_partner(self, *, partner: Partner, test_network: NetworkId | None = None, audit: AuditEvent) -> bool:
        """Make a user a partner, and an administrator of the test network where there is one.

        False where they are a partner already, are blocked, or are not there.
        """

    async def find_partner(self, user_id: UserId) -> Partner | None:
        """A user as a partner; None where they are none."""

    async def change_partner(self, *, user_id: UserId, name: str, website: str, audit: AuditEvent) -> bool:
        """Call a partner something else; False where they are none."""

    async def add_partner_app(self, *, client: Client, owner_id: UserId, limit: int, audit: AuditEvent) -> bool:
        """A new app of a partner. False where they are none or have `limit` of them, or the id is taken."""

    async def give_app(self, *, client_id: ClientId, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Make a partner one of an app's people; False where there is no such app or partner, or they are already."""

    async def take_app(self, *, client_id: ClientId, user_id: UserId, audit: AuditEvent) -> bool:
        """Make somebody none of an app's people any more; False where they are none. It may be nobody's then."""

    async def list_partner_apps(self, user_id: UserId) -> Sequence[Client]:
        """A partner's apps, by name."""

    async def list_sole_apps(self, user_id: UserId) -> Sequence[Client]:
        """Those of a partner's apps that are nobody else's, by name."""

    async def list_app_owners(self, client_id: ClientId) -> Sequence[UserId]:
        """Whose app it is; empty where whoever runs the installation registered it."""

    async def change_app(self, *, client: Client, before: Client, audit: AuditEvent) -> bool:
        """Write an app's name, addresses, scopes, links and review; the rest of the record is left as it is stored.

        False where there is no such app, or its review moved since `before`: what was reviewed is what is approved.
        """

    async def set_app_logo(self, *, client: Client, before: Client, picture: bytes, audit: AuditEvent) -> bool:
        """Put a picture in the place of an app's, with `client.logo` and its review; an empty name: no picture.

        False as in `change_app`.
        """

    async def find_logo(self, name: str) -> bytes | None:
        """A picture by its name."""

    async def set_client_review(
        self,
        *,
        client_id: ClientId,
        seen: Review,
        seen_at: Micros | None,
        review: Review,
        note: str,
        verified_at: Micros | None,
        now: Micros,
        audit: AuditEvent,
    ) -> bool:
        """Move an app on its way through review.

        False, with nothing written, where its `review` and `review_at` are not what was seen: it moved or was changed
        since. `verified_at`: since when its publisher is proven; None: it is not.
        """

    async def list_in_review(self, *, limit: int) -> Sequence[Client]:
        """Apps that wait for a reviewer, the longest waiting first."""

    async def add_client_secret(
        self,
        *,
        client_id: ClientId,
        digest: Digest,
        last_four: str,
        replaces_number: int,
        now: Micros,
        audit: AuditEvent,
    ) -> bool:
        """A new secret beside the present one, whose number is `replaces_number`; both work from now on.

        False where the present one is another by now, has one beside it, or is a hash made elsewhere.
        """

    async def end_earlier_secret(self, *, client_id: ClientId, present_number: int, audit: AuditEvent) -> bool:
        """Refuse the secret before the present one, and end the tokens that the app got for itself.

        False where the present one is another by now, or has none beside it.
        """

    async def note_secret_uses(self, *, uses: Sequence[SecretUse]) -> None:
        """Write down when secrets were last right; for an app that is gone, nothing. No cache must learn of it."""

    async def list_secret_uses(self, client_id: ClientId) -> Sequence[SecretUse]:
        """When an app's secrets were last right, by number; those never used are missing."""
