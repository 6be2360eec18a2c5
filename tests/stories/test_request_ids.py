"""Every answer carries X-Request-Id, once, and each its own: the name by which its decision is found."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attacks.signed_reports import Reporter
from attacks.test_house import OutOfOrder
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.testing.story import GATE, Story
from frontdesk.testing.wire import Reply, call
from frontdesk.web.site import PAGES

pytestmark = pytest.mark.anyio

NAME = re.compile(r"[0-9a-f]{22}")
STATIC = "/_frontdesk/static/frontdesk.css"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[tuple[Story, OutOfOrder]]:
    """A house with everything switched on, whose store breaks when it is told to."""
    store = OutOfOrder()
    yield await Story.begin(store, leak_keys=Reporter.begin().writes_keys(tmp_path), assertion="on"), store
    store.broken = None
    await store.aclose()


def targets(story: Story) -> list[tuple[str, str]]:
    """Something of every endpoint, page and file there is, and calls of the API."""
    routes = story.app._routes  # type: ignore[attr-defined]
    paths = [path.decode() for path in routes] + [page.replace("{network}", "x") for page in PAGES]
    paths += [
        STATIC,
        "/account/nothing",
        "/_frontdesk/static/nothing",
        "/resources/v1",
        "/nothing",
        "//x",
        "/networks/v1",
    ]
    return [(method, path) for path in paths for method in ("GET", "HEAD", "POST", "OPTIONS", "FOO")]


async def ask(story: Story, method: str, target: str, **more: str) -> Reply:
    """One request, as a proxy that may ask for checks."""
    headers = [("x-forwarded-method", "GET"), ("x-forwarded-uri", "/resources/v1"), *more.items()]
    return await call(story.app, method, target, headers=headers, peer=GATE)


async def test_every_answer_has_a_name_of_its_own(house: tuple[Story, OutOfOrder]) -> None:
    """Whatever is asked, and however it is refused."""
    story, _ = house
    seen: Counter[str] = Counter()
    for method, target in targets(story):
        reply = await ask(story, method, target)
        name = reply.header("x-request-id")
        assert name is not None, (method, target)
        assert NAME.fullmatch(name), (method, target, name)
        seen[name] += 1
    assert max(seen.values()) == 1
    assert len(seen) > 150


@pytest.mark.parametrize("trouble", ["outage", "bug", "size"])
async def test_so_has_one_that_tells_of_trouble(house: tuple[Story, OutOfOrder], trouble: str) -> None:
    """503, 500 and 413, in the form of each family."""
    story, store = house
    partner = await story.connected_partner()
    proof, bearer = partner.proof(), f"Bearer {partner.held.access_token}"
    forms = {
        "/oauth2/token": {**proof, "grant_type": "refresh_token", "refresh_token": partner.held.refresh_token},
        "/oauth2/introspect": {**proof, "token": partner.held.access_token},
        "/oauth2/revoke": {**proof, "token": partner.held.refresh_token},
    }
    if trouble == "size":
        replies = [
            await call(story.app, "POST", target, body=b"x" * 2_000_000)
            for target in (*forms, "/oauth2/authorize", "/livez", "/_frontdesk/check", "/_frontdesk/leaks", "/version")
        ]
        assert {reply.status for reply in replies} == {413}
    else:
        store.broken = StoreUnavailable if trouble == "outage" else RuntimeError
        replies = [await story.post(target, form) for target, form in forms.items()]
        replies += [
            await call(story.app, "GET", target, headers=[("authorization", bearer)])
            for target in ("/resources/v1", "/networks/v1", "/_frontdesk/decisions/" + "0" * 22)
        ]
        replies.append(await story.check("GET /resources/v1", authorization=bearer))
        assert {reply.status for reply in replies} == {503 if trouble == "outage" else 500}
    names = [reply.header("x-request-id") or "" for reply in replies]
    assert all(NAME.fullmatch(name) for name in names)
    assert len(set(names)) == len(names)


async def test_a_refusal_that_travels_through_a_proxy_keeps_its_name(house: tuple[Story, OutOfOrder]) -> None:
    """nginx asks for the check, then for the page that shows it: the caller sees the name of the decision."""
    story, _ = house
    asked = [("x-original-method", "GET"), ("x-original-uri", "/resources/v1")]
    refused = await call(story.app, "GET", "/_frontdesk/check", headers=asked, peer=GATE)
    sealed = refused.header("x-frontdesk-refusal")
    assert sealed is not None
    shown = await call(story.app, "GET", "/_frontdesk/refusal", headers=[("x-frontdesk-refusal", sealed)], peer=GATE)
    assert shown.status == 401
    assert shown.header("x-request-id") == refused.header("x-request-id")
    # A caller's own word for it counts nowhere.
    told = await call(story.app, "GET", "/resources/v1", headers=[("x-request-id", "mine")])
    assert told.header("x-request-id") != "mine"
