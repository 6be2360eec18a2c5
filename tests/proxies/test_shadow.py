"""Watching without enforcing, behind each front proxy: calls go on as they were sent, in nobody's name."""

from collections.abc import Iterator

import pytest

from proxies.recorder import Recorder
from servers.house import House
from servers.partner import Place, add_place
from servers.proxies import START
from servers.wires import Wire, basic

SHADOW = {"FRONTDESK_ENFORCEMENT": "shadow"}


@pytest.fixture(scope="module")
def watched() -> Iterator[tuple[House, Place, Recorder]]:
    """A house that refuses nothing but what nobody could send on safely."""
    api = Recorder()
    house = House(
        upstream=f"http://127.0.0.1:{api.port}",
        enforcement="shadow",
        check_peers="127.0.0.1",
        trusted_proxies="127.0.0.1",
    )
    try:
        house.start()
        yield house, add_place(house, "Harbour", "olivia@places.example"), api
    finally:
        house.leave()
        api.stop()


@pytest.mark.parametrize("kind", list(START))
def test_calls_go_on_and_say_why_they_would_have_been_refused(
    kind: str, watched: tuple[House, Place, Recorder]
) -> None:
    """The API hears the caller's own credential, nothing that was not proven, and the reason; `//` stays refused."""
    house, place, api = watched
    proxy = START[kind](house.port, api.port, settings=SHADOW)
    try:
        wrong, right = basic(place.client_id, "fdns_wrong"), basic(place.client_id, place.client_secret)
        forged = {"X-Frontdesk-Subject": "forged", "X-Frontdesk-Shadow": "forged"}
        assert Wire(proxy.port).ask("GET", "/resources/v1", {"Authorization": wrong, **forged}).status == 200
        refused = api.requests[-1]
        assert refused.all("authorization") == [wrong]
        assert refused.all("x-frontdesk-shadow") == ["unauthenticated"]
        named = [value for name, value in refused.headers if name.startswith("x-frontdesk-") and "shadow" not in name]
        assert set(named) <= {""}
        assert Wire(proxy.port).ask("GET", "/resources/v1", {"Authorization": right, **forged}).status == 200
        allowed = api.requests[-1]
        assert allowed.all("authorization") == [right]
        assert allowed.all("x-frontdesk-subject") == [f"network:{place.id}"]
        assert allowed.all("x-frontdesk-shadow") in ([], [""])
        count = len(api.requests)
        assert Wire(proxy.port).ask("GET", "//resources/v1", {"Authorization": right}).status == 400
        assert len(api.requests) == count
    finally:
        proxy.stop()
