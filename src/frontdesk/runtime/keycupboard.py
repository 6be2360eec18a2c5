"""Changing the keys: a new one, another that makes, one that retires or comes back. Each change is written at once."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from frontdesk.protocol.ids import Micros
from frontdesk.protocol.keys import PURPOSES, KeyFacts, KeyState
from frontdesk.runtime.keyring import MAX_ID, Key, KeyRing
from frontdesk.runtime.keys import HeldKeyFile, KeyFileError, draw_key, hold_keys
from frontdesk.runtime.signing_order import begin_later


class _Clock(Protocol):
    def now(self) -> Micros: ...


class KeyCupboard:
    """The key file, held so that nobody else changes it. Every verb is durable before it returns; KeyFileError."""

    def __init__(self, file: HeldKeyFile, clock: _Clock, *, random: Callable[[int], bytes] = os.urandom) -> None:
        """Use `open_cupboard`."""
        self._file = file
        self._clock = clock
        self._random = random

    def tell(self) -> Sequence[KeyFacts]:
        """Every key as it stands, without the key itself."""
        return self._file.ring.tell()

    def add(self, purpose: str, *, taken: Collection[int]) -> int:
        """The id of a new key that reads only: a fresh one, or that of a rotation that was cut short.

        `taken` are ids that stored things still name, though their key may be gone.
        """
        keys = self._file.ring.keys(purpose)
        unfinished = next((key.id for key in keys if key.state is KeyState.NEW), None)
        if unfinished is not None:
            return unfinished
        fresh = draw_key(purpose, _free_id(keys, taken), now=self._clock.now(), random=self._random)
        self._put(purpose, (*keys, replace(fresh, state=KeyState.NEW)))
        return fresh.id

    def put_first(self, purpose: str, key_id: int) -> None:
        """Let a key that reads make from now on; the one that made goes on reading.

        One that signs begins once it was published long enough; until then the one before it signs.
        """
        keys = self._file.ring.keys(purpose)
        chosen = replace(next(key for key in keys if key.id == key_id), state=None)
        if purpose == "sign":
            chosen = begin_later(self._file.ring, chosen, now=self._clock.now())
        self._put(purpose, (chosen, *(key for key in keys if key.id != key_id)))

    def retire(self, purpose: str, key_id: int) -> None:
        """Let a key prove nothing any more; it stays in the file."""
        self._set_state(purpose, key_id, KeyState.RETIRED)

    def bring_back(self, purpose: str, key_id: int) -> None:
        """Let a retired key read again, last of all."""
        keys = self._file.ring.keys(purpose)
        chosen = replace(next(key for key in keys if key.id == key_id), state=None)
        self._put(purpose, (*(key for key in keys if key.id != key_id), chosen))

    def destroy(self, purpose: str, key_id: int) -> None:
        """Forget a key for good, and overwrite what the file held."""
        self._put(purpose, tuple(key for key in self._file.ring.keys(purpose) if key.id != key_id), wipe=True)

    def destroy_vault(self) -> None:
        """Forget all keys of the vault for good."""
        if self._file.ring.vault:
            self._put("vault", (), wipe=True)

    def _set_state(self, purpose: str, key_id: int, state: KeyState) -> None:
        keys = self._file.ring.keys(purpose)
        self._put(purpose, tuple(replace(key, state=state) if key.id == key_id else key for key in keys))

    def _put(self, purpose: str, keys: tuple[Key, ...], *, wipe: bool = False) -> None:
        if purpose not in PURPOSES:
            raise ValueError(f"no purpose {purpose}")
        ring: KeyRing = replace(self._file.ring, **{purpose: keys})  # type: ignore[arg-type]
        self._file.write(ring, wipe=wipe)


@contextmanager
def open_cupboard(
    folder: Path, clock: _Clock, *, database_id: str, random: Callable[[int], bytes] = os.urandom
) -> Iterator[KeyCupboard]:
    """Hold the key file for changing it, after whoever holds it now. Raises KeyFileError."""
    with hold_keys(folder, database_id=database_id) as file:
        yield KeyCupboard(file, clock, random=random)


def _free_id(keys: Sequence[Key], taken: Collection[int]) -> int:
    """One more than the highest, else the lowest that is free."""
    used = {key.id for key in keys} | set(taken)
    after = max((key.id for key in keys), default=0) + 1
    free: list[int] = [number for number in (*range(after, MAX_ID + 1), *range(1, after)) if number not in used]
    if not free:
        raise KeyFileError(f"all {MAX_ID} key ids are taken", "destroy retired keys with 'frontdesk keys destroy'")
    return free[0]
