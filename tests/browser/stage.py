"""What the walk looks at: a story with something to show on every page, behind a real HTTP server."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import uvicorn

from frontdesk.flows.app_logos import AppLogos
from frontdesk.flows.operators import Operators
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.habits import EXPLAINED
from frontdesk.protocol.ids import DAY, ClientId, Email, Micros, UserId
from frontdesk.protocol.languages import OFFERED, PSEUDO_CODE
from frontdesk.protocol.narrowing import Narrowing
from frontdesk.protocol.partners import MakerInvitation
from frontdesk.protocol.partners import Partner as PartnerRecord
from frontdesk.protocol.passkeys import Passkey
from frontdesk.protocol.provider import Identity
from frontdesk.protocol.records import Review, Role
from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, Customer, Partner, Story
from pictures import draw_png
from servers.processes import free_port

NOBODY = ""  # not signed in
OLENA = "olena@northside.example"  # owns two networks, helps in a third, has connected an app
MIKA = "mika@harbour.example"  # owns one network, nothing is connected there
NIL = "nil@north.example"  # a member, who may connect nothing
RUTH = "ruth@desk.example"  # runs the installation
VERA = "vera@studios.example"  # owns many networks, has connected the choosy app to one
PEOPLE = (OLENA, MIKA, NIL, RUTH, VERA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A served story with things to show, and the address it is served at."""

    story: Story
    url: str
    partner: Partner  # an app that nobody connected
    calendar: Partner  # the app that Olena connected
    choosy: Partner  # an app that can do without some scopes, and is called like another one
    waiting: Partner  # an app that was handed in for review
    north: Customer
    member_id: str
    owner_id: str
    link: str  # a set-up link that works
    harbour_id: str  # Mika's network, in which Olena helps
    invited: str  # the link of an invitation of Nil's into it
    forgotten_id: str  # a network whose secret was not kept
    reports_id: str  # Northside's named credentials, which replaced others that go on
    refused: str  # a call of the calendar's, by its id
    invitation: str  # of Vera, to be one of the calendar's makers
    cookies: dict[str, dict[str, str]]  # of each person's browser

    def path(self, path: str) -> str:
        """A path with what it names filled in."""
        named = {
            "network": self.north.id,
            "forgotten": self.forgotten_id,
            "credential": self.reports_id,
            "client": self.calendar.client_id,
            "waiting": self.waiting.client_id,
            "member": self.member_id,
            "owner": self.owner_id,
            "link": self.link,
            "invitation": self.invitation,
            "harbour": self.harbour_id,
            "invited": self.invited,
            "refused": self.refused,
        }
        return re.sub(r"\{(\w+)\}", lambda place: named[place[1]], path)


async def set_the_stage(url: str, **knobs: object) -> Stage:
    """Everybody and everything, under these settings; add what your pages show, and keep what others' pages need."""
    story = await Story.begin(
        MemoryStore(),
        public_url=url,
        help_url=f"{url}/help",
        privacy_url=f"{url}/privacy",
        languages=(*OFFERED, PSEUDO_CODE),
        partner_sign_up="open",
        **knobs,
    )
    north = await story.network("Northside Coworking", owner=OLENA)
    harbour = await story.network("Harbour Studios", owner=MIKA)
    mill = await story.network("The Old Mill and its Workshops of the Lower Town", owner=OLENA)
    await _forget_the_secret(story, mill)
    await story.operator.give_role(OLENA, network_id=harbour.id, role="administrator", origin=OPERATOR)
    await story.operator.give_role(NIL, network_id=north.id, role="member", origin=OPERATOR)
    callback = url.replace("localhost", "127.0.0.1") + "/livez"
    partner = await story.partner("Door Locks", redirect_uris=(callback,), scope="resources locations.readonly")
    calendar = await story.partner("Calendar Sync", redirect_uris=(callback,), scope="locations.readonly")
    studios = [await story.network(f"Studios {number:02}", owner=VERA) for number in range(1, 25)]
    choosy = await _choosy(story, callback)
    waiting = await story.partner("Room Displays", redirect_uris=(callback,), scope="resources")
    await _hand_in(story, waiting)
    for app in (calendar, waiting, partner):
        logos = AppLogos(store=story.house.store, clock=story.clock)
        await logos.change_by_operator(app.client_id, draw_png(shade=120), origin=OPERATOR)
    await _appoint(story, RUTH)
    browsers = {person: await story.signs_in(person) for person in PEOPLE}
    await _link(story, OLENA)
    await calendar.connects(browsers[OLENA], networks=[north.id, mill.id])
    await _refresh_too_often(calendar)
    await _connect_and_read(choosy, browsers[VERA], studios[0])
    await _make_partner(story, MIKA, calendar)
    refused = await calendar.calls("GET /resources/v1", network=north.id)
    return Stage(
        story=story,
        url=url,
        partner=partner,
        calendar=calendar,
        choosy=choosy,
        waiting=waiting,
        north=north,
        member_id=await _id_of(story, NIL),
        owner_id=await _id_of(story, OLENA),
        link=await story.operators.make_link(origin=OPERATOR),
        harbour_id=harbour.id,
        invited=await _invite(story, harbour),
        forgotten_id=mill.id,
        reports_id=await _name_a_pair(story, north),
        refused=refused.header("x-request-id") or "",
        invitation=await _invite_maker(story, VERA, calendar),
        cookies={person: dict(browser.cookies) for person, browser in browsers.items()},
    )


