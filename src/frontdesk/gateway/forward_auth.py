"""Answering a proxy that asks whether a call may pass: nginx auth_request, Traefik forwardAuth, Caddy forward_auth."""

from dataclasses import dataclass

from frontdesk.gateway.check_peers import CheckPeers
from frontdesk.gateway.checker import Checker
from frontdesk.gateway.forwarded import asks_like_nginx, read_asked_call
from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.refusals import render_refusal, status_of
from frontdesk.gateway.sealed_refusal import HEADER, RefusalSeal
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Request
from frontdesk.protocol.store import StoreUnavailable

_UNTRUSTED = Refusal(reason=Reason.UNTRUSTED_FORWARDING)
_OUT_OF_ORDER = Refusal(reason=Reason.OUT_OF_ORDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardAuth:
    """`/_frontdesk/check` and `/_frontdesk/refusal`."""

    checker: Checker
    identity: IdentityWriter
    seal: RefusalSeal
    peers: CheckPeers

    async def check(self, request: Request) -> Answer:
        """200 with every identity header (empty where there is no value), or a refusal that the proxy can pass on."""
        if not self.peers.admits(request):
            return render_refusal(_UNTRUSTED, request_id=request.request_id)
        asked = read_asked_call(request.headers)
        if isinstance(asked, Refusal):
            return self._refuse(asked, request)
        try:
            outcome = await self.checker.check_call(asked.method, asked.target, request.headers, peer=request.peer)
        except StoreUnavailable:
            # Said here, not at the front door: nginx would turn a 503 into a bare 500.
            outcome = _OUT_OF_ORDER
        if isinstance(outcome, Refusal):
            return self._refuse(outcome, request)
        headers = self.identity.identity(outcome.admission, request_id=request.request_id)
        headers.append((b"cache-control", b"no-store"))
        return Answer(status=200, headers=headers)

    async def refusal(self, request: Request) -> Answer:
        """Write out what a check sealed, for nginx's error page; without one the check itself broke: 503."""
        if not self.peers.admits(request):
            return render_refusal(_UNTRUSTED, request_id=request.request_id)
        sealed = request.all(HEADER)
        opened = self.seal.read(sealed[0]) if len(sealed) == 1 else None
        if opened is None:
            return render_refusal(_OUT_OF_ORDER, request_id=request.request_id)
        refusal, request_id = opened
        return render_refusal(refusal, request_id=request_id)

    def _refuse(self, refusal: Refusal, request: Request) -> Answer:
        answer = render_refusal(refusal, request_id=request.request_id)
        if asks_like_nginx(request.headers):
            answer.status = 401 if status_of(refusal.reason) == 401 else 403
            answer.headers.append((HEADER, self.seal.write(refusal, request_id=request.request_id)))
        return answer
