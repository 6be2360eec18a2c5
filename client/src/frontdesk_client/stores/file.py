"""Tokens in files that only their owner can read, one a name, in one folder."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from frontdesk_client.errors import StoreFailed
from frontdesk_client.hidden import Hidden
from frontdesk_client.stores.private_folder import PrivateFolder
from frontdesk_client.stores.thread_locks import ThreadLocks
from frontdesk_client.tokens import Tokens, read_tokens


class FileStore:
    """A `TokenStore` in a folder (0700, its files 0600), shared by all processes of one user on one host.

    The tokens stand in the files as they are: who reads as this user, or as root, has them. `FileStore` refuses what
    others could have read or exchanged. It is not for Windows.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Where; `~` is the user's home. The folder is made when tokens are first kept."""
        self._folder = PrivateFolder(folder)
        self._locks = ThreadLocks()

    def __repr__(self) -> str:
        """Where, never what."""
        return f"FileStore({str(self._folder.path)!r})"

    def load(self, name: str) -> Tokens | None:
        """What any process saved last under this name."""
        text = self._folder.read(f"{file_name(name)}.json")
        if text is None:
            return None
        try:
            return read_tokens(text)
        except ValueError as error:
            path = self._folder.path / f"{file_name(name)}.json"
            raise StoreFailed(f"{path}: {error}; move it away and connect again") from None

    def save(self, name: str, tokens: Tokens | None) -> None:
        """Keep these, on disk before it returns; who reads meanwhile finds the old ones or the new ones, whole."""
        if tokens is None:
            self._folder.remove(f"{file_name(name)}.json")
        else:
            self._folder.write(f"{file_name(name)}.json", Hidden(tokens.as_text() + "\n"))

    @contextmanager
    def lock(self, name: str, *, seconds: float) -> Iterator[None]:
        """Hold the name among all threads and processes that use the folder. Its lock file stays."""
        deadline = time.monotonic() + seconds
        # Threads wait for each other in memory, so that one alone asks for the file again and again.
        with self._locks.hold(name, seconds=seconds):
            left = max(deadline - time.monotonic(), 0)
            with self._folder.hold(f"{file_name(name)}.lock", seconds=left):
                yield


PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
LONGEST = 120


def file_name(name: str) -> str:
    """A file's name without its ending: another for every name, also where a file system knows no capitals."""
    said = name.encode("utf-8", "surrogatepass")
    kept = "".join(chr(byte) if byte in PLAIN else f"%{byte:02x}" for byte in said)
    return f"tokens-{kept}" if len(kept) <= LONGEST else f"tokens-={hashlib.sha256(said).hexdigest()}"
