"""An open house: the store with its keys, and what else outlives a request."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from frontdesk.flows.needs import Clock, Limiter, Mint, PostOffice, Store, Witness
from frontdesk.protocol.ids import uuid_bytes, uuid_text
from frontdesk.runtime import failpoints
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.keys import make_ring, open_keys
from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.runtime.mail import open_post_office
from frontdesk.runtime.mint import Mint as KeyedMint
from frontdesk.runtime.witness import Witness as LoggingWitness
from frontdesk.settings import Settings
from frontdesk.storage import open_sqlite

DATABASE_FILE = "frontdesk.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every way in needs."""

    settings: Settings
    store: Store
    clock: Clock
    mint: Mint
    post_office: PostOffice
    witness: Witness
    limiter: Limiter


@asynccontextmanager
async def open_house(
    settings: Settings, *, create: bool = False, limiter: Limiter | None = None
) -> AsyncIterator[House]:
    """Open the data folder: database and keys, made together where there is neither and `create` is set.

    Raises KeyFileError or a storage error, with a sentence for people, where the folder cannot be used.
    """
    clock = SystemClock()
    path = settings.data / DATABASE_FILE
    new_id = _make_keys(path) if create else None
    async with AsyncExitStack() as stack:
        store = await open_sqlite(
            path,
            create=create,
            identity=new_id,
            failpoint=failpoints.from_environment(os.environ),
        )
        stack.push_async_callback(store.aclose)
        ring = open_keys(settings.data, database_id=uuid_text(store.database_id))
        post_office = open_post_office(settings.mail, settings.mail_from)
        stack.push_async_callback(post_office.aclose)
        yield House(
            settings=settings,
            store=store,
            clock=clock,
            mint=KeyedMint(ring, clock),
            post_office=post_office,
            witness=LoggingWitness(),
            limiter=limiter or LocalLimiter(settings.requests_per_second),
        )


def _make_keys(database: Path) -> bytes | None:
    """The id for a database that is about to be made, with its keys; None where there is a database already."""
    if os.path.lexists(database):
        return None
    return uuid_bytes(open_keys(database.parent, database_id=None).database_id)


def house_of(settings: Settings, *, store: Store, clock: Clock, post_office: PostOffice, witness: Witness) -> House:
    """A house around a given store, with keys that are kept nowhere: for tests and for a store in memory."""
    ring = make_ring(uuid_text(bytes(16)))
    return House(
        settings=settings,
        store=store,
        clock=clock,
        mint=KeyedMint(ring, clock),
        post_office=post_office,
        witness=witness,
        limiter=LocalLimiter(settings.requests_per_second),
    )
