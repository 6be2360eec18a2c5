"""What a partner does: becomes one, makes apps, says what they are and may ask for, and hands them in for review.

Every walk takes who acts and plain arguments. An app that is not the user's looks absent. Each change is written
down, and told by mail to the app's people where it touches how the app proves itself or where it sends people.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from frontdesk.flows.acting import Actor, actor_word
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.registration import FreshClient
from frontdesk.protocol.app_forms import (
    HOMEPAGE,
    NAME,
    PRIVACY,
    REDIRECTS,
    AppForm,
    Fault,
    SaidOfApp,
    judge_app_form,
    judge_link,
    judge_name,
)
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import ClientId, Micros, NetworkId
from frontdesk.protocol.messages import N_, Message
from frontdesk.protocol.partners import MAX_APPS, MAX_NOTE, Partner, needs_review_again
from frontdesk.protocol.records import AuditEvent, Client, Profile, Review, User
from frontdesk.protocol.scopes import CONTRACT, Inclusion

CLOSED, USERS, OPEN = "closed", "users", "open"  # who may sign up as a partner


@dataclass(frozen=True, slots=True, kw_only=True)
class Partners:
    """The partner's walks. `test_network`: where every partner may try apps out; None: nowhere.

    `known_scopes` gives None where no document says which scopes there are.
    """

    store: Store
    clock: Clock
    mint: Mint
    notices: Notices
    known_scopes: Callable[[], frozenset[str] | None]
    test_page: str  # a redirect URI of our own, for an app that has none yet
    sign_up: str = USERS
    test_network: NetworkId | None = None
    inclusion: Inclusion = CONTRACT

    async def find(self, user: User) -> Partner | None:
        """The user as a partner; None where they are none yet."""
        return await self.store.find_partner(user.id)

    async def join(
        self, user: User, name: str, website: str, *, origin: Origin
    ) -> Partner | Refusal | tuple[Fault, ...]:
        """Make a signed-in user a partner; one who is already is called so from now on."""
        if await self.find(user) is not None:
            return await self.rename(user, name, website, origin=origin)
        if self.sign_up == CLOSED:
            return Refusal(reason=Reason.SIGN_UP_CLOSED)
        named = _judge_partner(name, website)
        if isinstance(named, tuple):
            return named
        now = self.clock.now()
        partner = Partner(user_id=user.id, name=named, website=website.strip(), created_at=now)
        audit = _audit("partner.created", user, now, origin)

        if not await self.store.add_partner(partner=partner, test_network=self.test_network, audit=audit):
            return await self.find(user) or Refusal(reason=Reason.PAGE_UNKNOWN)
        return partner

    async def rename(
        self, user: User, name: str, website: str, *, origin: Origin
    ) -> Partner | Refusal | tuple[Fault, ...]:
        """Call a partner something else."""
        named = _judge_partner(name, website)
        if isinstance(named, tuple):
            return named
        audit = _audit("partner.changed", user, self.clock.now(), origin)
        changed = await self.store.change_partner(user_id=user.id, name=named, website=website.strip(), audit=audit)
        return (await self.find(user) if changed else None) or Refusal(reason=Reason.PAGE_UNKNOWN)

    async def list_apps(self, user: User) -> tuple[Client, ...]:
        """The partner's apps, by name."""
        return tuple(await self.store.list_partner_apps(user.id))

    async def open_app(self, actor: Actor, client_id: str) -> Client | Refusal:
        """An app for one of its people, or for an operator; everybody else's looks absent."""
        readable = client_id.isascii() and client_id.isprintable()
        client = await self.store.find_client(ClientId(client_id)) if readable else None
        if client is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if isinstance(actor, User) and actor.id not in await self.store.list_app_owners(client.id):
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        return client

    async def make_app(
        self, user: User, form: AppForm, *, on_devices: bool = False, origin: Origin
    ) -> FreshClient | Refusal | tuple[Fault, ...]:
        """A new app, a draft that only its own people can connect; its secret is told once.

        One that runs on people's devices can keep no secret: it gets none, and is strict.
        """
        if await self.find(user) is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        said = self.judge(form, is_native=on_devices)
        if isinstance(said, tuple):
            return said
        now = self.clock.now()
        secret = "" if on_devices else self.mint.new_secret("fdcs_")
        client = Client(
            id=ClientId(self.mint.new_client_id("fdci_")),
            name=said.name,
            redirect_uris=said.redirect_uris,
            scopes=said.scopes,
            secret_digest=self.mint.digest(secret) if secret else None,
            profile=Profile.STRICT if on_devices else Profile.COMPAT,
            created_at=now,
            native=on_devices,
            homepage=said.homepage,
            privacy_url=said.privacy_url,
            optional_scopes=said.optional_scopes,
            review=Review.DRAFT,
            review_at=now,
            secret_last_four=secret[-4:],
        )
        audit = _audit("client.created", user, now, origin, client=client.id)

        made = await self.store.add_partner_app(client=client, owner_id=user.id, limit=MAX_APPS, audit=audit)
        return FreshClient(client=client, secret=secret) if made else Refusal(reason=Reason.TOO_MANY_APPS)

    async def change_app(
        self, actor: Actor, client_id: str, form: AppForm, *, origin: Origin
    ) -> Client | Refusal | tuple[Fault, ...]:
        """What an app says of itself, from now on. An approved one may have to be reviewed again, unless it is an
        operator who says it.
        """
        before = await self.open_app(actor, client_id)
        if isinstance(before, Refusal):
            return before
        said = self.judge(form, is_native=before.native)
        if isinstance(said, tuple):
            return said
        now = self.clock.now()
        after = replace(
            before,
            name=said.name,
            homepage=said.homepage,
            privacy_url=said.privacy_url,
            redirect_uris=said.redirect_uris,
            scopes=said.scopes,
            optional_scopes=said.optional_scopes,
        )
        if isinstance(actor, User) and needs_review_again(before, after):
            after = replace(after, review=Review.DRAFT, review_at=now, verified_at=None)
        if after == before:
            return before
        audit = _audit("client.changed", actor, now, origin, client=before.id, detail=_changes(before, after))

        if not await self.store.change_app(client=after, before=before, audit=audit):
            return Refusal(reason=Reason.APP_CHANGED_MEANWHILE)
        if before.redirect_uris != after.redirect_uris:
            await self.tell(
                actor, after, N_("The addresses that an app of yours sends people back to were changed."), origin
            )
        return after

    async def submit(
        self, actor: Actor, client_id: str, note: str, *, origin: Origin
    ) -> Client | Refusal | tuple[Fault, ...]:
        """Hand an app in for review, with a word to the reviewer; what people need to know of it must be there."""
        client = await self.open_app(actor, client_id)
        if isinstance(client, Refusal):
            return client
        lacking = find_lacking(client, test_page=self.test_page)
        if lacking:
            return lacking
        return await self._review(actor, client_id, Review.SUBMITTED, (Review.DRAFT, Review.RETURNED), note, origin)

    async def withdraw(self, actor: Actor, client_id: str, *, origin: Origin) -> Client | Refusal:
        """Take an app back from the reviewers' queue."""
        return await self._review(actor, client_id, Review.DRAFT, (Review.SUBMITTED,), "", origin)

    def judge(self, form: AppForm, *, is_native: bool) -> SaidOfApp | tuple[Fault, ...]:
        """What a form says, or all that is wrong with it; nothing is changed. No address: our test page's."""
        return judge_app_form(
            replace(form, redirect_uris=form.redirect_uris.strip() or self.test_page),
            known_scopes=self.known_scopes(),
            is_native=is_native,
            test_page=self.test_page,
            inclusion=self.inclusion,
        )

    async def tell(self, by: Actor, client: Client, what: str, origin: Origin) -> None:
        """Mail to all of an app's people that something about it was changed."""
        name, seen = (by.email, origin) if isinstance(by, User) else (self.notices.head.product, origin.unplaced())
        await self.notices.app_changed(client, what, name, now=self.clock.now(), origin=seen)

    async def _review(
        self, actor: Actor, client_id: str, to: Review, seen: tuple[Review, ...], note: str, origin: Origin
    ) -> Client | Refusal:
        client = await self.open_app(actor, client_id)
        if isinstance(client, Refusal):
            return client
        now = self.clock.now()
        audit = _audit(f"client.{to.value}", actor, now, origin, client=client.id)

        moved = client.review in seen and await self.store.set_client_review(
            client_id=client.id,
            seen=client.review,
            seen_at=client.review_at,
            review=to,
            note=note.strip()[:MAX_NOTE],
            verified_at=client.verified_at,
            now=now,
            audit=audit,
        )
        if not moved:
            return Refusal(reason=Reason.APP_CHANGED_MEANWHILE)
        return await self.store.find_client(client.id) or client


