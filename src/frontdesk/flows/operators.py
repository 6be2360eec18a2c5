"""Who runs the installation in its console: the set-up link, appointing and dismissing. ATTACKS AD-01.

There is no default account and no open installer: the first operator comes by a link that only somebody at the machine
can make, which works once and for thirty minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.operator_letters import render_appointed_letter
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import Email, Micros, UserId, read_uuid
from frontdesk.protocol.operators import SETUP_LIFETIME, SETUP_LINK, Appointed, SetupLink
from frontdesk.protocol.records import User


class Fault(Enum):
    """Why somebody was not appointed, or not dismissed."""

    NOT_AN_ADDRESS = auto()
    BLOCKED = auto()
    ALREADY = auto()
    NOT_AN_OPERATOR = auto()
    THE_LAST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """Makes people operators, and ends it."""

    store: Store
    clock: Clock
    mint: Mint
    notices: Notices

    async def make_link(self, *, origin: Origin) -> str:
        """The secret of a new set-up link; whatever link was made before opens nothing any more."""
        value, now = self.mint.new_client_id(SETUP_LINK), self.clock.now()
        link = SetupLink(digest=self.mint.digest(value), expires_at=Micros(now + SETUP_LIFETIME))
        await self.store.put_setup_link(link=link, audit=row_of_operator("operator.link_made", now, origin))
        return value

    async def find_link(self, value: str) -> SetupLink | None:
        """The link with this secret, if it was not used and is not late."""
        link = await self.store.find_setup_link()
        if not self.mint.proves(value, link.digest if link is not None else None) or link is None:
            return None
        return link if link.is_alive(self.clock.now()) else None

    async def open_link(self, value: str, email: Email) -> User | None:
        """The person with this address, made where there is none, so that a code can be sent; None: no such link."""
        link = await self.find_link(value)
        if link is None:
            return None
        now = self.clock.now()
        new = User(id=UserId(self.mint.new_id()), email=email, created_at=now)
        return await self.store.open_setup_link(digest=link.digest, new_user=new, now=now)

    async def take_link(self, value: str, user: User, *, origin: Origin) -> bool:
        """Use the link up for somebody who is signed in; False where it was used, is late or never was."""
        link = await self.find_link(value)
        if link is None:
            return False
        now = self.clock.now()
        audit = row_of_operator("operator.added", now, origin, user=user.id, detail="by the set-up link")
        taken = await self.store.take_setup_link(digest=link.digest, user_id=user.id, now=now, audit=audit)
        if taken:
            self._tell(user, now, origin)
        return taken

    async def list_operators(self) -> Sequence[Appointed]:
        """All operators, the longest first."""
        return await self.store.list_operators()

    async def appoint(self, address: str, *, origin: Origin) -> User | Fault:
        """Make the person with this address an operator; an account is made where there is none."""
        email = read_email(address.strip())
        if email is None:
            return Fault.NOT_AN_ADDRESS
        now = self.clock.now()
        new = User(id=UserId(self.mint.new_id()), email=email, created_at=now)
        audit = row_of_operator("operator.added", now, origin, user=new.id)
        made = await self.store.add_operator(new_user=new, now=now, audit=audit)
        if made is None:
            known = await self.store.find_user_by_email(email)
            return Fault.BLOCKED if known is not None and known.blocked_at is not None else Fault.ALREADY
        self._tell(made, now, origin)
        return made

    async def dismiss(self, user_id: str, *, origin: Origin) -> User | Fault:
        """Take it away from the user with this id; the last operator stays one."""
        identity = read_uuid(user_id)
        user = await self.store.find_user(UserId(identity)) if identity is not None else None
        if user is None or not await self.store.is_operator(user.id):
            return Fault.NOT_AN_OPERATOR
        now = self.clock.now()
        audit = row_of_operator("operator.removed", now, origin, user=user.id)
        if not await self.store.remove_operator(user_id=user.id, audit=audit):
            return Fault.THE_LAST
        return user

    async def dismiss_address(self, address: str, *, origin: Origin) -> User | Fault:
        """The same, for the person with this address."""
        email = read_email(address)
        if email is None:
            return Fault.NOT_AN_ADDRESS
        user = await self.store.find_user_by_email(email)
        return await self.dismiss(user.id if user is not None else "", origin=origin)

    def _tell(self, user: User, now: Micros, origin: Origin) -> None:
        self.notices.own("appointed", user, partial(render_appointed_letter, email=user.email), now=now, origin=origin)
