"""What callers see of the app's answer headers: never publicly cacheable, never in our name. RFC 9111 §3.5."""

from frontdesk.gateway.answers import keep_private
from frontdesk.gateway.identity import PREFIX, canonical
from frontdesk.gateway.rate_headers import tell_allowances
from frontdesk.middleware.desk import Allowed
from frontdesk.protocol.http import Answer, Headers

_REQUEST_ID = b"x-request-id"


def headers_for_caller(headers: Headers, allowed: Allowed, *, network_header: bytes) -> Headers:
    """The app's answer headers, cleaned. What is about the app's whole origin stays: it is the app's own."""
    lowered = [(name.lower(), value) for name, value in headers]
    kept = [(name, value) for name, value in lowered if not _is_ours(name)]
    if allowed.is_private:
        kept = keep_private(kept, network_header)
    elif allowed.is_private is None:
        kept.append((b"vary", b"authorization, " + network_header))
    kept.append((_REQUEST_ID, allowed.request_id.encode("ascii", "replace")))
    return tell_allowances(Answer(status=200, headers=kept), allowed.allowances).headers


def _is_ours(name: bytes) -> bool:
    plain = canonical(name)
    return plain == _REQUEST_ID or plain.startswith(PREFIX)
