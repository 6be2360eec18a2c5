"""The operator's walks over somebody's account: where they are signed in, with what, under which address; its end.

Whose account it is hears of each change by mail, and not from where it was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from frontdesk.flows.account_letters import render_readdressed_letter, render_removed_letter, render_shut_letter
from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.identities import Identities
from frontdesk.flows.languages import Languages
from frontdesk.flows.leaving import Leaving
from frontdesk.flows.looking import Looking
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.operator import Objection, read_address, read_title
from frontdesk.flows.own_letters import render_passkey_letter, render_renamed_letter
from frontdesk.flows.own_sessions import OwnSessions
from frontdesk.protocol.app_forms import judge_link
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import SessionId, read_uuid
from frontdesk.protocol.languages import OFFERED
from frontdesk.protocol.partners import Partner
from frontdesk.protocol.passkeys import Passkey, read_passkey_name
from frontdesk.protocol.provider import LinkedIdentity
from frontdesk.protocol.records import Client, Session, User

_NO_SESSION = Objection(problem="this person has no such session", missing=True)
_NO_IDENTITY = Objection(problem="this person has no such account elsewhere, or it is so already", missing=True)
_NO_PASSKEY = Objection(problem="this person has no such passkey", missing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """People are named by their id or their address. `offered`: the languages that this installation speaks."""

    store: Store
    clock: Clock
    notices: Notices
    offered: tuple[str, ...] = OFFERED

    async def list_sessions(self, who: str) -> tuple[Session, ...] | Objection:
        """Where somebody is signed in, newest first."""
        user = await self._find(who)
        if isinstance(user, Objection):
            return user
        return await OwnSessions(store=self.store, clock=self.clock, notices=self.notices).list_sessions(user)

    async def end_session(self, who: str, session_id: str, *, origin: Origin) -> User | Objection:
        """Sign one browser out."""
        user, known = await self._find(who), read_uuid(session_id)
        if isinstance(user, Objection):
            return user
        audit = row_of_operator("session.ended", self.clock.now(), origin, user=user.id)

        ended = known is not None and await self.store.end_own_session(
            user_id=user.id, session_id=SessionId(known), audit=audit
        )
        return user if ended else _NO_SESSION

    async def end_sessions(self, who: str, *, origin: Origin) -> int | Objection:
        """Sign somebody out everywhere; how many sessions ended."""
        user = await self._find(who)
        if isinstance(user, Objection):
            return user
        now = self.clock.now()
        audit = row_of_operator("sessions.ended", now, origin, user=user.id)

        ended = await self.store.end_sessions(user_id=user.id, keep=None, audit=audit)
        letter = partial(render_shut_letter, ended=ended)
        self.notices.own("signed_out", user, letter, now=now, origin=origin.unplaced())
        return ended

    async def list_passkeys(self, who: str) -> Sequence[Passkey] | Objection:
        """What somebody may sign in with, oldest first."""
        user = await self._find(who)
        return user if isinstance(user, Objection) else await self.store.list_passkeys(user.id)

    async def remove_passkey(self, who: str, passkey_id: str, *, origin: Origin) -> User | Objection:
        """Forget one; `passkey_id` in hexadecimal digits."""
        user = await self._find(who)
        if isinstance(user, Objection):
            return user
        passkeys = {one.id.hex(): one for one in await self.store.list_passkeys(user.id)}
        passkey = passkeys.get(passkey_id.lower())
        if passkey is None:
            return _NO_PASSKEY
        now = self.clock.now()
        audit = row_of_operator("passkey.removed", now, origin, user=user.id)

        if not await self.store.remove_passkey(user_id=user.id, passkey_id=passkey.id, audit=audit):
            return _NO_PASSKEY
        self.notices.own(
            "passkey",
            user,
            lambda head, seen: render_passkey_letter(passkey.name, added=False, head=head, seen=seen),
            now=now,
            origin=origin.unplaced(),
        )
        return user

    async def rename_passkey(self, who: str, passkey_id: str, name: str, *, origin: Origin) -> User | Objection:
        """Call one otherwise; `passkey_id` in hexadecimal digits."""
        user, called = await self._find(who), read_passkey_name(name)
        if isinstance(user, Objection):
            return user
        if called is None:
            return Objection(problem="a name is one line of 1 to 60 characters")
        passkeys = {one.id.hex(): one for one in await self.store.list_passkeys(user.id)}
        passkey = passkeys.get(passkey_id.lower())
        if passkey is None:
            return _NO_PASSKEY
        now = self.clock.now()
        audit = row_of_operator("passkey.renamed", now, origin, user=user.id)

        if not await self.store.rename_passkey(user_id=user.id, passkey_id=passkey.id, name=called, audit=audit):
            return _NO_PASSKEY
        letter = partial(render_renamed_letter, before=passkey.name, after=called)
        self.notices.own(
            "passkey", user, lambda head, seen: letter(head=head, seen=seen), now=now, origin=origin.unplaced()
        )
        return user

    async def list_identities(self, who: str) -> Sequence[LinkedIdentity] | Objection:
        """Which accounts elsewhere sign somebody in, or did."""
        user = await self._find(who)
        return user if isinstance(user, Objection) else await self._identities.list_own(user)

    async def unlink_identity(self, who: str, handle: str, *, origin: Origin) -> User | Objection:
        """One signs them in no more."""
        user = await self._find(who)
        if isinstance(user, Objection):
            return user
        refused = await self._identities.unlink(user, None, handle, origin=origin, by=origin.operator)
        if refused is None:
            return user
        if refused.reason is Reason.LAST_WAY_IN:
            return Objection(
                problem=f"nothing else signs {user.email} in", hint="give them a mailbox or a passkey first"
            )
        return _NO_IDENTITY

    async def allow_identity(self, who: str, handle: str, *, origin: Origin) -> User | Objection:
        """One that was unlinked may sign them in again."""
        user = await self._find(who)
        if isinstance(user, Objection):
            return user
        refused = await self._identities.allow(user, None, handle, origin=origin, by=origin.operator)
        return user if refused is None else _NO_IDENTITY

    @property
    def _identities(self) -> Identities:
        return Identities(store=self.store, clock=self.clock, notices=self.notices)

    async def change_address(self, who: str, address: str, *, origin: Origin) -> User | Objection:
        """Another address in the place of the present one; both mailboxes are told, every browser is signed out."""
        user, email = await self._find(who), read_address(address)
        if isinstance(user, Objection):
            return user
        if isinstance(email, Objection):
            return email
        if email == user.email:
            return user
        now = self.clock.now()
        audit = row_of_operator("user.address_changed", now, origin, user=user.id)

        if not await self.store.set_user_address(user_id=user.id, email=email, audit=audit):
            return Objection(problem=f"somebody else has the address {email}")
        moved = await self.store.find_user(user.id) or user
        letter = partial(render_readdressed_letter, before=user.email, after=email)
        for told in (user, moved):
            self.notices.own("address_changed", told, letter, now=now, origin=origin.unplaced())
        return moved

    async def choose_language(self, who: str, code: str) -> User | Objection:
        """In which language somebody is spoken to; "" is what their browser says."""
        user = await self._find(who)
        if isinstance(user, Objection):
            return user
        if not await Languages(store=self.store, offered=self.offered).choose(user, code):
            return Objection(problem=f"nobody here speaks that: choose of {', '.join(self.offered)}")
        return await self.store.find_user(user.id) or user

    async def delete(self, who: str, *, origin: Origin) -> User | Objection:
        """Forget somebody with all that hangs on them, for good; who it was."""
        user = await self._find(who)
        if isinstance(user, Objection):
            return user
        now = self.clock.now()
        audit = row_of_operator("user.deleted", now, origin, user=user.id)

        if not await self.store.delete_user(user_id=user.id, audit=audit):
            return await self._what_keeps(user)
        self.notices.own("deleted", user, render_removed_letter, now=now, origin=origin.unplaced())
        return user

    async def find_partner(self, who: str) -> tuple[User, Partner | None, Sequence[Client]] | Objection:
        """Somebody as a partner, with the apps that they make; None: they are none."""
        user = await self._find(who)
        if isinstance(user, Objection):
            return user
        return user, await self.store.find_partner(user.id), await self.store.list_partner_apps(user.id)

    async def make_partner(self, who: str, name: str, website: str, *, origin: Origin) -> Partner | Objection:
        """Let somebody make apps under this name; a partner is called so from now on."""
        user, named = await self._find(who), read_title(name, what="name")
        if isinstance(user, Objection):
            return user
        if isinstance(named, Objection):
            return named
        why = judge_link(website.strip()) if website.strip() else None
        if why is not None:
            return Objection(problem=str(why))
        now, there = self.clock.now(), await self.store.find_partner(user.id)
        partner = Partner(user_id=user.id, name=named, website=website.strip(), created_at=now)
        audit = row_of_operator("partner.changed" if there else "partner.created", now, origin, user=user.id)

        if there is not None:
            done = await self.store.change_partner(user_id=user.id, name=named, website=partner.website, audit=audit)
        else:
            done = await self.store.add_partner(partner=partner, audit=audit)
        found = await self.store.find_partner(user.id) if done else None
        return found if found is not None else Objection(problem=f"{user.email} is blocked", hint="unblock them first")

    async def _find(self, who: str) -> User | Objection:
        return await Looking(store=self.store).find_user(who)

    async def _what_keeps(self, user: User) -> Objection:
        """Why an account cannot go."""
        leaving = Leaving(store=self.store, clock=self.clock, notices=self.notices)
        networks, apps = await leaving.owned_networks(user), await leaving.last_apps(user)
        if networks:
            return Objection(problem=f"{user.email} owns {networks[0].title}", hint="give it to another owner first")
        if apps:
            return Objection(
                problem=f"{user.email} alone makes {apps[0].name}", hint="make somebody else one of its makers first"
            )
        if await leaving.is_last_operator(user):
            return Objection(problem=f"{user.email} is the last operator", hint="appoint another one first")
        return Objection(problem=f"{user.email} owns a network that is set aside, or is gone by now")
