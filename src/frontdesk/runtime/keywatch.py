"""How a process that runs learns of changed keys: told to look, it reads the key file again where that changed."""

from collections.abc import Callable
from pathlib import Path

import structlog

from frontdesk.runtime.keyring import KeyRing
from frontdesk.runtime.keys import KEY_FILE, KeyFileError, Mark, mark_of, read_keys

_log = structlog.get_logger("keys")


class KeyWatch:
    """The keys of a data folder as they are now. `problem` says why they may not be; empty where all is well."""

    def __init__(self, folder: Path, *, database_id: str) -> None:
        """Read the keys. Raises KeyFileError."""
        self._folder = folder
        self._path = str(folder / KEY_FILE)  # looked at at every revocation
        self._database_id = database_id
        self.ring, mark = read_keys(folder, database_id=database_id)
        self._mark: Mark | None = mark
        self.problem = ""
        self._load: Callable[[KeyRing], None] = lambda ring: None

    def give(self, load: Callable[[KeyRing], None]) -> None:
        """Hand the keys over, now and whenever they change."""
        self._load = load
        load(self.ring)

    def look(self) -> bool:
        """Whether the keys have changed; if so they were handed over. One system call where the file did not change.

        Never raises: with a file that cannot be read, what is held goes on, and `problem` tells.
        """
        mark = mark_of(self._path)
        if mark == self._mark:
            return False
        self._mark = mark  # of a damaged file too: garbage must not make us read it over and over
        try:
            ring, self._mark = read_keys(self._folder, database_id=self._database_id)
        except KeyFileError as error:
            self.problem = error.problem
            _log.error("keys.unreadable", why=error.problem, hint=error.hint)
            return False
        self.problem = ""
        if ring == self.ring:
            return False
        self.ring = ring
        self._load(ring)
        _log.info("keys.changed")
        return True
