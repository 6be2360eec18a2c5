"""Style sheet, scripts, icon and logo, from memory, under names that change with their content.

RFC 9111 §5.2.2, RFC 8246.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

from frontdesk.protocol.http import Answer
from frontdesk.web.theme import Theme

STATIC_PATH = "/_frontdesk/static/"
LOGO = "logo"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}


# A drawing of the installation's own may have styles; it runs, loads and opens nothing, even where it is opened alone.
_LOGO_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_POLICY = b"default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file as it is sent; `versioned` is its name with a digest of its content."""

    body: bytes
    content_type: str
    etag: str
    versioned: str
    policy: bytes = _POLICY


def load_static_files(theme: Theme | None = None) -> Mapping[str, StaticFile]:
    """All static files by their plain names, as the installation's theme has them; its logo is "logo"."""
    theme = theme or Theme()
    found = {}
    for entry in sorted(files("frontdesk.web").joinpath("static").iterdir(), key=lambda entry: entry.name):
        stem, dot, suffix = entry.name.rpartition(".")
        if dot + suffix in _TYPES:
            body = entry.read_bytes()
            if suffix == "css":
                body += theme.tokens.encode()
            elif suffix == "svg":
                body = theme.colour_icon(body)
            found[entry.name] = _file(body, stem, suffix)
    if theme.logo is not None:
        found[LOGO] = replace(_file(theme.logo.body, LOGO, theme.logo.suffix), policy=_LOGO_POLICY)
    return found


def _file(body: bytes, stem: str, suffix: str) -> StaticFile:
    digest = hashlib.sha256(body).hexdigest()[:16]
    return StaticFile(
        body=body,
        content_type=_TYPES[f".{suffix}"],
        etag=f'"{digest}"',
        versioned=f"{stem}.{digest}.{suffix}",
    )


def answer_static(found: Mapping[str, StaticFile], name: str, *, method: str, if_none_match: str | None) -> Answer:
    """A file under its plain name (asked again each time) or its versioned one (kept for a year)."""
    if method not in ("GET", "HEAD"):
        return Answer(status=405, headers=[(b"allow", b"GET, HEAD"), (b"cache-control", b"no-store")])
    by_version = {file.versioned: file for file in found.values()}
    file = by_version.get(name) or found.get(name)
    if file is None:
        return Answer(status=404, headers=[(b"cache-control", b"no-store")])
    keep = b"public, max-age=31536000, immutable" if name in by_version else b"public, no-cache"
    headers = [
        (b"content-type", file.content_type.encode()),
        (b"cache-control", keep),
        (b"etag", file.etag.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"content-security-policy", file.policy),
    ]
    if if_none_match is not None and file.etag in [tag.strip() for tag in if_none_match.split(",")]:
        return Answer(status=304, headers=headers)
    return Answer(status=200, headers=headers, body=file.body)
