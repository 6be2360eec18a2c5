"""The verbs about an app's people, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, Micros, UserId
from frontdesk.protocol.partners import MakerInvitation
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import makers
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class MakerVerbs:
    """What `frontdesk.flows.needs_makers.MakerStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def invite_maker(self, *, invitation: MakerInvitation, most: int, audit: AuditEvent) -> bool:
        """Ask somebody to become one of an app's people."""
        return await self._writer.write(makers.invite_maker(invitation=invitation, most=most, audit=audit))

    async def find_maker_invitation(self, invitation_id: str) -> MakerInvitation | None:
        """An invitation by its id."""
        return await self._reader.read(makers.find_maker_invitation, invitation_id)

    async def list_maker_invitations(self, client_id: ClientId) -> Sequence[MakerInvitation]:
        """Those of an app."""
        return await self._reader.read(makers.list_maker_invitations, client_id)

    async def end_maker_invitation(self, *, invitation_id: str, audit: AuditEvent) -> bool:
        """Take an invitation back, or decline it."""
        return await self._writer.write(makers.end_maker_invitation(invitation_id=invitation_id, audit=audit))

    async def accept_maker_invitation(
        self, *, invitation_id: str, user_id: UserId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Use an invitation up."""
        verb = makers.accept_maker_invitation(invitation_id=invitation_id, user_id=user_id, now=now, audit=audit)
        return await self._writer.write(verb)

    async def drop_maker(self, *, client_id: ClientId, user_id: UserId, audit: AuditEvent) -> bool:
        """Make somebody none of an app's people any more."""
        verb = makers.drop_maker(client_id=client_id, user_id=user_id, audit=audit)
        return await self._writer.write(verb, urgent=True)
