"""How a request must be read, written down a second time: byte by byte, from the contract's words, without the product.

RFC 3986 §2 and §3.3, RFC 9110 §11.4, RFC 7617, RFC 6750 §2.1. Where two readers could differ, the answer is None.
"""

import base64
import re
import string

UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
IN_PATHS = UNRESERVED | frozenset("!$&'()*+,=:@")  # sub-delims less ";", which some readers cut at
NEVER_DECODED = frozenset(b"/\\?#;") | frozenset(range(0x20)) | {0x7F}
HEX = frozenset(string.hexdigits)


def read_path(raw: bytes) -> str | None:
    """The path as a server that decodes everything sees it; None where another server could see another one."""
    text = raw.decode("latin-1")
    if not text.startswith("/"):
        return None
    segments = []
    for segment in text[1:].split("/"):
        read = _read_segment(segment)
        if read is None or read in (b".", b".."):
            return None
        segments.append(read)
    if b"" in segments[:-1]:
        return None
    try:
        return "/" + b"/".join(segments).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _read_segment(text: str) -> bytes | None:
    """A segment decoded once; None for a stray escape, for one inside another, and for what must not be there."""
    read, place = bytearray(), 0
    while place < len(text):
        character = text[place]
        if character != "%":
            if character not in IN_PATHS:
                return None
            read += character.encode()
            place += 1
            continue
        digits = text[place + 1 : place + 3]
        if len(digits) != 2 or not HEX.issuperset(digits):
            return None
        byte = int(digits, 16)
        if byte in NEVER_DECODED:
            return None
        read.append(byte)
        place += 3
    return None if re.search(rb"%[0-9A-Fa-f]{2}", read) else bytes(read)  # what is left must not be decoded again


def is_readable_query(raw: bytes) -> bool:
    """Printable ASCII without a fragment, and without a parameter named access_token in any spelling (BT-01, BT-02)."""
    if any(not 0x21 <= byte <= 0x7E or byte == ord("#") for byte in raw):
        return False
    for pair in re.split(rb"[&;?]", raw):
        name = re.sub(rb"%([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), pair.split(b"=")[0])
        if b"access_token" in [part.split(b"=")[0].strip(b" +") for part in re.split(rb"[&;?]", name)]:
            return False
    return True


def read_credential(value: bytes) -> tuple[str, str] | None:
    """(scheme, what it carries) of an Authorization value: the token, or `user:password`; None where malformed."""
    words = value.split(b" ")
    scheme, rest = words[0].lower(), [word for word in words[1:] if word]
    if scheme not in (b"basic", b"bearer") or len(rest) != 1 or value.endswith(b" ") or len(rest[0]) > 4096:
        return None
    text = rest[0].decode("latin-1")
    if scheme == b"bearer":
        is_token = text.rstrip("=") and set(text.rstrip("=")) <= UNRESERVED | set("+/")
        return ("oauth2", text) if is_token else None
    if len(text) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", text):
        return None
    try:
        pair = base64.b64decode(text).decode("utf-8")
    except ValueError:
        return None
    user, colon, _ = pair.partition(":")
    return ("basic", pair) if user and colon and not any(ord(c) < 0x20 or ord(c) == 0x7F for c in pair) else None


def read_network(value: bytes) -> str | None:
    """The id in lower case; None where it is no UUID with its four hyphens."""
    text = value.decode("latin-1")
    groups = text.split("-")
    fits = [len(group) for group in groups] == [8, 4, 4, 4, 12] and HEX.issuperset("".join(groups))
    return text.lower() if fits else None
