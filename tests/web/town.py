"""A small town for the permission matrix: one person of each kind, signed in, each with something of their own."""

import json
from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum

from frontdesk.flows.passkeys import Offer
from frontdesk.flows.registration import FreshClient
from frontdesk.protocol.app_forms import AppForm
from frontdesk.protocol.ids import HOUR, ClientId, Email, Micros, SessionId
from frontdesk.protocol.partners import MakerInvitation
from frontdesk.protocol.passkeys import Passkey
from frontdesk.protocol.provider import Identity
from frontdesk.protocol.records import NetworkCredential, Review, Role, Session, User
from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR as SHELL
from frontdesk.testing.story import OWNER as OLENA
from frontdesk.testing.story import Customer, Partner, Story
from frontdesk.web.cookies import BROWSER, SESSION
from frontdesk.web.desk import Desk
from frontdesk.web.page_app import PageApp
from frontdesk.web.visitors import Visitor
from web.authenticator import Authenticator


class Person(StrEnum):
    """Everybody who may stand before a page, in the order of the matrix's columns."""

    NOBODY = "nobody"  # not signed in
    STRANGER = "stranger"  # signed in, and owner of another network
    PARTNER = "partner"  # signed in, at home in no network; makes apps
    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    OWNER = "owner"
    OPERATOR = "operator"  # signed in, at home in no network; runs the installation


ADDRESSES = {
    Person.STRANGER: "sam@south.example",
    Person.PARTNER: "pat@partner.example",
    Person.MEMBER: "mia@northside.example",
    Person.ADMINISTRATOR: "ada@northside.example",
    Person.OWNER: OLENA,
    Person.OPERATOR: "ops@desk.example",
}

COLLEAGUE = "max@northside.example"


@dataclass(slots=True, kw_only=True)
class Town:
    """Northside with its people, Southside with a stranger, an app that two people connected and one nobody did."""

    story: Story
    store: MemoryStore
    desk: Desk
    north: Customer
    south: Customer
    reports: NetworkCredential  # a named pair of Northside's
    former: NetworkCredential  # the one that it replaced, which goes on for an hour
    connected: Partner
    unconnected: Partner
    giving_code: str = ""  # of Northside's owner, who is about to offer it
    taking_code: str = ""  # of the administrator, to whom Southside is offered
    recovery_codes: tuple[str, ...] = ()  # the owner's, once an app was set up
    device: Authenticator  # keeps the owner's passkey
    away: SessionId  # where the owner is signed in besides
    link: str  # a set-up link that works
    joining: str = ""  # the link of the partner's invitation into Northside
    colleague: User  # Northside's other member
    people: dict[Person, User]
    browsers: dict[Person, Browser]
    refused: tuple[str, str] = ("", "")  # calls of Northside's pair, and of the partner's app: their ids
    own_app: str = ""  # the partner's, which nobody connected
    invitation: str = ""  # of the administrator, to be one of its makers

    async def visitor(self, who: Person) -> Visitor:
        """Who the site takes this person's browser for."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.browsers[who].cookies.items())
        return await self.desk.visitors.recognise(cookies.encode() or None)

    def places(self) -> dict[str, str]:
        """What stands for each part of a path that is written in braces."""
        return {
            "link": self.link,
            "joining": self.joining,
            "network": self.north.id,
            "offered": self.south.id,
            "credential": self.reports.client_id,
            "user": self.people[Person.MEMBER].id,
            "client": self.unconnected.client_id,
            "app": self.own_app,
            "invitation": self.invitation,
            "request": self.refused[0],
            "call": self.refused[1],
        }

    async def sealed_request(self, who: Person) -> str:
        """The authorize request of the app that nobody connected, as this person's browser carries it."""
        reply = await self.browsers[who].get(self.unconnected.authorize_target())
        return reply.location.split("request=")[1].split("&")[0]

    def remembered(self) -> dict[str, object]:
        """Everything that the store holds, to compare: a session's last sighting is no change, nor is a count."""
        held = {
            name: list(value) if isinstance(value, list) else dict(value)
            for name, value in vars(self.store).items()
            if isinstance(value, dict | list) and name not in ("hour_counts", "worker_mail")
        }
        return {**held, "sessions": sorted(self.store.sessions)}


