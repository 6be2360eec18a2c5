"""Who is asking at the OAuth endpoints: secret in the body or HTTP Basic, never both. RFC 6749 §2.3.1."""

from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import Form
from frontdesk.protocol.headers import BasicPair, read_credential
from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.records import Client, ResourceServer

MAX_CLIENT_ID = 256
MAX_SECRET = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientClaim:
    """Who a request says it is from; nothing of it is proven yet."""

    client_id: ClientId
    secret: str | None = field(repr=False)
    by_header: bool = False


def read_claim(form: Form, authorization: list[bytes]) -> ClientClaim | Refusal | None:
    """Read the claim; None where the request makes none at all."""
    body_id, body_secret = form.get("client_id"), form.get("client_secret")
    if len(authorization) > 1:
        return Refusal(reason=Reason.TWO_SECRETS, detail="two Authorization headers")
    if "client_assertion" in form.values or "client_assertion_type" in form.values:
        return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="client_assertion is not supported")
    if not authorization:
        return _claim(body_id, body_secret, by_header=False)
    pair = read_credential(authorization[0])
    if not isinstance(pair, BasicPair):
        return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="malformed Authorization", schemes=("basic",))
    try:
        user, password = _form_decode(pair.user), _form_decode(pair.password)
    except UnicodeDecodeError:
        return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="malformed Authorization", schemes=("basic",))
    if body_secret is not None:
        return Refusal(reason=Reason.TWO_SECRETS)
    if body_id is not None and body_id != user:
        return Refusal(reason=Reason.TWO_CLIENT_IDS)
    return _claim(user, password, by_header=True)


def judge_claim(claim: ClientClaim, client: Client | ResourceServer | None, *, is_proven: bool) -> Refusal | None:
    """Why a claim is refused: the same answer for an unknown client, a wrong secret and a disabled app."""
    schemes = ("basic",) if claim.by_header else ()
    if client is None or not is_proven:
        return Refusal(reason=Reason.CLIENT_UNPROVEN, schemes=schemes)
    if client.disabled_at is not None:
        return Refusal(reason=Reason.CLIENT_DISABLED, schemes=schemes)
    return None


def _claim(client_id: str | None, secret: str | None, *, by_header: bool) -> ClientClaim | Refusal | None:
    if client_id is None:
        if secret is None:
            return None
        return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="client_id is missing")
    if len(client_id) > MAX_CLIENT_ID or (secret is not None and len(secret) > MAX_SECRET):
        return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="too long", schemes=("basic",) if by_header else ())
    return ClientClaim(client_id=ClientId(client_id), secret=secret, by_header=by_header)


def _form_decode(text: str) -> str:
    # RFC 6749 asks clients to form-encode both halves; a plain id or secret of ours decodes to itself.
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text
