"""Credentials of every kind and fault in a real data folder, and what each of them is worth, told to the oracle."""

import os
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from frontdesk.assemble import House, open_house
from frontdesk.assemble.front import furnish
from frontdesk.gateway.gateway import Gateway
from frontdesk.protocol.access import AccessClaims
from frontdesk.protocol.ids import HOUR, GrantId, Micros
from frontdesk.protocol.records import Grant
from frontdesk.protocol.tokens import key_of_access_token, write_access_token
from frontdesk.settings import Settings
from frontdesk.testing.browser import ISSUER, Browser
from frontdesk.testing.story import OPERATOR, Customer, Partner, Story, tokens_of
from frontdesk.testing.told import Pigeonholes, Sightings, ToldClock
from oracle.calls import Holder
from oracle.oracle import Oracle
from sameness.generator import Credential

OWNER, GUEST, STRANGER = "olena@one.example", "gil@one.example", "sam@far.example"
BLOCKED, LEAVER = "bo@one.example", "lee@one.example"
MASTER = "all scopes, two networks"
UNKNOWN_NETWORK = b"0190b3a0-0000-7000-8000-0000000000ff"


@dataclass(slots=True, kw_only=True)
class World:
    """What callers hold."""

    values: list[tuple[str, bytes | None]] = field(default_factory=lambda: [("no credential", None)])
    networks: list[bytes | None] = field(default_factory=lambda: [None, None])
    holders: dict[tuple[str, str], Holder] = field(default_factory=dict)

    def basic(self, what: str, pair: str, holder: Holder | None = None) -> None:
        """A Basic pair, alive where it has a holder."""
        self.values.append((what, b"Basic " + b64encode(pair.encode())))
        if holder is not None:
            self.holders["basic", pair] = holder

    def bearer(self, what: str, token: str, holder: Holder | None = None) -> None:
        """A bearer token, alive where it has a holder."""
        self.values.append((what, b"Bearer " + token.encode()))
        if holder is not None:
            self.holders["oauth2", token] = holder

    def credentials(self) -> list[Credential]:
        """Everything that may be held, with the networks that it opens."""
        opened = {
            (b"Basic " + b64encode(secret.encode())) if scheme == "basic" else (b"Bearer " + secret.encode()): holder
            for (scheme, secret), holder in self.holders.items()
        }
        return [
            Credential(
                what=what,
                value=value,
                networks=tuple(each.encode() for each in opened[value].networks) if value in opened else (),
            )
            for what, value in self.values
        ]


@asynccontextmanager
async def in_process(folder: Path, openapi: Path) -> AsyncIterator[tuple[House, Gateway, Story]]:
    """A house over a real data folder, in this process, beside whatever server runs over the same folder."""
    settings = Settings(
        data=folder, openapi=openapi, public_url=ISSUER, requests_per_second=100_000, serve_networks=False
    )
    async with open_house(settings, create=True) as house:
        # It stands still at this moment: the server beside it goes on with the machine's.
        clock, mail, sightings = ToldClock(house.clock.now()), Pigeonholes(), Sightings()
        house = replace(house, clock=clock, post_office=mail, witness=sightings)
        furnished = furnish(house, worker=9)
        yield house, furnished.gateway, Story.around(house, furnished, clock=clock, mail=mail, sightings=sightings)


def hand_over(folder: Path) -> None:
    """Give a data folder to whom the folder around it belongs to: the user that servers run as."""
    status = folder.parent.stat()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, status.st_uid, status.st_gid)


async def settle(folder: Path, openapi: Path) -> World:
    """Fill a new data folder."""
    async with in_process(folder, openapi) as (house, _, story):
        return await _Settling(story, house, Oracle(openapi)).settle()


