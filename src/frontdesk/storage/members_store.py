"""The verbs about a network's people and invitations, as methods."""

from collections.abc import Sequence
from functools import partial

from frontdesk.protocol.ids import Digest, Email, Micros, NetworkId, UserId
from frontdesk.protocol.members import Invitation, Invited, Member
from frontdesk.protocol.records import AuditEvent, Role, User
from frontdesk.storage import invitations, members
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class MembersVerbs:
    """What `frontdesk.flows.needs_members.MembersStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def list_members(self, network_id: NetworkId, *, after: str, begins: str, limit: int) -> Sequence[Member]:
        """Who has a role that counts, by address."""
        return await self._reader.read_long(members.list_members(network_id, after=after, begins=begins, limit=limit))

    async def remove_member(
        self, *, by: UserId, user_id: UserId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take a role away."""
        verb = members.remove_member(by=by, user_id=user_id, network_id=network_id, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def change_role(
        self, *, by: UserId, user_id: UserId, network_id: NetworkId, role: Role, now: Micros, audit: AuditEvent
    ) -> bool:
        """Another role."""
        verb = members.change_role(by=by, user_id=user_id, network_id=network_id, role=role, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def invite(self, *, invitation: Invitation, audit: AuditEvent) -> Invited:
        """Keep an invitation."""
        return await self._writer.write(invitations.invite(invitation=invitation, audit=audit))

    async def list_invitations(self, network_id: NetworkId, *, now: Micros) -> Sequence[Invitation]:
        """A network's invitations that stand."""
        return await self._reader.read_brief(partial(invitations.list_invitations, network_id, now=now))

    async def find_invitation(self, digests: Sequence[Digest], *, now: Micros) -> Invitation | None:
        """The invitation with one of these digests."""
        return await self._reader.read_long(invitations.find_invitation(digests, now=now))

    async def open_invitation(self, *, invitation_id: str, new_user: User, now: Micros) -> User | None:
        """The user with the invited address."""
        verb = invitations.open_invitation(invitation_id=invitation_id, new_user=new_user, now=now)
        return await self._writer.write(verb)

    async def accept_invitation(self, *, invitation_id: str, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Use an invitation up and give its role."""
        verb = invitations.accept_invitation(invitation_id=invitation_id, user_id=user_id, now=now, audit=audit)
        return await self._writer.write(verb)

    async def end_invitation(
        self, *, invitation_id: str, by: UserId | None, email: Email | None, now: Micros, audit: AuditEvent
    ) -> Invitation | None:
        """End one that stands."""
        verb = invitations.end_invitation(invitation_id=invitation_id, by=by, email=email, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)
