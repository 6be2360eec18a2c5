"""Cookies and who stands behind them (rows HD-03, ST-16)."""

from dataclasses import replace

import pytest

from frontdesk.testing.story import Story
from frontdesk.testing.wire import call
from frontdesk.web.cookies import read_cookies, render_cookie

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("header", "read"),
    [
        (None, {}),
        (b"", {}),
        (b"a=1; b=2", {"a": "1", "b": "2"}),
        (b"a=1;b=2;", {"a": "1", "b": "2"}),
        (b"a=1; a=2; b=3", {"b": "3"}),
        (b"a", {}),
        (b"a=x=y", {"a": "x=y"}),
        (b"\xff=\xfe", {"\u00ff": "\u00fe"}),
        (b"a=" + b"x" * 20_000, {}),
    ],
)
async def test_cookies_are_read_strictly(header: bytes | None, read: dict[str, str]) -> None:
    """A name that was sent twice was planted: it is left out. Far too much is nothing."""
    assert read_cookies(header) == read


async def test_hd_03_cookies_on_https() -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Lax, for the whole host."""
    assert render_cookie("fd_session", "v", max_age=60, https=True) == (
        b"__Host-fd_session=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    )


async def test_hd_03_an_https_site_sets_and_reads_only_host_cookies(story: Story) -> None:
    """ST-16: the plain name, which a sibling domain could plant, is ignored there."""
    secure = await Story.begin(story.house.store, public_url="https://desk.example")
    first = await call(secure.app, "GET", "/sign-in", scheme="https")
    (cookie,) = first.all("set-cookie")
    assert cookie.startswith("__Host-fd_browser=fdbr_")
    assert cookie.endswith("; Secure")
    value = cookie.split("=")[1].split(";")[0]
    planted = await call(secure.app, "GET", "/sign-in", headers=[("cookie", f"fd_browser={value}")], scheme="https")
    assert len(planted.all("set-cookie")) == 1
    kept = await call(secure.app, "GET", "/sign-in", headers=[("cookie", f"__Host-fd_browser={value}")], scheme="https")
    assert kept.all("set-cookie") == []


@pytest.mark.parametrize(
    "planted", ["x", "fdbr_short", "fdbr_" + "é" * 22, "fdbr_" + "a" * 23, "fdbr_aaaa\naaaaaaaaaaaaaaaaa"]
)
async def test_a_browser_id_of_another_form_is_replaced(story: Story, planted: str) -> None:
    """It goes into MACs and into the store: only our own form is taken."""
    reply = await call(story.app, "GET", "/sign-in", headers=[("cookie", f"fd_browser={planted}")])
    assert len(reply.all("set-cookie")) == 1


async def test_st_16_a_session_cookie_sent_twice_proves_nothing(story: Story) -> None:
    """Even where one of the two is right."""
    await story.network("Northside")
    browser = await story.signs_in()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    assert (await call(story.app, "GET", "/account", headers=[("cookie", cookie)])).status == 200
    doubled = await call(story.app, "GET", "/account", headers=[("cookie", cookie + "; fd_session=x")])
    assert doubled.status == 303


@pytest.mark.parametrize("part", ["fd_session", "fd_device", "fd_browser"])
@pytest.mark.parametrize("cut", [slice(0, -1), slice(0, 0), slice(0, 4)])
async def test_changed_cookies_open_nothing(story: Story, part: str, cut: slice) -> None:
    """A part missing, a character too many, or letters outside ASCII: session, trust or browser is gone; no 500."""
    await story.network("Northside")
    browser = await story.signs_in()
    value = browser.cookies[part]
    for changed in (value[cut], value + "A", value[cut] + "\u00e9"):
        browser.cookies[part] = changed
        reply = await browser.get("/account")
        assert reply.status == (200 if part == "fd_device" else 303)


async def test_a_session_with_another_browsers_cookie_can_use_no_open_page(story: Story) -> None:
    """Forms are bound to both: a page that was open before the browser's cookie changed is refused."""
    await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open("/account")
    browser.cookies["fd_browser"] = "fdbr_" + "A" * 22
    assert (await browser.submit(page, action="/sign-out")).status == 403


async def test_what_a_visitor_prints_holds_no_cookie(story: Story) -> None:
    """The browser id is a bearer of trust too."""
    from frontdesk.web.visitors import Visitor

    visitor = Visitor(browser="fdbr_secret", session=None, user=None, new_browser=True)
    assert "fdbr_secret" not in repr(replace(visitor, new_browser=False))
