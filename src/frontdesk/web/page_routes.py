"""Finding a page by its path: one look into a table, however many pages there are."""

from collections.abc import Mapping
from typing import Any, NoReturn

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send


class PageRoutes(BaseRoute):
    """All pages as one route. A part of a path in braces stands for any text without a slash; whole words go first."""

    def __init__(self, pages: Mapping[str, ASGIApp]) -> None:
        """By path, such as `/account/networks/{network}/api`."""
        self.pages = pages
        self._whole = {path: page for path, page in pages.items() if "{" not in path}
        self._parted: dict[int, list[tuple[tuple[str, ...], ASGIApp]]] = {}
        for path, page in pages.items():
            if "{" in path:
                parts = tuple(path.split("/"))
                self._parted.setdefault(len(parts), []).append((parts, page))
        for found in self._parted.values():
            # Where two fit, the one whose earliest differing part is a word.
            found.sort(key=lambda one: [part.startswith("{") for part in one[0]])

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The page at this path, with what stands in the braces."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path: str = scope["path"]
        page = self._whole.get(path)
        if page is not None:
            return Match.FULL, {"endpoint": page, "path_params": {}}
        parts = path.split("/")
        for named, page in self._parted.get(len(parts), ()):
            params = _fit(named, parts)
            if params is not None:
                return Match.FULL, {"endpoint": page, "path_params": params}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the page answer."""
        await scope["endpoint"](scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> NoReturn:
        """Pages are called by their paths, and have no names."""
        raise NoMatchFound(name, path_params)


def _fit(named: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    params = {}
    for name, part in zip(named, parts, strict=True):
        if name.startswith("{"):
            if not part:
                return None
            params[name[1:-1]] = part
        elif name != part:
            return None
    return params
