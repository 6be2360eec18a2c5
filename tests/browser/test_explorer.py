"""The page of the administration API in Chromium: Swagger UI under its strict policy, from this machine alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from servers.house import House
from servers.processes import free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def office() -> Iterator[House]:
    """A server with an administration."""
    house = House(upstream="http://127.0.0.1:9", admin_port=str(free_port()))
    try:
        house.start()
        house.admin_key = house.admin("admin-key", "add", "office")["value"]
        yield house
    finally:
        house.leave()


def test_it_shows_the_document_and_calls_with_a_key(office: House, chromium: Browser) -> None:
    """No console error, no request elsewhere, and no violation of the policy; a call with the key is answered."""
    origin = f"http://127.0.0.1:{office.settings['admin_port']}"
    with chromium.new_context() as context:
        page = context.new_page()
        said, asked = list[str](), list[str]()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{origin}/admin/")
        expect(page.get_by_role("heading", name="Frontdesk: administration")).to_be_visible()
        page.get_by_role("button", name="Authorize").click()
        page.get_by_label("auth-bearer-value").fill(office.admin_key)
        page.get_by_role("button", name="Apply credentials").click()
        page.get_by_role("button", name="Close").first.click()
        row = page.locator("#operations-Networks-listNetworks")
        row.get_by_role("button").first.click()
        row.get_by_role("button", name="Try it out").click()
        row.get_by_role("button", name="Execute").click()
        expect(row.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
        assert said == []
        assert [url for url in asked if not url.startswith((origin, "data:"))] == []
