"""The page that shows a secret, in a real Chromium: hidden, copied, shown, and gone again (rows OW-08, OW-09)."""

from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from browser.conftest import SHOTS
from browser.look import examine
from frontdesk.testing.story import Customer
from web.test_looks import OLENA, Stage, sign_in
from web.test_looks import chromium as chromium
from web.test_looks import page as page
from web.test_looks import stage as stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def api(stage: Stage, page: Page) -> str:
    """Olena's API page, opened in a browser in which she has just signed in."""
    target = f"{stage.url}/account/networks/{stage.network_id}/api"
    page.goto(target)
    sign_in(stage, page, OLENA)
    assert page.url == target
    return target


def secret_of(stage: Stage) -> str:
    """The secret in force, as the network was made with."""
    north: Customer = stage.north
    return north.client_secret


def reveal(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Show secret").click()
    expect(page.get_by_role("heading", name="The secret of Northside Coworking")).to_be_visible()


def test_hidden_until_the_fold_is_opened_and_gone_after_a_minute(stage: Stage, page: Page, api: str) -> None:
    """In every size and scheme; the title says nothing; by itself the page leads back, and takes the secret along."""
    page.clock.install()
    examine(page, "api", SHOTS)
    reveal(page)
    secret = page.locator("#secret")
    expect(secret).to_be_hidden()
    assert page.title() == "API secret - Frontdesk"
    examine(page, "secret", SHOTS)
    page.get_by_role("link", name="Done, hide it").click()
    reveal(page)
    page.locator("summary", has_text="Show it on the screen").click()
    expect(secret).to_be_visible()
    assert secret.inner_text() == secret_of(stage)
    secret.click()
    assert page.evaluate("getSelection().toString()") == secret_of(stage)
    page.clock.fast_forward(50_000)
    expect(secret).to_be_visible()
    page.clock.fast_forward(10_000)
    page.wait_for_url(api)
    assert secret_of(stage) not in page.content()
    expect(page.get_by_text("Secret last shown")).to_be_visible()


def test_ow_08_ow_09_the_way_back_does_not_bring_it_again(stage: Stage, page: Page, api: str) -> None:
    """OW-08, OW-09: neither history nor back-forward cache nor sending the form again shows it a second time."""
    reveal(page)
    page.get_by_role("link", name="Done, hide it").click()
    page.wait_for_url(api)
    with suppress(Error):  # the browser may say that it would have to send the form again
        page.go_back()
    expect(page.locator("#secret")).to_have_count(0)
    assert secret_of(stage) not in page.content()
    page.goto(api)
    reveal(page)
    page.reload()
    assert secret_of(stage) not in page.content()
    assert "one page shows it once" in page.content()


def test_it_is_copied_without_being_shown(stage: Stage, page: Page, api: str) -> None:
    """One button, under the strict policy; the words that answer it are read out."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reveal(page)
    page.get_by_role("button", name="Copy without showing it").click()
    expect(page.get_by_role("status")).to_have_text("Copied. Paste it where it belongs.")
    expect(page.locator("#secret")).to_be_hidden()
    assert page.evaluate("navigator.clipboard.readText()") == secret_of(stage)


def test_a_browser_that_forbids_copying_says_so(stage: Stage, page: Page, api: str) -> None:
    """Then there is still the fold."""
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('forbidden'))")
    reveal(page)
    page.get_by_role("button", name="Copy without showing it").click()
    expect(page.get_by_role("status")).to_contain_text("does not let us copy")


@pytest.mark.parametrize("page", [False], indirect=True)
def test_without_scripts_it_is_shown_and_leaves_by_itself(stage: Stage, page: Page, api: str) -> None:
    """The browser's own fold and its own refresh; the minute is told as five seconds here. No dead button."""

    def hurry(route: Route) -> None:
        reply = route.fetch()
        headers = {**reply.headers, "refresh": reply.headers["refresh"].replace("60;", "5;")}
        route.fulfill(response=reply, headers=headers)

    page.route("**/api/reveal", hurry)
    reveal(page)
    expect(page.get_by_role("button", name="Copy without showing it")).to_be_hidden()
    page.locator("summary", has_text="Show it on the screen").click()
    expect(page.locator("#secret")).to_have_text(secret_of(stage))
    page.wait_for_url(api, timeout=15_000)
    assert secret_of(stage) not in page.content()


def test_the_step_up_looks_like_signing_in(stage: Stage, page: Page, api: str) -> None:
    """With the reason, the address filled in, and back to the page that asked for it."""
    stage.story.clock.pass_minutes(6)
    page.goto(api)
    expect(page.get_by_text("You sign in again first")).to_be_visible()
    examine(page, "api-not-fresh", SHOTS)
    page.get_by_role("button", name="Show secret").click()
    expect(page.get_by_role("heading", name="Sign in again")).to_be_visible()
    expect(page.locator("input[name=email]")).to_have_value(OLENA)
    examine(page, "sign-in-again", SHOTS)
    sign_in(stage, page, OLENA)
    page.wait_for_url(api)
    reveal(page)


def test_a_secret_that_was_not_kept(stage: Stage, chromium: Browser, page: Page) -> None:
    """The page says so and offers to regenerate."""
    page.goto(f"{stage.url}/account/networks/{stage.forgotten_id}/api")
    sign_in(stage, page, OLENA)
    expect(page.get_by_text("told once, when it was made, and not kept")).to_be_visible()
    expect(page.get_by_role("button", name="Show secret")).to_have_count(0)
    examine(page, "api-not-kept", SHOTS)
