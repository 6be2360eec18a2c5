"""The in-memory twin of storage/makers.py."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, Micros, UserId
from frontdesk.protocol.partners import MakerInvitation
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.memory_partners import MemoryPartners


class MemoryMakers(MemoryPartners):
    """An app's people, and who was invited to be one of them."""

    async def invite_maker(self, *, invitation: MakerInvitation, most: int, audit: AuditEvent) -> bool:
        """Ask somebody to become one of an app's people."""
        app, now = invitation.client_id, invitation.created_at
        kept = {
            key: one
            for key, one in self.maker_invitations.items()
            if one.client_id != app or (one.email != invitation.email and now < one.expires_at)
        }
        makers = sum(client == app for _, client in self.app_owners)
        waiting = sum(one.client_id == app for one in kept.values())
        self.maker_invitations = kept
        by = invitation.invited_by
        may = app in self.clients if by is None else (by, app) in self.app_owners
        if makers + waiting >= most or not may:
            return False
        self.maker_invitations[invitation.id] = invitation
        self._note(audit)
        return True

    async def find_maker_invitation(self, invitation_id: str) -> MakerInvitation | None:
        """An invitation by its id."""
        return self.maker_invitations.get(invitation_id)

    async def list_maker_invitations(self, client_id: ClientId) -> Sequence[MakerInvitation]:
        """Those of an app."""
        found = [one for one in self.maker_invitations.values() if one.client_id == client_id]
        return sorted(found, key=lambda one: one.email)

    async def end_maker_invitation(self, *, invitation_id: str, audit: AuditEvent) -> bool:
        """Take an invitation back, or decline it."""
        if self.maker_invitations.pop(invitation_id, None) is None:
            return False
        self._note(audit)
        return True

    async def accept_maker_invitation(
        self, *, invitation_id: str, user_id: UserId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Use an invitation up."""
        invitation, user = self.maker_invitations.get(invitation_id), self.users.get(user_id)
        if invitation is None or not invitation.is_alive(now) or user is None or user.email != invitation.email:
            return False
        if user.blocked_at is not None or user_id not in self.partners:
            return False
        del self.maker_invitations[invitation_id]
        self.app_owners.setdefault((user_id, invitation.client_id), now)
        self._note(audit)
        return True

    async def drop_maker(self, *, client_id: ClientId, user_id: UserId, audit: AuditEvent) -> bool:
        """Make somebody none of an app's people any more."""
        makers = {user for user, client in self.app_owners if client == client_id}
        if user_id not in makers or len(makers) == 1:
            return False
        del self.app_owners[user_id, client_id]
        self._forget_invitations(client_id, user_id)
        self._note(audit)
        return True
