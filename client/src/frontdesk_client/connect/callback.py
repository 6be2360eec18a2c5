"""Whether what a browser came back with answers what it was sent away with. RFC 6749 §4.1.2, RFC 9207 §2.4."""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import AuthorizationFailed
from frontdesk_client.origins import read_origin

MOST = 8_000  # characters of an answer that anybody reads
_OURS = frozenset({"code", "state", "iss", "error", "error_description", "error_uri"})
_WORD = re.compile(r"[a-z_]{1,64}")

START_AGAIN = "Start again from your own page, in the same browser."
WHAT_TO_DO = {
    "access_denied": "The user said no, or may let nobody in. Ask them before you try again.",
    "invalid_scope": "Ask only for scopes that the app is registered for.",
    "unauthorized_client": "The app may not sign users in: ask the API's operator to enable it.",
    "invalid_request": "The server did not understand the link: compare its parameters with its documentation.",
    "unsupported_response_type": "The server does not know the code flow: is its authorize address right?",
    "server_error": "The server failed. Try again in a moment.",
    "temporarily_unavailable": "The server is busy. Try again in a moment.",
    "login_required": "Nobody is signed in there. Try again without prompt=none.",
    "consent_required": "The user has to be asked. Try again without prompt=none.",
    "interaction_required": "The user has to be asked. Try again without prompt=none.",
}


def read_callback(answer: str) -> Mapping[str, str]:
    """The parameters of a callback: its address, or its query alone. `AuthorizationFailed` where one comes twice."""
    answer = answer.strip()
    if len(answer) > MOST:
        raise AuthorizationFailed(f"The answer is longer than {MOST} characters. {START_AGAIN}")
    query = urlsplit(answer).query if "?" in answer else answer
    said: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        if name in said and name in _OURS:
            raise AuthorizationFailed(f'The answer holds "{name}" twice: it is not the server\'s. {START_AGAIN}')
        said[name] = value
    return said


def judge_callback(said: Mapping[str, str], *, state: str, endpoints: Endpoints) -> str:
    """The code of an answer to the request with this state; `AuthorizationFailed` for any other answer.

    Where it came from is judged before what it says: nobody else's error is shown, nor anybody else's code used.
    """
    if not is_about(said, state):
        raise AuthorizationFailed(f"The answer belongs to another sign-in: its state is not ours. {START_AGAIN}")
    _judge_issuer(said.get("iss"), endpoints)
    if "error" in said:
        raise _refusal(said["error"], said.get("error_description", ""))
    if not said.get("code"):
        raise AuthorizationFailed(f"The answer holds neither a code nor an error. {START_AGAIN}")
    return said["code"]


def is_about(said: Mapping[str, str], state: str) -> bool:
    """Whether an answer brings this state back."""
    return hmac.compare_digest(said.get("state", "").encode(), state.encode())


def _judge_issuer(named: str | None, endpoints: Endpoints) -> None:
    """Mix-up: an honest server's code must not go to another one's token endpoint. RFC 9700 §4.4.

    A server whose issuer is not set (the original API names none) may say nothing, or its own address.
    """
    if endpoints.issuer is None:
        if named is None or _origin(named) == _origin(endpoints.authorize):
            return
    elif named == endpoints.issuer:
        return
    said = "names another server as its issuer" if named is not None else "does not say which server it is from (iss)"
    raise AuthorizationFailed(
        f"The answer {said}; expected {endpoints.issuer or _origin(endpoints.authorize)}. "
        "Nothing was redeemed. If the issuer in your settings is right, somebody tried to mix two servers up."
    )


def _origin(address: str) -> str:
    try:
        return read_origin(address)
    except ValueError:
        return ""


def _refusal(error: str, description: str) -> AuthorizationFailed:
    """The server's own words come through a browser: they are shortened, and only shown."""
    if not _WORD.fullmatch(error):
        return AuthorizationFailed(f"The server refused, with no error that is one. {START_AGAIN}")
    words = "".join(each for each in description[:200] if " " <= each <= "~")
    todo = WHAT_TO_DO.get(error, START_AGAIN)
    return AuthorizationFailed(f"The server refused: {error}{f' ({words})' if words else ''}. {todo}", error=error)
