"""The in-memory twin of storage/members.py and storage/invitations.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import DAY, Digest, Email, Micros, NetworkId, UserId
from frontdesk.protocol.members import (
    MOST_A_DAY,
    MOST_A_DAY_TO_ONE,
    MOST_WAITING,
    Invitation,
    Invited,
    Member,
    may_change,
    may_give,
    may_remove,
    stands,
)
from frontdesk.protocol.records import AuditEvent, Role, User
from frontdesk.storage.memory_suspending import MemorySuspending


class MemoryMembers(MemorySuspending):
    """A network's people, and invitations."""

    async def list_members(self, network_id: NetworkId, *, after: str, begins: str, limit: int) -> Sequence[Member]:
        """Who has a role that counts, by address."""
        found = [
            Member(
                user=replace(user, roles={network_id: user.roles[network_id]}),
                role=user.roles[network_id],
                since=self.member_since.get((user.id, network_id)),
                last_sign_in_at=self.last_sign_ins.get(user.id),
            )
            for user in sorted(self.users.values(), key=lambda user: user.email)
            if network_id in user.roles and user.email > after and user.email.startswith(begins)
        ]
        return found[:limit]

    async def remove_member(
        self, *, by: UserId, user_id: UserId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take a role away."""
        actor, other = self._both(by, user_id)
        if actor is None or other is None:
            return False
        if not may_remove(actor.roles.get(network_id), other.roles.get(network_id)):
            return False
        self._take_role(user_id, network_id)
        self._end_invitations_of(user_id, network_id, now)
        self._drop_everywhere(user_id, network_id, now)
        self._note(audit)
        return True

    async def change_role(
        self, *, by: UserId, user_id: UserId, network_id: NetworkId, role: Role, now: Micros, audit: AuditEvent
    ) -> bool:
        """Another role."""
        actor, other = self._both(by, user_id)
        if actor is None or other is None or other.roles.get(network_id) is role:
            return False
        if not may_change(actor.roles.get(network_id), other.roles.get(network_id), role):
            return False
        self._set_role(user_id, network_id, role, now)
        if role is Role.MEMBER:
            self._end_invitations_of(user_id, network_id, now)
        self._note(audit)
        return True

    async def invite(self, *, invitation: Invitation, audit: AuditEvent) -> Invited:
        """Keep an invitation."""
        now, network_id, email = invitation.made_at, invitation.network_id, invitation.email
        if not self._stands(invitation, now) or network_id not in self.networks:
            return Invited.NOT_ALLOWED
        if any(user.email == email and network_id in user.roles for user in self.users.values()):
            return Invited.HAS_ROLE
        kept = [one for one in self.invitations.values() if one.network_id == network_id]
        waiting = [one for one in kept if one.ended_at is None and now < one.expires_at and one.email != email]
        sent = [one.email for one in kept if one.made_at > now - DAY]
        if len(waiting) >= MOST_WAITING:
            return Invited.TOO_MANY_WAIT
        if len(sent) >= MOST_A_DAY or sent.count(email) >= MOST_A_DAY_TO_ONE:
            return Invited.TOO_MANY_MAILS
        for one in kept:
            if one.email == email and one.ended_at is None:
                self.invitations[one.id] = replace(one, ended_at=now)
        self.invitations[invitation.id] = replace(invitation, ended_at=None)
        self._note(audit)
        return Invited.DONE

    async def list_invitations(self, network_id: NetworkId, *, now: Micros) -> Sequence[Invitation]:
        """A network's invitations that stand."""
        mine = [one for one in self.invitations.values() if one.network_id == network_id and self._stands(one, now)]
        return sorted(mine, key=lambda one: one.email)

    async def find_invitation(self, digests: Sequence[Digest], *, now: Micros) -> Invitation | None:
        """The invitation with one of these digests."""
        found = [one for one in self.invitations.values() if one.digest in digests and self._stands(one, now)]
        return found[0] if found else None

    async def open_invitation(self, *, invitation_id: str, new_user: User, now: Micros) -> User | None:
        """The user with the invited address."""
        invitation = self._standing(invitation_id, now)
        if invitation is None or invitation.email != new_user.email:
            return None
        for user in self.users.values():
            if user.email == new_user.email:
                return user
        self.users[new_user.id] = replace(new_user, roles={})
        return self.users[new_user.id]

    async def accept_invitation(self, *, invitation_id: str, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Use an invitation up and give its role."""
        invitation, user = self._standing(invitation_id, now), self.users.get(user_id)
        if invitation is None or user is None or user.blocked_at is not None or user.email != invitation.email:
            return False
        if self._role_of(user_id, invitation.network_id) is not None:
            return False
        self.invitations[invitation_id] = replace(invitation, ended_at=now)
        self._set_role(user_id, invitation.network_id, invitation.role, now)
        self._note(audit)
        return True

    async def end_invitation(
        self, *, invitation_id: str, by: UserId | None, email: Email | None, now: Micros, audit: AuditEvent
    ) -> Invitation | None:
        """End one that stands."""
        invitation = self._standing(invitation_id, now)
        if invitation is None or email not in (None, invitation.email):
            return None
        if by is not None:
            actor = self.users.get(by)
            if actor is None or actor.blocked_at is not None:
                return None
            if email is None and not may_give(actor.roles.get(invitation.network_id), invitation.role):
                return None
        self.invitations[invitation_id] = replace(invitation, ended_at=now)
        self._note(audit)
        return invitation

    def _both(self, by: UserId, user_id: UserId) -> tuple[User | None, User | None]:
        actor = self.users.get(by)
        if by == user_id or actor is None or actor.blocked_at is not None:
            return None, None
        return actor, self.users.get(user_id)

    def _standing(self, invitation_id: str, now: Micros) -> Invitation | None:
        invitation = self.invitations.get(invitation_id)
        return invitation if invitation is not None and self._stands(invitation, now) else None

    def _stands(self, invitation: Invitation, now: Micros) -> bool:
        inviter = self.users.get(invitation.inviter_id) if invitation.inviter_id is not None else None
        return stands(invitation, inviter, now=now)

    def _clean_invitations(self, now: Micros, limit: int) -> int:
        old = [key for key, one in self.invitations.items() if one.expires_at <= now][: max(0, limit)]
        for key in old:
            del self.invitations[key]
        return len(old)
