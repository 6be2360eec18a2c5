"""Fetching the published keys over HTTPS, or from this machine. RFC 9110 §9.3.1, RFC 9111 §5.2.2.

One address, given by whoever runs the API: no redirect is followed, and nothing that a caller sends chooses it.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import TypeAlias
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

MAX_DOCUMENT = 64 * 1024
TIMEOUT = 5.0
DEFAULT_AGE, SHORTEST, LONGEST = 60.0, 10.0, 3_600.0  # seconds that keys are kept

# The document, and the seconds that it may be kept. Raises FetchError.
Fetch: TypeAlias = Callable[[], tuple[bytes, float]]

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


class FetchError(Exception):
    """The document did not come; the message says why."""


def fetch_from(url: str) -> Fetch:
    """What fetches from there. ValueError unless it is https, or http on this machine."""
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or is_local) or "@" in parts.netloc:
        raise ValueError("give the keys' address as https://…, or http:// on this machine")
    opener = build_opener(_NoRedirects, *([ProxyHandler({})] if is_local else []))
    return lambda: _fetch(opener, url)


def _fetch(opener: OpenerDirector, url: str) -> tuple[bytes, float]:
    request = Request(url, headers={"Accept": "application/jwk-set+json, application/json"})  # noqa: S310 - judged above
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            content: bytes = response.read(MAX_DOCUMENT + 1)
            status, said = response.status, response.headers
    except (URLError, OSError, ValueError) as fault:
        raise FetchError(f"{url} does not answer with keys ({type(fault).__name__})") from fault
    if status != 200 or len(content) > MAX_DOCUMENT:
        raise FetchError(f"{url} does not answer with keys (status {status}, {len(content)} bytes)")
    return content, _read_age(", ".join(said.get_all("Cache-Control", [])), said.get("Age", ""))


def _read_age(cache_control: str, age: str) -> float:
    """How long the answer may be kept, less what a cache kept it already."""
    found = _MAX_AGE.search(cache_control)
    longest = float(found[1]) if found else DEFAULT_AGE
    spent = float(age) if age.isdigit() and len(age) < 10 else 0.0
    return min(max(longest - spent, SHORTEST), LONGEST)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """None: the answer stands as it is, and is none of ours."""
