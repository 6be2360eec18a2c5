"""The check over the unix socket that is for proxies alone (GW-14): whoever may open the file is believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from servers.front_proxy import FrontProxy
from servers.house import House
from servers.partner import Town, settle
from servers.processes import new_folder
from servers.proxies import START
from servers.upstream import Upstream
from servers.wires import Wire, basic


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A town that nobody may ask by address, and a proxy that has the socket."""

    town: Town
    socket: Path
    proxy: FrontProxy


@pytest.fixture(scope="module")
def closed_town(upstream: Upstream) -> Iterator[tuple[Town, Path]]:
    """Two workers, no check_peers, no trusted_proxies: the socket alone."""
    socket = new_folder("socket") / "desk.sock"
    house = House(upstream=upstream.url, workers=2, proxy_socket=str(socket))
    try:
        town = settle(house.start())
        yield town, socket
        town.close()
        assert house.stop() == 0
        assert not socket.exists()
    finally:
        house.leave()


@pytest.fixture(scope="module", params=["nginx", "caddy", "envoy"])
def behind(request: pytest.FixtureRequest, closed_town: tuple[Town, Path], upstream: Upstream) -> Iterator[Behind]:
    """Each proxy that can connect to one (Traefik cannot)."""
    town, socket = closed_town
    proxy = START[request.param](socket, upstream.port)
    try:
        yield Behind(town=town, socket=socket, proxy=proxy)
    finally:
        proxy.stop()


def test_the_socket_is_the_owners_and_the_groups_alone(closed_town: tuple[Town, Path]) -> None:
    """Mode 0660."""
    assert closed_town[1].stat().st_mode & 0o777 == 0o660


def test_a_proxy_asks_over_the_socket(behind: Behind) -> None:
    """Admitted and refused as over the port, and the caller's address is the one that the proxy forwards."""
    place = behind.town.places[0]
    pair = {"Authorization": basic(place.client_id, place.client_secret)}
    wire = Wire(behind.proxy.port)
    reply = wire.ask("GET", "/resources/v1", pair)
    assert reply.status == 200
    assert ["x-frontdesk-network", place.id] in reply.json()["headers"]
    assert (wire.ask("GET", "/resources/v1").status, wire.ask("GET", "/nowhere", pair).status) == (401, 404)
    assert wire.ask("GET", "/.well-known/oauth-authorization-server").status == 200


def test_over_the_port_nobody_may_ask(closed_town: tuple[Town, Path]) -> None:
    """GW-14: the socket's existence makes no address a peer."""
    town, _ = closed_town
    place = town.places[0]
    asked = {"Authorization": basic(place.client_id, place.client_secret)}
    wire = Wire(town.house.port)
    pair = {"X-Original-Method": "GET", "X-Original-URI": "/resources/v1"}
    assert wire.ask("GET", "/_frontdesk/check", asked | pair).status == 403
    assert wire.ask("GET", "/_frontdesk/envoy/resources/v1", asked).status == 403
