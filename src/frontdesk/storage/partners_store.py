"""The verbs about partners and their apps, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, Digest, Micros, NetworkId, UserId
from frontdesk.protocol.partners import Partner, SecretUse
from frontdesk.protocol.records import AuditEvent, Client, Review, User
from frontdesk.storage import clients, partners
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class PartnerVerbs:
    """What `frontdesk.flows.needs_partners.PartnerStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def add_user(self, *, user: User, audit: AuditEvent) -> bool:
        """An account for an address that was proven."""
        return await self._writer.write(partners.add_user(user=user, audit=audit))

    async def add_partner(self, *, partner: Partner, test_network: NetworkId | None = None, audit: AuditEvent) -> bool:
        """Make a user a partner."""
        verb = partners.add_partner(partner=partner, test_network=test_network, audit=audit)
        return await self._writer.write(verb)

    async def find_partner(self, user_id: UserId) -> Partner | None:
        """A user as a partner."""
        return await self._reader.read(partners.find_partner, user_id)

    async def change_partner(self, *, user_id: UserId, name: str, website: str, audit: AuditEvent) -> bool:
        """Call a partner something else."""
        return await self._writer.write(
            partners.change_partner(user_id=user_id, name=name, website=website, audit=audit)
        )

    async def add_partner_app(self, *, client: Client, owner_id: UserId, limit: int, audit: AuditEvent) -> bool:
        """A new app of a partner."""
        verb = partners.add_partner_app(client=client, owner_id=owner_id, limit=limit, audit=audit)
        return await self._writer.write(verb)

    async def give_app(self, *, client_id: ClientId, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Make a partner one of an app's people."""
        return await self._writer.write(partners.give_app(client_id=client_id, user_id=user_id, now=now, audit=audit))

    async def take_app(self, *, client_id: ClientId, user_id: UserId, audit: AuditEvent) -> bool:
        """Make somebody none of an app's people any more."""
        return await self._writer.write(partners.take_app(client_id=client_id, user_id=user_id, audit=audit))

    async def list_partner_apps(self, user_id: UserId) -> Sequence[Client]:
        """A partner's apps, by name."""
        return await self._remembered(await self._reader.read(partners.list_partner_apps, user_id))

    async def list_sole_apps(self, user_id: UserId) -> Sequence[Client]:
        """Those of a partner's apps that are nobody else's, by name."""
        return await self._remembered(await self._reader.read(partners.list_sole_apps, user_id))

    async def list_app_owners(self, client_id: ClientId) -> Sequence[UserId]:
        """Whose app it is."""
        return await self._reader.read(partners.list_app_owners, client_id)

    async def change_app(self, *, client: Client, before: Client, audit: AuditEvent) -> bool:
        """Write what an app says of itself."""
        return await self._writer.write(partners.change_app(client=client, before=before, audit=audit), urgent=True)

    async def set_app_logo(self, *, client: Client, before: Client, picture: bytes, audit: AuditEvent) -> bool:
        """Put a picture in the place of an app's."""
        return await self._writer.write(
            partners.set_app_logo(client=client, before=before, picture=picture, audit=audit)
        )

    async def find_logo(self, name: str) -> bytes | None:
        """A picture by its name."""
        return await self._reader.read(partners.find_logo, name)

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
        """Move an app on its way through review."""
        verb = partners.set_client_review(
            client_id=client_id,
            seen=seen,
            seen_at=seen_at,
            review=review,
            note=note,
            verified_at=verified_at,
            now=now,
            audit=audit,
        )
        return await self._writer.write(verb, urgent=True)

    async def list_in_review(self, *, limit: int) -> Sequence[Client]:
        """Apps that wait for a reviewer."""
        return await self._remembered(await self._reader.read(lambda: partners.list_in_review(limit=limit)))

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
        """A new secret beside the present one."""
        verb = clients.add_client_secret(
            client_id=client_id,
            digest=digest,
            last_four=last_four,
            replaces_number=replaces_number,
            now=now,
            audit=audit,
        )
        return await self._writer.write(verb)

    async def end_earlier_secret(self, *, client_id: ClientId, present_number: int, audit: AuditEvent) -> bool:
        """Refuse the secret before the present one."""
        verb = clients.end_earlier_secret(client_id=client_id, present_number=present_number, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def note_secret_uses(self, *, uses: Sequence[SecretUse]) -> None:
        """Write down when secrets were last right."""
        await self._writer.write(partners.note_secret_uses(uses=uses), long=True)

    async def list_secret_uses(self, client_id: ClientId) -> Sequence[SecretUse]:
        """When an app's secrets were last right."""
        return await self._reader.read(partners.list_secret_uses, client_id)

    async def _remembered(self, client_ids: Sequence[ClientId]) -> list[Client]:
        """Apps from memory, those that are not there from the database."""
        return await self._reader.recall_all(self._reader.cache.clients, client_ids, clients.find_client)
