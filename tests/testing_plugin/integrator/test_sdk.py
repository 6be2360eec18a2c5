"""The SDK against the authority: its OAuth object in each client, connecting a user, and its manners."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
from frontdesk_client import BasicCredentials, Connect, Endpoints, Manners, MemoryStore, OAuth, Tokens
from frontdesk_client.calling import HttpCaller
from frontdesk_client.errors import AuthorizationFailed, ReauthorizationRequired
from frontdesk_client.manners.surroundings import Surroundings

from frontdesk.testing import Connection, FakeAuthority


def caller_of(authority: FakeAuthority) -> HttpCaller:
    """What the SDK sends itself goes to the authority as well."""
    return HttpCaller(transport=authority.transport(), async_transport=authority.transport())


def oauth_of(authority: FakeAuthority, connection: Connection, store: MemoryStore | None = None) -> OAuth:
    """The SDK's credential for a connection that is there."""
    store = store or MemoryStore()
    store.save("default", tokens_of(authority, connection))
    return OAuth(
        connection.app.client_id,
        connection.app.client_secret,
        store,
        endpoints=authority.url,
        network=connection.network.id,
        caller=caller_of(authority),
        clock=authority.now,
    )


def tokens_of(authority: FakeAuthority, connection: Connection) -> Tokens:
    """As a store keeps them."""
    return Tokens(
        access_token=connection.access_token,
        refresh_token=connection.refresh_token,
        expires_at=authority.now() + timedelta(seconds=connection.expires_in),
        made_at=authority.now(),
    )


def get_with_httpx(library: Any, authority: FakeAuthority, oauth: OAuth) -> int:
    """Of a sync client."""
    with library.Client(auth=oauth, transport=authority.transport(), base_url=authority.url) as client:
        return int(client.get("/resources/v1").status_code)


async def get_with_httpx_async(library: Any, authority: FakeAuthority, oauth: OAuth) -> int:
    """Of an async one."""
    async with library.AsyncClient(auth=oauth, transport=authority.transport(), base_url=authority.url) as client:
        return int((await client.get("/resources/v1")).status_code)


def get_with_requests(authority: FakeAuthority, oauth: OAuth) -> int:
    """Over the port."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(authority.url + "/resources/v1", auth=oauth, timeout=10).status_code


async def get_with_aiohttp(authority: FakeAuthority, oauth: OAuth) -> int:
    """Over the port as well."""
    async with (
        aiohttp.ClientSession(middlewares=(oauth.for_aiohttp(),)) as session,
        session.get(authority.url + "/resources/v1") as response,
    ):
        return response.status


CLIENTS: dict[str, Callable[..., int | Awaitable[int]]] = {
    "httpx2": partial(get_with_httpx, httpx2),
    "httpx2 async": partial(get_with_httpx_async, httpx2),
    "httpx": partial(get_with_httpx, httpx),
    "httpx async": partial(get_with_httpx_async, httpx),
    "requests": get_with_requests,
    "aiohttp": get_with_aiohttp,
}


@pytest.fixture(params=CLIENTS)
def sdk(request: pytest.FixtureRequest) -> tuple[FakeAuthority, Callable[[OAuth], int]]:
    """An authority, and how each client calls it with the SDK's credential."""
    needs_port = request.param in ("requests", "aiohttp")
    authority = request.getfixturevalue("listening_authority" if needs_port else "authority")
    get = CLIENTS[request.param]

    def call(oauth: OAuth) -> int:
        outcome = get(authority, oauth)
        return outcome if isinstance(outcome, int) else asyncio.run(outcome)  # type: ignore[arg-type]

    return authority, call


def paths(authority: FakeAuthority) -> list[tuple[str, int | None]]:
    """What the authority saw."""
    return [(seen.path, seen.status) for seen in authority.seen]


def test_expired_tokens_are_refreshed_ahead(sdk: tuple[FakeAuthority, Callable[[OAuth], int]]) -> None:
    """The SDK's clock is the authority's: no call is refused, and the token endpoint is asked once."""
    authority, get = sdk
    oauth = oauth_of(authority, authority.connection)
    assert get(oauth) == 200
    authority.expire_now()
    assert [get(oauth), get(oauth)] == [200, 200]
    api = ("/resources/v1", 200)
    assert paths(authority) == [api, ("/oauth2/token", 200), api, api]


