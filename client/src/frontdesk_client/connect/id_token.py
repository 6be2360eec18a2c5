"""Whether an ID token beside the tokens answers our request. OpenID Connect Core §3.1.3.7.

It came from the token endpoint itself over a checked connection, which stands for its signature (step 6 there). Nothing
else is taken from it: who the user is, nobody here asks.
"""

import base64
import hmac
import json
from datetime import datetime

from frontdesk_client.calling import Answer
from frontdesk_client.errors import AuthorizationFailed
from frontdesk_client.hidden import HiddenObject


def judge_id_token(answer: Answer, *, nonce: str, client_id: str, issuer: str | None, now: datetime) -> None:
    """`AuthorizationFailed` where a token endpoint's answer holds an ID token that was made for another request."""
    claims = _find_claims(answer.body)
    if claims is None:
        return
    audience = claims.get("aud")
    expires = claims.get("exp")
    fits = (
        hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
        and client_id in (audience if isinstance(audience, list) else [audience])
        and (issuer is None or claims.get("iss") == issuer)
        and isinstance(expires, int | float)
        and now.timestamp() < expires
    )
    if not fits:
        raise AuthorizationFailed(
            "The ID token beside the tokens was made for another sign-in (nonce, audience, issuer or age). Start again."
        )


def _find_claims(body: bytes) -> HiddenObject | None:
    """What the ID token says; None where there is none."""
    token = json.loads(body).get("id_token")
    return None if token is None else HiddenObject(_read_claims(token))


def _read_claims(token: object) -> dict[str, object]:
    """What the middle part says; nothing where it is no token."""
    try:
        middle = str(token).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, IndexError):
        return {}
    return claims if isinstance(claims, dict) else {}
