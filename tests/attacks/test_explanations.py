"""Who may read why a call was refused: every kind of reader against every kind of decision. DESIGN D11."""

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.records import Role
from frontdesk.protocol.sight import Operator, Owner, Reader
from frontdesk.protocol.tokens import checksum
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import GATE, OPERATOR, OWNER, Customer, Partner, Story
from frontdesk.testing.wire import Reply, call
from storage.ready import open_new

pytestmark = pytest.mark.anyio

STRANGER = "other@other.example"


def basic(user: str, password: str) -> str:
    """An Authorization value."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@dataclass(slots=True, kw_only=True)
class Place:
    """Two networks of one owner and a stranger's; an app that both owners use, and one of the stranger's."""

    story: Story
    north: Customer
    south: Customer
    foreign: Customer
    app: Partner  # connected by the owner, to North and South
    other_grant: Partner  # the same app, connected by the stranger
    other_app: Partner
    own_token: str = field(repr=False)  # of the app without a user

    async def asks(self, refused: Reply, authorization: str) -> Reply:
        """Ask by the API; limits are left behind."""
        self.story.clock.pass_seconds(1)
        name = refused.header("x-request-id")
        return await call(
            self.story.app, "GET", f"/_frontdesk/decisions/{name}", headers=[("authorization", authorization)]
        )

    async def asks_nothing(self, authorization: str) -> Reply:
        """Ask for a decision that was never made."""
        self.story.clock.pass_seconds(1)
        headers = [("authorization", authorization)]
        return await call(self.story.app, "GET", "/_frontdesk/decisions/" + "0" * 22, headers=headers)


@pytest.fixture(params=["memory", "sqlite"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """The place on each store."""
    store = MemoryStore() if request.param == "memory" else await open_new(tmp_path)
    try:
        yield await settle(await Story.begin(store))
    finally:
        await store.aclose()


async def settle(story: Story) -> Place:
    """Make it."""
    north, south = await story.network("North"), await story.network("South")
    foreign = await story.network("Foreign", owner=STRANGER)
    app = await story.partner(own_scope="resources")
    await app.connects(await story.signs_in(), networks=[north.id, south.id])
    other_grant = Partner(story=story, client_id=app.client_id, client_secret=app.client_secret, scope=app.scope)
    await other_grant.connects(await story.signs_in(STRANGER), networks=[foreign.id])
    story.clock.pass_minutes(2)
    other_app = await story.partner("Other app")
    await other_app.connects(await story.signs_in(STRANGER), networks=[foreign.id])
    own = (await app.gets_own_token()).json()["access_token"]
    return Place(
        story=story,
        north=north,
        south=south,
        foreign=foreign,
        app=app,
        other_grant=other_grant,
        other_app=other_app,
        own_token=own,
    )


# Each kind of decision: how it comes about, and who is told of it.
Act = Callable[[Place], Awaitable[Reply]]
DECISIONS: dict[str, tuple[Act, set[str]]] = {
    "nobody's call": (lambda p: p.story.check("GET /resources/v1"), {"operator"}),
    "a made-up token": (lambda p: p.app.calls("GET /resources/v1", token="fdat_" + "x" * 140), {"operator"}),
    "a forged token": (lambda p: p.app.calls("GET /resources/v1", token=forged(p)), {"operator"}),
    "an unknown pair": (
        lambda p: p.story.check("GET /resources/v1", authorization=basic("fdni_" + "x" * 22, "x")),
        {"operator"},
    ),
    "a wrong secret for North": (
        lambda p: p.story.check("GET /resources/v1", authorization=basic(p.north.client_id, "wrong")),
        {"operator", "North's pair", "owner"},
    ),
    "North's pair for Foreign": (
        lambda p: p.north.calls("GET /resources/v1", network=p.foreign.id),
        {"operator", "North's pair", "owner"},
    ),
    "North's pair, another scheme": (
        lambda p: p.north.calls("DELETE /resources/v1/1"),
        {"operator", "North's pair", "owner"},
    ),
    "the grant, no network named": (
        lambda p: p.app.calls("GET /resources/v1"),
        {"operator", "the app", "the grant"},
    ),
    "the grant, in North, no such path": (
        lambda p: p.app.calls("GET /nothing", network=p.north.id),
        {"operator", "the app", "the grant", "owner"},
    ),
    "the grant, in a network that is not its own": (
        lambda p: p.app.calls("GET /resources/v1", network=p.foreign.id),
        {"operator", "the app", "the grant"},
    ),
    "the app's other grant, in Foreign": (
        lambda p: p.other_grant.calls("GET /nothing", network=p.foreign.id),
        {"operator", "the app", "the other grant", "stranger"},
    ),
    "the app on its own": (
        lambda p: p.app.calls("GET /resources/v1", token=p.own_token),
        {"operator", "the app", "the app on its own"},
    ),
    "the other app, in Foreign": (
        lambda p: p.other_app.calls("GET /nothing", network=p.foreign.id),
        {"operator", "the other app", "stranger"},
    ),
    "the app's id and secret at the API": (
        lambda p: p.story.check("GET /resources/v1", authorization=basic(p.app.client_id, p.app.client_secret)),
        {"operator", "the app"},
    ),
    "the app's id with a wrong secret": (
        lambda p: p.story.check("GET /resources/v1", authorization=basic(p.app.client_id, "wrong")),
        {"operator", "the app"},
    ),
    "the app's refresh token at the API": (
        lambda p: p.app.calls("GET /resources/v1", token=p.app.held.refresh_token),
        {"operator", "the app", "the grant"},
    ),
    "two credentials": (
        lambda p: p.story.check("GET /resources/v1", authorization="Basic x, Bearer y"),
        {"operator"},
    ),
}  # fmt: skip
READERS = (
    "operator", "owner", "stranger", "the app", "the other app", "the grant", "the other grant", "the app on its own",
    "North's pair", "South's pair", "Foreign's pair",
)  # fmt: skip


def forged(place: Place) -> str:
    """A living token with a character of its signature changed, and a right checksum."""
    token = place.app.held.access_token
    body = token[:-26] + ("A" if token[-26] != "A" else "B") + token[-25:-6]
    return body + checksum(body.encode()).decode()


async def reads(place: Place, reader: str, refused: Reply) -> dict[str, Any] | None:
    """What a reader is told; None: 404."""
    people: dict[str, str] = {"owner": OWNER, "stranger": STRANGER}
    story = place.story
    if reader == "operator" or reader in people:
        found = await story.explaining.explanations.find(
            refused.header("x-request-id") or "",
            Operator() if reader == "operator" else await owner_of(story, people[reader]),
        )
        return None if isinstance(found, Refusal) else found
    authorization = {
        "the app": basic(place.app.client_id, place.app.client_secret),
        "the other app": basic(place.other_app.client_id, place.other_app.client_secret),
        "the grant": f"Bearer {place.app.held.access_token}",
        "the other grant": f"Bearer {place.other_grant.held.access_token}",
        "the app on its own": f"Bearer {place.own_token}",
        "North's pair": basic(place.north.client_id, place.north.client_secret),
        "South's pair": basic(place.south.client_id, place.south.client_secret),
        "Foreign's pair": basic(place.foreign.client_id, place.foreign.client_secret),
    }[reader]
    reply = await place.asks(refused, authorization)
    assert reply.status in (200, 404)
    if reply.status == 404:
        assert reply.json() == (await place.asks_nothing(authorization)).json()
        return None
    told: dict[str, Any] = reply.json()
    return told


async def owner_of(story: Story, address: str) -> Reader:
    """Somebody who is signed in, with what they own."""
    (user,) = [user for user in await story.house.store.list_users() if user.email == address]
    return Owner(frozenset(network for network, role in user.roles.items() if role is Role.OWNER))


@pytest.mark.parametrize("kind", DECISIONS)
async def test_whoever_it_does_not_concern_finds_nothing(place: Place, kind: str) -> None:
    """Somebody else's decision is the same 404 as none: for each reader, whether or not it is allowed to ask at all."""
    act, concerned = DECISIONS[kind]
    refused = await act(place)
    assert refused.status >= 400
    told = {reader: await reads(place, reader, refused) for reader in READERS}
    assert {reader for reader, found in told.items() if found is not None} == concerned


