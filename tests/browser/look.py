"""What every page has to bear: accessible by axe's rules, no sideways scrolling at 320 pixels, and a picture."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW, WIDE = {"width": 320, "height": 720}, {"width": 1180, "height": 860}


def examine(page: Page, name: str, shots: Path) -> None:
    """Look at a page wide and narrow, light and dark, and put it back as it was."""
    shots.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        page.screenshot(path=shots / f"{name}-{scheme}.png", full_page=True, animations="disabled")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}, {scheme}: {found.generate_report()}"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.screenshot(path=shots / f"{name}-narrow.png", full_page=True, animations="disabled")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"], f"{name} is {width} pixels wide on a screen of {NARROW['width']}"
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
