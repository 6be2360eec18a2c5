"""GET /_frontdesk/decisions/<id>: why a call was refused, for whoever made it. docs/explain.md, DESIGN D11."""

from dataclasses import dataclass

import msgspec

from frontdesk.flows.decision_readers import DecisionReaders
from frontdesk.flows.explanations import Explanations
from frontdesk.protocol.errors import Reason, Refusal, wire
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.web.oauth import only, origin_of

PREFIX = b"/_frontdesk/decisions/"

_HEADERS: Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
_CHALLENGES: Headers = [
    (b"www-authenticate", b'Basic realm="frontdesk", charset="UTF-8"'),
    (b"www-authenticate", b'Bearer realm="frontdesk"'),
]
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEndpoint:
    """Tells an app, one of its grants, or a network's Basic pair about its own calls."""

    readers: DecisionReaders
    explanations: Explanations
    is_https: bool

    async def tell(self, request: Request) -> Answer:
        """One decision. A request that is answered here is none itself."""
        if request.method not in ("GET", "HEAD"):
            return only(b"GET, HEAD")
        if self.is_https and not request.https:
            return _refuse(Refusal(reason=Reason.API_OVER_PLAIN_HTTP))
        reader = await self.readers.prove(request.all(b"authorization"), origin_of(request))
        if isinstance(reader, Refusal):
            return _refuse(reader)
        wanted = request.path.removeprefix(PREFIX).decode("latin-1")
        found = await self.explanations.find(wanted, reader)
        if isinstance(found, Refusal):
            return _refuse(found)
        return Answer(status=200, headers=_HEADERS, body=_encode(found))


def _refuse(refusal: Refusal) -> Answer:
    said = wire(refusal.reason)
    headers = list(_HEADERS)
    if said.status == 401:
        headers += _CHALLENGES
    if refusal.retry_after:
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    return Answer(status=said.status, headers=headers, body=_encode({"message": said.message, "type": said.code}))
