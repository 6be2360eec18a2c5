"""Frontdesk away, or there and silent: through no proxy does a call reach the API then."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from proxies.recorder import Recorder
from servers.front_proxy import FrontProxy
from servers.house import House
from servers.partner import settle
from servers.processes import family
from servers.proxies import START
from servers.wires import Reply, Wire, basic

# Traefik's forwardAuth waits for thirty seconds, and cannot be told otherwise.
PATIENCE = {"nginx": 12, "caddy": 12, "envoy": 12, "traefik": 40}


@pytest.mark.timeout(180)
def test_nothing_passes_while_frontdesk_is_silent_or_away(new_house: Callable[..., House]) -> None:
    """Refused with a 5xx in bounded time, by each; and served again as soon as Frontdesk answers again."""
    api = Recorder()
    proxies: dict[str, FrontProxy] = {}
    house = new_house(check_peers="127.0.0.1", trusted_proxies="127.0.0.1", requests_per_second="1000")
    try:
        town = settle(house.start())
        pair = {"Authorization": basic(town.places[0].client_id, town.places[0].client_secret)}
        proxies |= {kind: start(house.port, api.port) for kind, start in START.items()}
        for proxy in proxies.values():
            assert Wire(proxy.port).ask("GET", "/resources/v1", pair).status == 200
        served = len(api.requests)
        _pause(house, signal.SIGSTOP)
        wires = {kind: Wire(proxy.port, timeout=PATIENCE[kind]) for kind, proxy in proxies.items()}
        asked = {kind: _send(wire, pair) for kind, wire in wires.items()}
        for kind, hear in asked.items():
            _must_refuse(kind, hear())
        _pause(house, signal.SIGCONT)
        for proxy in proxies.values():
            _comes_back(proxy, pair)
        assert len(api.requests) == served + len(proxies)
        house.kill()
        for kind, proxy in proxies.items():
            _must_refuse(kind, Wire(proxy.port, timeout=PATIENCE[kind]).ask("GET", "/resources/v1", pair))
        assert len(api.requests) == served + len(proxies)
    finally:
        for proxy in proxies.values():
            proxy.stop()
        api.stop()


def _pause(house: House, number: signal.Signals) -> None:
    assert house.running is not None
    for pid in family(house.running.pid):
        os.kill(pid, number)


def _send(wire: Wire, pair: dict[str, str]) -> Callable[[], Reply]:
    """Ask now, hear later: they all wait at the same time."""
    wire.begin("GET", "/resources/v1", pair)
    return wire.finish


def _must_refuse(kind: str, reply: Reply) -> None:
    # Traefik says a bare 500 where it gets no answer; the others say the API's own 503.
    if kind == "traefik":
        assert reply.status in (500, 502, 504)
    else:
        assert (reply.status, reply.json()["type"]) == (503, "temporarilyUnavailable"), kind
        assert reply.headers["retry-after"] == "1", kind


def _comes_back(proxy: FrontProxy, pair: dict[str, str]) -> None:
    for _ in range(100):
        if Wire(proxy.port).ask("GET", "/resources/v1", pair).status == 200:
            return
        time.sleep(0.1)
    raise AssertionError(f"{proxy.kind} stays closed")
