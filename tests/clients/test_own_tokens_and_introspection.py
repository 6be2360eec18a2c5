"""Python's OAuth libraries ask for tokens of an app's own, and what tokens are worth. RFC 6749 §4.4, RFC 7662."""

import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauth2client import ClientSecretBasic, ClientSecretPost, InvalidClient, OAuth2Client, UnauthorizedClient
from requests_oauthlib import OAuth2Session

from servers.partner import App, Town, add_app
from servers.wires import Wire

OWN = "resources locations"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries' own switches."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def alone(town: Town) -> App:
    """An app that may act without a user; a new one each, because the calls of one are counted together."""
    app = add_app(town.house, "Alone")
    town.house.admin("app", "own-scopes", app.client_id, OWN)
    return app


def authlib(app: App, way: str) -> str:
    """Authlib's requests session."""
    session = AuthlibSession(app.client_id, app.client_secret, token_endpoint_auth_method=f"client_secret_{way}")
    token = session.fetch_token(f"{app.house.url}/oauth2/token", grant_type="client_credentials")
    assert token["scope"] == OWN
    return str(token["access_token"])


def requests_oauthlib(app: App, way: str) -> str:
    """requests-oauthlib with oauthlib."""
    session = OAuth2Session(client=BackendApplicationClient(app.client_id))
    proof = (
        {"auth": (app.client_id, app.client_secret)}
        if way == "basic"
        else {"client_secret": app.client_secret, "include_client_id": True}
    )
    token = session.fetch_token(f"{app.house.url}/oauth2/token", **proof)
    assert list(token["scope"]) == OWN.split()
    return str(token["access_token"])


def requests_oauth2client(app: App, way: str) -> str:
    """requests_oauth2client."""
    token = asking(app.house.url, app.client_id, app.client_secret, way).client_credentials()
    assert token.scope == OWN
    assert token.refresh_token is None
    return str(token)


def asking(url: str, client_id: str, secret: str, way: str) -> OAuth2Client:
    """A client of requests_oauth2client, whoever it stands for."""
    proof = {"post": ClientSecretPost, "basic": ClientSecretBasic}[way]
    return OAuth2Client(
        token_endpoint=f"{url}/oauth2/token",
        introspection_endpoint=f"{url}/oauth2/introspect",
        auth=proof(client_id, secret),
        testing=True,
    )


@pytest.mark.parametrize("way", ["post", "basic"])
@pytest.mark.parametrize("client", [authlib, requests_oauthlib, requests_oauth2client])
def test_a_python_client_gets_a_token_of_its_own(client: object, way: str, town: Town, alone: App) -> None:
    """It opens the list of networks, which is empty, and no network; revoked, it opens nothing."""
    token = client(alone, way)  # type: ignore[operator]
    wire = Wire(town.house.port)
    listed = wire.call(token, None, "/networks/v1")
    assert (listed.status, listed.json()) == (200, {"networks": []})
    assert wire.call(token, town.places[0].id).status == 403
    assert wire.call(token, None).status == 400
    assert alone.revoke(wire, token).status == 200
    assert wire.call(token, None, "/networks/v1").status == 401
    wire.close()


@pytest.mark.parametrize("way", ["post", "basic"])
def test_a_python_client_asks_what_a_token_is_worth(way: str, town: Town, alone: App) -> None:
    """As a resource server about an access token, and as an app about its own tokens; with requests_oauth2client."""
    url = town.house.url
    made = town.house.admin("resource-server", "add", f"Bookings {way}")
    api = asking(url, made["resource_server"]["id"], made["secret"], way)
    app = asking(url, town.app.client_id, town.app.client_secret, way)
    wire = Wire(town.house.port)
    place = town.places[0]
    tokens = town.app.connect(wire, town.person(), [place.id])
    said = api.introspect_token(tokens.access)
    assert (said["active"], said["client_id"], said["iss"]) == (True, town.app.client_id, url)
    assert said["networks"] == [{"id": place.id, "role": "owner"}]
    assert app.introspect_token(tokens.access) == said
    assert app.introspect_token(tokens.refresh, "refresh_token")["active"] is True
    assert api.introspect_token(tokens.refresh, "refresh_token") == {"active": False}
    assert town.app.revoke(wire, tokens.refresh).status == 200
    assert api.introspect_token(tokens.access) == {"active": False}
    with pytest.raises(InvalidClient):
        asking(url, made["resource_server"]["id"], alone.client_secret, way).introspect_token(tokens.access)
    wire.close()


def test_authlib_asks_what_a_token_is_worth(town: Town, alone: App) -> None:
    """Authlib's own request, as a resource server."""
    made = town.house.admin("resource-server", "add", "Doors")
    session = AuthlibSession(made["resource_server"]["id"], made["secret"])
    token = authlib(alone, "basic")
    answer = session.introspect_token(f"{town.house.url}/oauth2/introspect", token=token)
    assert answer.json()["sub"] == alone.client_id


def test_an_app_without_scopes_of_its_own_gets_no_token(town: Town) -> None:
    """`unauthorized_client`, as the library knows it."""
    with pytest.raises(UnauthorizedClient):
        asking(town.house.url, town.app.client_id, town.app.client_secret, "post").client_credentials()
