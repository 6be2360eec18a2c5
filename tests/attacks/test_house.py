"""Attacks on the house itself: https, cookies, failing stores, bugs (rows HD, RV-13, OT-17, LK-02)."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie

import pytest

from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import OWNER, Story
from frontdesk.testing.wire import call

pytestmark = pytest.mark.anyio


class OutOfOrder(MemoryStore):
    """A real store whose every verb fails while it is out of order."""

    broken: type[Exception] | None = None

    def __getattribute__(self, name: str) -> object:
        broken = super().__getattribute__("broken")
        verb = super().__getattribute__(name)
        if broken is None or name.startswith("_") or not callable(verb) or name in ("aclose",):
            return verb

        def fail(*_: object, **__: object) -> object:
            raise broken("out of order")

        return fail


@pytest.fixture
async def shaky() -> AsyncIterator[tuple[Story, OutOfOrder]]:
    """A story whose store can be put out of order."""
    store = OutOfOrder()
    yield await Story.begin(store), store
    store.broken = None
    await store.aclose()


async def test_rv_13_a_failing_store_is_503_and_never_ok(shaky: tuple[Story, OutOfOrder]) -> None:
    """RV-13: revoke, token, check and authorize answer 503 with Retry-After while the store fails, and work after."""
    story, store = shaky
    partner = await story.connected_partner()
    store.broken = StoreUnavailable
    revoked = await partner.revokes()
    assert (revoked.status, revoked.json(), revoked.header("retry-after")) == (
        503,
        {"error": "temporarily_unavailable"},
        "1",
    )
    refreshed = await partner.refreshes()
    assert (refreshed.status, refreshed.json()["error"]) == (503, "temporarily_unavailable")
    called = await partner.calls("GET /resources/v1")
    assert (called.status, called.header("retry-after")) == (503, "1")
    assert called.json()["type"] == "temporarilyUnavailable"
    page = await call(story.app, "GET", partner.authorize_target())
    assert (page.status, page.header("retry-after")) == (503, "1")
    store.broken = None
    assert await partner.is_let_in("GET /resources/v1")


async def test_ot_17_nobody_signs_in_while_the_counters_are_away(shaky: tuple[Story, OutOfOrder]) -> None:
    """OT-17: the right code is refused with a 503 page when its budget cannot be read."""
    story, store = shaky
    await story.network("North")
    browser = story.browser()
    page = await browser.submit(await browser.open("/sign-in"), email=OWNER)
    code = story.login_code(OWNER)
    store.broken = StoreUnavailable
    reply = await browser.submit(page, code=code)
    assert reply.status == 503
    assert not any("session" in name for name in browser.cookies)


async def test_lk_02_a_bug_is_a_plain_answer_of_its_kind(shaky: tuple[Story, OutOfOrder]) -> None:
    """LK-02: OAuth JSON, API JSON or a page; no trace, no message of the exception."""
    story, store = shaky
    partner = await story.connected_partner()
    store.broken = RuntimeError
    token = await partner.refreshes()
    assert (token.status, token.json()) == (500, {"error": "server_error"})
    check = await partner.calls("GET /resources/v1")
    assert check.status == 500
    assert "type" in check.json()
    pages = [await call(story.app, "GET", partner.authorize_target()), await story.browser().get("/sign-in")]
    browser = story.browser()
    pages.append(await browser.get("/account"))
    for reply in (token, check, *pages):
        assert "out of order" not in reply.text
        assert "Traceback" not in reply.text


async def test_hd_09_plain_http_is_refused_not_redirected() -> None:
    """HD-09: with an https public_url, token, revoke and API over plain http are refused."""
    story = await Story.begin(MemoryStore(), public_url="https://desk.example")
    for target, form in (("/oauth2/token", {"grant_type": "x"}), ("/oauth2/revoke", {"token": "x"})):
        reply = await story.post(target, form)
        assert (reply.status, reply.json()["error"]) == (400, "invalid_request")
        assert reply.header("location") is None
    by_query = await call(story.app, "POST", "/oauth2/revoke?token=x")
    assert by_query.status == 400
    api = await call(story.app, "GET", "/resources/v1")
    assert (api.status, api.header("location")) == (400, None)


async def test_hd_03_cookies_are_host_bound_over_https() -> None:
    """HD-03: `__Host-`, Secure, HttpOnly, SameSite=Lax on every cookie that is set."""
    story = await Story.begin(MemoryStore(), public_url="https://desk.example", trusted_proxies=("192.0.2.7",))
    partner = await story.partner()
    reply = await call(
        story.app, "GET", partner.authorize_target(), headers=[("x-forwarded-proto", "https")], scheme="https"
    )
    lines = reply.all("set-cookie")
    assert lines
    for line in lines:
        for name, morsel in SimpleCookie(line).items():
            assert name.startswith("__Host-")
            assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (
                True,
                True,
                "Lax",
                "/",
            )
            assert not morsel["domain"]
