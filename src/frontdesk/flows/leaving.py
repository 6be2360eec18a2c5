"""Deleting the own account, for good: by somebody who has just signed in and leaves nothing without an owner."""

from dataclasses import dataclass

from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_letters import render_deleted_letter
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.records import AuditEvent, Client, Network, Role, Session, User
from frontdesk.protocol.signin import session_fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Ends accounts by the word of those whose they are."""

    store: Store
    clock: Clock
    notices: Notices

    async def owned_networks(self, user: User) -> tuple[Network, ...]:
        """What keeps the account: each needs another owner first."""
        owned = [network_id for network_id, role in user.roles.items() if role is Role.OWNER]
        return tuple(sorted(await self.store.find_networks(owned), key=lambda network: network.title.casefold()))

    async def last_apps(self, user: User) -> tuple[Client, ...]:
        """What keeps the account, too: apps that would be nobody's."""
        return tuple(await self.store.list_sole_apps(user.id))

    async def is_last_operator(self, user: User) -> bool:
        """Nobody may lock everybody out of the console."""
        return [one.user.id for one in await self.store.list_operators()] == [user.id]

    async def delete(self, user: User, session: Session, *, typed_address: str, origin: Origin) -> Refusal | None:
        """Forget this user; every grant, session and role of theirs ends with the account. None: it is done."""
        now = self.clock.now()
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        if read_email(typed_address.strip()) != user.email:
            return Refusal(reason=Reason.ADDRESS_MISTYPED)
        audit = AuditEvent(
            at=now,
            action="user.deleted",
            actor=f"user:{user.id}",
            user_id=user.id,
            address=origin.address,
            request_id=origin.request_id,
        )

        if not await self.store.delete_user(user_id=user.id, audit=audit):
            return Refusal(reason=Reason.OWNED_BY_THEM_ALONE)
        self.notices.own(
            "deleted", user, lambda head, seen: render_deleted_letter(head=head, seen=seen), now=now, origin=origin
        )
        return None
