"""The introspection endpoint over HTTP. RFC 7662 §2."""

from dataclasses import dataclass

from frontdesk.flows.introspect import IntrospectFlow
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import read_form
from frontdesk.protocol.http import Answer, Request
from frontdesk.web.oauth import (
    JSON_HEADERS,
    TOKEN_PARAMETERS,
    judge_form_request,
    oauth_fault,
    only,
    origin_of,
    read_whole_form,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrospectionEndpoint:
    """POST /oauth2/introspect, for clients and resource servers that prove themselves."""

    flow: IntrospectFlow
    is_https: bool

    async def introspect(self, request: Request) -> Answer:
        """Say what a token is worth. A GET, or a token in the query, would write it into logs: refused."""
        if request.method != "POST":
            return only(b"POST")
        fault = judge_form_request(request, is_https=self.is_https)
        if fault is not None:
            return oauth_fault(fault, request.request_id)
        authorization = request.all(b"authorization")
        is_whole_proof = len(authorization) <= 1 and not request.query
        if is_whole_proof:
            again = self.flow.answer_again(authorization[0] if authorization else None, request.body)
            if again is not None:
                return Answer(status=200, headers=JSON_HEADERS, body=again)
        form = read_whole_form(request)
        if isinstance(form, Refusal):
            return oauth_fault(form, request.request_id)
        if request.query:
            query = read_form(request.query)
            if query is None or TOKEN_PARAMETERS & (query.values.keys() | query.repeated):
                return oauth_fault(Refusal(reason=Reason.PARAMETER_IN_QUERY), request.request_id)
        outcome = await self.flow.answer(
            form, authorization, origin_of(request), body=request.body if is_whole_proof else None
        )
        if isinstance(outcome, Refusal):
            return oauth_fault(outcome, request.request_id)
        return Answer(status=200, headers=JSON_HEADERS, body=outcome)
