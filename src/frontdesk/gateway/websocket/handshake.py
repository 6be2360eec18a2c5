"""Opening a WebSocket: what a client must ask, and what the API must answer. RFC 6455 §4, RFC 6454 §7."""

import binascii
import hashlib
from base64 import b64decode, b64encode

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Headers, Request

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_ONCE = (b"upgrade", b"sec-websocket-key", b"sec-websocket-version")
PROTOCOL = b"websocket"


def judge_handshake(request: Request) -> Refusal | None:
    """Refuse what is no opening handshake, or no message that can be passed on as one."""
    if request.caller is None or not request.caller.can_switch:
        return _malformed("a change of protocol")
    values = {name: request.all(name) for name in _ONCE}
    if any(len(found) != 1 for found in values.values()) or values[b"upgrade"][0].lower() != PROTOCOL:
        return _malformed("a change of protocol")
    tokens = {token.strip().lower() for value in request.all(b"connection") for token in value.split(b",")}
    if request.method != "GET" or b"upgrade" not in tokens or values[b"sec-websocket-version"][0] != b"13":
        return _malformed("no opening handshake")
    if not _is_key(values[b"sec-websocket-key"][0]):
        return _malformed("Sec-WebSocket-Key is malformed")
    if request.first(b"content-length") is not None or request.first(b"transfer-encoding") is not None:
        return _malformed("a handshake with a body")
    return None


def judge_origin(request: Request, *, allowed: frozenset[bytes]) -> Refusal | None:
    """Refuse a page of another origin (GW-22); who sends no Origin is no browser. `allowed` in lower case."""
    origins = request.all(b"origin")
    if not origins or b"*" in allowed:
        return None
    if len(origins) == 1 and origins[0].lower() in allowed:
        return None
    return Refusal(reason=Reason.ORIGIN_FORBIDDEN)


def is_agreed(request: Request, headers: Headers) -> bool:
    """Whether a 101 is the answer to this handshake, and offers nothing that was not asked for."""
    answered: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        answered.setdefault(name.lower(), []).append(value.strip())
    expected = [accept_of(request.first(b"sec-websocket-key") or b"")]
    if answered.get(b"sec-websocket-accept") != expected:
        return False
    if [value.lower() for value in answered.get(b"upgrade", [])] != [PROTOCOL]:
        return False
    asked = _tokens(request.all(b"sec-websocket-protocol"))
    if any(chosen not in asked for chosen in answered.get(b"sec-websocket-protocol", [])):
        return False
    known = {offer.split(b";")[0].strip() for offer in _tokens(request.all(b"sec-websocket-extensions"))}
    chosen = _tokens(answered.get(b"sec-websocket-extensions", []))
    return all(extension.split(b";")[0].strip() in known for extension in chosen)


def has_extensions(headers: Headers) -> bool:
    """Whether the API's 101 agrees to extensions, which may give reserved bits a meaning."""
    return any(name.lower() == b"sec-websocket-extensions" and value.strip() for name, value in headers)


def accept_of(key: bytes) -> bytes:
    """Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2)."""
    return b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())


def _tokens(values: list[bytes]) -> list[bytes]:
    return [token.strip() for value in values for token in value.split(b",") if token.strip()]


def _is_key(value: bytes) -> bool:
    try:
        return len(b64decode(value, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def _malformed(detail: str) -> Refusal:
    return Refusal(reason=Reason.MALFORMED_REQUEST, detail=detail)
