"""The API behind nginx `auth_request`: callers see what the built-in proxy would answer. DESIGN's refusal recipe."""

from collections.abc import Iterator

import pytest

from servers.house import House
from servers.nginx import Nginx
from servers.partner import Town, settle
from servers.upstream import Upstream
from servers.wires import Reply, Wire, basic


@pytest.fixture(scope="module")
def guarded(upstream: Upstream) -> Iterator[tuple[Town, Wire, Wire]]:
    """A town with the built-in proxy and nginx side by side: a wire to each."""
    house = House(upstream=upstream.url, check_peers="127.0.0.1")
    nginx: Nginx | None = None
    try:
        town = settle(house.start())
        nginx = Nginx(house)
        yield town, Wire(house.port), Wire(nginx.port)
        town.close()
    finally:
        if nginx is not None:
            nginx.stop()
        house.leave()


def heard(reply: Reply) -> dict[str, list[str]]:
    """The headers that the echo API was sent, each with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in reply.json()["headers"]:
        found.setdefault(name, []).append(value)
    return found


def test_an_admitted_call_reaches_the_api_with_its_identity(guarded: tuple[Town, Wire, Wire]) -> None:
    """Through nginx the API hears the same identity headers, never the credential, and never the caller's own."""
    town, direct, nginx = guarded
    place = town.places[0]
    tokens = town.app.connect(direct, town.person(), [place.id])
    sent = {
        "Authorization": f"Bearer {tokens.access}",
        "spacebring-network-id": place.id,
        "X-Frontdesk-Subject": "somebody else",
    }
    for wire in (direct, nginx):
        reply = wire.ask("GET", "/resources/v1?day=1", sent)
        assert reply.status == 200
        assert reply.json()["target"] == "/resources/v1?day=1"
        said = heard(reply)
        assert "authorization" not in said
        assert said["spacebring-network-id"] == [place.id]
        assert said["x-frontdesk-network"] == [place.id]
        assert said["x-frontdesk-client"] == [town.app.client_id]
        assert said["x-frontdesk-scheme"] == ["oauth2"]
        assert said["x-frontdesk-role"] == ["owner"]
        assert said["x-frontdesk-scopes"] == ["resources locations"]
        assert len(said["x-frontdesk-subject"]) == 1
        assert said["x-frontdesk-subject"] != ["somebody else"]


def refusals(town: Town) -> dict[str, tuple[str, str, dict[str, str]]]:
    """One call for each kind of refusal that needs no waiting."""
    mine, other = town.places[0], town.places[1]
    pair = {"Authorization": basic(mine.client_id, mine.client_secret)}
    return {
        "unauthenticated": ("GET", "/resources/v1", {}),
        "unknownOperation": ("GET", "/nowhere", pair),
        "methodNotAllowed": ("PATCH", "/resources/v1", pair),
        "schemeForbidden": ("POST", "/locations/v1", pair),
        "networkForbidden": ("GET", "/resources/v1", pair | {"spacebring-network-id": other.id}),
        "invalidRequest": ("GET", "/resources/v1", pair | {"spacebring-network-id": "not a uuid"}),
    }


def test_a_refusal_looks_the_same_through_nginx(guarded: tuple[Town, Wire, Wire]) -> None:
    """nginx passes on only 401 and 403 by itself; status, body and challenge arrive all the same."""
    town, direct, nginx = guarded
    for word, (method, target, headers) in refusals(town).items():
        expected, answered = direct.ask(method, target, headers), nginx.ask(method, target, headers)
        assert expected.json()["type"] == word
        assert (answered.status, answered.json()) == (expected.status, expected.json())
        assert answered.headers.get("www-authenticate") == expected.headers.get("www-authenticate")
        assert answered.headers.get("allow") == expected.headers.get("allow")
        assert "x-frontdesk-refusal" not in answered.headers


def test_the_check_answers_configured_peers_only(town: Town) -> None:
    """Without a configured peer nobody may ask, from wherever (GW-14)."""
    place = town.places[0]
    asked = {"X-Original-Method": "GET", "X-Original-URI": "/resources/v1"}
    asked["Authorization"] = basic(place.client_id, place.client_secret)
    assert Wire(town.house.port).ask("GET", "/_frontdesk/check", asked).status == 403
