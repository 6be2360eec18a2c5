"""A folder whose files nobody but their owner can read, change or exchange: POSIX only."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from frontdesk_client.errors import StoreFailed
from frontdesk_client.hidden import Hidden
from frontdesk_client.stores.file_locks import hold_file

LARGEST = 1 << 20  # bytes that are read of a file
FORGOTTEN = 3600  # seconds after which a file half written belongs to a process that died
READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
MAKE = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class PrivateFolder:
    """Small texts in a folder. What may be somebody else's is refused: other owners, open modes, symbolic links.

    Every call opens the folder and looks at what it opened, so nothing can be exchanged between the look and the use.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """The folder is made when something is first kept there."""
        if sys.platform == "win32":
            raise StoreFailed(
                "files of tokens are not kept on Windows: their access lists are not looked at. "
                "Keep them in the Credential Manager (KeyringStore, with the extra frontdesk-client[keyring])."
            )
        self.path: Path = Path(path).expanduser()

    def read(self, name: str) -> str | None:
        """The whole text, or None where there is none."""
        with self._told("read", name), self._opened(make=False) as folder:
            descriptor = None if folder is None else self._open_private(folder, name)
            if descriptor is None:
                return None
            with open(descriptor, "rb") as file:
                said = file.read(LARGEST + 1)
        text = None if len(said) > LARGEST else Hidden(said.decode("utf-8", "replace"))
        del said
        if text is None:
            raise StoreFailed(f"{self.path / name} is too large for tokens; move it away and connect again")
        return text

    def write(self, name: str, text: str) -> None:
        """Exchange the file for another with this text: whoever reads finds the old or the new one, whole."""
        with self._told("write", name), self._opened(make=True) as folder:
            assert folder is not None
            before = self._open_private(folder, name)
            if before is not None:
                os.close(before)
            half = f"{name}.{os.urandom(6).hex()}.half"
            try:
                made = _write_durably(folder, half, text)
                os.replace(half, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(half, dir_fd=folder)
                raise
            os.fsync(folder)
            _sweep(folder, name, older_than=made - FORGOTTEN)

    def remove(self, name: str) -> None:
        """Take the file away, if there is one."""
        with self._told("remove", name), self._opened(make=False) as folder:
            if folder is not None:
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
                os.fsync(folder)

    def hold(self, name: str, *, seconds: float) -> AbstractContextManager[None]:
        """Hold this file, which is never written, among all processes that use the folder."""

        def open_lock() -> int:
            with self._told("lock", name), self._opened(make=True) as folder:
                descriptor = os.open(name, MAKE, 0o600, dir_fd=folder)
                return self._check(descriptor, name)

        def is_still(descriptor: int) -> bool:
            with self._told("lock", name):
                try:
                    found = os.stat(self.path / name, follow_symlinks=False)
                except FileNotFoundError:
                    return False
                return os.path.samestat(os.fstat(descriptor), found)

        return hold_file(open_lock, is_still, seconds=seconds)

    @contextmanager
    def _opened(self, *, make: bool) -> Iterator[int | None]:
        """A descriptor of the folder, which is ours and which nobody else writes to; None where there is none."""
        if make:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
        try:
            folder = os.open(self.path, READ | os.O_DIRECTORY)
        except FileNotFoundError:
            yield None
            return
        except NotADirectoryError:
            raise StoreFailed(
                f"{self.path} is a symbolic link or no folder; name the folder that is meant itself"
            ) from None
        try:
            found = os.fstat(folder)
            if found.st_uid != os.geteuid():
                raise StoreFailed(_foreign(self.path, found.st_uid))
            if found.st_mode & 0o022:
                raise StoreFailed(f"others may write to {self.path}; close it: chmod go-w {self.path}")
            yield folder
        finally:
            os.close(folder)

    def _open_private(self, folder: int, name: str) -> int | None:
        """A descriptor of a file that only its owner may read, and that we own; None where there is none."""
        try:
            descriptor = os.open(name, READ, dir_fd=folder)
        except FileNotFoundError:
            return None
        return self._check(descriptor, name)

    def _check(self, descriptor: int, name: str) -> int:
        """The same descriptor, or closed and refused."""
        found, path = os.fstat(descriptor), self.path / name
        refusal = None
        if not stat.S_ISREG(found.st_mode):
            refusal = f"{path} is no ordinary file; move it away"
        elif found.st_uid != os.geteuid():
            refusal = _foreign(path, found.st_uid)
        elif found.st_mode & 0o077:
            refusal = f"others may open {path}, so its tokens may be known; close it (chmod 600 {path}), connect again"
        if refusal is not None:
            os.close(descriptor)
            raise StoreFailed(refusal)
        return descriptor

    @contextmanager
    def _told(self, verb: str, name: str) -> Iterator[None]:
        """What the system refuses, as `StoreFailed` with the file and the reason."""
        try:
            yield
        except OSError as error:
            path = self.path / name
            if error.errno == errno.ELOOP:
                raise StoreFailed(f"{path} is a symbolic link; put the file itself in its place") from None
            raise StoreFailed(f"cannot {verb} {path}: {error.strerror or type(error).__name__}") from error


def _foreign(path: Path, owner: int) -> str:
    """Whose it is, and what to do."""
    return f"{path} belongs to user {owner}, and this is user {os.geteuid()}; use a folder of this user's own"


def _write_durably(folder: int, name: str, text: str) -> float:
    """Make the file, on disk before this returns; the instant at which it was written, by the file system's clock."""
    descriptor = os.open(name, MAKE | os.O_EXCL, 0o600, dir_fd=folder)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)  # a mask may have taken from it
        file.write(text.encode())
        file.flush()
        os.fsync(descriptor)
        return os.fstat(descriptor).st_mtime


def _sweep(folder: int, name: str, *, older_than: float) -> None:
    """Take away what a process left half written when it died long ago."""
    for entry in os.listdir(folder):
        if entry.startswith(f"{name}.") and entry.endswith(".half"):
            with suppress(OSError):
                if os.stat(entry, dir_fd=folder, follow_symlinks=False).st_mtime < older_than:
                    os.unlink(entry, dir_fd=folder)
