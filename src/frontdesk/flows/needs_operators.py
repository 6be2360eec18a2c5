"""What operators of the console, and taking networks out of service, need of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import Digest, Micros, NetworkId, UserId
from frontdesk.protocol.operators import Appointed, SetupLink
from frontdesk.protocol.records import AuditEvent, User
from frontdesk.protocol.searching import Found
from frontdesk.protocol.standing import SigningIn


class OperatorStore(Protocol):
    """Who runs the installation, and what only they may do."""

    async def is_operator(self, user_id: UserId) -> bool:
        """Whether a user is an operator now; never from memory."""

    async def list_operators(self) -> Sequence[Appointed]:
        """All operators, the longest first."""

    async def add_operator(self, *, new_user: User, now: Micros, audit: AuditEvent) -> User | None:
        """Make the person with this address an operator, known or not; None where they are one or are blocked."""

    async def remove_operator(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Take it away; False where they are none, or the last one."""

    async def put_setup_link(self, *, link: SetupLink, audit: AuditEvent) -> None:
        """A new set-up link; the one before, if any, opens nothing any more."""

    async def find_setup_link(self) -> SetupLink | None:
        """The link that was made last and not used, in time or not."""

    async def open_setup_link(self, *, digest: Digest, new_user: User, now: Micros) -> User | None:
        """The user with this address, made where there is none; None where the link is not this one, or late."""

    async def take_setup_link(self, *, digest: Digest, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Use the link up and make the user an operator; False for the second of two, a late one, another one."""

    async def search(self, text: str, *, limit: int) -> Found:
        """People, networks and apps whose address, title or name begins so; at most `limit` of each kind."""

    async def count_signing_in(self, *, now: Micros) -> SigningIn:
        """What goes on at sign-in."""

    async def set_network_stopped(
        self, *, network_id: NetworkId, stopped: bool, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take a network out of service with its pair and all roles in it, or put it back; False: no such network.

        Nothing ends for good by it. What a kept list suspends stays suspended.
        """
