"""What a network's people, and invitations to become one of them, need of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import Digest, Email, Micros, NetworkId, UserId
from frontdesk.protocol.members import Invitation, Invited, Member
from frontdesk.protocol.records import AuditEvent, Role, User


class MembersStore(Protocol):
    """Roles as their network's people see and change them. Who may is judged again in the step that changes."""

    async def list_members(self, network_id: NetworkId, *, after: str, begins: str, limit: int) -> Sequence[Member]:
        """Who has a role that counts, by address: those after one, whose address begins so."""

    async def remove_member(
        self, *, by: UserId, user_id: UserId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take a role away as `remove_membership` does; False where `by` may not, is the same, or none is held."""

    async def change_role(
        self, *, by: UserId, user_id: UserId, network_id: NetworkId, role: Role, now: Micros, audit: AuditEvent
    ) -> bool:
        """Another role for somebody who has one; False where `by` may not, is the same, or it is theirs already."""

    async def invite(self, *, invitation: Invitation, audit: AuditEvent) -> Invited:
        """Keep an invitation, in the place of any other of the network to this address; bounded, see protocol."""

    async def list_invitations(self, network_id: NetworkId, *, now: Micros) -> Sequence[Invitation]:
        """A network's invitations that stand, by address."""

    async def find_invitation(self, digests: Sequence[Digest], *, now: Micros) -> Invitation | None:
        """The invitation with one of these digests, if it stands."""

    async def open_invitation(self, *, invitation_id: str, new_user: User, now: Micros) -> User | None:
        """The user with the invited address, made where there is none; None where the invitation does not stand."""

    async def accept_invitation(self, *, invitation_id: str, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Use an invitation up and give its role; of two at once one wins.

        False where it does not stand, the user is blocked or has another address, or has or had set aside a role there.
        """

    async def end_invitation(
        self, *, invitation_id: str, by: UserId | None, email: Email | None, now: Micros, audit: AuditEvent
    ) -> Invitation | None:
        """End one that stands, at the word of `by`, who may give its role, or of whoever has the invited `email`.

        The operator is neither (both None). What it was; None where nothing ended.
        """
