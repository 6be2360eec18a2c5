"""What inviting and removing an app's people needs of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import ClientId, Micros, UserId
from frontdesk.protocol.partners import MakerInvitation
from frontdesk.protocol.records import AuditEvent


class MakerStore(Protocol):
    """Invitations to be one of an app's people, and leaving them."""

    async def invite_maker(self, *, invitation: MakerInvitation, most: int, audit: AuditEvent) -> bool:
        """Ask somebody to become one of an app's people; an earlier invitation of the same address ends.

        False where who invites is none of them (and no operator), or people and invitations are `most` already.
        """

    async def find_maker_invitation(self, invitation_id: str) -> MakerInvitation | None:
        """An invitation by its id (a UUID), late ones too."""

    async def list_maker_invitations(self, client_id: ClientId) -> Sequence[MakerInvitation]:
        """Those of an app, by address; late ones, too, as long as nobody invites anew."""

    async def end_maker_invitation(self, *, invitation_id: str, audit: AuditEvent) -> bool:
        """Take an invitation back, or decline it; False where there is none."""

    async def accept_maker_invitation(
        self, *, invitation_id: str, user_id: UserId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Use an invitation up, once, for the partner who has its address at this very moment.

        False, with nothing changed, where it was used, is late, or is another address's; where the user is blocked, or
        no partner.
        """

    async def drop_maker(self, *, client_id: ClientId, user_id: UserId, audit: AuditEvent) -> bool:
        """Make somebody none of an app's people any more, and end the invitations that they made.

        False where they are none, or the last one: of two who remove each other at once one stays.
        """
