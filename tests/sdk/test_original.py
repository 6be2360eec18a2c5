"""The whole walk against the imitation of the original API: Basic, connect, call, refresh, page, be limited, revoke."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from frontdesk_client import (
    BasicCredentials,
    Connect,
    Endpoints,
    Manners,
    MemoryStore,
    OAuth,
    Pace,
    iterate_items,
    raise_for_api_error,
)
from frontdesk_client.credentials import Credentials
from frontdesk_client.errors import ApiError, RefreshRefused, TokenEndpointFailed

from sdk.imitation import LIFETIME, NETWORK, NETWORKS, OTHER_NETWORK, RESOURCES, Original, imitate
from sdk.manners.senders import KINDS, Reply, opened


class Told:
    """The SDK's clock, which a test can put on."""

    def __init__(self) -> None:
        self.late = timedelta()

    def __call__(self) -> datetime:
        """Now, and what was put on."""
        return datetime.now(UTC) + self.late


class Partner:
    """A partner's program with its store, and a user who connects it."""

    def __init__(self, original: Original) -> None:
        self.original = original
        self.store = MemoryStore()
        self.clock = Told()
        self.endpoints = Endpoints.under(original.address, revoke_in_query=True)
        self.connecting = Connect(
            *original.app,
            self.store,
            endpoints=self.endpoints,
            redirect_uri=original.redirect_uri,
            scopes="resources,locations",
            clock=self.clock,
        )

    def connects(self) -> None:
        """Through the login page, as a browser goes."""
        begun = self.connecting.start()
        where = begun.url
        with httpx2.Client() as browser:
            while not where.startswith(self.original.redirect_uri):
                where = str(httpx2.URL(where).join(browser.get(where).headers["location"]))
        self.connecting.finish(where, begun.ticket)

    def oauth(self, network: str | None = NETWORK) -> OAuth:
        """The credential of a program that has just started: it knows what the store knows."""
        return OAuth(*self.original.app, self.store, endpoints=self.endpoints, network=network, clock=self.clock)

    def lets_an_hour_pass(self) -> None:
        """For both sides, and a second more."""
        self.original.pass_seconds(LIFETIME + 1)
        self.clock.late += timedelta(seconds=LIFETIME + 1)


@pytest.fixture
def original() -> Iterator[Original]:
    """The original API, with its limit of ten calls a second."""
    with imitate() as started:
        yield started


@pytest.fixture
def partner(original: Original) -> Partner:
    """One that is connected."""
    partner = Partner(original)
    partner.connects()
    return partner


def call(kind: str, auth: Credentials, *urls: str, manners: Manners | None = None) -> list[Reply]:
    """GET each of them, at once, by one client with the credential and manners."""

    async def go() -> list[Reply]:
        taken = auth.for_aiohttp() if kind == "aiohttp" else auth
        async with opened(kind, manners or Manners(), auth=taken) as send:
            return await asyncio.gather(*(send("GET", url) for url in urls))

    return asyncio.run(go())


@pytest.mark.parametrize("kind", KINDS)
def test_a_customer_calls_with_a_pair(original: Original, kind: str) -> None:
    """HTTP Basic, no network header needed; a wrong secret is a 401 that raises as an error of the API."""
    url = f"{original.address}/networks/v1"
    (reply,) = call(kind, BasicCredentials(*original.pair, api=original.address), url)
    assert json.loads(reply.body) == {"networks": [{"id": NETWORK, "title": NETWORKS[NETWORK]}]}
    (refused,) = call(kind, BasicCredentials("client id", "wrong", api=original.address), url)
    assert refused.status == 401
    if kind != "aiohttp":
        with pytest.raises(ApiError, match="401 unauthenticated: Not authenticated"):
            raise_for_api_error(refused.response)


def test_a_user_connects(partner: Partner) -> None:
    """Without metadata, PKCE and `iss`; scopes are read although commas separate them."""
    tokens = partner.store.load("default")
    assert tokens is not None
    assert tokens.scopes == ("resources", "locations")
    assert tokens.refresh_token
    paths = [one.path for one in partner.original.asked]
    assert paths == ["/oauth2/authorize", "/login", "/oauth2/token"]  # no metadata was looked for


