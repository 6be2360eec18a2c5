"""What the helpers of all frameworks do: send a browser away with a cookie, and take it back by that cookie.

The ticket is in a cookie that no script reads, that comes back from the server's page (SameSite=Lax) and that ends with
the sign-in. Each sign-in has a cookie of its own, so that two tabs do not disturb each other.
"""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from frontdesk_client.connect import Connect

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}  # a code is in the callback's address
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
NOBODY = "Sign in here first, then connect."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """To be set HttpOnly, SameSite=Lax and for the path /; Secure where `secure` says so."""

    name: str
    value: str = field(repr=False)
    seconds: int
    secure: bool


def begin(connect: Connect, name: str) -> tuple[str, Cookie]:
    """Where to send the browser, and what it keeps meanwhile."""
    begun = connect.start(name)
    cookie = Cookie(
        name=cookie_name(connect, urlsplit(begun.url).query),
        value=begun.ticket,
        seconds=connect.seconds,
        secure=_is_secure(connect),
    )
    return begun.url, cookie


def cookie_name(connect: Connect, query: str) -> str:
    """The cookie that belongs to a link or an answer: named after its state, which the cookie's value proves."""
    state = parse_qs(query).get("state", [""])[0]
    # `__Host-`: no other host of the domain can have set it, over the user's or in place of it.
    return f"{'__Host-' if _is_secure(connect) else ''}connect-{hashlib.sha256(state.encode()).hexdigest()[:16]}"


def callback_path(connect: Connect) -> str:
    """Where answers arrive."""
    return urlsplit(connect.redirect_uri).path


def _is_secure(connect: Connect) -> bool:
    return connect.redirect_uri.startswith("https://")
