"""A story whose keys lie in a real file, shared by two processes' worth of houses over one database."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frontdesk.assemble.front import Furnished, furnish
from frontdesk.assemble.house import House
from frontdesk.assemble.key_room import KeyRoom
from frontdesk.flows.keys import KeyChange, KeyKeeping
from frontdesk.flows.operator import Objection
from frontdesk.protocol.ids import uuid_bytes
from frontdesk.runtime.keys import KEY_FILE, open_keys
from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.settings import Settings
from frontdesk.storage import SqliteStore, open_sqlite
from frontdesk.testing.browser import ISSUER
from frontdesk.testing.story import API, GATE, OPERATOR, Story
from frontdesk.testing.told import Pigeonholes, Sightings, ToldClock

LONG_AGO = "2026-12-01T00:00:00Z"


@dataclass(slots=True, kw_only=True)
class Keyed:
    """One process: its story, and what the operator may do to the keys beside it."""

    folder: Path
    story: Story
    store: SqliteStore
    room: KeyRoom
    furnished: Furnished

    @property
    def keeping(self) -> KeyKeeping:
        """The operator at the keys."""
        return self.room.open_keeping(self.story.house.settings, self.story.clock)

    async def rotates(self, purpose: str) -> None:
        """`frontdesk keys rotate`."""
        done = await self.keeping.rotate(purpose, origin=OPERATOR)
        assert not isinstance(done, Objection), done

    async def retires(self, purpose: str, key_id: int = 1, *, is_sure: bool = False) -> KeyChange | Objection:
        """`frontdesk keys retire`."""
        return await self.keeping.retire(purpose, key_id, is_sure=is_sure, origin=OPERATOR)

    async def restores(self, purpose: str, key_id: int = 1) -> None:
        """`frontdesk keys restore`."""
        done = await self.keeping.restore(purpose, key_id, origin=OPERATOR)
        assert not isinstance(done, Objection), done

    async def uses(self, purpose: str, key_id: int) -> dict[str, int]:
        """What hangs on a key."""
        known = await self.keeping.list_keys()
        return {
            use.kind: use.count
            for one in known
            if (one.facts.purpose, one.facts.id) == (purpose, key_id)
            for use in one.uses
        }

    async def states(self, purpose: str) -> dict[int, str]:
        """How each key of a purpose stands."""
        known = await self.keeping.list_keys()
        return {one.facts.id: one.facts.state.value for one in known if one.facts.purpose == purpose}


@asynccontextmanager
async def keyed_processes(folder: Path, count: int, **changed: str) -> AsyncIterator[list[Keyed]]:
    """Some processes over one folder, and one clock and post office; `changed` are settings."""
    ring = open_keys(folder, database_id=None)
    path = folder / KEY_FILE
    content = json.loads(path.read_text())
    for keys in content["keys"].values():
        keys[0]["made_at"] = LONG_AGO
    path.write_text(json.dumps(content))
    clock, mail, sightings = ToldClock(), Pigeonholes(), Sightings()
    opened: list[Keyed] = []
    try:
        for _ in range(count):
            database = folder / "frontdesk.db"
            store = await open_sqlite(database, create=not opened, identity=uuid_bytes(ring.database_id))
            opened.append(_furnish(folder, store, clock, mail, sightings, changed))
        yield opened
    finally:
        for one in opened:
            await one.store.aclose()


def _furnish(
    folder: Path,
    store: SqliteStore,
    clock: ToldClock,
    mail: Pigeonholes,
    sightings: Sightings,
    changed: dict[str, str],
) -> Keyed:
    room = KeyRoom(folder, store=store, clock=clock)
    knobs: dict[str, Any] = {"public_url": ISSUER, "openapi": API, "check_peers": (GATE,), "mail": "console:"}
    settings = Settings(data=folder, **{**knobs, **changed})
    house = House(
        settings=settings,
        store=store,
        clock=clock,
        mint=room.mint,
        signing=room.signing,
        post_office=mail,
        witness=sightings,
        limiter=LocalLimiter(),
        keys=room,
    )
    furnished = furnish(house, worker=0)
    story = Story.around(house, furnished, clock=clock, mail=mail, sightings=sightings)
    return Keyed(folder=folder, story=story, store=store, room=room, furnished=furnished)
