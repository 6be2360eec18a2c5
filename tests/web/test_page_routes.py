"""Finding a page by its path: words before braces, no empty part, nothing but what is there."""

import pytest
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from frontdesk.web.page_routes import PageRoutes
from frontdesk.web.site import PAGES


class Page:
    """Stands for a page."""

    def __init__(self, path: str) -> None:
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Never asked here."""


ROUTES = PageRoutes(
    {path: Page(path) for path in ("/a", "/a/{x}", "/a/new", "/a/{x}/b", "/a/{x}/{y}", "/{z}/new/b", "/a/b/{y}")}
)


def found(path: str, kind: str = "http") -> tuple[str, dict[str, str]] | None:
    """Which page, and what stands in its braces."""
    match, child = ROUTES.matches({"type": kind, "path": path})
    return (child["endpoint"].path, child["path_params"]) if match is Match.FULL else None


@pytest.mark.parametrize(
    ("path", "page", "params"),
    [
        ("/a", "/a", {}),
        ("/a/new", "/a/new", {}),
        ("/a/other", "/a/{x}", {"x": "other"}),
        ("/a/other/b", "/a/{x}/b", {"x": "other"}),
        ("/a/other/c", "/a/{x}/{y}", {"x": "other", "y": "c"}),
        ("/a/b/c", "/a/b/{y}", {"y": "c"}),
        ("/a/new/b", "/a/{x}/b", {"x": "new"}),
        ("/q/new/b", "/{z}/new/b", {"z": "q"}),
        ("/a/ü%", "/a/{x}", {"x": "ü%"}),
    ],
)
def test_a_page_is_found(path: str, page: str, params: dict[str, str]) -> None:
    """By whole words first, then by the one whose earliest differing part is a word."""
    assert found(path) == (page, params)


@pytest.mark.parametrize("path", ["", "/", "/b", "/a/", "/a//b", "//a", "/a/new/", "/a/x/b/", "/A", "/a/x/b/c/d"])
def test_nothing_else_is_found(path: str) -> None:
    """No empty part, no slash too many, no other case; and no WebSocket."""
    assert found(path) is None
    assert found("/a", kind="websocket") is None


def test_every_page_is_found_as_itself() -> None:
    """However many there are: none hides another."""
    routes = PageRoutes({path: Page(path) for path in PAGES})
    for path in PAGES:
        asked = path.replace("{", "").replace("}", "") if "{" in path else path
        match, child = routes.matches({"type": "http", "path": asked.replace("//", "/")})
        assert match is Match.FULL
        assert child["endpoint"].path == path