async def _choosy(story: Story, callback: str) -> Partner:
    """Named like an app that was there before it."""
    story.clock.pass_minutes(1)
    scope = "resources locations locations.readonly"
    partner = await story.partner("Calendar Synk", redirect_uris=(callback,), scope=scope)
    client = await story.house.store.find_client(ClientId(partner.client_id))
    if client is None:
        raise AssertionError("it was just made")
    changed = replace(client, optional_scopes=("locations",), homepage="https://keyless.example/")
    await story.house.store.change_app(client=changed, before=client, audit=story.an_audit_row("app.changed"))
    return partner


async def _refresh_too_often(partner: Partner) -> None:
    """More than its access token's life explains."""
    for _ in range(EXPLAINED + 2):
        await partner.refreshes()
    await partner.story.habits.flush(everything=True)


async def _connect_and_read(partner: Partner, browser: Browser, network: Customer) -> None:
    """It never needs what it was given to change."""
    story, wide = partner.story, partner.scope
    partner.scope = "resources"
    await partner.connects(browser, networks=[network.id])
    partner.scope = wide
    await partner.calls("GET /resources/v1")
    await story.scope_uses.flush()
    used = [(grant.id, story.clock.now()) for grant in await story.house.store.list_grants()]
    await story.house.store.touch(grants=used, credentials=[])


async def _forget_the_secret(story: Story, network: Customer) -> None:
    pair = await story.house.store.find_credential_of(network.id)
    if pair is None:
        raise AssertionError("a network comes with its pair")
    await story.house.store.regenerate_credential(
        credential=replace(pair, version=2, sealed_secret=None),
        replaces_version=1,
        audit=story.an_audit_row("told once"),
    )


async def _name_a_pair(story: Story, network: Customer) -> str:
    """One that is narrowed in every way, beside the one that it replaced a day ago; nobody has used either since."""
    store, pairs, now = story.house.store, story.house.pairs, story.clock.now()
    narrowing = Narrowing(
        read_only=True,
        operations=("GET /resources/v1", "GET /locations/v1"),
        addresses=("192.0.2.0/24", "2001:db8:85a3::8a2e:370:7334"),
        expires_at=Micros(now + 90 * DAY),
    )
    named, _ = pairs.make(network.id, version=8, now=now, name="Quarterly-Reports-of-Accounting", narrowing=narrowing)
    await store.add_credential(credential=named, most=21, audit=story.an_audit_row("credential.added"))
    await store.touch(grants=[], credentials=[(named.client_id, now, "192.0.2.200")])
    fresh, _ = pairs.make(network.id, version=9, now=now, name=named.name, narrowing=narrowing)
    await store.regenerate_credential(
        credential=fresh,
        replaces_version=8,
        kept_until=Micros(now + 7 * DAY),
        audit=story.an_audit_row("credential.regenerated"),
    )
    return fresh.client_id


async def _hand_in(story: Story, app: Partner) -> None:
    client = await story.house.store.find_client(ClientId(app.client_id))
    if client is None:
        raise AssertionError("the app was made a moment ago")
    await story.house.store.set_client_review(
        client_id=client.id,
        seen=client.review,
        seen_at=client.review_at,
        review=Review.SUBMITTED,
        note="",
        verified_at=None,
        now=story.clock.now(),
        audit=story.an_audit_row("client.submitted"),
    )


