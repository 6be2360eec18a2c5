"""Cookies, read and written by the strict half of RFC 6265: `__Host-` where the public origin is https."""

SESSION = "fd_session"
BROWSER = "fd_browser"
DEVICE = "fd_device"
LANGUAGE = "fd_language"
HOST_PREFIX = "__Host-"
MAX_COOKIE_HEADER = 16_384


def read_cookies(header: bytes | None) -> dict[str, str]:
    """Name to value of a Cookie header. A name that was sent twice is left out.

    Two under one name mean that somebody planted one for a wider domain or a longer path (ST-16); neither is trusted.
    """
    if header is None or len(header) > MAX_COOKIE_HEADER:
        return {}
    values: dict[str, str] = {}
    twice: set[str] = set()
    for pair in header.decode("latin-1").split(";"):
        name, equals, value = pair.strip(" \t").partition("=")
        if not equals:
            continue
        if name in values:
            twice.add(name)
        values[name] = value
    return {name: value for name, value in values.items() if name not in twice}


def render_cookie(name: str, value: str, *, max_age: int, https: bool) -> bytes:
    """A Set-Cookie value: HttpOnly and SameSite=Lax always, Secure and `__Host-` on https. `max_age` is seconds."""
    prefix, secure = (HOST_PREFIX, "; Secure") if https else ("", "")
    return f"{prefix}{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}".encode("ascii")
