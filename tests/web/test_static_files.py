"""Style sheet and icon (rows CD-16, HD-06)."""

import re

import pytest

from frontdesk.testing.story import Story
from frontdesk.testing.wire import call
from frontdesk.web.static_files import STATIC_PATH, load_static_files

pytestmark = pytest.mark.anyio


async def test_pages_name_versioned_files_that_may_be_kept_for_a_year(story: Story) -> None:
    """A changed file has another name, so that nobody sees an old one."""
    page = await call(story.app, "GET", "/sign-in")
    names = re.findall(rf'(?:href|src)="({STATIC_PATH}[^"]+)"', page.text)
    assert len(names) == 3
    for name in names:
        reply = await call(story.app, "GET", name)
        assert reply.status == 200
        assert reply.body
        assert reply.header("cache-control") == "public, max-age=31536000, immutable"
        assert reply.header("content-type") in (
            "text/css; charset=utf-8",
            "image/svg+xml",
            "text/javascript; charset=utf-8",
        )
        assert reply.header("x-content-type-options") == "nosniff"
        again = await call(story.app, "GET", name, headers=[("if-none-match", reply.header("etag") or "")])
        assert (again.status, again.body) == (304, b"")
        headed = await call(story.app, "HEAD", name)
        assert (headed.status, headed.body) == (200, b"")


async def test_plain_names_are_asked_again_each_time(story: Story) -> None:
    """They may change with the next release."""
    reply = await call(story.app, "GET", STATIC_PATH + "frontdesk.css")
    assert (reply.status, reply.header("cache-control")) == (200, "public, no-cache")


@pytest.mark.parametrize("name", ["", "x.css", "..%2fpages.py", "../site.py", "frontdesk.css/", "frontdesk.css;a.css"])
async def test_hd_06_nothing_else_is_served_or_kept(story: Story, name: str) -> None:
    """404 without a cache's permission."""
    reply = await call(story.app, "GET", STATIC_PATH + name)
    assert (reply.status, reply.header("cache-control")) == (404, "no-store")
    assert (await call(story.app, "POST", STATIC_PATH + "frontdesk.css", form={})).status == 405


def test_cd_16_nothing_comes_from_elsewhere() -> None:
    """No third-party resource, no import, no web font in any file."""
    for file in load_static_files().values():
        text = file.body.decode()
        assert "@import" not in text
        assert "url(" not in text
        assert "@font-face" not in text
        assert re.findall(r"https?://(?!www\.w3\.org/)", text) == []
