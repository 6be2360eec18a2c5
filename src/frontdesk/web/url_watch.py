"""Tokens in the URL of a request that is refused: proxies and logs have read them. The setting revoke_leaked_in_url.

RFC 9700 §4.3.2, ATTACKS RF-15. The answer stays what it is; the token is ended beside it.
"""

from dataclasses import dataclass

from frontdesk.flows.leaks import Leaks
from frontdesk.flows.needs import Witness
from frontdesk.protocol.http import Answer, Request
from frontdesk.protocol.leaks import Scanner
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.web.asgi import Handler
from frontdesk.web.oauth import origin_of

MAX_LOOKED_FOR = 4  # tokens of one URL; nobody sends more by mistake

# Where a proxy says which URL it asks about.
_ASKED_ABOUT = (b"x-forwarded-uri", b"x-original-uri")
_REFUSED = (400, 403)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlWatch:
    """Looks at what handlers refused."""

    leaks: Leaks
    witness: Witness

    def watch(self, handler: Handler) -> Handler:
        """The handler, whose refused requests are looked at."""

        async def watched(request: Request) -> Answer:
            answer = await handler(request)
            if answer.status in _REFUSED:
                await self._look(request)
            return answer

        return watched

    async def _look(self, request: Request) -> None:
        scanner = Scanner()
        urls = [request.query, *(value for name in _ASKED_ABOUT for value in request.all(name))]
        hits = [*scanner.feed(b"\n".join(urls)), *scanner.finish()]
        for value in list(dict.fromkeys(hit.value for hit in hits))[:MAX_LOOKED_FOR]:
            try:
                await self.leaks.seen_in_url(value, origin=origin_of(request))
            except StoreUnavailable:
                self.witness.saw("leak.not_ended")  # the refusal stands all the same
