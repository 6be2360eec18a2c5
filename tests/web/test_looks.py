"""What people do in the pages, in a real Chromium: its policy lets them on to the app, and nothing needs a script.

How the pages look is judged by the walk, tests/browser/test_walk.py.
"""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from frontdesk.storage import MemoryStore
from frontdesk.testing.story import OPERATOR, Customer, Partner, Story
from servers.needs import need
from servers.processes import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OLENA, MIKA = "olena@northside.example", "mika@harbour.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A served story with things to show, and the address it is served at."""

    story: Story
    url: str
    partner: Partner
    calendar: Partner
    north: Customer
    forgotten_id: str  # a network whose secret was not kept

    @property
    def network_id(self) -> str:
        """The network that most pages are about."""
        return self.north.id


async def _set_the_stage(url: str) -> Stage:
    story = await Story.begin(MemoryStore(), public_url=url, help_url=f"{url}/help", privacy_url=f"{url}/privacy")
    north = await story.network("Northside Coworking", owner=OLENA)
    harbour = await story.network("Harbour Studios", owner=MIKA)
    mill = await story.network("The Old Mill and its Workshops of the Lower Town", owner=OLENA)
    pair = await story.house.store.find_credential_of(mill.id)
    if pair is None:
        raise AssertionError("a network comes with its pair")
    await story.house.store.regenerate_credential(
        credential=replace(pair, version=2, sealed_secret=None),
        replaces_version=1,
        audit=story.an_audit_row("told once"),
    )
    await story.operator.give_role(OLENA, network_id=harbour.id, role="administrator", origin=OPERATOR)
    await story.operator.give_role("nil@north.example", network_id=north.id, role="member", origin=OPERATOR)
    callback = url.replace("localhost", "127.0.0.1") + "/livez"
    partner = await story.partner("Door Locks", redirect_uris=(callback,), scope="resources locations.readonly")
    calendar = await story.partner("Calendar Sync", redirect_uris=(callback,), scope="locations.readonly")
    return Stage(story=story, url=url, partner=partner, calendar=calendar, north=north, forgotten_id=mill.id)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A story behind a real HTTP server, in a thread."""
    port = free_port()
    made = asyncio.run(_set_the_stage(f"http://localhost:{port}"))
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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = need("chromium")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(params=[True])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh browser; whatever its console says fails the test. The parameter: may scripts run there?"""
    context = chromium.new_context(java_script_enabled=request.param)
    context.set_default_timeout(15_000)
    opened, complaints = context.new_page(), []
    opened.on("console", lambda message: complaints.append(message.text))
    yield opened
    context.close()
    # The pages of status 400 and up are said to have failed to load, which they should.
    assert [said for said in complaints if "Failed to load resource" not in said] == []


def sign_in(stage: Stage, page: Page, address: str) -> None:
    """From the first step to whatever follows the code."""
    stage.story.clock.pass_minutes(21)
    page.locator("input[name=email]").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.locator("input[name=code]").fill(stage.story.login_code(address))
    page.get_by_role("button", name="Sign in").click()


def test_sign_in_pages(stage: Stage, page: Page) -> None:
    """First step, its problem, the code, a wrong one, the block, the way out."""
    stage.story.clock.pass_minutes(61)
    page.goto(f"{stage.url}/sign-in")
    page.locator("input[name=email]").fill("olena..k@north.example")
    page.get_by_role("button", name="Send me a code").click()
    assert page.title().startswith("Error: ")
    page.locator("input[name=email]").fill("somebody@nowhere.example")
    page.get_by_role("button", name="Send me a code").click()
    for _ in range(5):
        page.locator("input[name=code]").fill("123456")
        page.get_by_role("button", name="Sign in").click()
    assert "Too many wrong codes" in page.content()


def test_consent_pages(stage: Stage, page: Page) -> None:
    """Sign-in for an app, consent, its problem, allow (Chromium lets the redirect pass the CSP), and again skipped."""
    page.goto(stage.url + stage.partner.authorize_target())
    sign_in(stage, page, OLENA)
    page.get_by_role("button", name="Allow").click()
    assert "Choose at least one network" in page.content()
    page.get_by_label("Northside Coworking").check()
    page.get_by_label("Harbour Studios").check()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(lambda url: "code=" in url)
    page.goto(stage.url + stage.partner.authorize_target())
    assert "code=" in page.url
    # From the code page straight to the partner: its form-action must allow the partner's origin as well.
    page.context.clear_cookies()
    page.goto(stage.url + stage.partner.authorize_target())
    sign_in(stage, page, OLENA)
    page.wait_for_url(lambda url: "code=" in url)
    page.goto(stage.url + stage.partner.authorize_target(prompt="consent"))
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(lambda url: "error=access_denied" in url)


@pytest.mark.parametrize("page", [False], indirect=True)
def test_everything_works_without_scripts(stage: Stage, page: Page) -> None:
    """Sign in, consent, fold open, disconnect, in a browser that runs none."""
    page.goto(stage.url + stage.calendar.authorize_target(prompt="consent"))
    sign_in(stage, page, MIKA)
    page.get_by_label("Harbour Studios").check()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(lambda url: "code=" in url)
    page.goto(f"{stage.url}/account/apps")
    page.locator("summary", has_text="Disconnect Calendar Sync").click()
    page.get_by_role("button", name="Disconnect Calendar Sync").click()
    assert "Nothing connected" in page.content()


def test_somebody_without_a_network(stage: Stage, page: Page) -> None:
    """Deny is the only way on, and "Not you?" another."""
    page.goto(stage.url + stage.calendar.authorize_target())
    sign_in(stage, page, "nil@north.example")
    page.get_by_role("button", name="Not you?").click()
    assert "Sign in to connect Calendar Sync" in page.content()


def test_account_pages(stage: Stage, page: Page) -> None:
    """Networks, credentials, the fresh secret, guests, apps; each empty one too."""
    page.goto(f"{stage.url}/account/apps")
    sign_in(stage, page, MIKA)
    page.get_by_role("link", name="Networks", exact=True).click()
    page.get_by_role("button", name="Sign out").click()

    page.goto(stage.url + stage.calendar.authorize_target())
    sign_in(stage, page, OLENA)
    page.get_by_label("Northside Coworking").check()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(lambda url: "code=" in url)
    page.goto(f"{stage.url}/account/apps")
    page.locator("summary", has_text="Disconnect Calendar Sync").click()
    page.get_by_role("button", name="Disconnect Calendar Sync").click()
    assert "Calendar Sync" not in page.content()

    page.goto(f"{stage.url}/account/networks/{stage.network_id}/apps")
    page.get_by_role("link", name="API", exact=True).click()
    page.locator("summary", has_text="Regenerate the credentials").click()
    page.locator("input[name=title]").fill("Northside")
    page.get_by_role("button", name="Regenerate", exact=True).click()
    page.locator("input[name=title]").fill("Northside Coworking")
    page.get_by_role("button", name="Regenerate", exact=True).click()
    assert "fdns_" in page.locator(".secret").inner_text()
    page.get_by_role("link", name="I have copied the secret").click()
    assert "fdns_" not in page.content()


def test_error_pages(stage: Stage, page: Page) -> None:
    """Never a dead end."""
    for target in (
        "/account/nothing",
        "/consent?request=x",
        "/sign-in/code?challenge=x",
        "/oauth2/authorize?client_id=nobody",
    ):
        page.goto(stage.url + target)
        assert "What to do" in page.content()
