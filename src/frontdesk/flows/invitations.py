"""Inviting somebody into a network by a link in a mail, and accepting it with that very address. OW-12, EM-06.

Whether somebody has an account is told to nobody: the page, its time and the mail are the same. The link works once,
for seven days, while whoever sent it may still give the role; it can be withdrawn. Looking at it changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from frontdesk.flows.letters import Circumstances, Letter, Letterhead
from frontdesk.flows.member_letters import INVITATIONS, render_invitation_letter, render_joined_letter
from frontdesk.flows.members import Members, membership_row
from frontdesk.flows.needs import Clock, Mint, Origin, Store, Witness
from frontdesk.flows.notices import Notices
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Email, Micros, UserId, read_uuid
from frontdesk.protocol.members import INVITATION_LIFETIME, INVITATION_LINK, Invitation, Invited, may_give
from frontdesk.protocol.records import Network, Role, Session, User
from frontdesk.protocol.signin import session_fresh

_GONE = Refusal(reason=Reason.INVITATION_GONE)
_REFUSED = {
    Invited.NOT_ALLOWED: Reason.NOT_THE_OWNER,
    Invited.HAS_ROLE: Reason.HAS_ROLE_THERE,
    Invited.TOO_MANY_WAIT: Reason.TOO_MANY_INVITATIONS,
    Invited.TOO_MANY_MAILS: Reason.TOO_MANY_INVITATION_MAILS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An invitation that stands, for whoever has its link; `inviter` is empty where the operator invites."""

    invitation: Invitation
    network: Network
    inviter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An invitation that was just made, with what its link leads to."""

    invitation: Invitation
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitations:
    """Sends, finds, accepts and ends."""

    store: Store
    clock: Clock
    mint: Mint
    notices: Notices
    witness: Witness
    members: Members

    async def invite(
        self,
        user: User,
        session: Session,
        network_id: str,
        *,
        email: Email,
        role: str,
        origin: Origin,
        language: str = "",
    ) -> Network | Refusal:
        """Send an invitation, in the place of an earlier one to the same address.

        Refused: for a role that is not theirs to give, freshly signed in for an administrator's; to somebody who is
        there already; beyond fifty that wait, fifty mails a day, and three a day to one address.
        """
        managed = await self.members.open(user, network_id)
        if isinstance(managed, Refusal):
            return managed
        if not self.members.kept_here:
            return Refusal(reason=Reason.MEMBERS_ELSEWHERE)
        if role not in list(Role):
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if not may_give(managed.role, Role(role)):
            return Refusal(reason=Reason.NOT_THE_OWNER)
        if role == Role.ADMINISTRATOR and not session_fresh(session, now=self.clock.now()):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        sent = await self.send(managed.network, email, Role(role), by=user, origin=origin, language=language)
        return sent if isinstance(sent, Refusal) else managed.network

    async def send(
        self, network: Network, email: Email, role: Role, *, by: User | None, origin: Origin, language: str = ""
    ) -> Sent | Refusal:
        """Keep an invitation and mail its link; without `by` it is the operator's. `language` is the page's."""
        if not self.members.kept_here:
            return Refusal(reason=Reason.MEMBERS_ELSEWHERE)
        now, value = self.clock.now(), self.mint.new_client_id(INVITATION_LINK)
        invitation = Invitation(
            id=self.mint.new_id(),
            network_id=network.id,
            email=email,
            role=role,
            digest=self.mint.digest(value),
            inviter_id=by.id if by is not None else None,
            made_at=now,
            expires_at=Micros(now + INVITATION_LIFETIME),
        )
        audit = membership_row("invitation.sent", by, network.id, None, origin, now, f"{email} {role}")
        outcome = await self.store.invite(invitation=invitation, audit=audit)
        if outcome is not Invited.DONE:
            return Refusal(reason=_REFUSED[outcome])
        sent = Sent(invitation=invitation, link=f"{self.notices.head.issuer}{INVITATIONS}{value}")
        letter = render_invitation_letter(
            sent.link,
            network=network,
            role=role,
            by=by.email if by is not None else None,
            head=self.notices.head,
            seen=Circumstances(now=now, address=None),
        )
        known = await self.store.find_user_by_email(email)
        if known is not None and known.blocked_at is not None:
            return sent  # nobody is told that they are blocked
        if self.notices.quota.admit("invited", email, now=now) is None:
            self.witness.saw("notice.held_back", kind="invited")
            return sent
        spoken = known.language if known is not None and known.language else language
        self.notices.post.post(email, letter.subject, letter.text, language=spoken)
        return sent

    async def withdraw(self, user: User, network_id: str, *, invitation_id: str, origin: Origin) -> Network | Refusal:
        """Take one back; by anybody who could have sent it. The link opens nothing any more."""
        managed = await self.members.open(user, network_id)
        if isinstance(managed, Refusal):
            return managed
        ended = await self._end(managed.network, invitation_id, by=user.id, email=None, actor=user, origin=origin)
        return managed.network if ended else Refusal(reason=Reason.PAGE_UNKNOWN)

    async def withdraw_any(self, network: Network, invitation_id: str, *, origin: Origin) -> bool:
        """The operator takes one back."""
        return await self._end(network, invitation_id, by=None, email=None, actor=None, origin=origin)

    async def find(self, value: str) -> Standing | Refusal:
        """What a link stands for; the same answer for one that was used, withdrawn, is late or never was."""
        if not self.members.kept_here or not value.startswith(INVITATION_LINK):
            return _GONE
        invitation = await self.store.find_invitation(self.mint.digests(value), now=self.clock.now())
        network = await self.store.find_network(invitation.network_id) if invitation is not None else None
        if invitation is None or network is None:
            return _GONE
        inviter = await self.store.find_user(invitation.inviter_id) if invitation.inviter_id is not None else None
        return Standing(invitation=invitation, network=network, inviter=inviter.email if inviter is not None else "")

    async def open(self, value: str) -> Standing | Refusal:
        """Make the invited address known, so that a code can be sent to it."""
        standing = await self.find(value)
        if isinstance(standing, Refusal):
            return standing
        now = self.clock.now()
        new = User(id=UserId(self.mint.new_id()), email=standing.invitation.email, created_at=now)
        opened = await self.store.open_invitation(invitation_id=standing.invitation.id, new_user=new, now=now)
        return standing if opened is not None else _GONE

    async def accept(self, value: str, user: User, *, origin: Origin) -> Network | Refusal:
        """Take the role, signed in with the invited address and no other; owner and inviter are told."""
        standing = await self.find(value)
        if isinstance(standing, Refusal):
            return standing
        invitation, network, now = standing.invitation, standing.network, self.clock.now()
        if user.email != invitation.email:
            return Refusal(reason=Reason.INVITED_OTHERWISE)
        if network.id in user.roles:
            return network  # given otherwise meanwhile
        audit = membership_row("invitation.accepted", user, network.id, user.id, origin, now, invitation.role)
        accepted = await self.store.accept_invitation(
            invitation_id=invitation.id, user_id=user.id, now=now, audit=audit
        )
        if not accepted:
            return _GONE
        owner = await self.store.find_owner_of(network.id)
        inviter = await self.store.find_user(invitation.inviter_id) if invitation.inviter_id is not None else None
        write = partial(render_joined_letter, network=network, person=user.email, role=invitation.role)
        for person in {one.id: one for one in (owner, inviter) if one is not None}.values():
            self._tell(person, write, now)
        return network

    async def decline(self, value: str, user: User, *, origin: Origin) -> Network | Refusal:
        """End it, at the word of whoever has the invited address."""
        standing = await self.find(value)
        if isinstance(standing, Refusal):
            return standing
        if user.email != standing.invitation.email:
            return Refusal(reason=Reason.INVITED_OTHERWISE)
        ended = await self._end(
            standing.network, standing.invitation.id, by=user.id, email=user.email, actor=user, origin=origin
        )
        return standing.network if ended else _GONE

    async def _end(
        self,
        network: Network,
        invitation_id: str,
        *,
        by: UserId | None,
        email: Email | None,
        actor: User | None,
        origin: Origin,
    ) -> bool:
        now, known = self.clock.now(), read_uuid(invitation_id)
        mine = {one.id: one for one in await self.store.list_invitations(network.id, now=now)}
        found = mine.get(known) if known is not None else None
        if found is None:
            return False
        audit = membership_row("invitation.ended", actor, network.id, None, origin, now, found.email)
        ended = await self.store.end_invitation(invitation_id=found.id, by=by, email=email, now=now, audit=audit)
        return ended is not None

    def _tell(self, to: User, write: Callable[..., Letter], now: Micros) -> None:
        def letter(head: Letterhead, seen: Circumstances) -> Letter:
            return write(head=head, seen=seen)

        self.notices.own("joined", to, letter, now=now, origin=Origin(address=None, request_id=""))
