"""Every kind of secret in every other kind's slot: none passes for another (rows CA-14, BT-06, D2)."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from frontdesk.testing.browser import Browser
from frontdesk.testing.story import Api, Customer, Partner, Story
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One living secret of each kind, and whose they are."""

    story: Story
    north: Customer
    partner: Partner
    api: Api
    browser: Browser
    kinds: dict[str, str] = field(repr=False)

    @classmethod
    async def forge(cls, story: Story) -> "Ring":
        """Everything in force; the code is not exchanged."""
        north, api = await story.network("North"), await story.api()
        partner = await story.partner(own_scope="resources")
        browser = await story.signs_in()
        held = await partner.connects(browser, networks=[north.id])
        own = (await partner.gets_own_token()).json()["access_token"]
        kinds = {
            "access": held.access_token,
            "own access": own,
            "refresh": held.refresh_token,
            "code": await partner.obtains_code(browser, networks=[north.id], prompt="consent"),
            "session": browser.cookies["fd_session"],
            "client secret": partner.client_secret,
            "network secret": north.client_secret,
            "resource server secret": api.secret,
        }
        return cls(story=story, north=north, partner=partner, api=api, browser=browser, kinds=kinds)


def basic(user: str, password: str) -> str:
    """A Basic credential."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


async def as_bearer(ring: Ring, value: str) -> bool:
    """At the API, in an operation that needs no network."""
    return await ring.partner.is_let_in("GET /networks/v1", token=value)


async def as_network_secret(ring: Ring, value: str) -> bool:
    """At the API, with the pair's id."""
    reply = await ring.story.check("GET /networks/v1", authorization=basic(ring.north.client_id, value))
    return reply.status == 200


async def as_network_secret_of_the_client(ring: Ring, value: str) -> bool:
    """At the API, with the app's id or the resource server's, whatever the secret."""
    replies = [
        await ring.story.check("GET /networks/v1", authorization=basic(user, value))
        for user in (ring.partner.client_id, ring.api.id)
    ]
    return any(reply.status == 200 for reply in replies)


async def as_refresh(ring: Ring, value: str) -> bool:
    """At the token endpoint."""
    return _passes(await ring.partner.posts({"grant_type": "refresh_token", "refresh_token": value}))


async def as_code(ring: Ring, value: str) -> bool:
    """At the token endpoint."""
    return _passes(await ring.partner.posts({"grant_type": "authorization_code", "code": value}))


async def as_client_secret(ring: Ring, value: str) -> bool:
    """At the token endpoint, with the app's id and then with each other id."""
    replies = [
        await ring.story.post(
            "/oauth2/token", {"grant_type": "client_credentials", "client_id": user, "client_secret": value}
        )
        for user in (ring.partner.client_id, ring.north.client_id, ring.api.id)
    ]
    return any(_passes(reply) for reply in replies)


async def as_resource_server_secret(ring: Ring, value: str) -> bool:
    """At introspection, with the resource server's id."""
    form = {"token": "x", "client_id": ring.api.id, "client_secret": value}
    return _passes(await ring.story.post("/oauth2/introspect", form))


async def as_asking_client_secret(ring: Ring, value: str) -> bool:
    """At introspection, with the app's id."""
    form = {"token": "x", "client_id": ring.partner.client_id, "client_secret": value}
    return _passes(await ring.story.post("/oauth2/introspect", form))


async def as_token_at_introspection(ring: Ring, value: str) -> bool:
    """Asked about by a resource server."""
    return (await ring.api.introspects(value)).json() != {"active": False}


async def as_own_token_at_introspection(ring: Ring, value: str) -> bool:
    """Asked about by the app itself."""
    return (await ring.partner.introspects(value)).json() != {"active": False}


async def as_session(ring: Ring, value: str) -> bool:
    """As the cookie of a signed-in browser."""
    cookies = {**ring.browser.cookies, "fd_session": value}
    headers = [("cookie", "; ".join(f"{name}={text}" for name, text in cookies.items()))]
    return _passes(await call(ring.story.app, "GET", "/account/apps", headers=headers))


def _passes(reply: Reply) -> bool:
    return reply.status == 200


SLOTS: dict[Callable[[Ring, str], Awaitable[bool]], set[str]] = {
    as_bearer: {"access", "own access"},
    as_network_secret: {"network secret"},
    as_network_secret_of_the_client: set(),
    as_refresh: {"refresh"},
    as_code: {"code"},
    as_client_secret: {"client secret"},
    as_resource_server_secret: {"resource server secret"},
    as_asking_client_secret: {"client secret"},
    as_token_at_introspection: {"access", "own access"},
    as_own_token_at_introspection: {"access", "own access", "refresh"},
    as_session: {"session"},
}


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.__name__)
async def test_ca_14_each_kind_passes_in_its_own_slot_only(
    story: Story, slot: Callable[[Ring, str], Awaitable[bool]]
) -> None:
    """CA-14: what is right in one place is nothing in another, even for whoever holds all of it."""
    ring = await Ring.forge(story)
    passed = set()
    for kind, value in ring.kinds.items():
        story.clock.pass_seconds(1)
        if await slot(ring, value):
            passed.add(kind)
    assert passed == SLOTS[slot]


async def test_no_other_kind_revokes(story: Story) -> None:
    """At revocation anything answers 200; only the two tokens of a grant end it, and a code or secret ends nothing."""
    ring = await Ring.forge(story)
    for kind in ("code", "session", "client secret", "network secret", "resource server secret"):
        assert (await ring.partner.revokes(ring.kinds[kind])).status == 200
    for alive in (as_bearer, as_refresh, as_code, as_session):
        story.clock.pass_seconds(1)
        for kind in SLOTS[alive]:
            assert await alive(ring, ring.kinds[kind]), (alive.__name__, kind)
