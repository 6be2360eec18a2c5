"""What every page has to bear, at every width, in both schemes and every language."""

import time
from collections.abc import Iterable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

HEIGHT = 800
MOST = 60_000  # bytes of a page and of all that it loads, as they are sent
# Links inside sentences are exempt (WCAG 2.2, 2.5.8).
_SMALL = """
  [...document.querySelectorAll('a, button, summary, label.tick, select, input')]
  .filter(e => !['hidden', 'checkbox', 'radio'].includes(e.type))
  .filter(e => e.offsetParent && !e.closest('p, .choice') && !e.classList.contains('skip'))
  .map(e => [e.textContent.trim() || e.name, Math.ceil(e.getBoundingClientRect().height)])
  .filter(([, height]) => height < 44)"""
# What is cut off, or sticks out of what holds it. What scrolls by itself may.
_CLIPPED = """
  [...document.querySelectorAll('body *')]
  .filter(e => e.offsetParent && !e.closest('svg, .unseen, .skip, select, option'))
  .filter(e => !['INPUT', 'TEXTAREA', 'HTML'].includes(e.tagName))
  .filter(e => {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (style.overflowX === 'auto' || style.overflowX === 'scroll' || e.closest('.scrolls')) return false;
    const beyond = box.left < -1 || box.right > document.documentElement.clientWidth + 1;
    return beyond || (style.display !== 'inline' && e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 4);
  })
  .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 60))"""
# What came from the browser's memory counts as well.
_WEIGHT = """
  [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
# Pictures that wait until they are scrolled to are not waited for by the page's own "load".
_HURRY = "[...document.images].forEach(image => { image.loading = 'eager' })"
_ARRIVED = "[...document.images].every(image => image.complete)"
_BROKEN = "[...document.images].filter(image => !image.naturalWidth).map(image => image.src)"
_RAW = """
  (() => {
    const found = [];
    const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const e = texts.currentNode.parentElement;
      if (!e.closest('script, style, code, .mono, svg, [translate=no], [lang]:not(html)'))
        found.push(texts.currentNode.data);
    }
    for (const e of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        if (e.hasAttribute(name)) found.push(e.getAttribute(name));
    return found;
  })()"""


def _wait_until(page: Page, condition: str) -> None:
    """Until it holds. Asked from here: the browser's own waiting evaluates text in the page, which our CSP forbids."""
    deadline = time.monotonic() + 15
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never so: {condition}"
        page.wait_for_timeout(20)


def judge(page: Page, name: str, *, widths: Iterable[int], schemes: Iterable[str], shots: Path) -> list[str]:
    """Everything that is wrong with the page that is open, in words; and a picture of each look of it."""
    wrong = []
    page.evaluate(_HURRY)
    _wait_until(page, _ARRIVED)
    wrong += [f"{name} shows a picture that did not load: {place}" for place in page.evaluate(_BROKEN)]
    if (weight := page.evaluate(_WEIGHT)) >= MOST:
        wrong.append(f"{name} weighs {weight} bytes")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            wrong.append(f"{name} scrolls sideways at {width}: {wide}")
        wrong += [f"{name} is cut off at {width}: {what}" for what in page.evaluate(_CLIPPED)]
        wrong += [f"{name} has a small target at {width}: {what}" for what in page.evaluate(_SMALL)]
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True, animations="disabled")
            found = Axe().run(page)
            if found.violations_count:
                wrong.append(f"{name}, {width}, {scheme}: {found.generate_report()}")
    return wrong


def find_raw_words(page: Page) -> list[str]:
    """Every text of the page that a reader sees or hears, less what is marked as a name or code."""
    return [str(text).strip() for text in page.evaluate(_RAW) if str(text).strip()]