def find_lacking(client: Client, *, test_page: str) -> tuple[Fault, ...]:
    """What an app has still to say, or to take out, before it can be reviewed."""
    found = []
    if not client.homepage:
        found.append(Fault(field=HOMEPAGE, why=N_("Say where people can read about the app.")))
    if not client.privacy_url:
        found.append(Fault(field=PRIVACY, why=N_("Say where people can read what becomes of their data.")))
    if test_page in client.redirect_uris:
        found.append(Fault(field=REDIRECTS, why=N_("Put your app's own address in the place of our test page.")))
    return tuple(found)


def _judge_partner(name: str, website: str) -> str | tuple[Fault, ...]:
    named = judge_name(name)
    why = judge_link(website.strip()) if website.strip() else None
    faults = [Fault(field=NAME, why=named)] if isinstance(named, Message) else []
    faults += [Fault(field=HOMEPAGE, why=why)] if why is not None else []
    return tuple(faults) if faults or isinstance(named, Message) else named


def _changes(before: Client, after: Client) -> str:
    names = ("name", "homepage", "privacy_url", "redirect_uris", "scopes", "optional_scopes", "review")
    return " ".join(name for name in names if getattr(before, name) != getattr(after, name))


def _audit(
    action: str, actor: Actor, now: Micros, origin: Origin, *, client: ClientId | None = None, detail: str = ""
) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=actor_word(actor),
        client_id=client,
        user_id=actor.id if isinstance(actor, User) else None,
        address=origin.address,
        request_id=origin.request_id,
        detail=detail,
    )
