"""Python's OAuth libraries complete connect, refresh and revoke with only their documented switches for plain http."""

import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import WebApplicationClient
from requests_oauth2client import ClientSecretBasic, ClientSecretPost, OAuth2Client
from requests_oauthlib import OAuth2Session

from clients.walk import ClientSteps, walk
from servers.partner import SCOPES, App, Town


def authlib(app: App, way: str) -> ClientSteps:
    """Authlib's requests session; AUTHLIB_INSECURE_TRANSPORT is its switch."""
    session = AuthlibSession(
        app.client_id,
        app.client_secret,
        scope=SCOPES,
        redirect_uri=app.redirect_uri,
        token_endpoint_auth_method=f"client_secret_{way}",
        code_challenge_method="S256",
    )
    verifier = "v" * 50
    link, _ = session.create_authorization_url(f"{app.house.url}/oauth2/authorize", code_verifier=verifier)
    callback = yield {"authorize": link}
    token_url = f"{app.house.url}/oauth2/token"
    token = session.fetch_token(token_url, authorization_response=callback, code_verifier=verifier)
    yield _say(token)
    token = session.refresh_token(token_url, refresh_token=token["refresh_token"])
    yield _say(token)
    answer = session.revoke_token(f"{app.house.url}/oauth2/revoke", token=token["refresh_token"])
    yield {"revoked": answer.status_code == 200}


def requests_oauthlib(app: App, way: str) -> ClientSteps:
    """requests-oauthlib with oauthlib; OAUTHLIB_INSECURE_TRANSPORT is their switch."""
    client = WebApplicationClient(app.client_id)
    session = OAuth2Session(client=client, scope=SCOPES.split(), redirect_uri=app.redirect_uri)
    link, _ = session.authorization_url(f"{app.house.url}/oauth2/authorize")
    callback = yield {"authorize": link}
    token_url = f"{app.house.url}/oauth2/token"
    token = session.fetch_token(
        token_url,
        authorization_response=callback,
        client_secret=app.client_secret,
        include_client_id=way == "post",
    )
    yield _say(token)
    secret = {"client_id": app.client_id, "client_secret": app.client_secret}
    token = session.refresh_token(token_url, **secret)
    yield _say(token)
    url, headers, body = client.prepare_token_revocation_request(
        f"{app.house.url}/oauth2/revoke", token["refresh_token"], "refresh_token"
    )
    answer = session.post(url, data=body, headers=headers, auth=(app.client_id, app.client_secret), withhold_token=True)
    yield {"revoked": answer.status_code == 200}


def requests_oauth2client(app: App, way: str) -> ClientSteps:
    """requests_oauth2client; `testing=True` is its switch."""
    proof = {"post": ClientSecretPost, "basic": ClientSecretBasic}[way]
    client = OAuth2Client(
        token_endpoint=f"{app.house.url}/oauth2/token",
        revocation_endpoint=f"{app.house.url}/oauth2/revoke",
        authorization_endpoint=f"{app.house.url}/oauth2/authorize",
        issuer=app.house.url,
        authorization_response_iss_parameter_supported=True,
        redirect_uri=app.redirect_uri,
        auth=proof(app.client_id, app.client_secret),
        testing=True,
    )
    asked = client.authorization_request(scope=SCOPES)
    callback = yield {"authorize": str(asked)}
    token = client.authorization_code(asked.validate_callback(callback))
    yield {"access": str(token), "refresh": token.refresh_token, "scope": token.scope}
    token = client.refresh_token(token)
    yield {"access": str(token), "refresh": token.refresh_token, "scope": token.scope}
    yield {"revoked": client.revoke_refresh_token(token.refresh_token)}


def _say(token: dict[str, object]) -> dict[str, object]:
    scope = token["scope"]
    return {
        "access": token["access_token"],
        "refresh": token["refresh_token"],
        "scope": scope if isinstance(scope, str) else " ".join(scope),  # type: ignore[call-overload]
    }


@pytest.mark.parametrize("way", ["post", "basic"])
@pytest.mark.parametrize("client", [authlib, requests_oauthlib, requests_oauth2client])
def test_a_python_client_connects_refreshes_and_revokes(
    client: object, way: str, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proven in the form or by Basic (RFC 6749 §2.3.1), no option beside those for plain http is needed."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    walk(town, town.app, client(town.app, way))  # type: ignore[operator]
