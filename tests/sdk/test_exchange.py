"""What the SDK asks a token endpoint, and what it makes of the answers."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from frontdesk_client.calling import Answer
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import TokenEndpointFailed
from frontdesk_client.exchange import App, TokenRefusal, ask_by_code, ask_by_refresh, read_token_answer
from frontdesk_client.tokens import Tokens

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENDPOINTS = Endpoints.under("https://api.example.com/")
APP = App(client_id="id", client_secret="secret")
BEFORE = Tokens(access_token="old", refresh_token="kept", made_at=NOW, scopes=("resources",))


def answer(status: int = 200, **said: object) -> Answer:
    """A JSON answer."""
    return Answer(status=status, body=json.dumps(said).encode())


def test_a_code_is_redeemed_as_the_contract_says() -> None:
    """Step 2: id, secret, grant type and code in a form; verifier and redirect_uri only where they are given."""
    form = {"client_id": "id", "client_secret": "secret", "grant_type": "authorization_code", "code": "c"}
    call = ask_by_code(ENDPOINTS, APP, "c")
    assert (call.method, call.url, call.form) == ("POST", "https://api.example.com/oauth2/token", form)
    more = ask_by_code(ENDPOINTS, APP, "c", redirect_uri="https://p.example/cb", verifier="v")
    assert more.form == form | {"redirect_uri": "https://p.example/cb", "code_verifier": "v"}


def test_a_refresh_is_asked_as_the_contract_says_and_a_public_client_sends_no_secret() -> None:
    """Step 4."""
    form = {"client_id": "id", "grant_type": "refresh_token", "refresh_token": "r"}
    assert ask_by_refresh(ENDPOINTS, APP, "r").form == form | {"client_secret": "secret"}
    assert ask_by_refresh(ENDPOINTS, App(client_id="id"), "r").form == form


@pytest.mark.parametrize("scope", ["resources locations", "resources,locations", "resources, locations"])
def test_an_answer_is_read_with_either_separator_of_scopes(scope: str) -> None:
    """The original API's lists are separated by spaces or commas."""
    said = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": scope, "token_type": "Bearer"}
    tokens = read_token_answer(answer(**said), now=NOW)
    assert tokens == Tokens(
        access_token="a",
        refresh_token="r",
        expires_at=NOW + timedelta(hours=1),
        made_at=NOW,
        scopes=("resources", "locations"),
    )


@pytest.mark.parametrize(
    ("lifetime", "expires_at"),
    [("60", NOW + timedelta(minutes=1)), (-5, NOW), (None, None), ("soon", None), (1e300, None), ([], None)],
)
def test_a_lifetime_is_a_number_or_says_nothing(lifetime: object, expires_at: datetime | None) -> None:
    """A lifetime that cannot be read leaves the token to be used until it is refused."""
    tokens = read_token_answer(answer(access_token="a", expires_in=lifetime), now=NOW)
    assert isinstance(tokens, Tokens)
    assert tokens.expires_at == expires_at


def test_a_refresh_keeps_what_its_answer_leaves_out() -> None:
    """The original does not repeat the refresh token; RFC 6749 §5.1 lets the scope be left out where it is the same."""
    tokens = read_token_answer(answer(access_token="new"), now=NOW, before=BEFORE)
    assert isinstance(tokens, Tokens)
    assert (tokens.access_token, tokens.refresh_token, tokens.scopes) == ("new", "kept", ("resources",))


def test_a_refusal_is_a_value() -> None:
    """RFC 6749 §5.2."""
    refusal = read_token_answer(answer(400, error="invalid_grant", error_description="revoked"), now=NOW)
    assert refusal == TokenRefusal(status=400, error="invalid_grant", description="revoked")


def test_a_refusal_in_the_apis_own_form_is_one_too() -> None:
    """The original's page shows no error of the token endpoint; its API says `{"message", "type"}`."""
    refusal = read_token_answer(answer(401, message="Not authenticated", type="unauthenticated"), now=NOW)
    assert refusal == TokenRefusal(status=401, error="unauthenticated", description="Not authenticated")


@pytest.mark.parametrize(
    "strange",
    [
        Answer(status=200, body=b"<html>"),
        Answer(status=200, body=b"[]"),
        Answer(status=302, headers={"location": "https://elsewhere.example"}),
        Answer(status=400, body=b""),
        Answer(status=500, body=b'{"error":"server_error"}'),
        answer(access_token=""),
        answer(access_token="a\r\nx: y"),
        answer(access_token="a", token_type="mac"),
    ],
)
def test_anything_else_is_a_failure_that_quotes_nothing(strange: Answer) -> None:
    """What is no token answer may be tried again, and is not shown."""
    with pytest.raises(TokenEndpointFailed) as caught:
        read_token_answer(strange, now=NOW)
    assert "html" not in str(caught.value)


def test_a_busy_endpoint_says_when_to_come_back() -> None:
    """`Retry-After` in seconds or as a date."""
    for value, seconds in (("7", 7.0), ("Thu, 01 Jan 2026 00:00:09 GMT", 9.0), ("soon", None)):
        with pytest.raises(TokenEndpointFailed) as caught:
            read_token_answer(Answer(status=503, headers={"retry-after": value}), now=NOW)
        assert caught.value.retry_after == seconds


def test_secrets_are_not_printed() -> None:
    """Neither a call nor its answer shows what it carries."""
    call = ask_by_refresh(ENDPOINTS, APP, "the-refresh-token")
    shown = repr((call, APP, answer(access_token="the-access-token")))
    assert "secret" not in shown.replace("client_secret", "")
    assert "the-" not in shown
