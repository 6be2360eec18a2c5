"""The key file: what signs tokens, proves and seals secrets. Kept outside the database (DESIGN D2, D8).

`keys.json` in the data folder, readable by its owner only, made once, together with a new database. It is read without
a lock and replaced as a whole under one: a reader sees the old content or the new one.
"""

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import structlog

from frontdesk.protocol.ids import Micros, uuid_text
from frontdesk.protocol.keys import PURPOSES
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.keyring import FORMAT, KEY_LENGTH, P256_ORDER, Key, KeyRing, read_ring, write_ring, write_time

KEY_FILE = "keys.json"
LOCK_FILE = "keys.lock"
MAKING_LOCK = "making.lock"
_MAX_FILE = 256 * 1024
_DRAFT = ".new"
_TRIES = 10  # to read a file that is being replaced and wiped

_log = structlog.get_logger("keys")

# Which content of the file was read: it changes whenever the file is replaced, rewritten, or its custody altered.
Mark: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Found:
    ring: KeyRing
    mark: Mark
    format: int


class KeyFileError(Exception):
    """The keys cannot be used; the message says what is wrong, `hint` what to do."""

    def __init__(self, problem: str, hint: str) -> None:
        """`problem` and `hint` are one line each, for people; neither ever holds a key."""
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


def make_ring(database_id: str, *, random: Callable[[int], bytes] = os.urandom) -> KeyRing:
    """Fresh keys that are kept nowhere: for a store that lives in memory."""
    return KeyRing(database_id=database_id, **{purpose: (_draw_key(purpose, 1, "", random),) for purpose in PURPOSES})


def draw_key(purpose: str, key_id: int, *, now: Micros, random: Callable[[int], bytes] = os.urandom) -> Key:
    """A fresh key, made at `now`."""
    return _draw_key(purpose, key_id, write_time(now), random)


def open_keys(folder: Path, *, database_id: str | None, random: Callable[[int], bytes] = os.urandom) -> KeyRing:
    """The keys of the data folder; made when both they and the database are missing.

    `database_id` is the id that the database holds, None where there is no database yet: a new one must then take
    the id of the key ring that is returned. Of several processes that start at once, one makes the file and the
    others read it. A file of an older format is given the kinds of keys that it lacks. Raises `KeyFileError`, and never
    begins a file that is there anew.
    """
    path = folder / KEY_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.path.lexists(path):
            with _locked(folder / LOCK_FILE):
                _make(path, database_id, random)
        found = _read(path)
        _check_database(path, found.ring, database_id)
        if found.format == FORMAT:
            return found.ring
        with _locked(folder / LOCK_FILE):
            return _upgrade(path, random)
    except OSError as error:
        raise _cannot_use(path, error) from error


def read_keys(folder: Path, *, database_id: str | None) -> tuple[KeyRing, Mark]:
    """The keys as they are now, without waiting for anybody, and which content that was. Raises `KeyFileError`."""
    path = folder / KEY_FILE
    try:
        found = _read(path)
    except OSError as error:
        raise _cannot_use(path, error) from error
    _check_database(path, found.ring, database_id)
    return found.ring, found.mark


def mark_of(path: str) -> Mark | None:
    """Which content the key file has now, at the price of one system call; None where there is none."""
    try:
        return _mark(os.stat(path, follow_symlinks=False))
    except OSError:
        return None


class HeldKeyFile:
    """A key file that this process alone may change."""

    def __init__(self, path: Path, ring: KeyRing) -> None:
        """Use `hold_keys`."""
        self._path = path
        self.ring = ring

    def write(self, ring: KeyRing, *, wipe: bool = False) -> None:
        """Put a whole new content in the old one's place; `wipe`: then overwrite the old one, as far as disks allow."""
        try:
            _replace(self._path, ring, wipe=wipe)
        except OSError as error:
            raise _cannot_use(self._path, error) from error
        self.ring = ring


@contextmanager
def hold_keys(folder: Path, *, database_id: str) -> Iterator[HeldKeyFile]:
    """Keep everybody else from changing the key file meanwhile; whoever reads it does not wait. KeyFileError."""
    path = folder / KEY_FILE
    try:
        lock = _take_lock(folder / LOCK_FILE)
    except OSError as error:
        raise _cannot_use(path, error) from error
    try:
        yield HeldKeyFile(path, read_keys(folder, database_id=database_id)[0])
    finally:
        os.close(lock)