async def _invite(story: Story, network: Customer) -> str:
    """Nil, by the network's owner; somebody else was invited before."""
    store, invitations = story.house.store, story.house.open_invitations(story.house.open_notices())
    owner, known = await store.find_owner_of(network.id), await store.find_network(network.id)
    if owner is None or known is None:
        raise AssertionError("the network was made a moment ago")
    for email in ("somebody.with.a.long.address@harbour.example", NIL):
        role = Role.ADMINISTRATOR if email == NIL else Role.MEMBER
        sent = await invitations.send(known, Email(email), role, by=owner, origin=OPERATOR)
        if isinstance(sent, Refusal):
            raise AssertionError(sent.reason)
    return sent.link.rpartition("/")[2]


async def _link(story: Story, address: str) -> None:
    """An account elsewhere signs somebody in; a passkey of theirs was used a moment ago."""
    store, now, user_id = story.house.store, story.clock.now(), UserId(await _id_of(story, address))
    passkey = Passkey(
        id=b"a-passkey",
        user_id=user_id,
        name="Quarterly-Reports-of-Accounting",
        public_key=b"",
        sign_count=0,
        synced=True,
        created_at=now,
        last_used_at=now,
    )
    await store.add_passkey(passkey=passkey, limit=20, audit=story.an_audit_row("passkey.added"))
    for number, issuer in enumerate(("https://accounts.example", "https://former.example/tenants/0193a1b2")):
        identity = Identity(issuer=issuer, subject=f"u-{number}", email=None)
        await store.link_identity(
            identity=identity, user_id=user_id, now=now, audit=story.an_audit_row("identity.linked")
        )
    await store.unlink_identity(
        user_id=user_id,
        issuer="https://former.example/tenants/0193a1b2",
        subject="u-1",
        now=now,
        audit=story.an_audit_row("identity.unlinked"),
    )


async def _id_of(story: Story, address: str) -> str:
    user = await story.house.store.find_user_by_email(Email(address))
    if user is None:
        raise AssertionError(f"nobody has the address {address}")
    return user.id


async def _make_partner(story: Story, address: str, app: Partner) -> None:
    store, now = story.house.store, story.clock.now()
    user = await store.find_user_by_email(Email(address))
    if user is None:
        raise AssertionError(f"nobody has the address {address}")
    partner = PartnerRecord(user_id=user.id, name="Harbour Software", website="", created_at=now)
    await store.add_partner(partner=partner, audit=story.an_audit_row("partner.joined"))
    audit = story.an_audit_row("app.given")
    await store.give_app(client_id=ClientId(app.client_id), user_id=user.id, now=now, audit=audit)
    await store.add_client_secret(
        client_id=ClientId(app.client_id),
        digest=story.house.mint.digest("another"),
        last_four="wxyz",
        replaces_number=1,
        now=now,
        audit=story.an_audit_row("client.secret_added"),
    )


async def _invite_maker(story: Story, address: str, app: Partner) -> str:
    """By Mika; there is time for it in every stop of the walk."""
    store, now = story.house.store, story.clock.now()
    invitation = MakerInvitation(
        id=story.house.mint.new_id(),
        client_id=ClientId(app.client_id),
        email=Email(address),
        invited_by=UserId(await _id_of(story, MIKA)),
        created_at=now,
        expires_at=Micros(now + 30 * DAY),
    )
    await store.invite_maker(invitation=invitation, most=20, audit=story.an_audit_row("client.maker_invited"))
    return invitation.id


async def _appoint(story: Story, address: str) -> None:
    house = story.house
    operators = Operators(store=house.store, clock=story.clock, mint=house.mint, notices=house.open_notices())
    await operators.appoint(address, origin=OPERATOR)


@contextmanager
def served_stage(**knobs: object) -> Iterator[Stage]:
    """The stage, under these settings, behind a real HTTP server, in a thread."""
    port = free_port()
    # In a thread: where a browser is open already, this one has a loop of its own.
    with ThreadPoolExecutor(1) as hand:
        made = hand.submit(lambda: asyncio.run(set_the_stage(f"http://localhost:{port}", **knobs))).result()
    config = uvicorn.Config(
        made.story.app, host="127.0.0.1", port=port, log_level="error", log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield made
    server.should_exit = True
    thread.join(timeout=10)
