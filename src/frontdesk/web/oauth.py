"""The OAuth endpoints over HTTP: authorize, token, revoke, metadata. RFC 6749 §3, RFC 7009, RFC 8414."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from frontdesk.flows.authorize import AuthorizeFlow, NeedsConsent, NeedsSignIn, SendBack
from frontdesk.flows.needs import Origin
from frontdesk.flows.revoke import RevokeFlow
from frontdesk.flows.token import TokenFlow
from frontdesk.protocol.errors import Reason, Refusal, wire
from frontdesk.protocol.forms import Form, read_form
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.token import TokenAnswer
from frontdesk.web.pages import Pages
from frontdesk.web.visitors import Visitors
from frontdesk.web.words_links import notice_of_link

FORM_TYPE = b"application/x-www-form-urlencoded"
MAX_FORM = 64 * 1024
KEPT = 8_192  # heads

# What proves something, or asks for it: never in a query.
TOKEN_PARAMETERS = frozenset(
    {
        "client_id",
        "client_secret",
        "client_assertion",
        "code",
        "code_verifier",
        "grant_type",
        "redirect_uri",
        "refresh_token",
        "scope",
        "token",
    }
)
_REVOKE_NOT_IN_QUERY = TOKEN_PARAMETERS - {"token", "client_id", "scope"}

JSON_HEADERS: Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"pragma", b"no-cache"),
    (b"x-content-type-options", b"nosniff"),
]
_encode = msgspec.json.Encoder().encode


def oauth_fault(refusal: Refusal, request_id: str) -> Answer:
    """A refusal as RFC 6749 §5.2 JSON."""
    said = wire(refusal.reason)
    headers = [*JSON_HEADERS, (b"x-request-id", request_id.encode())]
    if said.status == 401 and "basic" in refusal.schemes:
        headers.append((b"www-authenticate", b'Basic realm="oauth2", charset="UTF-8"'))
    if refusal.retry_after:
        headers.append((b"retry-after", str(refusal.retry_after).encode()))
    body = _encode({"error": said.code, "error_description": said.message})
    return Answer(status=said.status, headers=headers, body=body)


def oauth_unavailable(request_id: str) -> Answer:
    """The store cannot answer: nothing was done, or it is not known to be durable."""
    headers = [*JSON_HEADERS, (b"x-request-id", request_id.encode()), (b"retry-after", b"1")]
    return Answer(status=503, headers=headers, body=b'{"error":"temporarily_unavailable"}')


def oauth_bug(request_id: str) -> Answer:
    """A bug, without a word about it."""
    headers = [*JSON_HEADERS, (b"x-request-id", request_id.encode())]
    return Answer(status=500, headers=headers, body=b'{"error":"server_error"}')


def only(methods: bytes) -> Answer:
    """Another method was used."""
    return Answer(status=405, headers=[(b"allow", methods), (b"cache-control", b"no-store")])


def origin_of(request: Request) -> Origin:
    """Where a request came from, for audit rows."""
    return Origin(address=request.peer, request_id=request.request_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthEndpoints:
    """The endpoints that clients call, and the one that browsers are sent to."""

    authorize_flow: AuthorizeFlow
    token_flow: TokenFlow
    revoke_flow: RevokeFlow
    visitors: Visitors
    pages: Pages
    metadata: Callable[[], bytes]
    is_https: bool
    _plain_heads: set[bytes] = field(default_factory=set, init=False, repr=False)

    def token_at_once(self, request: Request) -> Answer | None:
        """The answer to a refresh that was granted before, with the same bytes; None: `token` answers."""
        if self.is_https and not request.https:
            return None
        if request.trace not in self._plain_heads and not self._is_plain(request):
            return None
        again = self.token_flow.answer_again(request.body)
        return _token_answer(again) if again is not None else None

    def _is_plain(self, request: Request) -> bool:
        """Whether the body is a form that is the request's whole proof. Told by the head alone, so it is kept by it."""
        if request.method != "POST" or self._judge_form_request(request) is not None:
            return False
        if request.query or request.all(b"authorization"):
            return False
        if request.trace:
            if len(self._plain_heads) >= KEPT:
                self._plain_heads.clear()
            self._plain_heads.add(request.trace)
        return True

    async def token(self, request: Request) -> Answer:
        """POST /oauth2/token."""
        if request.method != "POST":
            return only(b"POST")
        fault = self._judge_form_request(request)
        if fault is not None:
            return oauth_fault(fault, request.request_id)
        authorization = request.all(b"authorization")
        is_whole_proof = not authorization and not request.query
        form = read_whole_form(request)
        if isinstance(form, Refusal):
            return oauth_fault(form, request.request_id)
        if request.query:
            query = read_form(request.query)
            if query is None or TOKEN_PARAMETERS & (query.values.keys() | query.repeated):
                return oauth_fault(Refusal(reason=Reason.PARAMETER_IN_QUERY), request.request_id)
        outcome = await self.token_flow.answer(
            form, authorization, origin_of(request), body=request.body if is_whole_proof else b""
        )
        return _token_answer(outcome) if isinstance(outcome, TokenAnswer) else oauth_fault(outcome, request.request_id)

    async def revoke(self, request: Request) -> Answer:
        """POST /oauth2/revoke, the token in the query (the contract) or in the body (RFC 7009)."""
        if request.method != "POST":
            return only(b"POST")
        form = self._read_body(request) if request.body else self._https_or_refuse(request)
        query = read_form(request.query)
        if isinstance(form, Refusal):
            return oauth_fault(form, request.request_id)
        token = _token_of(query, form)
        if isinstance(token, Refusal):
            return oauth_fault(token, request.request_id)
        in_query = query is not None and query.get("token") is not None
        refusal = await self.revoke_flow.answer(
            token, form, request.all(b"authorization"), origin_of(request), in_query=in_query
        )
        if refusal is not None:
            return oauth_fault(refusal, request.request_id)
        return Answer(status=200, headers=JSON_HEADERS, body=b"{}")

    async def authorize(self, request: Request) -> Answer:
        """GET or POST /oauth2/authorize. HEAD is refused: it must not issue a code, and cannot show a page."""
        if request.method not in ("GET", "POST"):
            return only(b"GET, POST")
        form = self._read_authorize(request)
        if isinstance(form, Refusal):
            return self._page(form, request)
        visitor = await self.visitors.recognise(request.first(b"cookie"))
        step = await self.authorize_flow.begin(
            form, browser=visitor.browser, user=visitor.user, origin=origin_of(request)
        )
        if isinstance(step, Refusal):
            return self._page(step, request)
        headers: Headers = [(b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer")]
        if visitor.new_browser:
            headers.append((b"set-cookie", self.visitors.browser_cookie(visitor.browser)))
        match step:
            case SendBack(location=location):
                target = location
            case NeedsSignIn(request=sealed):
                target = f"/sign-in?request={sealed}"
            case NeedsConsent(request=sealed):
                target = f"/consent?request={sealed}"
        headers.append((b"location", target.encode("ascii")))
        return Answer(status=302 if request.method == "GET" else 303, headers=headers)

    async def describe(self, request: Request) -> Answer:
        """GET /.well-known/oauth-authorization-server."""
        if request.method not in ("GET", "HEAD"):
            return only(b"GET, HEAD")
        headers: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"public, max-age=300")]
        return Answer(status=200, headers=headers, body=self.metadata())

    def _https_or_refuse(self, request: Request) -> Form | Refusal:
        if self.is_https and not request.https:
            return Refusal(reason=Reason.PLAIN_HTTP)
        return Form(values={})

    def _read_body(self, request: Request) -> Form | Refusal:
        return self._judge_form_request(request) or read_whole_form(request)

    def _judge_form_request(self, request: Request) -> Refusal | None:
        return judge_form_request(request, is_https=self.is_https)

    def _read_authorize(self, request: Request) -> Form | Refusal:
        query = read_form(request.query)
        if request.method == "GET" or query is None:
            return query if query is not None else Refusal(reason=Reason.MALFORMED_FORM)
        kind = request.all(b"content-type")
        if len(kind) != 1 or kind[0].split(b";")[0].strip().lower() != FORM_TYPE:
            return Refusal(reason=Reason.UNSUPPORTED_MEDIA_TYPE)
        body = read_form(request.body)
        if body is None:
            return Refusal(reason=Reason.MALFORMED_FORM)
        if query.values.keys() & body.values.keys():
            return Refusal(reason=Reason.REPEATED_PARAMETER)
        return Form(values={**query.values, **body.values}, repeated=query.repeated | body.repeated)

    def _page(self, refusal: Refusal, request: Request) -> Answer:
        notice = notice_of_link(refusal.reason)
        return self.pages.notice(notice, request_id=request.request_id, language=self.pages.tongues.of(request))


