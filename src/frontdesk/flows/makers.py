"""An app's people in its own hands: inviting one more by mail, accepting with that very address, removing. OW-12.

The link in the mail opens nothing by itself: whoever accepts must be signed in with the address that it was sent to.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial

from frontdesk.flows.acting import Actor, actor_word
from frontdesk.flows.budgets import budget_keys, key_in_use
from frontdesk.flows.letters import Circumstances
from frontdesk.flows.mail_quota import MailQuota
from frontdesk.flows.needs import Clock, Mint, Origin, PostOffice, Store
from frontdesk.flows.partner_letters import render_app_left_letter, render_maker_invited_letter
from frontdesk.flows.partners import Partners
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.app_forms import Fault
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import ClientId, Email, Micros, UserId, read_uuid
from frontdesk.protocol.messages import say
from frontdesk.protocol.partners import INVITATION_LIFETIME, MAX_MAKERS, MakerInvitation, Partner
from frontdesk.protocol.records import AuditEvent, Client, Session, User
from frontdesk.protocol.signin import session_fresh

INVITATION = "/partner/invitations/"
INVITED_AN_HOUR = 20  # by one person


class MakerFault(Enum):
    """Why nobody was invited, added or removed."""

    NOT_AN_ADDRESS = auto()
    ALREADY = auto()
    TOO_MANY = auto()
    TOO_SOON = auto()  # the mailbox got such a mail a moment ago, or this person sent many
    THE_LAST = auto()
    OTHER_ADDRESS = auto()
    USED = auto()  # or taken back, a moment ago


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPeople:
    """Whose app it is, and who was invited."""

    client: Client
    makers: tuple[User, ...]
    invited: tuple[MakerInvitation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation as the invited person sees it; `by` is the address of who invites, or ours for an operator."""

    invitation: MakerInvitation
    client: Client
    by: str
    is_partner: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """Changes who an app's people are. An operator may act in their place, without a session."""

    store: Store
    clock: Clock
    mint: Mint
    post: PostOffice
    partners: Partners
    quota: MailQuota = field(default_factory=lambda: MailQuota(an_hour=INVITED_AN_HOUR))

    async def list_people(self, actor: Actor, client_id: str) -> AppPeople | Refusal:
        """All of an app's people, and those invited whom there is still time for."""
        client = await self.partners.open_app(actor, client_id)
        if isinstance(client, Refusal):
            return client
        found = [await self.store.find_user(user_id) for user_id in await self.store.list_app_owners(client.id)]
        now = self.clock.now()
        return AppPeople(
            client=client,
            makers=tuple(sorted((one for one in found if one is not None), key=lambda one: one.email)),
            invited=tuple(one for one in await self.store.list_maker_invitations(client.id) if one.is_alive(now)),
        )

    async def invite(
        self, actor: Actor, session: Session | None, client_id: str, address: str, *, language: str, origin: Origin
    ) -> MakerInvitation | Refusal | MakerFault:
        """Send a mail to somebody who shall be one of the app's people; all of them hear of it."""
        people = await self.list_people(actor, client_id)
        now = self.clock.now()
        if isinstance(people, Refusal):
            return people
        if isinstance(actor, User) and not (session is not None and session_fresh(session, now=now)):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        email = read_email(address.strip())
        if email is None:
            return MakerFault.NOT_AN_ADDRESS
        if email in {maker.email for maker in people.makers}:
            return MakerFault.ALREADY
        if not await self._may_mail(actor, email, now):
            return MakerFault.TOO_SOON
        client = people.client
        invitation = MakerInvitation(
            id=self.mint.new_id(),
            client_id=client.id,
            email=email,
            invited_by=actor.id if isinstance(actor, User) else None,
            created_at=now,
            expires_at=Micros(now + INVITATION_LIFETIME),
        )
        audit = self._audit("client.maker_invited", actor, client.id, now, origin, detail=email)

        if not await self.store.invite_maker(invitation=invitation, most=MAX_MAKERS, audit=audit):
            return MakerFault.TOO_MANY
        await self._send(invitation, client, actor, language)
        what = say("%(person)s was invited to be one of an app's makers.", person=email)
        await self.partners.tell(actor, client, what, origin)
        return invitation

    async def withdraw(self, actor: Actor, client_id: str, invitation_id: str, *, origin: Origin) -> Refusal | None:
        """Take an invitation back."""
        people = await self.list_people(actor, client_id)
        if isinstance(people, Refusal):
            return people
        invitation = next((one for one in people.invited if one.id == read_uuid(invitation_id)), None)
        if invitation is None:
            return None  # it is gone already
        audit = self._audit(
            "client.maker_uninvited", actor, people.client.id, self.clock.now(), origin, detail=invitation.email
        )
        await self.store.end_maker_invitation(invitation_id=invitation.id, audit=audit)
        return None

    async def remove(
        self, user: User, session: Session, client_id: str, user_id: str, *, origin: Origin
    ) -> Client | Refusal | MakerFault:
        """Make somebody, or oneself, none of an app's people any more; the last one stays."""
        people = await self.list_people(user, client_id)
        now = self.clock.now()
        if isinstance(people, Refusal):
            return people
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        leaving = next((one for one in people.makers if one.id == user_id), None)
        if leaving is None:
            return people.client
        client = people.client
        audit = self._audit("client.maker_removed", user, client.id, now, origin, about=leaving.id)

        if not await self.store.drop_maker(client_id=client.id, user_id=leaving.id, audit=audit):
            return MakerFault.THE_LAST
        what = say("%(person)s makes your app no longer.", person=leaving.email)
        await self.partners.tell(user, client, what, origin)
        self._tell_leaving(leaving, client, user, now, origin)
        return client

    async def open(self, user: User, invitation_id: str) -> Invited | Refusal | MakerFault:
        """An invitation for the person whose address it names; to others only that it is another's."""
        identity = read_uuid(invitation_id)
        invitation = await self.store.find_maker_invitation(identity) if identity is not None else None
        if invitation is None or not invitation.is_alive(self.clock.now()):
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if invitation.email != user.email:
            return MakerFault.OTHER_ADDRESS
        client = await self.store.find_client(invitation.client_id)
        by = await self.store.find_user(invitation.invited_by) if invitation.invited_by is not None else ""
        if client is None or by is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        is_partner = await self.partners.find(user) is not None
        return Invited(invitation=invitation, client=client, by=self._name(by), is_partner=is_partner)

    async def accept(
        self, user: User, invitation_id: str, name: str, *, origin: Origin
    ) -> Client | Refusal | MakerFault | tuple[Fault, ...]:
        """Become one of the app's people. Who is no partner yet becomes one under this `name`, where that is open."""
        opened = await self.open(user, invitation_id)
        if not isinstance(opened, Invited):
            return opened
        if not opened.is_partner:
            joined = await self.partners.join(user, name, "", origin=origin)
            if not isinstance(joined, Partner):
                return joined
        now, client = self.clock.now(), opened.client
        audit = self._audit("client.maker_added", user, client.id, now, origin, detail=f"invited by {opened.by}")

        accepted = await self.store.accept_maker_invitation(
            invitation_id=opened.invitation.id, user_id=user.id, now=now, audit=audit
        )
        if not accepted:
            return MakerFault.USED
        what = say("%(person)s is one of your app's makers now.", person=user.email)
        await self.partners.tell(user, client, what, origin)
        return client

    async def decline(self, user: User, invitation_id: str, *, origin: Origin) -> Refusal | MakerFault | None:
        """Answer that one does not want to; None: it is done."""
        opened = await self.open(user, invitation_id)
        if not isinstance(opened, Invited):
            return opened
        audit = self._audit("client.maker_declined", user, opened.client.id, self.clock.now(), origin)
        await self.store.end_maker_invitation(invitation_id=opened.invitation.id, audit=audit)
        return None

    async def _may_mail(self, actor: Actor, email: Email, now: Micros) -> bool:
        """One such mail a minute and five an hour to a mailbox, and twenty an hour from a person."""
        if isinstance(actor, User) and self.quota.admit("maker_invited", actor.email, now=now) is None:
            return False
        key = await key_in_use(self.store, budget_keys(self.mint, f"maker-to\n{email}"))
        return await self.store.start_login(budget_key=key, login_code=None, now=now)

    async def _send(self, invitation: MakerInvitation, client: Client, by: Actor, language: str) -> None:
        known = await self.store.find_user_by_email(invitation.email)
        if known is not None and known.blocked_at is not None:
            return
        head = self.partners.notices.head
        letter = render_maker_invited_letter(
            client=client,
            by=self._name(by),
            link=f"{head.issuer}{INVITATION}{invitation.id}",
            head=head,
            seen=Circumstances(now=invitation.created_at, address=None),  # where makers sit is not a stranger's to know
        )
        chosen = known.language if known is not None else ""
        self.post.post(invitation.email, letter.subject, letter.text, language=chosen or language)

    def _name(self, actor: Actor) -> str:
        """What people read: an operator invites in the installation's name."""
        return actor.email if isinstance(actor, User) else self.partners.notices.head.product

    def _tell_leaving(self, leaving: User, client: Client, by: User, now: Micros, origin: Origin) -> None:
        write = partial(render_app_left_letter, client=client, by=by.email)
        self.partners.notices.own("app_changed", leaving, write, now=now, origin=origin)

    def _audit(
        self,
        action: str,
        actor: Actor,
        client: ClientId,
        now: Micros,
        origin: Origin,
        *,
        about: UserId | None = None,
        detail: str = "",
    ) -> AuditEvent:
        return AuditEvent(
            at=now,
            action=action,
            actor=actor_word(actor),
            client_id=client,
            user_id=about or (actor.id if isinstance(actor, User) else None),
            address=origin.address,
            request_id=origin.request_id,
            detail=detail,
        )