async def found_town() -> Town:
    """Everybody has signed in a moment ago; nobody's budget of mails is touched."""
    store = MemoryStore()
    story = await Story.begin(store, partner_sign_up="open")
    north = await story.network("Northside")
    south = await story.network("Southside", owner=ADDRESSES[Person.STRANGER])
    await story.operator.give_role(COLLEAGUE, network_id=north.id, role="member", origin=SHELL)
    roles = ((Person.ADMINISTRATOR, "administrator"), (Person.MEMBER, "member"))
    for who, role in roles:
        await story.operator.give_role(ADDRESSES[who], network_id=north.id, role=role, origin=SHELL)
    for who in (Person.PARTNER, Person.OPERATOR):
        await _make_homeless(story, ADDRESSES[who], north)
    desk = desk_of(story)
    await desk.operators.appoint(ADDRESSES[Person.OPERATOR], origin=SHELL)
    await desk.operators.appoint("second@desk.example", origin=SHELL)
    owner = await _known(store, OLENA)
    away = await desk.sessions.open(owner, replaces=None, origin=SHELL)
    people = {who: await _known(store, address) for who, address in ADDRESSES.items()}
    former, reports = await _named_pairs(story, north)
    town = Town(
        story=story,
        store=store,
        desk=desk,
        north=north,
        south=south,
        reports=reports,
        former=former,
        connected=await story.partner("Door Locks"),
        device=await _passkey_of(desk, owner, away.session),
        unconnected=await story.partner("Room Displays"),
        away=away.session.id,
        link=await desk.operators.make_link(origin=SHELL),
        colleague=await _known(store, COLLEAGUE),
        people=people,
        browsers={who: await _browser_of(story, desk, people.get(who)) for who in Person},
    )
    await _make_app(town)
    town.refused = await _refuse_calls(town)
    for who in (Person.ADMINISTRATOR, Person.OWNER):
        await town.connected.connects(town.browsers[who], networks=[north.id])
    await _leave_behind(town)
    await _offer(town)
    await _invite(town)
    await _link(town)
    return town


async def _link(town: Town) -> None:
    """An account elsewhere signs the owner in."""
    identity = Identity(issuer="https://accounts.example", subject="u-1", email=None)
    owner, now = town.people[Person.OWNER], town.story.clock.now()
    audit = town.story.an_audit_row("identity.linked")
    await town.store.link_identity(identity=identity, user_id=owner.id, now=now, audit=audit)


async def _invite(town: Town) -> None:
    """The partner is invited into Northside, and has the mail."""
    network = await town.store.find_network(town.north.id)
    assert network is not None
    owner, pat = town.people[Person.OWNER], town.people[Person.PARTNER]
    await town.desk.invitations.send(network, pat.email, Role.MEMBER, by=owner, origin=SHELL)
    town.joining = town.story.mail.to(pat.email)[-1].text.partition("/account/invitations/")[2].split()[0]


async def _offer(town: Town) -> None:
    """Northside is about to be offered to its administrator; Southside is, to the same one, who asked for the code."""
    ownership, ada = town.desk.ownership, town.people[Person.ADMINISTRATOR]
    await town.story.operator.give_role(ada.email, network_id=town.south.id, role="administrator", origin=SHELL)
    for who, network, title in ((Person.OWNER, town.north, "Northside"), (Person.STRANGER, town.south, "Southside")):
        visitor = await town.visitor(who)
        assert visitor.user is not None
        assert visitor.session is not None
        await ownership.offer(
            visitor.user, visitor.session, network.id, receiver_id=ada.id, typed_title=title, origin=SHELL
        )
    town.giving_code = town.story.login_code(ADDRESSES[Person.OWNER])
    code = town.story.login_code(ADDRESSES[Person.STRANGER])
    await ownership.confirm(town.people[Person.STRANGER], town.south.id, code=code, origin=SHELL)
    await ownership.send_code(ada, town.south.id, origin=SHELL)
    town.taking_code = town.story.login_code(ada.email)
    town.story.clock.pass_minutes(1)  # the next mail may go


async def _leave_behind(town: Town) -> None:
    """What an administrator of Northside connected who is there no more."""
    story, north, address = town.story, town.north, "lea@northside.example"
    await story.operator.give_role(address, network_id=north.id, role="administrator", origin=SHELL)
    lea = await _browser_of(story, town.desk, await _known(town.store, address))
    await town.connected.connects(lea, networks=[north.id])
    await story.operator.remove_role(address, network_id=north.id, origin=SHELL)