def test_what_was_revoked_has_to_be_connected_again(sdk: tuple[FakeAuthority, Callable[[OAuth], int]]) -> None:
    """The API refuses, the token endpoint does, and the program is told."""
    authority, get = sdk
    oauth = oauth_of(authority, authority.connection)
    authority.revoke_now()
    with pytest.raises(ReauthorizationRequired):
        get(oauth)
    assert paths(authority) == [("/resources/v1", 401), ("/oauth2/token", 400)]


def test_another_process_rotated_and_its_tokens_are_in_the_store(
    sdk: tuple[FakeAuthority, Callable[[OAuth], int]],
) -> None:
    """The dead refresh token is not presented: the newer one in the store wins, and nothing ends."""
    authority, get = sdk
    store, connection = MemoryStore(), authority.connect(authority.add_app(strict=True))
    oauth = oauth_of(authority, connection, store)
    assert get(oauth) == 200
    authority.expire_now()
    newer = authority.rotate_now(connection)
    store.save("default", tokens_of(authority, newer))
    assert get(oauth) == 200
    authority.expire_now()
    assert get(oauth) == 200
    assert all(status in (200, 401) for _, status in paths(authority))


def test_a_refresh_whose_answer_was_lost_harms_nothing(sdk: tuple[FakeAuthority, Callable[[OAuth], int]]) -> None:
    """It is asked for again with the same token, also where the server rotates: the program hears nothing of it."""
    authority, get = sdk
    oauth = oauth_of(authority, authority.connect(authority.add_app(strict=True)))
    authority.expire_now()
    authority.lose_answer_now(path="/oauth2/token")
    assert get(oauth) == 200
    assert paths(authority) == [("/oauth2/token", None), ("/oauth2/token", 200), ("/resources/v1", 200)]


def test_connecting_a_user(authority: FakeAuthority) -> None:
    """The SDK's link is approved, its callback is checked, and the tokens in the store open the API."""
    app, store = authority.app, MemoryStore()
    connect = Connect(
        app.client_id,
        app.client_secret,
        store,
        endpoints=Endpoints.under(authority.url, issuer=authority.url),
        redirect_uri=app.redirect_uri,
        scopes="resources",
        caller=caller_of(authority),
        clock=authority.now,
    )
    begun = connect.start()
    connect.finish(authority.approve(begun.url), begun.ticket)
    with httpx2.Client(
        auth=OAuth(
            app.client_id,
            app.client_secret,
            store,
            endpoints=authority.url,
            network=authority.network.id,
            caller=caller_of(authority),
            clock=authority.now,
        ),
        transport=authority.transport(),
        base_url=authority.url,
    ) as client:
        assert client.get("/resources/v1").json()["scopes"] == ["resources"]
        assert connect.revoke()
        with pytest.raises(ReauthorizationRequired):
            client.get("/resources/v1")
    refused = connect.start()
    with pytest.raises(AuthorizationFailed) as told:
        connect.finish(authority.deny(refused.url), refused.ticket)
    assert told.value.error == "access_denied"


def test_manners_wait_on_the_authority_s_clock(authority: FakeAuthority) -> None:
    """A 429 that asks for half a minute is waited for, and the test takes no time."""
    network = authority.network
    surroundings = Surroundings(
        monotonic=lambda: authority.now().timestamp(),
        now=authority.now,
        sleep=authority.sleep,
        sleep_async=authority.sleep_async,
    )
    transport = Manners(surroundings=surroundings).over(authority.transport())
    credentials = BasicCredentials(network.client_id, network.client_secret, api=authority.url)
    authority.limit_now(seconds=30)
    with httpx2.Client(auth=credentials, transport=transport, base_url=authority.url) as client:
        assert client.get("/resources/v1").status_code == 200
    assert paths(authority) == [("/resources/v1", 429), ("/resources/v1", 200)]
