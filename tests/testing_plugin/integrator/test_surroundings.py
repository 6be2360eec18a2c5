"""One's own document and API, async tests, and what may not happen."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from frontdesk.middleware import FrontdeskMiddleware, RemoteDesk
from frontdesk.settings import SettingsError
from frontdesk.testing import FakeAuthority


def bearer(authority: FakeAuthority) -> dict[str, str]:
    """What a call carries."""
    connection = authority.connection
    return {
        "authorization": f"Bearer {connection.access_token}",
        "spacebring-network-id": connection.network.id,
    }


@pytest.mark.anyio
async def test_in_an_async_test_everything_is_the_same(authority: FakeAuthority) -> None:
    """Its methods wait on another thread's loop: fifty calls at once, and a revocation between two rounds."""
    headers = bearer(authority)
    authority.add_network()
    async with httpx2.AsyncClient(transport=authority.transport(), base_url=authority.url) as client:
        for expected in (200, 401):
            replies = await asyncio.gather(*(client.get("/resources/v1", headers=headers) for _ in range(10)))
            assert {reply.status_code for reply in replies} == {expected}
            authority.revoke_now()
    assert len(authority.seen) == 20


def test_another_origin_is_not_reached(authority: FakeAuthority) -> None:
    """A token that would have gone elsewhere is an error, and never a request."""
    with httpx2.Client(transport=authority.transport()) as client, pytest.raises(httpx2.ConnectError):
        client.get("https://elsewhere.example/resources/v1", headers=bearer(authority))
    assert authority.seen == ()


def test_the_clock_stands_still(authority: FakeAuthority) -> None:
    """Until the test lets time pass, and then it is as late as the test says."""
    before = authority.now()
    authority.sleep(90)
    assert (authority.now() - before).total_seconds() == 90


def test_nothing_shows_a_secret(authority: FakeAuthority) -> None:
    """Failing tests print the values that they compared."""
    connection = authority.connection
    shown = repr((connection, authority.network, authority.app, authority.seen))
    for secret in (
        connection.access_token,
        connection.refresh_token,
        authority.app.client_secret,
        authority.network.client_secret,
    ):
        assert secret is not None
        assert secret not in shown


@pytest.mark.parametrize("wrong", [{"requests_per_second": 0}, {"no_such_setting": 1}, {"network_header": "a b"}])
def test_a_setting_that_cannot_be_is_refused_in_words(wrong: dict[str, Any]) -> None:
    """As `frontdesk serve` would refuse it, and nothing is left open."""
    with pytest.raises((SettingsError, TypeError), match=next(iter(wrong))):
        FakeAuthority(listens=True, **wrong)


@pytest.mark.parametrize("authority_options", [{"requests_per_second": 2, "network_header": "x-network"}])
def test_settings_are_frontdesk_s_own(authority: FakeAuthority) -> None:
    """By name, for one test."""
    headers = bearer(authority)
    headers["x-network"] = headers.pop("spacebring-network-id")
    with httpx2.Client(transport=authority.transport(), base_url=authority.url) as client:
        statuses = [client.get("/resources/v1", headers=headers).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An API in whose process the desk stands."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": scope["frontdesk"].network_id.encode()})


@pytest.mark.anyio
@pytest.mark.parametrize("authority_options", [{"check_secret": "a-secret-of-this-test"}])
async def test_an_api_that_asks_the_authority_about_each_call(listening_authority: FakeAuthority) -> None:
    """`FrontdeskMiddleware` with a remote desk: what is revoked at the authority is refused at the API."""
    desk = RemoteDesk(listening_authority.url, check_secret="a-secret-of-this-test")
    api = httpx2.ASGITransport(app=FrontdeskMiddleware(echo, desk))
    headers = bearer(listening_authority)
    async with httpx2.AsyncClient(transport=api, base_url="http://api.example") as client:
        let_in = await client.get("/resources/v1", headers=headers)
        assert (let_in.status_code, let_in.text) == (200, listening_authority.network.id)
        listening_authority.disconnect_now()
        assert (await client.get("/resources/v1", headers=headers)).status_code == 401
    await desk.aclose()


async def doors(request: Request) -> JSONResponse:
    """An API of the integrator's own."""
    return JSONResponse({"doors": [request.path_params["number"]], "in": request.headers["x-frontdesk-network"]})


class TestOneSOwnDocument:
    """A fixture of the same name gives the options for a whole project, a file, or a class."""

    @pytest.fixture
    def authority_options(self, tmp_path: Path) -> dict[str, Any]:
        """A document with one operation."""
        scopes = {"doors": "Open doors"}
        flow = {"authorizationUrl": "/oauth2/authorize", "tokenUrl": "/oauth2/token", "scopes": scopes}
        document = {
            "openapi": "3.1.0",
            "info": {"title": "Doors", "version": "1"},
            "components": {
                "securitySchemes": {"partner": {"type": "oauth2", "flows": {"authorizationCode": flow}}},
            },
            "paths": {"/doors/{number}": {"get": {"security": [{"partner": ["doors"]}], "responses": {}}}},
        }
        path = tmp_path / "doors.json"
        path.write_text(json.dumps(document))
        return {"openapi": path}

    def test_it_answers(self, authority: FakeAuthority) -> None:
        """Calls that the document lists reach the app, with the headers that the gateway sets; others do not."""
        authority.serve(Starlette(routes=[Route("/doors/{number}", doors)]))
        headers = bearer(authority)
        assert authority.app.scope == "doors"
        with httpx2.Client(transport=authority.transport(), base_url=authority.url) as client:
            network = authority.network
            assert client.get("/doors/7", headers=headers).json() == {"doors": ["7"], "in": network.id}
            assert client.get("/windows/7", headers=headers).status_code == 404
            assert client.get("/doors/7", auth=(network.client_id, network.client_secret)).status_code == 403

    def test_it_answers_at_a_port(self, listening_authority: FakeAuthority) -> None:
        """The options are the same for both fixtures."""
        headers = bearer(listening_authority)
        with httpx2.Client(base_url=listening_authority.url, trust_env=False) as client:
            assert client.get("/doors/7", headers=headers).json()["path"] == "/doors/7"
