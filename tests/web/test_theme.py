"""An installation's own look: its colours and logo on pages and in mails, from our own address and under our policy."""

import re
from pathlib import Path

import pytest

from frontdesk.runtime.letter_html import Look, render_html
from frontdesk.runtime.logo import MAX_FILE, LogoError
from frontdesk.settings import Settings
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import Story
from frontdesk.testing.wire import Reply, call
from frontdesk.web.static_files import STATIC_PATH, load_static_files
from frontdesk.web.theme import read_theme
from web.test_first_weight import MOST

pytestmark = pytest.mark.anyio

COLOURS = {"accent": "#5b3fa8", "accent_dark": "#b9a5f0"}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h6v6z"/>{}</svg>'


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """As large as one may be."""
    file = tmp_path / "logo.svg"
    file.write_text(SVG.format("<!--" + "x" * (MAX_FILE - len(SVG) - 5) + "-->"))
    assert file.stat().st_size == MAX_FILE
    return file


async def loaded(story: Story, page: Reply) -> dict[str, Reply]:
    """What the page loads, by its address."""
    places = re.findall(rf'(?:href|src)="({STATIC_PATH}[^"]+)"', page.text)
    return {place: await call(story.app, "GET", place) for place in places}


async def test_pages_take_the_colours_and_the_logo(logo: Path) -> None:
    """From our own address, kept for a year; no style stands in a page, and the policy is what it was."""
    story, plain = [await Story.begin(MemoryStore(), **knobs) for knobs in ({**COLOURS, "logo": logo}, {})]
    page, other = [await call(one.app, "GET", "/sign-in") for one in (story, plain)]
    assert "style=" not in page.text
    assert "<style" not in page.text
    assert page.header("content-security-policy") == other.header("content-security-policy")
    files = await loaded(story, page)
    (sheet,) = [reply.body.decode() for place, reply in files.items() if place.endswith(".css")]
    assert sheet.rstrip().endswith(
        ":root { --brand: light-dark(#5b3fa8, #b9a5f0); --brand-ink: light-dark(#ffffff, #06231d);"
        " --brand-far: light-dark(#000000, #ffffff); }"
    )
    (picture,) = [reply for place, reply in files.items() if "/logo." in place]
    assert len(picture.body) == MAX_FILE
    assert picture.header("content-type") == "image/svg+xml"
    assert picture.header("x-content-type-options") == "nosniff"
    policy = picture.header("content-security-policy") or ""
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith("; sandbox")
    assert re.search(r'<img src="[^"]+/logo\.\w{16}\.svg" alt="">Frontdesk', page.text)
    assert set(files) & set(await loaded(plain, other)) == {place for place in files if place.endswith(".js")}
    assert len(page.body) + sum(len(reply.body) for reply in files.values()) < MOST


def test_an_installation_without_colours_has_ours() -> None:
    """Not a byte of the style sheet is another; our mark takes the colour of one that has its own."""
    assert read_theme(Settings()).tokens == ""
    ours, theirs = load_static_files(), load_static_files(read_theme(Settings(**COLOURS)))
    assert theirs["frontdesk.css"].body.startswith(ours["frontdesk.css"].body)
    assert b"#5b3fa8" in theirs["mark.svg"].body
    assert b"#5b3fa8" not in ours["mark.svg"].body


async def test_a_logo_that_cannot_be_shown_keeps_the_server_from_starting(tmp_path: Path) -> None:
    """Nobody finds out later from a broken picture."""
    file = tmp_path / "logo.svg"
    file.write_text(SVG.format("<script/>"))
    with pytest.raises(LogoError, match="<script>"):
        await Story.begin(MemoryStore(), logo=file)


def test_mails_take_name_and_colours() -> None:
    """On light ground and on dark; the name is escaped, and nothing is loaded."""
    look = Look(product="Coworking & <Co>", accent="#5b3fa8", accent_dark="#b9a5f0")
    html = render_html("Hello", "See https://desk.example/account", language="en", look=look)
    assert "a, .mark { color: #5b3fa8 }" in html
    assert "@media (prefers-color-scheme: dark) { a, .mark { color: #b9a5f0 } }" in html
    assert '">Coworking &amp; &lt;Co&gt;</p>' in html
    assert "src=" not in html
    assert "url(" not in html
    assert 'class="mark"' not in render_html("Hello", "Text", language="en")
