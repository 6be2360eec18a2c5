"""One story for every foreign client: connect, call, refresh, call, revoke, be refused."""

from collections.abc import Generator
from typing import Any

from servers.partner import App, Tokens, Town
from servers.wires import Wire

# What a client yields, step by step, and what it is sent for the first of them.
ClientSteps = Generator[dict[str, Any], str, None]


def walk(town: Town, app: App, steps: ClientSteps) -> None:
    """Drive a client that says `authorize`, then its tokens twice, then `revoked`."""
    wire = Wire(town.house.port)
    network, other = town.places[0].id, town.places[3].id

    link = next(steps)["authorize"]
    first = _read(steps.send(town.person().approve(link, [network])))
    assert wire.call(first.access, network).status == 200
    assert wire.call(first.access, other).status == 403

    second = _read(next(steps))
    assert second.refresh == first.refresh
    assert second.access != first.access
    assert wire.call(second.access, network).status == 200

    assert next(steps)["revoked"]
    assert wire.call(first.access, network).status == 401
    assert wire.call(second.access, network).status == 401
    assert app.refresh(wire, second).json()["error"] == "invalid_grant"
    wire.close()


def _read(said: dict[str, Any]) -> Tokens:
    assert said["scope"] == "resources locations", said
    return Tokens(access=said["access"], refresh=said["refresh"])
