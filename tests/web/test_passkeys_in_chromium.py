"""A passkey in a real Chromium with a virtual authenticator: made, offered by autofill, used, and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Page, expect

from browser.conftest import SHOTS
from browser.look import examine
from web.test_looks import OLENA, Stage, sign_in
from web.test_looks import chromium as chromium
from web.test_looks import page as page
from web.test_looks import stage as stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def device(page: Page) -> Iterator[CDPSession]:
    """A device that verifies its person at once, and keeps passkeys."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield devtools
    devtools.detach()


def test_a_passkey_is_made_and_signs_in(stage: Stage, page: Page, device: CDPSession) -> None:
    """Under the strict policy, on pages that axe finds nothing on; and then with one press, or by autofill."""
    page.goto(f"{stage.url}/account/security")
    sign_in(stage, page, OLENA)
    examine(page, "security", SHOTS)
    page.get_by_role("link", name="Add a passkey").click()
    examine(page, "passkey", SHOTS)
    page.get_by_role("button", name="Make a passkey").click()
    assert page.url.endswith("/account/security/passkeys")  # the browser asks for the name first
    page.get_by_label("What do you call it?").fill("Olena's laptop")
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url(f"{stage.url}/account/security")
    expect(page.locator(".strong", has_text="Olena's laptop")).to_be_visible()
    examine(page, "security-with-passkey", SHOTS)
    page.get_by_role("button", name="Sign out", exact=True).click()

    # The virtual device answers the autofill at once, where a person would choose from the field's list.
    page.goto(f"{stage.url}/sign-in?next=%2Faccount%2Fsecurity")
    page.wait_for_url(f"{stage.url}/account/security")
    expect(page.get_by_text("this browser")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()

    page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    page.goto(f"{stage.url}/sign-in?next=%2Faccount%2Fsecurity")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{stage.url}/account/security")
    expect(page.get_by_text("last used").first).to_be_visible()


@pytest.mark.parametrize("page", [False], indirect=True)
def test_without_scripts_there_is_no_dead_button(stage: Stage, page: Page) -> None:
    """The mailbox is offered as ever; the page that would make one says what it needs."""
    page.goto(f"{stage.url}/sign-in?next=%2Faccount%2Fsecurity%2Fpasskeys")
    expect(page.locator("#use-passkey")).to_be_hidden()
    sign_in(stage, page, OLENA)
    page.wait_for_url(f"{stage.url}/account/security/passkeys")
    expect(page.locator("#use-passkey")).to_be_hidden()
    expect(page.get_by_text("only where scripts may run")).to_be_visible()
