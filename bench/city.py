"""Fills a store for the measurement of pages: many networks and people, and some for whom every page has much to show.

Ona owns five networks, is a partner and an operator, and has as much as anybody may in each list. Vera owns hundreds of
networks. What a page needs that is only met on the way (a code page, a consent) is reached as people reach it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from urllib.parse import unquote

from frontdesk.assemble import House
from frontdesk.assemble.front import furnish
from frontdesk.flows.invitations import Sent
from frontdesk.flows.needs import Origin
from frontdesk.protocol.causes import Cause
from frontdesk.protocol.credential_wishes import Wish
from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.ids import ClientId, Email, Micros, NetworkId, UserId
from frontdesk.protocol.partners import MAX_APPS, MakerInvitation, Partner
from frontdesk.protocol.passkeys import PASSKEYS_PER_USER, Passkey
from frontdesk.protocol.records import AuditEvent, Client, Review, Role, User
from frontdesk.protocol.second_factor import SecondFactor
from frontdesk.testing.browser import Browser
from frontdesk.testing.told import Pigeonholes
from frontdesk.web.asgi import AsgiApp
from frontdesk.web.cookies import BROWSER
from frontdesk.web.desk import Desk
from frontdesk.web.page_app import PageApp
from seed import CALLBACK, SCOPES, App, Seeder, Sizes, many

SHELL = Origin(address=None, request_id="operator")
GUESTS, APPS, CALLS, QUEUED, INVITED, NETWORKS_OF_ONE = 30, 20, 300, 50, 20, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Everybody whose pages are asked for, as Cookie headers, and what stands in the braces of a path."""

    ona: str
    vera: str
    member: str  # with one role, and no more
    nobody: str  # a browser in which nobody is signed in
    places: dict[str, str]
    on_the_way: dict[str, tuple[str, str]]  # pages in the middle of something: Cookie header and address


