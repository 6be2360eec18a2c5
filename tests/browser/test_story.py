"""The whole story in Chromium: from the partner's page through sign-in and consent to calls, and the end of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Demo
from browser.look import examine

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

OLENA, MIKA = "olena@northside.example", "mika@harbour.example"
NORTHSIDE, HARBOUR, MILL = "Northside Coworking", "Harbour Studios", "The Old Mill"

OpenBrowser = Callable[..., Page]


def sign_in(page: Page, demo: Demo, email: str, look: Callable[[str], None]) -> None:
    """Type the address, fetch the code from the mailbox page in another tab, type it."""
    expect(page.locator("input[name=email]")).to_be_visible()
    look("sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=email]").press("Enter")
    expect(page.locator("input[name=code]")).to_be_visible()
    look("code")
    page.locator("input[name=code]").fill(read_code(page, demo, email))
    page.locator("input[name=code]").press("Enter")


def read_code(page: Page, demo: Demo, email: str) -> str:
    """The newest code to an address, as the mailbox page shows it."""
    tab = page.context.new_page()
    tab.goto(demo.mailbox)
    letter = tab.locator("article").filter(has_text=f"To {email}").filter(has=tab.locator(".code")).first
    expect(letter.locator(".code")).to_be_visible()
    code = letter.locator(".code").inner_text().strip()
    tab.close()
    return code


def verdicts(page: Page, network: str) -> list[str]:
    """What the partner's page says of each call in one network."""
    card = page.locator(".network").filter(has=page.get_by_role("heading", name=network))
    return [text.strip() for text in card.locator(".verdict").all_inner_texts()]


def tick(page: Page, *titles: str) -> None:
    """Tick exactly these networks on the consent page."""
    boxes = page.locator("input[name=network]")
    for place in range(boxes.count()):
        box = boxes.nth(place)
        label = page.locator(f"label:has(input[value='{box.get_attribute('value')}'])").or_(
            page.locator(f"label[for='{box.get_attribute('id')}']")
        )
        box.set_checked(any(title in label.first.inner_text() for title in titles))


def decide(page: Page, decision: str) -> None:
    """Press allow or deny."""
    page.locator(f"button[name=decision][value={decision}]").click()


def test_a_user_connects_two_of_three_networks_and_disconnects(
    open_browser: OpenBrowser, demo: Demo, shots: Path
) -> None:
    """Calls pass in the two, are refused in the third, and refused everywhere right after disconnecting."""
    page = open_browser()

    def look(name: str) -> None:
        examine(page, name, shots)

    page.goto(demo.partner)
    look("partner-before")
    page.get_by_role("link", name="Connect your spaces").click()
    sign_in(page, demo, OLENA, look)

    expect(page.locator("input[name=network]")).to_have_count(3)
    tick(page, NORTHSIDE, HARBOUR)
    look("consent")
    decide(page, "allow")

    expect(page.get_by_role("heading", name="Connected", exact=True)).to_be_visible()
    assert page.url.startswith(demo.partner)
    assert "code=" not in page.url
    page.get_by_role("button", name="Call the API").click()
    for network in (NORTHSIDE, HARBOUR):
        assert verdicts(page, network) == ["✓ 200 allowed", "✓ 201 allowed", "✗ 403 insufficientScope"]
    assert verdicts(page, MILL) == ["✗ 403 networkForbidden"] * 3
    look("partner-after")

    account = page.context.new_page()
    account.goto(f"{demo.desk}/account/apps")
    examine(account, "connected-apps", shots)
    account.locator("summary", has_text="Disconnect Door Locks").click()
    account.get_by_role("button", name="Disconnect Door Locks").click()
    expect(account.locator("form[action$='/disconnect']")).to_have_count(0)

    page.get_by_role("button", name="Call the API").click()
    for network in (NORTHSIDE, HARBOUR, MILL):
        assert verdicts(page, network) == ["✗ 401 unauthenticated"] * 3

    account.goto(f"{demo.desk}/account")
    examine(account, "account", shots)
    account.goto(account.locator("a[href$='/api']").first.evaluate("link => link.href"))
    examine(account, "network-api", shots)
    account.goto(f"{demo.desk}/oauth2/authorize?client_id=nobody&redirect_uri=https://x.example/&response_type=code")
    examine(account, "error", shots)


def test_everything_works_without_javascript(open_browser: OpenBrowser, demo: Demo) -> None:
    """Sign-in, a refusal, an empty choice that is asked again, consent, calls, and the partner's own disconnect."""
    page = open_browser(java_script_enabled=False)
    page.goto(demo.partner)
    page.get_by_role("link", name="Connect your spaces").click()
    sign_in(page, demo, MIKA, lambda _: None)
    decide(page, "deny")
    expect(page.get_by_text("Not connected: access_denied")).to_be_visible()

    page.get_by_role("link", name="Connect your spaces").click()
    tick(page)
    decide(page, "allow")
    expect(page.get_by_text("Choose at least one network").first).to_be_visible()
    tick(page, MILL)
    decide(page, "allow")

    expect(page.get_by_role("heading", name="Connected", exact=True)).to_be_visible()
    page.get_by_role("button", name="Call the API").click()
    assert verdicts(page, MILL)[0] == "✓ 200 allowed"
    assert verdicts(page, HARBOUR) == ["✗ 403 networkForbidden"] * 3
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_role("button", name="Try the old keys").click()
    assert verdicts(page, MILL) == ["✗ 401 unauthenticated"] * 3
