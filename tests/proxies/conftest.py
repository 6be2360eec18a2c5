"""A town behind each of the four proxies, with the built-in one beside them to compare with."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from proxies.recorder import Recorder
from servers.front_proxy import FrontProxy
from servers.house import House
from servers.partner import Tokens, Town, add_app, settle
from servers.proxies import START
from servers.wires import Wire, basic


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """One proxy before the town's API."""

    town: Town
    api: Recorder  # behind both the proxy and the built-in one
    proxy: FrontProxy
    tokens: Tokens  # of the town's app, for its first network
    narrow_tokens: Tokens  # for two networks, with a scope that only reads

    def wire(self) -> Wire:
        """A connection through the proxy."""
        return Wire(self.proxy.port)

    def direct(self) -> Wire:
        """A connection to Frontdesk itself, whose built-in proxy is the measure."""
        return Wire(self.town.house.port)

    @property
    def pair(self) -> dict[str, str]:
        """The header of the first network's Basic pair."""
        place = self.town.places[0]
        return {"Authorization": basic(place.client_id, place.client_secret)}

    @property
    def bearer(self) -> dict[str, str]:
        """The headers of the app's call to the first network."""
        network = {"spacebring-network-id": self.town.places[0].id}
        return {"Authorization": f"Bearer {self.tokens.access}", **network}

    @property
    def narrow(self) -> dict[str, str]:
        """The header of a token that may only read."""
        return {"Authorization": f"Bearer {self.narrow_tokens.access}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A town whose Frontdesk proxies may ask, and what its app holds."""

    town: Town
    api: Recorder
    tokens: Tokens
    narrow_tokens: Tokens


@pytest.fixture(scope="session")
def asked_town() -> Iterator[Asked]:
    """A town whose Frontdesk proxies may ask."""
    loopback = {"check_peers": "127.0.0.1", "trusted_proxies": "127.0.0.1"}
    api = Recorder()
    house = House(upstream=f"http://127.0.0.1:{api.port}", requests_per_second="10000", **loopback)
    try:
        town = settle(house.start())
        app = add_app(house, "Early Bird", scope="resources.readonly")
        wire, person, places = Wire(house.port), town.person(), [town.places[0].id, town.places[1].id]
        yield Asked(
            town=town,
            api=api,
            tokens=town.app.connect(wire, person, places[:1]),
            narrow_tokens=app.connect(wire, person, places, scope="resources.readonly"),
        )
        town.close()
    finally:
        house.leave()
        api.stop()


@pytest.fixture(scope="session", params=list(START))
def guarded(request: pytest.FixtureRequest, asked_town: Asked) -> Iterator[Guarded]:
    """The town behind one of the four."""
    town = asked_town.town
    proxy = START[request.param](town.house.port, asked_town.api.port)
    try:
        yield Guarded(
            town=town,
            api=asked_town.api,
            proxy=proxy,
            tokens=asked_town.tokens,
            narrow_tokens=asked_town.narrow_tokens,
        )
    finally:
        proxy.stop()
