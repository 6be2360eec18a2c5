"""The verbs about the provider's own sign-in, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Micros, UserId
from frontdesk.protocol.provider import Identity, LinkedIdentity, Unlinked
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import identities
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class IdentityVerbs:
    """What `frontdesk.flows.needs_provider.IdentityStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def find_identity(self, identity: Identity) -> UserId | None:
        """The user whom an identity stands for."""
        return await self._reader.read(identities.find_identity, identity)

    async def link_identity(self, *, identity: Identity, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Let it stand for this user from now on."""
        verb = identities.link_identity(identity=identity, user_id=user_id, now=now, audit=audit)
        return await self._writer.write(verb)

    async def list_identities(self, user_id: UserId) -> Sequence[LinkedIdentity]:
        """A user's."""
        return await self._reader.read(identities.list_identities, user_id)

    async def unlink_identity(
        self, *, user_id: UserId, issuer: str, subject: str, now: Micros, audit: AuditEvent
    ) -> Unlinked:
        """It stands for this user no more."""
        verb = identities.unlink_identity(user_id=user_id, issuer=issuer, subject=subject, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def forget_identity(self, *, user_id: UserId, issuer: str, subject: str, audit: AuditEvent) -> bool:
        """Forget one that was unlinked."""
        verb = identities.forget_identity(user_id=user_id, issuer=issuer, subject=subject, audit=audit)
        return await self._writer.write(verb)
