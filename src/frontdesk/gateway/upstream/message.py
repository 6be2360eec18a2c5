"""Writing a request's head to the API. RFC 9112 §3 and §6."""

from frontdesk.protocol.http import Headers

# RFC 9110 §8.6: with these, a request without a body says so.
_EXPECTED_TO_HAVE_A_BODY = frozenset({"POST", "PUT", "PATCH"})


def render_head(
    method: str, target: bytes, headers: Headers, *, authority: bytes, is_chunked: bool, upgrade: bytes = b""
) -> bytes:
    """The bytes before the body. ValueError where a line break would make another message of them.

    A body of known length brings its `content-length` among the headers; `upgrade` names a protocol to change to.
    """
    lines = [b"%b %b HTTP/1.1" % (method.encode("ascii"), target), b"host: " + authority]
    lines += [b"%b: %b" % header for header in headers]
    if is_chunked:
        lines.append(b"transfer-encoding: chunked")
    elif method in _EXPECTED_TO_HAVE_A_BODY and not any(name == b"content-length" for name, _ in headers):
        lines.append(b"content-length: 0")
    if upgrade:
        lines += [b"connection: upgrade", b"upgrade: " + upgrade]
    head = b"\r\n".join(lines) + b"\r\n\r\n"
    # The parser in front lets none through; another server's might, and this is where one would hurt.
    if head.count(b"\n") != len(lines) + 1 or head.count(b"\r") != len(lines) + 1 or b"\0" in head:
        raise ValueError("a line break in a header")
    return head
