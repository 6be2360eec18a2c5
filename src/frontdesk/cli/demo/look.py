"""How the demo's own pages are drawn: templates, one stylesheet, and the headers that keep them harmless."""

from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
CSS_PATH = "/demo.css"


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


async def stylesheet(request: Request) -> Response:
    """`/demo.css`."""
    css = (resources.files("frontdesk.cli.demo") / "pages" / "demo.css").read_bytes()
    return Response(css, media_type="text/css", headers={"cache-control": "max-age=60"})
