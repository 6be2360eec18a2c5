"""The mint of an open data folder, and its keys: how it learns that they changed, and who may change them."""

import os
from pathlib import Path
from typing import Protocol

from frontdesk.flows.keys import LIFETIMES, KeyKeeping
from frontdesk.flows.needs import Clock, Store
from frontdesk.protocol.ids import SECOND, uuid_text
from frontdesk.protocol.keys import KeyFacts, find_lacking
from frontdesk.runtime import failpoints
from frontdesk.runtime.keycupboard import open_cupboard
from frontdesk.runtime.keyring import KeyRing
from frontdesk.runtime.keys import KEY_FILE, KeyFileError, open_keys
from frontdesk.runtime.keywatch import KeyWatch
from frontdesk.runtime.mint import Mint
from frontdesk.runtime.randomness import Randomness
from frontdesk.runtime.signing import Signing
from frontdesk.settings import Settings


class KeyedStore(Store, Protocol):
    """A store that knows which key file it belongs to."""

    @property
    def database_id(self) -> bytes:
        """16 bytes that the key file names too."""


class KeyRoom:
    """The keys of one process."""

    def __init__(self, folder: Path, *, store: KeyedStore, clock: Clock) -> None:
        """Read the keys, and have the mint learn of their changes before it trusts anything. KeyFileError."""
        self._folder = folder
        self._store = store
        self._database_id = uuid_text(store.database_id)
        open_keys(folder, database_id=self._database_id)
        self._watch = KeyWatch(folder, database_id=self._database_id)
        self.mint = Mint(self._watch.ring, clock, random=Randomness())
        self.signing = Signing(self._watch.ring, random=Randomness())
        self._watch.give(self._load)
        self.mint.look_by(self._watch.look)
        store.on_keys(self._watch.look)

    def _load(self, ring: KeyRing) -> None:
        self.mint.load(ring)
        self.signing.load(ring)

    def tell(self) -> list[KeyFacts]:
        """Every key as it stands now, without the key itself."""
        self._watch.look()
        return self._watch.ring.tell()

    async def find_trouble(self) -> str:
        """Why this process' keys may not be those of the others; empty where they are. StoreUnavailable."""
        self._watch.look()
        if self._watch.problem:
            return self._watch.problem
        lacking = find_lacking(await self._store.find_announced_keys(), self._watch.ring.tell())
        return f"{self._folder / KEY_FILE} lacks the key {lacking}, which is in use" if lacking is not None else ""

    async def refuse_old_keys(self) -> None:
        """Raise KeyFileError where the key file is older than the database."""
        trouble = await self.find_trouble()
        if trouble:
            raise KeyFileError(trouble, "restore the newest key file: it and the database are one pair")

    def open_keeping(self, settings: Settings, clock: Clock) -> KeyKeeping:
        """What the operator may do to these keys."""
        lifetimes = {**LIFETIMES, "mac": (settings.access_token_lifetime * SECOND, LIFETIMES["mac"][1])}
        return KeyKeeping(
            store=self._store,
            clock=clock,
            mint=self.mint,
            tell=self.tell,
            hold=lambda: open_cupboard(self._folder, clock, database_id=self._database_id),
            lifetimes=lifetimes,
            failpoint=failpoints.from_environment(os.environ),
        )