@pytest.mark.parametrize("kind", DECISIONS)
async def test_no_reader_learns_of_a_network_that_is_not_theirs(place: Place, kind: str) -> None:
    """An owner of one network does not learn which others a grant opens, nor from where its app calls."""
    act, concerned = DECISIONS[kind]
    refused = await act(place)
    for reader in concerned & {"owner", "stranger"}:
        told = await reads(place, reader, refused)
        assert told is not None
        theirs = {place.north.id, place.south.id} if reader == "owner" else {place.foreign.id}
        open_networks = told["would_pass"].get("networks", [])
        assert set(open_networks) <= theirs
        if told["caller"]["scheme"] == "oauth2":
            assert told["call"]["address"] is None
            assert told["call"]["user_agent"] is None
            assert told["call"]["network"] in theirs


async def test_an_owner_lists_what_concerns_the_own_network(place: Place) -> None:
    """Of all that happened, calls with its pair and of grants that meant it; asked for another's, nothing."""
    refused = {kind: await act(place) for kind, (act, _) in DECISIONS.items()}
    await place.story.explaining.flush()
    explanations = place.story.explaining.explanations
    owner = await owner_of(place.story, OWNER)
    listed = await explanations.list_of_network(place.north.id, owner, limit=100)
    names = {reply.header("x-request-id"): kind for kind, reply in refused.items()}
    assert [names[told["id"]] for told in listed] == [
        "the grant, in North, no such path",
        "North's pair, another scheme",
        "North's pair for Foreign",
        "a wrong secret for North",
    ]
    assert await explanations.list_of_network(place.foreign.id, owner, limit=100) == []


