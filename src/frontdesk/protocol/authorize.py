"""What makes an authorize request valid: two tables of checks, before and after its redirect URI is proven.

RFC 6749 §4.1.1 and §4.1.2.1, RFC 7636 §4.3, RFC 9207. A fault of the first table is shown here and never sent
anywhere; a fault of the second goes back to the client.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from frontdesk.protocol.errors import Reason, Refusal, wire
from frontdesk.protocol.forms import Form
from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.pkce import judge_challenge
from frontdesk.protocol.records import Client
from frontdesk.protocol.redirects import RedirectTarget, match
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, missing, read_scopes

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
MAX_STATE = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeRequest:
    """A valid authorize request."""

    client_id: ClientId
    target: RedirectTarget
    scopes: Scopes
    state: str | None
    code_challenge: str | None
    prompt: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSentBack:
    """A fault that the client is told of at its proven redirect URI."""

    target: RedirectTarget
    state: str | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the checks look at. `known_scopes` is None where no document says which scopes exist."""

    form: Form
    client: Client | None
    target: RedirectTarget | None
    known_scopes: frozenset[str] | None
    inclusion: Inclusion


Check: TypeAlias = Callable[[Asked], Reason | None]


def _client_and_uri_once(asked: Asked) -> Reason | None:
    twice = asked.form.repeated & {"client_id", "redirect_uri"}
    return Reason.AUTHORIZE_REPEATED_CLIENT_OR_URI if twice else None


def _client_known(asked: Asked) -> Reason | None:
    known = asked.client is not None and asked.client.disabled_at is None
    return None if known else Reason.AUTHORIZE_UNKNOWN_CLIENT


def _uri_registered(asked: Asked) -> Reason | None:
    return None if asked.target is not None else Reason.AUTHORIZE_UNREGISTERED_URI


BEFORE_THE_URI_IS_PROVEN: tuple[Check, ...] = (_client_and_uri_once, _client_known, _uri_registered)


def _parameters_once(asked: Asked) -> Reason | None:
    return Reason.AUTHORIZE_REPEATED_PARAMETER if asked.form.repeated else None


def _no_request_object(asked: Asked) -> Reason | None:
    if asked.form.get("request") is not None:
        return Reason.AUTHORIZE_REQUEST_OBJECT
    return Reason.AUTHORIZE_REQUEST_URI if asked.form.get("request_uri") is not None else None


def _response_type(asked: Asked) -> Reason | None:
    sent = asked.form.get("response_type")
    if sent is None:
        return Reason.AUTHORIZE_RESPONSE_TYPE_MISSING
    return None if sent == "code" else Reason.AUTHORIZE_RESPONSE_TYPE_UNSUPPORTED


def _response_mode(asked: Asked) -> Reason | None:
    sent = asked.form.get("response_mode")
    return None if sent in (None, "query") else Reason.AUTHORIZE_RESPONSE_MODE_UNSUPPORTED


def _scope(asked: Asked) -> Reason | None:
    scopes = read_scopes(asked.form.get("scope") or "")
    if scopes is None:
        return Reason.AUTHORIZE_SCOPE_UNKNOWN
    if not scopes:
        return Reason.AUTHORIZE_SCOPE_MISSING
    if asked.known_scopes is not None and not asked.known_scopes.issuperset(scopes):
        return Reason.AUTHORIZE_SCOPE_UNKNOWN
    registered = asked.client.scopes if asked.client is not None else ()
    return Reason.AUTHORIZE_SCOPE_UNKNOWN if missing(scopes, registered, asked.inclusion) else None


def _challenge(asked: Asked) -> Reason | None:
    required = asked.client is not None and asked.client.needs_pkce
    return judge_challenge(asked.form.get("code_challenge"), asked.form.get("code_challenge_method"), required=required)


def _prompt(asked: Asked) -> Reason | None:
    prompt = frozenset((asked.form.get("prompt") or "").split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        return Reason.AUTHORIZE_PROMPT_UNKNOWN
    return None


def _state_bounded(asked: Asked) -> Reason | None:
    state = asked.form.get("state") or ""
    return Reason.AUTHORIZE_STATE_TOO_LONG if len(state) > MAX_STATE else None


AFTER_THE_URI_IS_PROVEN: tuple[Check, ...] = (
    _parameters_once,
    _state_bounded,
    _no_request_object,
    _response_type,
    _response_mode,
    _scope,
    _challenge,
    _prompt,
)


def judge_authorize(
    form: Form, client: Client | None, *, known_scopes: frozenset[str] | None, inclusion: Inclusion = CONTRACT
) -> AuthorizeRequest | FaultSentBack | Refusal:
    """Run both tables in order. A Refusal is for a page; a FaultSentBack for the client."""
    sent = form.get("redirect_uri")
    target = match(sent, client.redirect_uris, is_native=client.native) if client is not None else None
    asked = Asked(form=form, client=client, target=target, known_scopes=known_scopes, inclusion=inclusion)
    for check in BEFORE_THE_URI_IS_PROVEN:
        if reason := check(asked):
            return Refusal(reason=reason)
    if client is None or target is None:  # the table above has refused both; this tells the type checker
        return Refusal(reason=Reason.AUTHORIZE_UNKNOWN_CLIENT)
    state = form.get("state")
    for check in AFTER_THE_URI_IS_PROVEN:
        if reason := check(asked):
            # A state sent twice, or too long to return, is no state of the client's.
            keeps_state = "state" not in form.repeated and reason is not Reason.AUTHORIZE_STATE_TOO_LONG
            return FaultSentBack(target=target, state=state if keeps_state else None, reason=reason)
    return AuthorizeRequest(
        client_id=client.id,
        target=target,
        scopes=read_scopes(form.get("scope") or "") or (),
        state=state,
        code_challenge=form.get("code_challenge"),
        prompt=frozenset((form.get("prompt") or "").split()),
    )


def success_location(target: RedirectTarget, *, code: str, state: str | None, issuer: str) -> str:
    """The redirect that hands a code over (RFC 6749 §4.1.2, `iss` of RFC 9207)."""
    parameters = [("code", code)]
    if state is not None:
        parameters.append(("state", state))
    return target.with_parameters([*parameters, ("iss", issuer)])


def fault_location(fault: FaultSentBack, *, issuer: str) -> str:
    """The redirect that tells a client of a fault (RFC 6749 §4.1.2.1)."""
    said = wire(fault.reason)
    parameters = [("error", said.code), ("error_description", said.message)]
    if fault.state is not None:
        parameters.append(("state", fault.state))
    return fault.target.with_parameters([*parameters, ("iss", issuer)])