@pytest.mark.parametrize("kind", KINDS)
def test_a_partner_calls_in_a_network_and_in_another(partner: Partner, kind: str) -> None:
    """The token and the network header; the same tokens serve the user's other network."""
    oauth, url = partner.oauth(), f"{partner.original.address}/resources/v1?limit=1"
    assert [call(kind, one, url)[0].status for one in (oauth, oauth.for_network(OTHER_NETWORK))] == [200, 200]
    seen = [one.headers["spacebring-network-id"] for one in partner.original.asked_for("GET", "/resources/v1")]
    assert seen == [NETWORK, OTHER_NETWORK]
    assert call(kind, partner.oauth(network=None), url)[0].status == 403


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_are_refreshed_and_the_refresh_token_stays(partner: Partner, kind: str) -> None:
    """An hour later eight calls at once buy one access token; the answer names no refresh token, and it is kept."""
    before = partner.store.load("default")
    partner.lets_an_hour_pass()
    oauth, url = partner.oauth(), f"{partner.original.address}/resources/v1"
    assert [one.status for one in call(kind, oauth, *[url] * 8)] == [200] * 8
    after = partner.store.load("default")
    assert before is not None
    assert after is not None
    assert after.access_token != before.access_token
    assert after.refresh_token == before.refresh_token
    assert after.scopes == before.scopes
    assert len(partner.original.asked_for("POST", "/oauth2/token")) == 2  # the code, one refresh


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_ended_early_is_replaced_behind_a_401(partner: Partner, kind: str) -> None:
    """The original's 401 carries no challenge: it is believed once."""
    partner.original.pass_seconds(LIFETIME + 1)  # their clock only
    assert [one.status for one in call(kind, partner.oauth(), f"{partner.original.address}/resources/v1")] == [200]
    statuses = [one.headers["authorization"] for one in partner.original.asked_for("GET", "/resources/v1")]
    assert len(statuses) == len(set(statuses)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_credentials_and_manners_stand_in_one_client(partner: Partner, kind: str) -> None:
    """An expired token and fifteen calls at once at a limit of ten a second: one refresh, and all of them end well."""
    partner.original.pass_seconds(LIFETIME + 1)
    url, began = f"{partner.original.address}/resources/v1", time.monotonic()
    replies = call(kind, partner.oauth(), *[url] * 15)
    assert [one.status for one in replies] == [200] * 15
    assert time.monotonic() - began > 1.0  # five of them waited as they were asked to
    assert len(partner.original.asked_for("POST", "/oauth2/token")) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_pace_keeps_below_the_limit(partner: Partner, kind: str) -> None:
    """Fifteen calls at once with a pace meet no 429."""
    url = f"{partner.original.address}/resources/v1"
    replies = call(kind, partner.oauth(), *[url] * 15, manners=Manners(tries=1, pace=Pace(8)))
    assert [one.status for one in replies] == [200] * 15


def test_a_partner_reads_a_long_list(partner: Partner) -> None:
    """Credential, manners and pages in one client."""
    with httpx2.Client(auth=partner.oauth(), transport=Manners().over(httpx2.HTTPTransport())) as client:
        assert list(iterate_items(client, f"{partner.original.address}/resources/v1", limit=7)) == RESOURCES


def test_revoking_ends_both_tokens_in_the_query(partner: Partner) -> None:
    """The token goes where the original wants it; the access token is dead with it, and nothing is kept."""
    held, oauth = partner.store.load("default"), partner.oauth()
    url = f"{partner.original.address}/resources/v1"
    assert call("httpx2", oauth, url)[0].status == 200
    assert held is not None
    assert partner.connecting.revoke()
    assert partner.store.load("default") is None
    (asked,) = partner.original.asked_for("POST", "/oauth2/revoke")
    assert (asked.query, asked.body) == ({"token": held.refresh_token}, b"")
    partner.store.save("default", held)  # a copy that somebody kept is worth nothing
    with pytest.raises(RefreshRefused, match="unauthenticated"):
        call("httpx2", partner.oauth(), url)
    assert urlsplit(asked.target).path == "/oauth2/revoke"


def test_revoking_in_the_body_says_that_it_did_not_work(partner: Partner) -> None:
    """Whoever forgot the setting for the original keeps the tokens, and hears of it."""
    wrong = Connect(
        *partner.original.app,
        partner.store,
        endpoints=Endpoints.under(partner.original.address),
        redirect_uri=partner.original.redirect_uri,
        scopes="resources",
    )
    with pytest.raises(TokenEndpointFailed, match="may still be open"):
        wrong.revoke()
    assert partner.store.load("default") is not None
