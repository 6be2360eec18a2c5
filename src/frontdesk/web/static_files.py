"""Style sheet, script and icon, from memory, under names that change with their content. RFC 9111 §5.2.2, RFC 8246."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from frontdesk.protocol.http import Answer

STATIC_PATH = "/_frontdesk/static/"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file as it is sent; `versioned` is its name with a digest of its content."""

    body: bytes
    content_type: str
    etag: str
    versioned: str


def load_static_files() -> Mapping[str, StaticFile]:
    """All static files by their plain names."""
    found = {}
    for entry in sorted(files("frontdesk.web").joinpath("static").iterdir(), key=lambda entry: entry.name):
        stem, dot, suffix = entry.name.rpartition(".")
        if dot + suffix in _TYPES:
            body = entry.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:16]
            found[entry.name] = StaticFile(
                body=body,
                content_type=_TYPES[dot + suffix],
                etag=f'"{digest}"',
                versioned=f"{stem}.{digest}.{suffix}",
            )
    return found


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
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    ]
    if if_none_match is not None and file.etag in [tag.strip() for tag in if_none_match.split(",")]:
        return Answer(status=304, headers=headers)
    return Answer(status=200, headers=headers, body=file.body)