@contextmanager
def making(folder: Path, database: str) -> Iterator[tuple[bool, bool]]:
    """Hold everybody else back while a folder's keys and `database` are made as one; whether each is there.

    Keys without their database mean that the database was lost: whoever opens the folder must refuse, not begin anew.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder / MAKING_LOCK):
            there = folder / database
            # An empty file is what a crash while it was made left behind: no database yet.
            yield os.path.lexists(folder / KEY_FILE), there.exists() and there.stat().st_size > 0
    except OSError as error:
        raise KeyFileError(
            f"cannot use {folder}: {error.strerror or error}", "check the data folder's owner and mode"
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = _take_lock(path)
    try:
        yield
    finally:
        os.close(lock)


def _take_lock(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _draw_key(purpose: str, key_id: int, made_at: str, random: Callable[[int], bytes]) -> Key:
    secret = random(KEY_LENGTH)
    if purpose == "sign":
        # FIPS 186-5 §A.2.1: with 64 bits more than the order has, no scalar is likelier than another.
        secret = (int.from_bytes(secret + random(8)) % (P256_ORDER - 1) + 1).to_bytes(KEY_LENGTH)
    return Key(id=key_id, secret=secret, made_at=made_at)


def _make(path: Path, database_id: str | None, random: Callable[[int], bytes]) -> None:
    """Make the file, unless another process did while we waited for the lock."""
    if os.path.lexists(path):
        return
    if database_id is not None:
        raise KeyFileError(
            f"{path} is missing, but there is a database that needs it",
            "restore the key file from your backup; without it no token or secret can be checked",
        )
    now = SystemClock().now()
    keys = {purpose: (draw_key(purpose, 1, now=now, random=random),) for purpose in PURPOSES}
    draft = _write_draft(path, KeyRing(database_id=uuid_text(random(16)), **keys))
    os.link(draft, path)  # unlike a rename, fails where the name is taken
    draft.unlink()
    _settle(path.parent)


def _upgrade(path: Path, random: Callable[[int], bytes]) -> KeyRing:
    """Give a file of an older format the keys that it has no kind of, unless another process just did.

    A vault that was destroyed, which format 2 can say, stays so.
    """
    found = _read(path)
    if found.format == FORMAT:
        return found.ring
    lacking = ("vault", "sign") if found.format == 1 else ("sign",)
    now = SystemClock().now()
    fresh = {purpose: (draw_key(purpose, 1, now=now, random=random),) for purpose in lacking}
    ring: KeyRing = replace(found.ring, **fresh)  # type: ignore[arg-type]
    _replace(path, ring, wipe=False)
    _log.info("keys.added", purposes=", ".join(lacking), hint=f"back up {path} again")
    return ring


def _replace(path: Path, ring: KeyRing, *, wipe: bool) -> None:
    """Write beside its place, then rename: a crash leaves the old content or the new one, whole and durable."""
    old = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(old)
        draft = _write_draft(path, ring)
        if found.st_uid != os.geteuid():  # root beside a server that runs as another user
            os.chown(draft, found.st_uid, found.st_gid)
        os.replace(draft, path)
        _settle(path.parent)
        if wipe:
            os.pwrite(old, bytes(found.st_size), 0)
            os.fsync(old)
    finally:
        os.close(old)


def _write_draft(path: Path, ring: KeyRing) -> Path:
    draft = path.with_name(path.name + _DRAFT)
    draft.unlink(missing_ok=True)  # left by a crash; nobody else is here, we hold the lock
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(json.dumps(write_ring(ring), indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _settle(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read(path: Path) -> _Found:
    for _ in range(_TRIES):
        content, mark = _read_content(path)
        try:
            said = json.loads(content)
            return _Found(read_ring(said), mark, said["format"])
        except (ValueError, KeyError, TypeError) as error:
            damage = KeyFileError(f"{path} is damaged: {_flaw(error)}", "restore it from your backup")
        if mark_of(str(path)) == mark:
            break  # else it was replaced, and what we had in hand wiped, while we read
    raise damage


def _read_content(path: Path) -> tuple[bytes, Mark]:
    if path.is_symlink():
        raise KeyFileError(f"{path} is a symbolic link", "put the file itself into the data folder")
    # Non-blocking: a named pipe in its place must be refused, not waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        _check_custody(path, found)
        return os.read(descriptor, _MAX_FILE), _mark(found)
    finally:
        os.close(descriptor)


def _mark(found: os.stat_result) -> Mark:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _check_database(path: Path, ring: KeyRing, database_id: str | None) -> None:
    if database_id is not None and ring.database_id != database_id:
        raise KeyFileError(
            f"{path} belongs to another database",
            "the key file and the database are one pair: restore both from the same backup",
        )


def _cannot_use(path: Path, error: OSError) -> KeyFileError:
    return KeyFileError(f"cannot use {path}: {error.strerror or error}", "check the data folder's owner and mode")


def _flaw(error: Exception) -> str:
    # A decoder's message may quote what it read.
    return "it is not JSON" if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) else str(error)


def _check_custody(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise KeyFileError(f"{path} is not a regular file", "put the key file in its place")
    if found.st_mode & 0o077:
        raise KeyFileError(
            f"{path} can be read by others (mode {stat.S_IMODE(found.st_mode):04o})",
            f"run 'chmod 600 {path}'; if others may have read it, rotate the keys",
        )
    me = os.geteuid()
    # root may administrate beside a server that runs as the folder's owner.
    owners = {me} if me != 0 else {me, path.parent.stat().st_uid}
    if found.st_uid not in owners:
        raise KeyFileError(
            f"{path} belongs to user {found.st_uid}, not to user {me}", "run as the data folder's owner, or chown it"
        )
