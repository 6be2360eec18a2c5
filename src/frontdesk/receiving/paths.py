"""Whether a call came to the path that was judged. RFC 3986 §6.2.2."""

import re
from urllib.parse import unquote_to_bytes

# The gateway lets no path with one of these pass: "/", "\", "?", "#", ";", "%" and controls, encoded.
_NEVER_SENT = re.compile(rb"%(?:2[Ff]|5[Cc]|3[Ff]|23|3[Bb]|[01][0-9A-Fa-f]|7[Ff]|25[0-9A-Fa-f]{2})")


def is_same_path(claimed: str, received: str, *, is_decoded: bool) -> bool:
    """Compare what both mean, since proxies on the way may encode more or less than the gateway does.

    `received` is as it came, a query may follow; or, `is_decoded`, what a server made of it (WSGI's PATH_INFO).
    """
    if is_decoded:
        return unquote_to_bytes(claimed) == received.encode("utf-8", "surrogateescape")
    raw = received.partition("?")[0].encode("utf-8", "surrogateescape")
    return not _NEVER_SENT.search(raw) and unquote_to_bytes(claimed) == unquote_to_bytes(raw)