class _Settling:
    """Makes the networks, people and apps, then every kind of credential."""

    def __init__(self, story: Story, house: House, oracle: Oracle) -> None:
        self.story, self.house, self.oracle = story, house, oracle
        self.world = World()
        self.browsers: dict[str, Browser] = {}

    async def settle(self) -> World:
        """Everything."""
        story = self.story
        self.one, self.two = await story.network("One", owner=OWNER), await story.network("Two", owner=OWNER)
        self.far = await story.network("Far", owner=STRANGER)
        for person in (GUEST, BLOCKED, LEAVER):
            await story.operator.give_role(person, network_id=self.two.id, role="administrator", origin=OPERATOR)
        self.everything = " ".join(self.oracle.known_scopes)
        self.app = await story.partner("Everything", scope=self.everything, own_scope=self.oracle.known_scopes[0])
        named = [each.id.encode() for each in (self.one, self.two, self.far)]
        self.world.networks += [*named, *named, named[0].upper(), UNKNOWN_NETWORK]
        await self._pairs()
        await self._living()
        await self._dead()
        return self.world

    async def _pairs(self) -> None:
        """Basic pairs, right and wrong."""
        world = self.world
        old = self.far
        made = await self.story.operator.regenerate_credential(old.id, origin=OPERATOR)
        far = Customer(story=self.story, id=old.id, client_id=made.credential.client_id, client_secret=made.secret)
        for what, customer in (("Basic of one", self.one), ("Basic of two", self.two), ("Basic of far", far)):
            holder = Holder(
                scheme="basic", subject=f"network:{customer.id}", client=customer.client_id,
                networks={customer.id: ""}, given=(customer.id,),
            )  # fmt: skip
            world.basic(what, f"{customer.client_id}:{customer.client_secret}", holder)
        pair = f"{self.one.client_id}:{self.one.client_secret}"
        world.basic("wrong secret", pair + "x")
        world.basic("typo in a secret", pair[:-9] + ("x" if pair[-9] != "x" else "y") + pair[-8:])
        world.basic("another network's secret", f"{self.one.client_id}:{self.two.client_secret}")
        world.basic("unknown pair", f"fdni_unknown:{self.one.client_secret}")
        world.basic("regenerated pair", f"{old.client_id}:{old.client_secret}")
        world.basic("no colon", self.one.client_id)
        world.basic("no secret", f"{self.one.client_id}:")
        world.basic("a control character", pair + "\n")
        world.basic("form-encoded", pair.replace("_", "%5F"))
        world.basic("an app's pair", f"{self.app.client_id}:{self.app.client_secret}")
        encoded = b64encode(pair.encode())
        world.values += [
            ("malformed Basic", b"Basic !!!"), ("Basic without padding", b"Basic " + encoded.rstrip(b"=") + b"A"),
            ("Basic in the other alphabet", b"Basic " + b64encode(b"\xfb\xff:\xfe").replace(b"+", b"-")),
            ("Basic that is no UTF-8", b"Basic " + b64encode(b"\xff\xfe:\xff")), ("Basic, nothing else", b"Basic"),
            ("a Basic pair as bearer", b"Bearer " + encoded),
        ]  # fmt: skip
        world.bearer("a network's secret as bearer", self.one.client_secret)

    async def _living(self) -> None:
        """Tokens of grants with all, some and other scopes, in one network or in two."""
        readonly, known = self.oracle.readonly_scopes, self.oracle.known_scopes
        both, one = [self.one.id, self.two.id], [self.one.id]
        for what, scopes, networks in (
            (MASTER, known, both), ("all scopes, one network", known, one),
            ("readonly scopes, two networks", readonly, both), ("odd scopes, one network", known[::2], one),
            ("even scopes, two networks", known[1::2], both), ("one scope, one network", known[3:4], one),
            ("one other scope", known[-1:], both),
        ):  # fmt: skip
            await self._connect(OWNER, what, scopes, networks)
        await self._connect(STRANGER, "all scopes, far", known, [self.far.id])
        await self._connect(GUEST, "an administrator's", known, [self.two.id])
        lost = await self._connect(LEAVER, "a role that was lost", known, [self.two.id])
        await self.story.operator.remove_role(LEAVER, network_id=self.two.id, origin=OPERATOR)
        self.world.holders["oauth2", lost] = replace(self.world.holders["oauth2", lost], networks={})
        own = (await self.app.gets_own_token()).json()["access_token"]
        client = self.app.client_id
        holder = Holder(scheme="oauth2", subject=f"client:{client}", client=client, scopes=(known[0],))
        self.world.bearer("an app's own", own, holder)

    async def _dead(self) -> None:
        """Tokens that open nothing, each for its own reason; and one that lives, but holds no scope."""
        story, world, known, one = self.story, self.world, self.oracle.known_scopes, [self.one.id]
        token = await self._connect(OWNER, "to be twisted", known, one)
        holder, refresh = world.holders["oauth2", token], self.app.held.refresh_token
        grant, claims, now = await self._grant_of(token), self._claims(token), self.house.clock.now()
        ended = self.house.mint.access_token(grant, claims.scope_mask, Micros(now - 2 * HOUR), Micros(now - HOUR))
        world.bearer("expired", ended)
        forged = write_access_token(claims, counter=1, key_id=key_of_access_token(token), key=bytes(32))
        world.bearer("a wrong MAC", forged)
        wider = replace(claims, scope_mask=claims.scope_mask >> 1, stamp=claims.stamp ^ 1)
        stamped = self.house.mint.access_token(
            replace(grant, stamp=wider.stamp), wider.scope_mask, claims.issued_at, claims.expires_at
        )
        world.bearer("another stamp", stamped)
        world.bearer("a typo", token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:])
        world.bearer("cut short", token[:-1])
        world.bearer("too long", token + "0")
        world.bearer("another prefix", "fdrt_" + token[5:])
        world.bearer("a refresh token", refresh)
        world.bearer("an app's secret", self.app.client_secret)
        code = await self.app.obtains_code(await self._browser(OWNER), networks=one, prompt="consent")
        world.bearer("a code", code)
        bare = self.house.mint.access_token(grant, 0, claims.issued_at, claims.expires_at)
        world.bearer("no scopes", bare, replace(holder, scopes=()))
        for what, end in (
            ("revoked", self.app.revokes),
            ("a blocked user's", self._block),
            ("disabled", self._disable),
        ):
            person = BLOCKED if what.startswith("a blocked") else OWNER
            app = await story.partner("Other", scope=" ".join(known)) if what == "disabled" else self.app
            network = self.two.id if person == BLOCKED else self.one.id
            token = await self._connect(person, what, known, [network], app=app)
            await (end(token) if what == "revoked" else end(app))
            del world.holders["oauth2", token]

    async def _block(self, _: Partner) -> None:
        await self.story.operator.block_user(BLOCKED, blocked=True, origin=OPERATOR)

    async def _disable(self, app: Partner) -> None:
        await self.story.operating.stop_app(app.client_id, stopped=True, origin=OPERATOR)

    async def _connect(
        self, person: str, what: str, scopes: Sequence[str], networks: list[str], *, app: Partner | None = None
    ) -> str:
        """A grant, and what its access token is worth."""
        app = app or self.app
        asked = " ".join(scopes)
        code = await app.obtains_code(await self._browser(person), networks=networks, scope=asked, prompt="consent")
        app.tokens = tokens_of(await app.exchanges(code))
        user = await self.house.store.find_user_by_email(person)
        holder = Holder(
            scheme="oauth2", subject=user.id, client=app.client_id, scopes=tuple(scopes),
            networks={each: user.roles[each].value for each in networks}, given=tuple(networks),
        )  # fmt: skip
        self.world.bearer(what, app.held.access_token, holder)
        return app.held.access_token

    async def _browser(self, person: str) -> Browser:
        if person not in self.browsers:
            self.browsers[person] = await self.story.signs_in(person)
        return self.browsers[person]

    def _claims(self, token: str) -> AccessClaims:
        claims = self.house.mint.read_access_token(token)
        assert claims is not None
        return claims

    async def _grant_of(self, token: str) -> Grant:
        grant = await self.house.store.find_grant(GrantId(self._claims(token).grant_id))
        assert grant is not None
        return grant
