"""Finding the target as it was sent, where a server hands over a decoded path beside it, or alone. RFC 3986 §2.

What is judged must be what the app routes by. So the raw target counts only where decoding it gives the very path that
the app sees; and where there is none, only a path that has one encoding. Otherwise the target is empty, and is refused.
"""

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

UNREADABLE = b""

# Decoded, these had to be escaped in a target, or were cut, split or decoded twice on their way: nobody can tell which.
_DOUBTFUL = re.compile(rb"[\x00-\x1f\x7f%?#;\\]")
_AS_THEY_ARE = "/!$&'()*+,=:@"
_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


def cut_authority(target: bytes) -> bytes:
    """A target in origin form; of one in absolute form the authority is not believed (RFC 9112 §3.2.2)."""
    found = None if target.startswith(b"/") else _ABSOLUTE.match(target)
    return target[found.end() :] if found is not None else target


def agree(raw_path: bytes, decoded: bytes, mount: bytes) -> bytes:
    """The whole raw path, where it and the whole path that the app sees are one; UNREADABLE where they are not.

    `mount` is where the app hangs (`root_path`, SCRIPT_NAME): some servers leave it out of the raw path.
    """
    plain = unquote_to_bytes(raw_path) if b"%" in raw_path else raw_path
    if plain == decoded:
        return raw_path
    if mount and mount + plain == decoded:
        return _encode(mount) + raw_path
    return UNREADABLE


def rebuild(decoded: bytes) -> bytes:
    """The one raw form of a whole decoded path; UNREADABLE where it might have been sent in others.

    A slash counts as one that was sent as such: for the app, which sees the decoded path alone, it is.
    """
    return UNREADABLE if _DOUBTFUL.search(decoded) else _encode(decoded)


def whole(mount: bytes, decoded: bytes) -> bytes:
    """A decoded path with the mount before it, whether the server counted it in or not."""
    if not mount or decoded == mount or decoded.startswith(mount.rstrip(b"/") + b"/"):
        return decoded
    return mount + decoded


def _encode(path: bytes) -> bytes:
    return quote_from_bytes(path, safe=_AS_THEY_ARE).encode("ascii")
