"""How the demo's own pages are drawn: templates, one stylesheet, and the headers that keep them harmless."""

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("frontdesk.cli.demo", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def draw(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page."""
    return HTMLResponse(_pages().get_template(template).render(**values), status_code=status, headers=HEADERS)


def furniture() -> list[Route]:
    """The routes of what every page needs beside itself: the stylesheet and the icon."""
    return [Route("/demo.css", _file("demo.css", "text/css")), Route("/mark.svg", _file("mark.svg", "image/svg+xml"))]


def _file(name: str, media_type: str) -> Callable[[Request], Response]:
    content = (resources.files("frontdesk.cli.demo") / "pages" / name).read_bytes()

    def serve(request: Request) -> Response:
        headers = {"cache-control": "max-age=60", "x-content-type-options": "nosniff"}
        return Response(content, media_type=media_type, headers=headers)

    return serve
