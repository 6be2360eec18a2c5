"""Writing a refusal the way callers of the API see it. RFC 6750 §3, RFC 7617 §2.1, RFC 9110 §10.2.1 and §15.5.6."""

from functools import cache

import msgspec

from frontdesk.gateway.rate_headers import rate_headers
from frontdesk.protocol.errors import Reason, Refusal, wire
from frontdesk.protocol.http import Answer

REALM = b'realm="frontdesk"'
BASIC = b"Basic " + REALM + b', charset="UTF-8"'

_FIXED = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
_EVERY_SCHEME = ("basic", "oauth2")
_CHALLENGED = frozenset({Reason.NO_CREDENTIAL, Reason.BAD_CREDENTIAL, Reason.INSUFFICIENT_SCOPE})
# Answers that make sense to ask for again, and when: in seconds.
_RETRY = {Reason.OUT_OF_ORDER: 1, Reason.RATE_LIMITED: 1, Reason.UPSTREAM_FULL: 1}


def render_refusal(refusal: Refusal, *, request_id: str) -> Answer:
    """The API's own error shape, with a challenge for each scheme that would be accepted.

    The body depends on the reason's wire form alone: why a credential was bad is nothing that a stranger may learn.
    """
    status, body = _body(refusal.reason)
    headers = [*_FIXED, (b"x-request-id", request_id.encode("ascii", "replace"))]
    if refusal.reason in _CHALLENGED:
        # An operation that nothing opens still owes a challenge with its 401 (RFC 9110 §15.5.2).
        schemes = [scheme for scheme in refusal.schemes if scheme in _EVERY_SCHEME] or _EVERY_SCHEME
        headers += [(b"www-authenticate", _challenge(scheme, refusal)) for scheme in schemes]
    if refusal.reason is Reason.METHOD_NOT_ALLOWED:
        headers.append((b"allow", ", ".join(refusal.allow).encode("ascii")))
    retry_after = refusal.retry_after or _RETRY.get(refusal.reason, 0)
    if retry_after:
        headers.append((b"retry-after", b"%d" % retry_after))
    headers += rate_headers(refusal.allowances)
    return Answer(status=status, headers=headers, body=body)


def status_of(reason: Reason) -> int:
    """The status that a refusal for this reason has."""
    return _body(reason)[0]


def code_of(reason: Reason) -> str:
    """The `type` that a refusal for this reason has."""
    return wire(reason).code


def body_of(reason: Reason) -> str:
    """The body that a refusal for this reason has, for proxies that must say it themselves."""
    return _body(reason)[1].decode()


def _challenge(scheme: str, refusal: Refusal) -> bytes:
    if scheme == "basic":
        return BASIC
    match refusal.reason:
        case Reason.BAD_CREDENTIAL:
            return b"Bearer " + REALM + b', error="invalid_token"'
        case Reason.INSUFFICIENT_SCOPE:
            scopes = " ".join(refusal.scopes).encode("ascii")
            return b"Bearer " + REALM + b', error="insufficient_scope", scope="' + scopes + b'"'
        case _:  # RFC 6750 §3.1: no error where no credential was sent
            return b"Bearer " + REALM


@cache
def _body(reason: Reason) -> tuple[int, bytes]:
    outside = wire(reason)
    return outside.status, msgspec.json.encode({"message": outside.message, "type": outside.code})


def render_bug(request_id: str) -> Answer:
    """What a caller of the API sees of a fault in Frontdesk itself."""
    body = msgspec.json.encode({"message": "Something went wrong here.", "type": "serverError"})
    return Answer(status=500, headers=[*_FIXED, (b"x-request-id", request_id.encode("ascii", "replace"))], body=body)