def judge_form_request(request: Request, *, is_https: bool) -> Refusal | None:
    """Why a request's body is not even read."""
    if is_https and not request.https:
        return Refusal(reason=Reason.PLAIN_HTTP)
    kind = request.all(b"content-type")
    if len(kind) != 1 or (kind[0] != FORM_TYPE and kind[0].split(b";")[0].strip().lower() != FORM_TYPE):
        return Refusal(reason=Reason.UNSUPPORTED_MEDIA_TYPE)
    return None


def read_whole_form(request: Request) -> Form | Refusal:
    """A request's body, whose parameters were each sent once."""
    form = read_form(request.body)
    if form is None:
        return Refusal(reason=Reason.MALFORMED_FORM)
    return Refusal(reason=Reason.REPEATED_PARAMETER) if form.repeated else form


def _token_answer(answer: TokenAnswer) -> Answer:
    return Answer(status=200, headers=JSON_HEADERS, body=_encode(answer.document()))


def _token_of(query: Form | None, form: Form) -> str | Refusal:
    """The one token of a revocation, from query or body but not both."""
    if query is None:
        return Refusal(reason=Reason.MALFORMED_FORM)
    if query.repeated or form.repeated:
        return Refusal(reason=Reason.REPEATED_PARAMETER)
    if _REVOKE_NOT_IN_QUERY & query.values.keys():
        return Refusal(reason=Reason.PARAMETER_IN_QUERY)
    sent = [token for token in (query.get("token"), form.get("token")) if token is not None]
    if len(sent) > 1:
        return Refusal(reason=Reason.REPEATED_PARAMETER)
    return sent[0] if sent else Refusal(reason=Reason.MISSING_TOKEN)
