"""Attacks on native apps: loopback ports, look-alikes, schemes of an app's own (rows RU; RFC 8252)."""

import pytest

from frontdesk.flows.hardening import Treatment
from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import Registration
from frontdesk.protocol.redirects import judge_registration, match
from frontdesk.testing.story import OPERATOR, Story, answer_of

pytestmark = pytest.mark.anyio

NATIVE = Treatment(native=True)
LOOPBACK, LOOPBACK_6 = "http://127.0.0.1/cb", "http://[::1]/cb?app=1"
OWN = "com.example.locks:/cb"
REGISTERED = (LOOPBACK, LOOPBACK_6, "http://localhost/cb", "https://app.example/cb", OWN)


@pytest.mark.parametrize(
    "asked",
    [
        *REGISTERED,
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:49152/cb",
        "http://127.0.0.1:65535/cb",
        "http://[::1]:8000/cb?app=1",
    ],
)
def test_ru_22_any_port_of_a_native_apps_loopback_address(asked: str) -> None:
    """RU-22: same path and query, whatever port the device had free (RFC 8252 §7.3)."""
    target = match(asked, REGISTERED, is_native=True)
    assert target is not None
    assert target.uri == asked


@pytest.mark.parametrize(
    "asked",
    [
        # RU-22: another path, query or name
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/cb/",
        "http://127.0.0.1:8000/cb?x=1",
        "http://127.0.0.1:8000/cb#x",
        "http://[::1]:8000/cb",
        "http://localhost:8000/cb",
        "http://127.0.0.2:8000/cb",
        "http://[::2]:8000/cb?app=1",
        "https://127.0.0.1:8000/cb",
        "https://app.example:8443/cb",
        "com.example.locks:/cb/x",
        "com.example.locks://cb",
        # No port at all, or none that can be
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:99999999999/cb",
        "http://127.0.0.1:80 /cb",
        "http://127.0.0.1:８０/cb",
        "http://127.0.0.1:80/cb\n",
        # RU-23: look-alikes
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1.evil.example:80/cb",
        "http://localhost.evil/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://x@127.0.0.1:80/cb",
        "http://2130706433/cb",
        "http://0x7f000001/cb",
        "http://127.1/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://127.0.0.1\\@evil.example/cb",
        "HTTP://127.0.0.1:80/cb",
    ],
)
def test_ru_22_ru_23_nothing_else_of_it(asked: str) -> None:
    """RU-22, RU-23: rejected; and of an app that is not native not even another port."""
    assert match(asked, REGISTERED, is_native=True) is None
    assert match("http://127.0.0.1:8000/cb", REGISTERED) is None


@pytest.mark.parametrize("uri", [OWN, "com.example.app:/", "io.a-b.c1:/oauth2/cb?x=1", *REGISTERED])
def test_a_native_app_may_register(uri: str) -> None:
    """RFC 8252 §7.1 and §7.3: an address of the device, one that the app claims, or its own scheme."""
    assert judge_registration(uri, is_native=True) is None
    assert (judge_registration(uri) is None) is uri.startswith("http")


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "javascript:/x",
        "JavaScript:/x",
        " javascript:/x",
        "java\tscript:/x",
        "data:text/html,x",
        "data:/x",
        "vbscript:/x",
        "file:///etc/passwd",
        "file:/x",
        "blob:https://p.example/x",
        "about:/x",
        "intent:/x",
        "mailto:/x",
        "myapp:/cb",
        "myapp://cb",
        "com.example.app://cb",
        "com.example.app:cb",
        "com.example.app:",
        "Com.Example.App:/cb",
        ".example:/cb",
        "com..example:/cb",
        "com.:/cb",
        "com.example.:/cb",
        "1com.example:/cb",
        "com.example.app:/cb#x",
        "com.example.app:/../cb",
        "com.example.app:/cb?code=x",
        "com.example.app:/a//b",
        "com.example.app:/c%0d%0ab",
        "com.example.app:/*",
        "httpx.evil.example:/cb\n",
        "https:/cb",
        "http:/cb",
        "http://192.0.2.1/cb",
        "http://partner.example/cb",
    ],
)
def test_ru_16_no_native_app_gets_a_scheme_that_means_something_else(uri: str) -> None:
    """RU-16: a scheme of its own has a dot in it, one slash and a path; anything else is refused at registration."""
    assert judge_registration(uri, is_native=True) is not None
    assert judge_registration(uri) is not None


async def test_ru_22_a_native_app_connects_from_the_port_it_got(story: Story) -> None:
    """RU-22: the whole walk; the code goes to the port that was asked for, and is bound to it."""
    north = await story.network("North")
    partner = await story.partner(redirect_uris=[LOOPBACK, "https://app.example/cb"], treatment=NATIVE)
    assert partner.client_secret == ""
    partner.redirect_uri = "http://127.0.0.1:49152/cb"
    browser = await story.signs_in()
    sent_back = await partner.asks(browser, networks=[north.id])
    assert sent_back.location.startswith("http://127.0.0.1:49152/cb?code=")
    code = answer_of(sent_back)["code"]
    assert (await partner.exchanges(code, redirect_uri=LOOPBACK)).json()["error"] == "invalid_grant"
    assert (await partner.exchanges(code, redirect_uri=partner.redirect_uri)).status == 200
    assert await partner.is_let_in("GET /resources/v1")
    for other in ("http://127.0.0.1:49152/x", "http://localhost:49152/cb", "https://app.example:8443/cb"):
        page = await story.browser().open(partner.authorize_target(redirect_uri=other))
        assert page.status == 400


async def test_a_native_app_is_sent_back_to_its_own_scheme(story: Story) -> None:
    """RFC 8252 §7.1: the page lets its form end there, and shows the scheme for want of a host."""
    north = await story.network("North")
    partner = await story.partner(redirect_uris=[OWN], treatment=NATIVE)
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    assert "form-action 'self' com.example.locks:;" in (page.header("content-security-policy") or "")
    assert "com.example.locks:" in page.text
    sent_back = await browser.submit(page, network=[north.id], decision="allow")
    assert sent_back.location.startswith("com.example.locks:/cb?code=")
    assert (await partner.exchanges(answer_of(sent_back)["code"])).status == 200


async def test_an_ordinary_app_keeps_its_ports(story: Story) -> None:
    """RU-14: only what was registered as native may come from another port."""
    partner = await story.partner(redirect_uris=[LOOPBACK])
    page = await story.browser().open(partner.authorize_target(redirect_uri="http://127.0.0.1:8000/cb"))
    assert page.status == 400
    registration = Registration(store=story.house.store, clock=story.clock, mint=story.house.mint)
    made = await registration.add_client("App", redirect_uris=[OWN], scope="resources", origin=OPERATOR)
    assert isinstance(made, Objection)
