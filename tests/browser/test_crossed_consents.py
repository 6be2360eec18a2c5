"""Two tabs and two people of one Chromium never cross on the consent page (rows ST-10, ST-11, ST-12)."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser.stage import MIKA, OLENA, Stage, served_stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A served story."""
    with served_stage() as made:
        yield made


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser of its own."""
    context = chromium.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


def become(window: BrowserContext, stage: Stage, person: str) -> None:
    """The browser is this person's from now on."""
    kept = stage.cookies[person]
    window.add_cookies([{"name": name, "value": value, "url": stage.url} for name, value in kept.items()])


def allow(page: Page) -> dict[str, str]:
    """Tick the first network and allow; what the app gets."""
    page.locator("input[name=network]").first.check()
    page.locator("button[value=allow]").click()
    page.wait_for_url(lambda url: "/livez?" in url)
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_st_10_two_tabs_two_apps_in_crossed_order(stage: Stage, window: BrowserContext) -> None:
    """ST-10: each tab ends with its own app's state and with a code that is good for this app alone."""
    become(window, stage, OLENA)
    first, second = window.new_page(), window.new_page()
    first.goto(stage.url + stage.partner.authorize_target(prompt="consent", state="locks"))
    second.goto(stage.url + stage.choosy.authorize_target(prompt="consent", state="choosy"))
    got = [(stage.choosy, allow(second), "choosy"), (stage.partner, allow(first), "locks")]
    for app, answer, state in got:
        assert answer["state"] == state
        code = stage.story.house.mint.read_code(answer["code"])
        assert code is not None
        assert stage.story.house.store.codes[code].client_id == app.client_id  # type: ignore[attr-defined]


def test_st_11_another_persons_page_gives_nothing(stage: Stage, window: BrowserContext) -> None:
    """ST-11: Olena's page is open in one tab, Mika signs in in another; Olena's Allow is refused, and says why."""
    become(window, stage, OLENA)
    hers = window.new_page()
    hers.goto(stage.url + stage.partner.authorize_target(prompt="consent"))
    assert OLENA in hers.content()
    become(window, stage, MIKA)
    window.new_page().goto(f"{stage.url}/account")
    hers.locator("input[name=network]").first.check()
    hers.locator("button[value=allow]").click()
    hers.wait_for_load_state()
    assert "code=" not in hers.url
    assert "This page was too old to use" in hers.content()


def test_st_12_the_way_back_after_signing_out_gives_nothing(stage: Stage, window: BrowserContext) -> None:
    """ST-12: the page that Back shows again is not kept by the browser, or its form is refused."""
    become(window, stage, MIKA)
    page = window.new_page()
    page.goto(stage.url + stage.partner.authorize_target(prompt="consent"))
    assert MIKA in page.content()
    page.locator("button[form=not-you]").click()
    page.wait_for_url(lambda url: "/sign-in" in url)
    page.go_back()
    page.wait_for_load_state()
    if page.locator("button[value=allow]").count():
        page.locator("input[name=network]").first.check()
        page.locator("button[value=allow]").click()
        page.wait_for_load_state()
    assert "code=" not in page.url
