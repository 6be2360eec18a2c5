"""The page at which people read and try the administration API: Swagger UI, under a strict CSP."""

from functools import cache
from html import escape
from importlib.resources import files

from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.web.shields import redirect_headers

PATH = "/admin/"
_FILES = {
    b"swagger-ui-bundle.js": b"text/javascript; charset=utf-8",
    b"swagger-ui.css": b"text/css; charset=utf-8",
    b"start.js": b"text/javascript; charset=utf-8",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{product}: administration API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="swagger-ui.css">
<script src="swagger-ui-bundle.js" defer></script>
<script src="start.js" defer></script>
</head>
<body>
<main id="explorer"></main>
<noscript><p>This page needs JavaScript. The document itself is at <a href="v1/openapi.json">v1/openapi.json</a>.</p>
</noscript>
</body>
</html>
"""
# Its pictures are in its style sheet. It asks this listener alone.
_CSP = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
_SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class Explorer:
    """Answers what is below `/admin/` and not the API."""

    def __init__(self, *, product: str) -> None:
        """`product` is what the installation is called."""
        self._page = _PAGE.format(product=escape(product)).encode()

    async def answer(self, request: Request) -> Answer:
        """The page, or one of its three files."""
        if request.method not in ("GET", "HEAD"):
            return Answer(status=405, headers=[(b"allow", b"GET, HEAD"), (b"cache-control", b"no-store")])
        if request.path in (b"/", b"/admin"):
            return Answer(status=302, headers=redirect_headers(PATH))
        name = request.path.removeprefix(PATH.encode())
        if not name:
            kind = (b"content-type", b"text/html; charset=utf-8")
            shields = [(b"content-security-policy", _CSP), (b"cache-control", b"no-store"), *_SAFE]
            return Answer(status=200, headers=[kind, *shields], body=self._page)
        if name not in _FILES:
            return Answer(status=404, headers=[(b"cache-control", b"no-store")])
        headers = [(b"content-type", _FILES[name]), (b"cache-control", b"private, max-age=3600"), *_SAFE]
        return Answer(status=200, headers=headers, body=_read(name.decode()))


@cache
def _read(name: str) -> bytes:
    """A file, kept from its first use on: most workers never need it."""
    return files("frontdesk.web.admin").joinpath("explorer", name).read_bytes()