async def _named_pairs(story: Story, network: Customer) -> tuple[NetworkCredential, NetworkCredential]:
    """A named pair that was replaced and goes on, and the one in its place."""
    store, pairs, now = story.house.store, story.house.pairs, story.clock.now()
    former, _ = pairs.make(network.id, version=2, now=now, name="Reports")
    await store.add_credential(credential=former, most=21, audit=story.an_audit_row("credential.added"))
    reports, _ = pairs.succeed(former, [former], now=now)
    audit = story.an_audit_row("credential.regenerated")
    until = Micros(now + HOUR)
    await store.regenerate_credential(credential=reports, replaces_version=2, kept_until=until, audit=audit)
    return former, reports


async def _make_app(town: Town) -> None:
    """The partner has an app of their own, ready to be handed in."""
    pat, partners = town.people[Person.PARTNER], town.desk.partners
    await partners.join(pat, "Pat's Apps", "", origin=SHELL)
    form = AppForm(
        name="Room Lights",
        homepage="https://lights.example/",
        privacy_url="https://lights.example/privacy",
        redirect_uris="https://lights.example/cb",
        scopes={"resources": "required"},
    )
    made = await partners.make_app(pat, form, origin=SHELL)
    assert isinstance(made, FreshClient)
    town.own_app = made.client.id
    visitor = await town.visitor(Person.PARTNER)
    assert visitor.session is not None
    ada = ADDRESSES[Person.ADMINISTRATOR]
    invited = await town.desk.makers.invite(pat, visitor.session, made.client.id, ada, language="", origin=SHELL)
    assert isinstance(invited, MakerInvitation)
    town.invitation = invited.id


async def hand_in(story: Story, client_id: str) -> None:
    """The makers of an app hand it in for review."""
    store, now = story.house.store, story.clock.now()
    client = await store.find_client(ClientId(client_id))
    assert client is not None
    await store.set_client_review(
        client_id=client.id,
        seen=client.review,
        seen_at=client.review_at,
        review=Review.SUBMITTED,
        note="",
        verified_at=None,
        now=now,
        audit=story.an_audit_row("client.submitted"),
    )


async def _refuse_calls(town: Town) -> tuple[str, str]:
    """One call of Northside's pair into a network that is not there, one with the id of the partner's app."""
    by_network = await town.north.calls("GET /resources/v1", network="01900000-0000-7000-8000-00000000ffff")
    pair = b64encode(f"{town.own_app}:no-secret".encode()).decode()
    by_app = await town.story.check("GET /resources/v1", authorization=f"Basic {pair}")
    return by_network.header("x-request-id") or "", by_app.header("x-request-id") or ""


async def _make_homeless(story: Story, address: str, network: Customer) -> None:
    """Somebody with an account and no network."""
    await story.operator.give_role(address, network_id=network.id, role="member", origin=SHELL)
    await story.operator.remove_role(address, network_id=network.id, origin=SHELL)


async def _known(store: MemoryStore, address: str) -> User:
    user = await store.find_user_by_email(Email(address))
    assert user is not None
    return user


async def _browser_of(story: Story, desk: Desk, user: User | None) -> Browser:
    """A browser that was here before, with a session where somebody is signed in."""
    browser = story.browser()
    browser.cookies[BROWSER] = desk.visitors.mint.new_client_id("fdbr_")
    if user is not None:
        opened = await desk.sessions.open(user, replaces=None, origin=SHELL)
        browser.cookies[SESSION] = opened.token
    return browser


async def _passkey_of(desk: Desk, owner: User, session: Session) -> Authenticator:
    """The owner's device, with a passkey for the account."""
    device = Authenticator()
    offer = await desk.passkeys.offer_making(owner, session)
    assert isinstance(offer, Offer)
    answer = device.makes(json.loads(offer.question))
    added = await desk.passkeys.add(owner, session, sealed=offer.sealed, answer=answer, name="Phone", origin=SHELL)
    assert isinstance(added, Passkey)
    return device


def desk_of(story: Story) -> Desk:
    """What a story's pages are made with, for steps that no page offers."""
    found = story.app._site.routes[0].pages["/account"]  # type: ignore[attr-defined]
    assert isinstance(found, PageApp)
    return found.desk
