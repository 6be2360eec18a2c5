"""What the demo begins with: three networks, two people, one partner's app, and rooms to book."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from frontdesk.cli.administration import Desk
from frontdesk.cli.demo.api import Books
from frontdesk.cli.demo.door_locks import SCOPE
from frontdesk.cli.speech import Refused
from frontdesk.flows.operator import Objection
from frontdesk.protocol.ids import CredentialId

OLENA = "olena@northside.example"
MIKA = "mika@harbour.example"
PARTNER = "Door Locks"
NETWORKS = (("Northside Coworking", OLENA), ("Harbour Studios", MIKA), ("The Old Mill", MIKA))
NOTES = "demo.json"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoNetwork:
    """One network with the Basic pair that it was made with; no secret where its owner has a newer one."""

    id: str
    title: str
    owner: str
    client_id: str
    client_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Everything that was founded."""

    networks: tuple[DemoNetwork, ...]
    client_id: str
    client_secret: str = field(repr=False)


async def found(desk: Desk, folder: Path, *, redirect_uri: str) -> Town:
    """Make the demo's networks, people and app, or find them again from `demo.json` in a folder that is kept.

    The secrets are written there (for the owner's eyes only) because the store tells none a second time: a demo may.
    """
    notes = _read_notes(folder)
    if notes is None:
        notes = {"networks": [await _add_network(desk, title, owner) for title, owner in NETWORKS], "apps": {}}
        for network in notes["networks"][1:]:
            _agreed(
                await desk.operator.give_role(OLENA, network_id=network["id"], role="administrator", origin=desk.origin)
            )
    app = notes["apps"].get(redirect_uri)
    if app is None:  # the partner's address is matched byte for byte: another port is another registration
        fresh = _agreed(
            await desk.registration.add_client(PARTNER, redirect_uris=[redirect_uri], scope=SCOPE, origin=desk.origin)
        )
        app = notes["apps"][redirect_uri] = {"client_id": fresh.client.id, "client_secret": fresh.secret}
    _write_notes(folder, notes)
    networks = [await _current(desk, network) for network in notes["networks"]]
    return Town(networks=tuple(networks), client_id=app["client_id"], client_secret=app["client_secret"])


def furnish(town: Town) -> dict[str, Books]:
    """The demo API's books: a location and two rooms in each network, each with its network's name."""
    return {
        network.id: Books(
            locations=[{"id": "loc-1", "name": f"{network.title}, ground floor"}],
            resources=[
                {"id": "room-1", "name": f"Meeting room of {network.title}", "seats": 8},
                {"id": "desk-1", "name": f"Quiet desk of {network.title}", "seats": 1},
            ],
        )
        for network in town.networks
    }


async def _add_network(desk: Desk, title: str, owner: str) -> dict[str, str]:
    fresh = _agreed(await desk.operator.add_network(title, owner=owner, origin=desk.origin))
    return {
        "id": fresh.network.id,
        "title": title,
        "owner": owner,
        "client_id": fresh.credential.client_id,
        "client_secret": fresh.secret,
    }


async def _current(desk: Desk, network: dict[str, str]) -> DemoNetwork:
    known = await desk.operator.find_network(network["id"])
    if isinstance(known, Objection):
        raise Refused(f"{NOTES} and the database do not belong together", "give 'frontdesk dev' a new folder")
    is_first = known.credential.client_id == CredentialId(network["client_id"])
    return DemoNetwork(
        id=network["id"],
        title=network["title"],
        owner=network["owner"],
        client_id=known.credential.client_id,
        client_secret=network["client_secret"] if is_first else None,
    )


def _agreed(outcome: T | Objection) -> T:
    if isinstance(outcome, Objection):
        raise Refused(f"the demo cannot be set up: {outcome.problem}", outcome.hint)
    return outcome


def _read_notes(folder: Path) -> dict[str, Any] | None:
    try:
        notes: dict[str, Any] = json.loads((folder / NOTES).read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Refused(f"{folder / NOTES} is damaged", "give 'frontdesk dev' a new folder") from error
    return notes


def _write_notes(folder: Path, notes: dict[str, Any]) -> None:
    draft = folder / f"{NOTES}.new"
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(notes, file, indent=2)
    draft.replace(folder / NOTES)
