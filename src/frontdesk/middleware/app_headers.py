"""What the app sees of a call's headers: the caller's, less what could mislead, and what was proven. DESIGN D10."""

from frontdesk.gateway.identity import IdentityWriter
from frontdesk.middleware.desk import Allowed
from frontdesk.protocol.http import Headers, Request

# About the connection that the app's own server holds: a proxy would not pass these on, in process nothing is passed.
_OF_THIS_CONNECTION = frozenset(
    {
        b"host",
        b"connection",
        b"expect",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)


def headers_for_app(request: Request, writer: IdentityWriter, allowed: Allowed, *, keep_authorization: bool) -> Headers:
    """The headers of an allowed call. One that is let through unproven keeps its credentials, and gets no name."""
    kept = _kept(request, writer)
    unproven = allowed.caller is None
    if keep_authorization or allowed.keeps_authorization or unproven:
        kept += [(name, value) for name, value in request.headers if name == b"authorization"]
    if unproven:
        kept += [(name, value) for name, value in request.headers if name == writer.network_header]
        kept.append((b"x-request-id", allowed.request_id.encode("ascii", "replace")))
    else:
        kept += [(name, value) for name, value in allowed.identity if value]
    return kept


def headers_for_exempt(request: Request, writer: IdentityWriter) -> Headers:
    """The headers of a call that nobody judged: whatever speaks of an identity that was proven is gone."""
    kept = _kept(request, writer)
    return kept + [(name, value) for name, value in request.headers if name == b"authorization"]


def _kept(request: Request, writer: IdentityWriter) -> Headers:
    kept = [(name, value) for name, value in request.headers if name in _OF_THIS_CONNECTION]
    kept += writer.kept(request.headers)
    if request.peer is not None:
        kept.append((b"x-forwarded-for", request.peer.encode("ascii")))
    kept.append((b"x-forwarded-proto", b"https" if request.https else b"http"))
    return kept