@dataclass(slots=True, kw_only=True)
class Founder:
    """Founds a city in a house."""

    house: House
    app: AsgiApp
    desk: Desk
    mail: Pigeonholes
    seeder: Seeder
    now: Micros
    apps: list[App] = field(default_factory=list)

    async def found(self, *, networks: int, people: int) -> City:
        """As many networks and people as that, Ona's and Vera's among them."""
        seeder = self.seeder
        await seeder.fill(Sizes(networks=networks, grants=200, rounds=0, to_revoke=0))
        everywhere = [network for owner in seeder.owners for network in owner.roles]
        await self._add_members(everywhere, max(0, people - len(seeder.owners)))
        ona, *others = [await self._known(owner.email) for owner in seeder.owners[: GUESTS + 1]]
        home = next(iter(ona.roles))
        own = await self._make_partner(ona)
        await self._fill_network(ona, home, others)
        pair = (await self.house.store.list_credentials_of(home))[1]
        calls = await self._note_calls(home, own)
        await self._hand_in()
        link = await self._appoint(ona)
        offered = next(iter(others[0].roles))
        await self._offer(ona, home, others[:2], offered)
        places = {
            "network": home,
            "credential": pair.client_id,
            "offered": offered,
            "user": ona.id,
            "client": own,
            "app": own,
            "request": calls[0],
            "call": calls[1],
            "link": link,
        }
        while await self.house.store.index_audit(limit=10_000):  # as a server does beside its work
            pass
        vera = await self._make_vera(min(NETWORKS_OF_ONE, networks))
        await self._keep_much(ona)
        signed_in = await seeder.start_session(ona)
        member = await self._known("p0@bench.example")
        places["invitation"] = await self._invite(ona, own, member)
        places["joining"] = await self._ask_in(ona, home)
        return City(
            ona=signed_in,
            vera=await seeder.start_session(vera),
            member=await seeder.start_session(member),
            nobody=f"{BROWSER}={self.house.mint.new_client_id('fdbr_')}",
            places=places,
            on_the_way=await self._walk(signed_in, vera, own),
        )

    async def _add_members(self, networks: Sequence[NetworkId], count: int) -> None:
        store, mint = self.house.store, self.house.mint

        async def add(number: int) -> None:
            user = User(id=UserId(mint.new_id()), email=Email(f"p{number}@bench.example"), created_at=self.now)
            network, audit = networks[number % len(networks)], self._audit("membership.given")
            await store.put_membership(new_user=user, network_id=network, role=Role.MEMBER, audit=audit)

        await many(add(number) for number in range(count))

    async def _make_partner(self, ona: User) -> str:
        """A partner with all the apps that one may have; the id of one."""
        store = self.house.store
        partner = Partner(user_id=ona.id, name="Bench Software", website="https://bench.example/", created_at=self.now)
        await store.add_partner(partner=partner, audit=self._audit("partner.joined"))
        made = [self._client(f"Bench App {number}") for number in range(MAX_APPS)]
        for client in made:
            audit = self._audit("app.made", client=client.id)
            await store.add_partner_app(client=client, owner_id=ona.id, limit=MAX_APPS, audit=audit)
        return made[0].id

    async def _fill_network(self, ona: User, home: NetworkId, others: Sequence[User]) -> None:
        """Every list of a network is as long as it gets: pairs, apps with access, what was left behind, the history."""
        store, seeder = self.house.store, self.seeder
        for number in range(20):
            wish = Wish(name=f"Pair {number}", addresses="192.0.2.0/24\n198.51.100.0/24", last_day="")
            await self.desk.credentials.add(ona, home, wish, origin=SHELL)
        self.apps = [await seeder.add_app(f"Connected {number}") for number in range(APPS)]
        for app in self.apps:
            await seeder.connect(ona, app)
        for other in others:
            audit = self._audit("membership.given", network=home)
            await store.put_membership(new_user=other, network_id=home, role=Role.ADMINISTRATOR, audit=audit)
            await seeder.connect(replace(other, roles={home: Role.ADMINISTRATOR}), self.apps[0])
        for leaver in others[-5:]:
            audit = self._audit("membership.removed", network=home)
            await store.remove_membership(user_id=leaver.id, network_id=home, now=self.now, audit=audit)

    async def _note_calls(self, home: NetworkId, app: str) -> tuple[str, str]:
        """Refused calls of a network's pair and of an app's; one of each."""
        notes = [self._note(number, home, app) for number in range(CALLS)]
        await self.house.store.keep_decisions(noted=notes, dropped=0, now=self.now)
        return notes[0].request_id, notes[1].request_id

    def _note(self, number: int, home: NetworkId, app: str) -> NotedDecision:
        by_app = number % 2 == 1
        return NotedDecision(
            request_id=sha256(f"bench {number}".encode()).hexdigest()[:22],
            at=Micros(self.now + number),
            outcome=Outcome.REFUSED,
            reason="INSUFFICIENT_SCOPE" if by_app else "NETWORK_FORBIDDEN",
            method="GET",
            operations=("GET /resources/v1/{id}",),
            scheme="oauth2" if by_app else "basic",
            is_proven=True,
            credential="" if by_app else "fdni_bench",
            client_id=app if by_app else "",
            network_id=home,
            named=home,
            cause=Cause.OTHER_NETWORK if not by_app else None,
            schemes=("basic", "oauth2"),
            scopes=SCOPES,
            rule="resources or resources.readonly",
            held=("locations",),
            address="192.0.2.7",
            agent="bench/1.0",
        )

    async def _hand_in(self) -> None:
        """As many apps wait for a decision as the operators' queue shows."""
        store = self.house.store
        for number in range(QUEUED):
            client = self._client(f"Waiting {number}")
            await store.add_client(client=client, audit=self._audit("client.created"))
            await store.set_client_review(
                client_id=client.id,
                seen=client.review,
                seen_at=client.review_at,
                review=Review.SUBMITTED,
                note="",
                verified_at=None,
                now=self.now,
                audit=self._audit("client.submitted", client=client.id),
            )

    async def _appoint(self, ona: User) -> str:
        for address in (ona.email, *(f"op{number}@bench.example" for number in range(5))):
            await self.desk.operators.appoint(address, origin=SHELL)
        return await self.desk.operators.make_link(origin=SHELL)

    async def _offer(self, ona: User, home: NetworkId, others: Sequence[User], offered: NetworkId) -> None:
        """Ona is about to give her network away, and another one is offered to her."""
        store, ownership = self.house.store, self.desk.ownership
        audit = self._audit("membership.given", network=offered)
        await store.put_membership(new_user=ona, network_id=offered, role=Role.ADMINISTRATOR, audit=audit)
        for giver, network, receiver in ((ona, home, others[1]), (others[0], offered, ona)):
            user = await self._known(giver.email)
            found = await store.find_network(network)
            opened = await self.desk.sessions.open(user, replaces=None, origin=SHELL)
            title = found.title if found is not None else ""
            await ownership.offer(
                user, opened.session, network, receiver_id=receiver.id, typed_title=title, origin=SHELL
            )
            await ownership.confirm(user, network, code=self._code(user.email), origin=SHELL)

    async def _invite(self, ona: User, own: str, member: User) -> str:
        """Ona asks somebody to make an app with her; the invitation's id."""
        opened = await self.desk.sessions.open(ona, replaces=None, origin=SHELL)
        asked = await self.desk.makers.invite(ona, opened.session, own, member.email, language="", origin=SHELL)
        if not isinstance(asked, MakerInvitation):
            raise SystemExit(f"bench: error: nobody is invited: {asked}")
        return asked.id

    async def _ask_in(self, ona: User, home: NetworkId) -> str:
        """Ona asks people into her network; what stands in the link of one."""
        network, links = await self.house.store.find_network(home), []
        if network is None:
            raise SystemExit(f"bench: error: {home} is no network")
        for number in range(INVITED):
            email = Email(f"i{number}@bench.example")
            sent = await self.desk.invitations.send(network, email, Role.MEMBER, by=ona, origin=SHELL)
            links += [sent.link] if isinstance(sent, Sent) else []
        return links[0].rpartition("/")[2]

    async def _make_vera(self, networks: int) -> User:
        """She owns hundreds of networks, and one app reaches all of them."""
        vera = User(
            id=UserId(self.house.mint.new_id()),
            email=Email("vera@bench.example"),
            created_at=self.now,
            roles={NetworkId(self.house.mint.new_id()): Role.OWNER for _ in range(networks)},
        )
        for network in vera.roles:
            await self.seeder.add_network(vera, network)
        await self.seeder.connect(vera, self.apps[0])
        return vera

    async def _keep_much(self, ona: User) -> None:
        """Passkeys, and browsers in which she is signed in."""
        for number in range(PASSKEYS_PER_USER - 1):
            passkey = Passkey(
                id=f"passkey {number}".encode(),
                user_id=ona.id,
                name=f"Phone {number}",
                public_key=b"",
                sign_count=0,
                synced=True,
                created_at=self.now,
            )
            await self.house.store.add_passkey(
                passkey=passkey, limit=PASSKEYS_PER_USER, audit=self._audit("passkey.added", user=ona.id)
            )
        for _ in range(10):
            await self.seeder.start_session(ona)

    async def _walk(self, ona: str, vera: User, own: str) -> dict[str, tuple[str, str]]:
        """As far as the pages that nobody can go to directly."""
        signing_in = self._browser()
        page = await signing_in.submit(await signing_in.open("/sign-in"), email=vera.email)
        here = {"/sign-in/code": (_header(signing_in), signing_in.at)}
        await signing_in.submit(page, code=self._code(vera.email))

        careful = await self._known("p1@bench.example")
        here["/account/security/second set up"] = (await self._set_up(careful), "/account/security/second")
        second = self._browser()
        page = await second.submit(await second.open("/sign-in"), email=careful.email)
        await second.submit(page, code=self._code(careful.email))
        here["/sign-in/second"] = (_header(second), second.at)

        newcomer = self._browser()
        await newcomer.submit(await newcomer.open("/partner/sign-up"), email="new@bench.example")
        told = self.mail.to("new@bench.example")[-1].text.partition("request=")[2].split()[0]
        link = f"/partner/sign-up/confirm?request={told}"
        here["/partner/sign-up/confirm"] = (_header(newcomer), link)

        asked = f"client_id={self.apps[1].id}&redirect_uri={CALLBACK}&response_type=code&scope={'%20'.join(SCOPES)}"
        asking = f"/oauth2/authorize?{asked}&state=s&prompt=consent"
        by_ona = self._browser(ona)
        await by_ona.open(asking)
        here["/consent"] = (ona, by_ona.at)
        await signing_in.open(asking)
        here["/consent of many networks"] = (_header(signing_in), signing_in.at)

        client = await self.house.store.find_client(ClientId(own))
        if client is not None:
            state = self.desk.try_out.state_of(client, browser=unquote(by_ona.cookies[BROWSER]))
            here["/partner/try"] = (ona, f"/partner/try?state={state}&code=fdac_x")
        page = await by_ona.open("/account/profile")
        await by_ona.submit(page, action="/account/profile/email", email="ona@new.example")
        return here

    async def _set_up(self, careful: User) -> str:
        """Somebody with a second factor; their browser."""
        factor = SecondFactor(user_id=careful.id, sealed="", last_step=0, created_at=self.now, codes_left=1)
        await self.house.store.enable_second_factor(
            factor=factor, recovery=[b"x" * 16], audit=self._audit("second_factor.enabled", user=careful.id)
        )
        return await self.seeder.start_session(careful)

    def _browser(self, cookie: str = "") -> Browser:
        cookies = dict(part.split("=", 1) for part in cookie.split("; ")) if cookie else {}
        return Browser(app=self.app, issuer=self.house.settings.issuer, cookies=cookies)

    def _code(self, address: str) -> str:
        subject = self.mail.to(address)[-1].subject
        return "".join(letter for letter in subject if letter.isdigit())[:6]

    async def _known(self, address: str) -> User:
        user = await self.house.store.find_user_by_email(Email(address))
        if user is None:
            raise SystemExit(f"bench: error: nobody has the address {address}")
        return user

    def _client(self, name: str) -> Client:
        return Client(
            id=ClientId(self.house.mint.new_client_id("fdci_")),
            name=name,
            redirect_uris=(CALLBACK,),
            scopes=SCOPES,
            secret_digest=self.house.mint.digest(self.house.mint.new_secret("fdcs_")),
            created_at=self.now,
            homepage="https://bench.example/",
            privacy_url="https://bench.example/privacy",
        )

    def _audit(
        self, action: str, *, network: NetworkId | None = None, client: str | None = None, user: UserId | None = None
    ) -> AuditEvent:
        return AuditEvent(
            at=self.now, action=action, actor="operator", network_id=network, client_id=client, user_id=user
        )


def _header(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def founder_in(house: House) -> Founder:
    """Somebody who founds a city in this house, and whose mail is kept."""
    mail, now = Pigeonholes(), Micros(house.clock.now())
    around = replace(house, post_office=mail)
    front = furnish(around, worker=0).front
    found = front._site.routes[0].pages["/account"]  # type: ignore[attr-defined]
    if not isinstance(found, PageApp):
        raise SystemExit("bench: error: the site is made otherwise")
    seeder = Seeder(house.store, house.mint, now)
    return Founder(house=around, app=front, desk=found.desk, mail=mail, seeder=seeder, now=now)
