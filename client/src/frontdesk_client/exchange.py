"""What the token endpoint is asked, and what its answers say. RFC 6749 §4.1.3, §5, §6; RFC 7636 §4.5."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from frontdesk_client.calling import Answer, Call
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import TokenEndpointFailed
from frontdesk_client.hidden import read_object
from frontdesk_client.manners.retry_after import read_retry_after
from frontdesk_client.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Who asks: a registered client. One without a secret is public."""

    client_id: str
    client_secret: str | None = field(default=None, repr=False)

    def proof(self) -> dict[str, str]:
        """The fields that say so in a form."""
        return {"client_id": self.client_id} | ({"client_secret": self.client_secret} if self.client_secret else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefusal:
    """The token endpoint understood and said no: `error` is its code (`invalid_grant`, `invalid_client`, …)."""

    status: int
    error: str
    description: str = ""

    def __str__(self) -> str:
        """For a developer."""
        return f"{self.error}: {self.description}" if self.description else self.error


def ask_by_code(
    endpoints: Endpoints, app: App, code: str, *, redirect_uri: str | None = None, verifier: str | None = None
) -> Call:
    """Redeem an authorization code. The original API takes neither a `redirect_uri` nor a verifier here."""
    form = {**app.proof(), "grant_type": "authorization_code", "code": code}
    if redirect_uri is not None:
        form["redirect_uri"] = redirect_uri
    if verifier is not None:
        form["code_verifier"] = verifier
    return Call(method="POST", url=endpoints.token, form=form)


def ask_by_refresh(endpoints: Endpoints, app: App, refresh_token: str) -> Call:
    """Buy a new access token."""
    form = {**app.proof(), "grant_type": "refresh_token", "refresh_token": refresh_token}
    return Call(method="POST", url=endpoints.token, form=form)


def read_token_answer(answer: Answer, *, now: datetime, before: Tokens | None = None) -> Tokens | TokenRefusal:
    """The tokens that an answer holds, or its refusal; `TokenEndpointFailed` where it is neither, or says "later".

    `now` is when the call was sent, so that no lifetime is taken for longer than it is. After a refresh, `before` gives
    what the answer leaves out because it stays: the refresh token and the scopes.
    """
    said = read_object(answer.body)
    if answer.status == 200 and said is not None:
        return _read_success(said, now=now, before=before)
    if answer.status in (400, 401, 403) and said is not None:
        # The original API has no page about its token endpoint's errors; elsewhere it says {"message", "type"}.
        error = said.get("error") or said.get("type")
        description = said.get("error_description") or said.get("message")
        if isinstance(error, str) and error:
            return TokenRefusal(
                status=answer.status, error=error, description=description if isinstance(description, str) else ""
            )
    raise TokenEndpointFailed(
        f"the token endpoint answered {answer.status} with {'no JSON object' if said is None else 'no tokens'}",
        retry_after=read_retry_after(answer.headers, now=now),
    )


def _read_success(said: Mapping[str, object], *, now: datetime, before: Tokens | None) -> Tokens:
    access = _find_access_token(said)
    if access is None:
        raise TokenEndpointFailed("the token endpoint answered 200 without a bearer token")
    refresh = said.get("refresh_token")
    kept = before.refresh_token if before is not None else None
    return Tokens(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) and refresh else kept,
        expires_at=_read_expiry(said.get("expires_in"), now=now),
        made_at=now,
        scopes=_read_scopes(said.get("scope"), before),
    )


def _read_expiry(lifetime: object, *, now: datetime) -> datetime | None:
    """When the token ends. Some servers send the seconds as text; what is no number at all says nothing."""
    try:
        seconds = float(lifetime) if isinstance(lifetime, int | float | str) else None
        return None if seconds is None else now + timedelta(seconds=max(0.0, seconds))
    except (ValueError, OverflowError):
        return None


def _read_scopes(scope: object, before: Tokens | None) -> tuple[str, ...]:
    """Separated by spaces or, as in the original API, commas."""
    if isinstance(scope, str):
        return tuple(scope.replace(",", " ").split())
    return before.scopes if before is not None else ()


def _find_access_token(said: Mapping[str, object]) -> str | None:
    """One that can be sent."""
    access = said.get("access_token")
    is_bearer = str(said.get("token_type", "bearer")).lower() == "bearer"
    return access if isinstance(access, str) and _is_token(access) and is_bearer else None


def _is_token(text: str) -> bool:
    """Whether it can stand in a header: RFC 6750 §2.1 allows less; a line break would be somebody else's header."""
    return bool(text) and all("!" <= character <= "~" for character in text)
