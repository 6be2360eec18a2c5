"""Somebody who moves lists into a store: rows as they are written in a file, plans as they come back."""

import json
from dataclasses import dataclass, field
from typing import Any

from frontdesk.flows.moving import Importer
from frontdesk.flows.needs import Origin
from frontdesk.flows.pairs import PairMaker
from frontdesk.flows.syncing import Syncer
from frontdesk.protocol.ids import NetworkId, uuid_text
from frontdesk.protocol.moving import PEOPLE, Row, read_rows
from frontdesk.protocol.moving_plan import Outcome, Plan
from frontdesk.runtime.keys import make_ring
from frontdesk.runtime.mint import Mint
from frontdesk.testing.told import ToldClock

ORIGIN = Origin(address=None, request_id="cli-1")
OLENA, ADA, BEN = "olena@north.example", "ada@north.example", "ben@north.example"
TOKEN = "an-old-refresh-token-1"


def network_id(number: int) -> NetworkId:
    """A network's id."""
    return NetworkId(f"0192f0c1-0000-7000-8000-{number:012x}")


def network(number: int = 1, owner: str = OLENA, **changed: Any) -> dict[str, Any]:
    """A network's row."""
    return {"kind": "network", "id": network_id(number), "title": f"Network {number}", "owner": owner, **changed}


def user(email: str, number: int | None = None) -> dict[str, Any]:
    """A person's row."""
    given = {} if number is None else {"id": f"0192f0c1-0000-7000-9000-{number:012x}"}
    return {"kind": "user", "email": email, **given}


def role(email: str, number: int = 1, role: str = "administrator") -> dict[str, Any]:
    """A role's row."""
    return {"kind": "role", "email": email, "network": network_id(number), "role": role}


def credential(number: int = 1, client_id: str = "north", **secret: str) -> dict[str, Any]:
    """A Basic pair's row."""
    secret = secret or {"secret": "an old secret of north"}
    return {"kind": "credential", "network": network_id(number), "client_id": client_id, **secret}


def app(client_id: str = "door-locks", **changed: Any) -> dict[str, Any]:
    """An app's row."""
    secret = {} if {"secret_hash", "public"} & changed.keys() else {"secret": "an old secret of the app"}
    usual = {"name": "Door Locks", "redirect_uris": ["https://locks.example/cb"], "scopes": ["resources", "locations"]}
    return {"kind": "app", "client_id": client_id, **usual, **secret, **changed}


def token(email: str = ADA, value: str = TOKEN, **changed: Any) -> dict[str, Any]:
    """A refresh token's row."""
    usual = {"client_id": "door-locks", "networks": [network_id(1)], "scopes": ["resources"], "token": value}
    return {"kind": "refresh_token", "email": email, **usual, **changed}


EVERYTHING = (network(), user(ADA), role(ADA), credential(), app(), token())


def rows_of(rows: tuple[dict[str, Any], ...], **kinds: Any) -> list[Row]:
    """What the lines of a file say."""
    read, faults = read_rows([json.dumps(row).encode() for row in rows], **kinds)
    assert not faults, faults
    return read


def problems(plan: Plan) -> list[str]:
    """Why a plan is refused, row by row."""
    return [verdict.detail for verdict in plan.verdicts if verdict.outcome is Outcome.CONFLICT]


def outcomes(plan: Plan) -> list[str]:
    """What became of each row."""
    return [verdict.outcome.value for verdict in plan.verdicts]


@dataclass
class Mover:
    """Imports and syncs at a told time."""

    store: Any
    clock: ToldClock = field(default_factory=ToldClock)
    cap: int = 50
    mint: Mint = field(init=False)

    def __post_init__(self) -> None:
        self.mint = Mint(make_ring(uuid_text(bytes(16))), self.clock)

    async def imports(self, *rows: dict[str, Any], update: bool = False, commit: bool = True) -> Plan:
        """Take rows over."""
        importer = Importer(
            store=self.store, clock=self.clock, mint=self.mint, pairs=PairMaker(mint=self.mint), cap=self.cap
        )
        return await importer.take_over(rows_of(rows), update=update, commit=commit, origin=ORIGIN)

    async def syncs(
        self, *rows: dict[str, Any], full: bool = False, accepted: int = 10_000, commit: bool = True
    ) -> Plan:
        """Follow rows."""
        syncer = Syncer(store=self.store, clock=self.clock, mint=self.mint, pairs=PairMaker(mint=self.mint))
        read = rows_of(rows, kinds=PEOPLE)
        return await syncer.follow(read, full=full, accepted=accepted, commit=commit, origin=ORIGIN)

    async def person(self, email: str) -> Any:
        """Whoever has this address."""
        return await self.store.find_user_by_email(email)

    async def actions(self) -> list[str]:
        """The audited actions, oldest first."""
        return [event.action for event in reversed(await self.store.list_audit(limit=10_000))]
