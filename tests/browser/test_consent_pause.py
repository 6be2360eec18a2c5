"""CS-04: Allow waits for somebody who has seen what it allows (RFC 9700 §4.16). A real Chromium is the judge."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from browser.stage import OLENA, Stage, served_stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

ALLOW = "button[value=allow]"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A served story."""
    with served_stage() as made:
        yield made


def come_in(chromium: Browser, stage: Stage, *, scripts: bool, style_pause: bool = True) -> tuple[Page, CDPSession]:
    """Olena's browser, as tall as the page. `style_pause`: the style sheet's pause is held, or over at once."""
    context = chromium.new_context(java_script_enabled=scripts, viewport={"width": 900, "height": 1600})
    context.set_default_timeout(15_000)
    kept = stage.cookies[OLENA]
    context.add_cookies([{"name": name, "value": value, "url": stage.url} for name, value in kept.items()])
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Animation.enable")
    session.send("Animation.setPlaybackRate", {"playbackRate": 0 if style_pause else 10_000})
    return page, session


def tick_and_aim(page: Page) -> tuple[float, float]:
    """A network is chosen; where the pointer is brought over Allow."""
    page.locator("input[name=network]").first.check()
    box = page.locator(ALLOW).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_cs_04_with_scripts_a_click_counts_only_after_a_pause(stage: Stage, chromium: Browser) -> None:
    """CS-04: after opening, and anew whenever the window comes to the front from under another."""
    page, _ = come_in(chromium, stage, scripts=True, style_pause=False)
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.goto(stage.url + stage.partner.authorize_target(prompt="consent"))
    aim = tick_and_aim(page)
    page.mouse.dblclick(*aim)
    page.clock.run_for(690)
    page.mouse.dblclick(*aim)
    assert "/consent" in page.url
    page.clock.run_for(20)
    assert page.locator(ALLOW).is_enabled()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.mouse.dblclick(*aim)
    page.clock.run_for(690)
    page.mouse.dblclick(*aim)
    assert "/consent" in page.url
    page.clock.run_for(20)
    page.mouse.click(*aim)
    page.wait_for_url(lambda url: "code=" in url)
    page.context.close()


def test_cs_04_without_scripts_too(stage: Stage, chromium: Browser) -> None:
    """CS-04: as long as the style sheet's pause lasts, which is held here, nothing can be pressed but Deny."""
    page, session = come_in(chromium, stage, scripts=False)
    page.goto(stage.url + stage.partner.authorize_target(prompt="consent"))
    aim = tick_and_aim(page)
    page.mouse.dblclick(*aim)
    page.wait_for_timeout(300)
    assert "/consent" in page.url
    session.send("Animation.setPlaybackRate", {"playbackRate": 1})
    page.locator(ALLOW).click()  # waits until the button takes clicks
    page.wait_for_url(lambda url: "code=" in url)
    page.context.close()


def test_cs_04_enter_presses_nothing(stage: Stage, chromium: Browser) -> None:
    """CS-04: a key that is struck as the page opens, or in one of its fields, neither allows nor denies."""
    page, _ = come_in(chromium, stage, scripts=True, style_pause=False)
    page.goto(stage.url + stage.partner.authorize_target(prompt="consent"))
    page.keyboard.press("Enter")
    page.locator("input[name=network]").first.check()
    page.wait_for_timeout(800)
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert "/consent" in page.url
    assert page.locator("input[name=network]").first.is_checked()
    page.context.close()
