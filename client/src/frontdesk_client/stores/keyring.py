"""Tokens in the keyring of the system; where there is none, in files, said once and remembered."""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

from frontdesk_client.errors import StoreFailed
from frontdesk_client.hidden import Hidden
from frontdesk_client.stores.file import FileStore, file_name
from frontdesk_client.stores.file_locks import hold_file
from frontdesk_client.stores.keyring_entries import SERVICE, Entries
from frontdesk_client.stores.private_folder import PrivateFolder
from frontdesk_client.stores.thread_locks import ThreadLocks
from frontdesk_client.tokens import Tokens, read_tokens

Place = Literal["keyring", "files"]
CHOICE = "kept-in.json"
PATIENCE = 60  # seconds for another process to choose; a person may be asked to unlock the keyring
_log = logging.getLogger(__name__)


class KeyringStore:
    """A `TokenStore` in the system's keyring: Secret Service, KWallet, macOS Keychain, Windows Credential Manager.

    On first use it tries the keyring. Where there is none, or it fails, the tokens go to files that only their owner
    can read (`FileStore`), and `tell` hears it, once: the choice stands in a small file of the folder, and every later
    run keeps to it, also when the keyring comes or goes, until `choose` says otherwise. A keyring that was chosen and
    fails later is a `StoreFailed`, never a reason for plain text. On Windows there is no such way out.
    """

    def __init__(
        self, folder: str | os.PathLike[str], *, service: str = SERVICE, tell: Callable[[str], None] | None = None
    ) -> None:
        """The folder holds locks, the choice, and the tokens where there is no keyring. `tell` is the log's warning."""
        self._entries = Entries(service)
        self._locks = ThreadLocks()
        self._tell = tell or _log.warning
        self._path = Path(folder).expanduser()
        self._files = None if sys.platform == "win32" else FileStore(self._path)

    def __repr__(self) -> str:
        """Where, never what."""
        return f"KeyringStore({str(self._path)!r}, service={self._entries.service!r})"

    @property
    def kept_in(self) -> Place:
        """Where the tokens are; chosen now, if that was not done before."""
        return "keyring" if self._files is None else self._read_choice() or self._choose_now()

    def choose(self, place: Place | None) -> None:
        """Keep tokens there from now on; None: try the keyring again at the next use. What was kept is not moved."""
        if self._files is None:
            raise StoreFailed("on Windows tokens are kept in the Credential Manager; there is nothing to choose")
        if place is None:
            self._folder.remove(CHOICE)
        else:
            self._write_choice(place, "it was told so")

    def load(self, name: str) -> Tokens | None:
        """What any process saved last under this name."""
        if self._files is not None and self.kept_in == "files":
            return self._files.load(name)
        text = self._entries.read(name)
        try:
            return None if text is None else read_tokens(text)
        except ValueError as error:
            raise StoreFailed(f'the keyring\'s entry "{name}" of {self._entries.service}: {error}') from None

    def save(self, name: str, tokens: Tokens | None) -> None:
        """Keep these; None takes them away."""
        if self._files is not None and self.kept_in == "files":
            self._files.save(name, tokens)
        elif tokens is None:
            self._entries.remove(name)
        else:
            self._entries.write(name, Hidden(tokens.as_text()))

    @contextmanager
    def lock(self, name: str, *, seconds: float) -> Iterator[None]:
        """Hold the name among all threads and processes that use the folder, wherever the tokens are."""
        if self._files is not None:
            with self._files.lock(name, seconds=seconds):
                yield
            return
        deadline = time.monotonic() + seconds
        with self._locks.hold(name, seconds=seconds):
            left = max(deadline - time.monotonic(), 0)
            with hold_file(lambda: self._open_plainly(name), lambda _: True, seconds=left):
                yield

    def _open_plainly(self, name: str) -> int:
        """A lock file where no look at owners and modes is possible. Nothing is in it."""
        try:
            os.makedirs(self._path, exist_ok=True)
            return os.open(self._path / f"{file_name(name)}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreFailed(f"cannot lock in {self._path}: {error.strerror}") from error

    @property
    def _folder(self) -> PrivateFolder:
        """Where the choice stands."""
        return PrivateFolder(self._path)

    def _read_choice(self) -> Place | None:
        """What was chosen, by whichever process."""
        text = self._folder.read(CHOICE)
        if text is None:
            return None
        try:
            place = json.loads(text)["kept_in"]
        except (ValueError, KeyError, TypeError):
            place = None
        for known in get_args(Place):
            if place == known:
                chosen: Place = known
                return chosen
        raise StoreFailed(f'{self._path / CHOICE} says neither "keyring" nor "files"; remove it to choose again')

    def _write_choice(self, place: Place, because: str) -> None:
        """For every later run."""
        self._folder.write(CHOICE, json.dumps({"kept_in": place, "because": because}) + "\n")

    def _choose_now(self) -> Place:
        """Try the keyring, and remember how it went. One process alone chooses for all."""
        with self._folder.hold("kept-in.lock", seconds=PATIENCE):
            chosen = self._read_choice()
            if chosen is not None:
                return chosen
            refusal = self._entries.works()
            if refusal is None:
                self._write_choice("keyring", "it worked")
                return "keyring"
            # Said before it is remembered: killed in between, it is said twice rather than never.
            self._tell(
                f"tokens are kept in files in {self._path}, which only this user can read, and not in a keyring: "
                f"{refusal}. This is said once. To try the keyring again, remove {self._path / CHOICE}."
            )
            self._write_choice("files", refusal)
            return "files"
