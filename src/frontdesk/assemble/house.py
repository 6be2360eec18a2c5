"""An open house: the store with its keys, and what else outlives a request."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from frontdesk.assemble.key_room import KeyRoom
from frontdesk.flows.leaks import Leaks
from frontdesk.flows.letters import Letterhead
from frontdesk.flows.mail_quota import MAILS_AN_HOUR, MailQuota
from frontdesk.flows.needs import Clock, Limiter, Mint, PostOffice, Store, Witness
from frontdesk.flows.notices import Notices
from frontdesk.flows.pairs import PairMaker
from frontdesk.protocol.ids import uuid_bytes, uuid_text
from frontdesk.runtime import failpoints
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.keys import KeyFileError, make_ring, making, open_keys
from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.runtime.mail import open_post_office
from frontdesk.runtime.mint import Mint as KeyedMint
from frontdesk.runtime.randomness import Randomness
from frontdesk.runtime.witness import Witness as LoggingWitness
from frontdesk.settings import Settings, inclusion_of
from frontdesk.storage import SqliteStore, open_sqlite

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
    keys: KeyRoom | None = None  # None: they are kept nowhere

    @property
    def pairs(self) -> PairMaker:
        """Makes Basic pairs, with or without their secrets kept."""
        return PairMaker(mint=self.mint, keeps_secrets=self.settings.secrets == "sealed")

    def checks_mac(self, purpose: str, content: str, said: str) -> bool:
        """Whether `said` is the proof over `content` under a key in force now, whatever state the store is in."""
        self.mint.freshen()
        return self.mint.checks_mac(purpose, content, said)

    def open_notices(self, scope_words: Mapping[str, str] | None = None) -> Notices:
        """What tells people by mail what happened; one a process, because it counts."""
        settings = self.settings
        return Notices(
            store=self.store,
            post=self.post_office,
            witness=self.witness,
            head=Letterhead(product=settings.product_name, issuer=settings.issuer),
            scope_words=scope_words or {},
            inclusion=inclusion_of(settings),
            # The workers of a host count apart, and share what a person gets.
            quota=MailQuota(an_hour=-(-MAILS_AN_HOUR // settings.workers)),
        )

    def open_leaks(self, notices: Notices) -> Leaks:
        """What examines and ends leaked values."""
        return Leaks(
            store=self.store,
            clock=self.clock,
            mint=self.mint,
            witness=self.witness,
            notices=notices,
            pairs=self.pairs,
            ends_secrets=self.settings.leaked_secrets == "end",
        )


@asynccontextmanager
async def open_house(
    settings: Settings, *, create: bool = False, limiter: Limiter | None = None
) -> AsyncIterator[House]:
    """Open the data folder: database and keys, made together where there is neither and `create` is set.

    Raises KeyFileError or a storage error, with a sentence for people, where the folder cannot be used.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        store = await (_make_or_open(settings.data) if create else _open(settings.data))
        stack.push_async_callback(store.aclose)
        keys = KeyRoom(settings.data, store=store, clock=clock)
        await keys.refuse_old_keys()
        post_office = open_post_office(settings.mail, settings.mail_from)
        stack.push_async_callback(post_office.aclose)
        yield House(
            settings=settings,
            store=store,
            clock=clock,
            mint=keys.mint,
            post_office=post_office,
            witness=LoggingWitness(),
            limiter=limiter or LocalLimiter(settings.requests_per_second),
            keys=keys,
        )


async def _open(folder: Path, *, identity: bytes | None = None) -> SqliteStore:
    failpoint = failpoints.from_environment(os.environ)
    return await open_sqlite(
        folder / DATABASE_FILE, create=identity is not None, identity=identity, failpoint=failpoint
    )


async def _make_or_open(folder: Path) -> SqliteStore:
    """Keys and database are made as one. Keys without their database are no reason to begin anew."""
    with making(folder, DATABASE_FILE) as (has_keys, has_database):
        if has_database:
            return await _open(folder)
        if has_keys:
            raise KeyFileError(
                f"{folder} has keys, but its database {DATABASE_FILE} is missing",
                f"restore {DATABASE_FILE} from your backup; to begin anew, name another folder with --data",
            )
        return await _open(folder, identity=uuid_bytes(open_keys(folder, database_id=None).database_id))


def house_of(settings: Settings, *, store: Store, clock: Clock, post_office: PostOffice, witness: Witness) -> House:
    """A house around a given store, with keys that are kept nowhere: for tests and for a store in memory."""
    ring = make_ring(uuid_text(bytes(16)))
    return House(
        settings=settings,
        store=store,
        clock=clock,
        mint=KeyedMint(ring, clock, random=Randomness()),
        post_office=post_office,
        witness=witness,
        limiter=LocalLimiter(settings.requests_per_second),
    )