async def test_nobody_but_the_operator_learns_that_a_user_is_blocked(place: Place) -> None:
    """The app hears that the access ended, the network's owner too; the operator hears of the block and when."""
    await place.story.operator.give_role("ada@north.example", network_id=place.north.id, role="administrator",
                                         origin=OPERATOR)  # fmt: skip
    app = place.app
    guest = Partner(story=place.story, client_id=app.client_id, client_secret=app.client_secret, scope=app.scope)
    await guest.connects(await place.story.signs_in("ada@north.example"), networks=[place.north.id])
    await place.story.operator.block_user("ada@north.example", blocked=True, origin=OPERATOR)
    refused = await guest.calls("GET /resources/v1")
    assert refused.status == 401
    causes = {}
    for reader in ("operator", "the app", "owner"):
        told = await reads(place, reader, refused)
        assert told is not None
        causes[reader] = (told["cause"]["name"], told["cause"]["at"] is not None)
        assert reader == "operator" or "block" not in str(told)
    assert causes == {
        "operator": ("user_blocked", True),
        "the app": ("user_ended", False),
        "owner": ("user_ended", False),
    }


async def test_a_disabled_app_and_a_dead_token_ask_in_vain(place: Place) -> None:
    """Whoever is refused at the API cannot read here either."""
    refused = await place.app.calls("GET /resources/v1")
    proof = basic(place.app.client_id, place.app.client_secret)
    await place.story.house.store.set_client_disabled(
        client_id=place.app.client_id,  # type: ignore[arg-type]
        disabled=True,
        now=place.story.clock.now(),
        audit=place.story.an_audit_row("client.disabled"),
    )
    for authorization in (proof, f"Bearer {place.app.held.access_token}", f"Bearer {place.own_token}"):
        assert (await place.asks(refused, authorization)).status == 401


async def test_an_id_is_not_found_by_guessing_at_its_form(place: Place) -> None:
    """What is no id is looked up nowhere; one that is near a real one is another."""
    refused = await place.app.calls("GET /resources/v1")
    name = refused.header("x-request-id") or ""
    proof = basic(place.app.client_id, place.app.client_secret)
    near = name[:-1] + ("0" if name[-1] != "0" else "1")
    for wrong in (
        "",
        "x",
        name[:-1],
        name + "0",
        near,
        name.upper(),
        "%00",
        "..",
        f"{name}/",
        f"{name}?x=1"[:-4] + "x",
    ):
        place.story.clock.pass_seconds(1)
        reply = await call(place.story.app, "GET", f"/_frontdesk/decisions/{wrong}", headers=[("authorization", proof)])
        assert reply.status == 404, wrong


async def test_lk_01_nothing_that_was_sent_is_kept(place: Place, tmp_path: Path) -> None:
    """LK-01: neither token nor secret nor query, from whatever place of a request: not in a row, not in an answer."""
    story, app = place.story, place.app
    secrets = [app.held.access_token, app.held.refresh_token, app.client_secret, place.north.client_secret]
    canary = "canary-0123456789-query"
    for secret in secrets:
        story.clock.pass_seconds(1)
        for authorization in (
            f"Bearer {secret}", basic(secret, secret), basic(place.north.client_id, secret), f"Token {secret}",
            basic(app.client_id, secret + "x"), secret,
        ):  # fmt: skip
            headers = [
                ("x-forwarded-method", "GET"),
                (
                    "x-forwarded-uri",
                    f"/nothing/{secret}/{b64encode(secret.encode()).decode()}?token={secret}&x={canary}",
                ),
                ("authorization", authorization),
                ("user-agent", f"agent {secret} {secret.replace('_', '%5F')}"),
                ("spacebring-network-id", place.north.id),
            ]
            await call(story.app, "GET", "/_frontdesk/check", headers=headers, peer=GATE)
    await story.explaining.flush()
    kept = await story.house.store.list_decisions(limit=100)
    assert len(kept) == 24
    for text in (*map(str, kept), content_of(tmp_path)):
        assert canary not in text
        for secret in secrets:
            assert secret not in text
            assert secret[10:40] not in text


def content_of(folder: Path) -> str:
    """Everything in the database's files; nothing where it is in memory."""
    return b"".join(path.read_bytes() for path in folder.glob("frontdesk.db*")).decode("latin-1")
