"""Every page in every state in a real Chromium: axe, no sideways scrolling, nothing cut off, large targets, no word
that cannot be translated, nothing refused by the CSP, nothing asked of anybody else. Pictures land in build/walk.

The whole walk takes each stop in four languages, two widths and two schemes: `make walk`. The short one takes each stop
once, in a language, width and scheme by turns.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.judging import find_raw_words, judge
from browser.stage import Stage, served_stage
from browser.walk import STOPS, Stop
from frontdesk.protocol.languages import PSEUDO_CODE
from servers.needs import ROOT

pytestmark = [pytest.mark.browser]

SHOTS = ROOT / "build" / "walk"
LANGUAGES = ("en", "de", "ar", PSEUDO_CODE)
WIDTHS, SCHEMES = (360, 1280), ("light", "dark")
# Names of people, places, apps and things are nobody's to translate, nor is what the API's own document says.
NAMES = re.compile(
    r"Northside|Coworking|Harbour Software|Harbour|Studios|The Old Mill and its Workshops of the Lower Town|Door Locks"
    r"|Calendar Syn[ck]|Room Lights|Quarterly-Reports-of-Accounting|Night shift"
    r"|Room Displays|Frontdesk|English|UTC|[\w.@-]+\.example|localhost|127\.0\.0\.1|[0-9a-f]{8}-[0-9a-f-]{27}"
    r"|[Rr]esources and bookings|[Ll]ocations|(GET|POST|PUT|PATCH|DELETE) /\S*|https?://\S+|fd\w\w_\S+|[0-9a-f]{18,}"
)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One for all stops."""
    with served_stage() as made:
        yield made


def walk_to(
    stop: Stop, stage: Stage, browser: Browser, language: str, *, scripts: bool = True
) -> tuple[Page, list[str]]:
    """The stop's page in a browser of its own, and what its console and network say."""
    context = browser.new_context(java_script_enabled=scripts)
    context.set_default_timeout(15_000)
    kept = {**stage.cookies.get(stop.whom, {}), "fd_language": language}
    context.add_cookies([{"name": name, "value": value, "url": stage.url} for name, value in kept.items()])
    page, said = context.new_page(), []
    # The pages of status 400 and up are said to have failed to load, which they should.
    page.on("console", lambda line: said.append(line.text) if "Failed to load resource" not in line.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith(stage.url) else None)
    page.on("response", lambda given: said.append(f"{given.status} {given.url}") if given.status >= 500 else None)
    page.goto(stage.url + stage.path(stop.path))
    stop.does(page, stage)
    return page, said


def raw_words(page: Page) -> list[str]:
    """Words in the alphabet of the source: the pseudo-language has none of its letters."""
    return [text for text in find_raw_words(page) if re.search(r"[A-Za-z]{2,}", NAMES.sub("", text))]


def look(
    stop: Stop, stage: Stage, browser: Browser, language: str, widths: tuple[int, ...], schemes: tuple[str, ...]
) -> None:
    """Judge one stop in one language."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page, said = walk_to(stop, stage, browser, language)
    try:
        assert page.locator("html").get_attribute("lang") == language
        wrong = judge(page, f"{stop.name}-{language}", widths=widths, schemes=schemes, shots=Path(SHOTS))
        if language == PSEUDO_CODE:
            wrong += [f"{stop.name} has words of its own: {text!r}" for text in raw_words(page)]
        assert wrong + said == []
    finally:
        page.context.close()


TURNS = tuple(product(LANGUAGES, ((360,), (1280,)), (("dark",), ("light",))))


@pytest.mark.parametrize("place", range(len(STOPS)), ids=[stop.name for stop in STOPS])
def test_a_stop_of_the_walk(place: int, stage: Stage, chromium: Browser) -> None:
    """Each stop in one of its looks."""
    language, widths, schemes = TURNS[place * 5 % len(TURNS)]
    look(STOPS[place], stage, chromium, language, widths, schemes)


# Where an installation's colours lie on and under everything that they may, and its logo stands.
THEMED = ("sign-in", "consent-choices", "api-secret", "partner-app-secrets")
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 32"><title>Lilac</title>'
    "<style>rect { fill: #5b3fa8 } @media (prefers-color-scheme: dark) { rect { fill: #b9a5f0 } }</style>"
    '<rect width="96" height="32" rx="8"/><circle cx="16" cy="16" r="9" fill="#fff"/></svg>'
)


@pytest.fixture(scope="module")
def lilac(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An installation with colours and a logo of its own."""
    logo = tmp_path_factory.mktemp("look") / "logo.svg"
    logo.write_text(LOGO)
    with served_stage(accent="#5b3fa8", accent_dark="#b9a5f0", logo=logo, product_name="Lilac Frontdesk") as made:
        yield made


@pytest.mark.parametrize("place", range(len(THEMED)), ids=THEMED)
def test_a_stop_in_an_installation_s_own_look(place: int, lilac: Stage, chromium: Browser) -> None:
    """The same is judged of it, axe's contrasts above all."""
    stop = next(stop for stop in STOPS if stop.name == THEMED[place])
    widths, scheme = WIDTHS[place // 2 % 2 :][:1], SCHEMES[place % 2]
    look(replace(stop, name=f"lilac-{stop.name}"), lilac, chromium, LANGUAGES[place % 2], widths, (scheme,))


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_the_whole_walk(stop: Stop, language: str, stage: Stage, chromium: Browser) -> None:
    """Each stop in all of its looks."""
    look(stop, stage, chromium, language, WIDTHS, SCHEMES)


def test_every_stop_has_a_name_of_its_own() -> None:
    """Or one's picture would lie over another's."""
    assert len({stop.name for stop in STOPS}) == len(STOPS)
