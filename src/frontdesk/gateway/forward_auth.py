"""Answering a proxy that asks whether a call may pass: nginx, Traefik, Caddy and Envoy (HTTP ext_authz)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from frontdesk.gateway.check_peers import CheckPeers
from frontdesk.gateway.checker import Call, Checker, Passed
from frontdesk.gateway.forwarded import AskedCall, asks_like_nginx, read_asked_call, read_envoy_call
from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.policy import Operations
from frontdesk.gateway.rate_headers import rate_headers
from frontdesk.gateway.refusals import code_of, render_refusal, status_of
from frontdesk.gateway.sealed_refusal import HEADER, RefusalSeal
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Request
from frontdesk.protocol.store import StoreUnavailable

_UNTRUSTED = Refusal(reason=Reason.UNTRUSTED_FORWARDING)
_OUT_OF_ORDER = Refusal(reason=Reason.OUT_OF_ORDER)
_PLAIN_HTTP = Refusal(reason=Reason.API_OVER_PLAIN_HTTP)
SHADOW_HEADER = b"x-frontdesk-shadow"


KEPT = 8_192


class Heard(NamedTuple):
    """A question, read. It can be kept: no credential is in it."""

    asked: AskedCall
    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardAuth:
    """`/_frontdesk/check`, `/_frontdesk/envoy/…` and `/_frontdesk/refusal`."""

    checker: Checker
    identity: IdentityWriter
    seal: RefusalSeal
    peers: CheckPeers
    needs_https: bool
    on_failure: Callable[[Refusal, Request, Operations], None] | None = None  # hears of what the checker has not
    _kept: dict[bytes, Heard] = field(default_factory=dict, init=False, repr=False)

    def check_at_once(self, request: Request) -> Answer | None:
        """The 200 for a call that is known to be good without waiting; None: nothing is done, and `check` answers."""
        if not self.peers.admits(request):
            return None
        heard = self._kept.get(request.trace)
        if heard is None or heard.call.policy is not self.checker.policy:
            heard = self._hear(request)
            if heard is None:
                return None
        asked, call = heard
        try:
            passed = self.checker.admit_at_once(call, request_id=request.request_id, peer=request.peer)
        except StoreUnavailable:
            return None
        return self._admit(passed, asked, request) if passed is not None else None

    def _hear(self, request: Request) -> Heard | None:
        """Read a question; kept, where it can be told that the very same question comes again."""
        asked = read_asked_call(request.headers)
        if isinstance(asked, Refusal) or self._came_openly(request):
            return None
        call = self.checker.read_call(asked.method, asked.target, request.headers)
        if call is None:
            return None
        heard = Heard(asked, call)
        if request.trace:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[request.trace] = heard
        return heard

    async def check(self, request: Request) -> Answer:
        """200 with every identity header (empty where there is no value), or a refusal that the proxy can pass on."""
        if not self.peers.admits(request):
            return self._turn_away(request)
        return await self._judge(read_asked_call(request.headers), request)

    async def envoy(self, request: Request) -> Answer:
        """The same for Envoy, which asks by sending the call itself, under a prefix and without its body."""
        if not self.peers.admits(request):
            return self._turn_away(request)
        return await self._judge(read_envoy_call(request), request)

    async def _judge(self, asked: AskedCall | Refusal, request: Request) -> Answer:
        if isinstance(asked, Refusal):
            self._tell(asked, request)
            return self._refuse(asked, request)
        is_open = self._came_openly(request)
        try:
            outcome = await self.checker.check_call(
                asked.method,
                asked.target,
                request.headers,
                request_id=request.request_id,
                peer=request.peer,
                before=_PLAIN_HTTP if is_open else None,
            )
        except StoreUnavailable:
            # Said here, not at the front door: nginx would turn a 503 into a bare 500.
            outcome = _OUT_OF_ORDER
        if isinstance(outcome, Refusal):
            return self._refuse(outcome, request)
        return self._admit(outcome, asked, request)

    def _came_openly(self, request: Request) -> bool:
        """Whether the credential has travelled in the open already; the built-in proxy refuses it, too."""
        return self.needs_https and request.all(b"x-forwarded-proto") not in ([], [b"https"])

    def _admit(self, passed: Passed, asked: AskedCall, request: Request) -> Answer:
        headers = self.identity.identity(
            passed.admission, request_id=request.request_id, method=asked.method, target=passed.target
        )
        if passed.refused is not None:
            # Nothing is enforced, and nothing proven: all empty, so that nobody else's word stands there either.
            headers = [(name, value if name == b"x-request-id" else b"") for name, value in headers]
            headers.append((SHADOW_HEADER, code_of(passed.refused.reason).encode()))
        headers.append((b"cache-control", b"no-store"))
        headers += rate_headers(passed.allowances)
        return Answer(status=200, headers=headers)

    async def refusal(self, request: Request) -> Answer:
        """Write out what a check sealed, for nginx's error page; without one the check itself broke: 503."""
        if not self.peers.admits(request):
            return self._turn_away(request)
        sealed = request.all(HEADER)
        opened = self.seal.read(sealed[0]) if len(sealed) == 1 else None
        if opened is None:
            return render_refusal(_OUT_OF_ORDER, request_id=request.request_id)
        refusal, request_id = opened
        return render_refusal(refusal, request_id=request_id)

    def _turn_away(self, request: Request) -> Answer:
        self._tell(_UNTRUSTED, request)
        return render_refusal(_UNTRUSTED, request_id=request.request_id)

    def _tell(self, refusal: Refusal, request: Request) -> None:
        if self.on_failure is not None:
            self.on_failure(refusal, request, ())

    def _refuse(self, refusal: Refusal, request: Request) -> Answer:
        answer = render_refusal(refusal, request_id=request.request_id)
        if asks_like_nginx(request.headers):
            answer.status = 401 if status_of(refusal.reason) == 401 else 403
            # nginx would add this answer's challenges to those that it shows in the end.
            answer.headers = [header for header in answer.headers if header[0] != b"www-authenticate"]
            answer.headers.append((HEADER, self.seal.write(refusal, request_id=request.request_id)))
        return answer
