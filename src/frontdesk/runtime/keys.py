"""The key file: what signs tokens, proves and seals secrets. Kept outside the database (DESIGN D2, D8).

`keys.json` in the data folder, readable by its owner only, made once, together with a new database:

    {"format": 1, "database": "<id>", "keys": {"mac": [{"id": 1, "made_at": "2026-…Z", "key": "<base64url>"}], …}}

Each purpose has a list of keys: the first makes, all of them read, so that keys can be rotated.
"""

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from frontdesk.protocol.ids import SECOND, read_uuid, uuid_text
from frontdesk.protocol.tokens import base64url, read_base64url
from frontdesk.runtime.clock import SystemClock

KEY_FILE = "keys.json"
LOCK_FILE = "keys.lock"
MAKING_LOCK = "making.lock"
PURPOSES = ("mac", "digest", "seal", "cookie")
FORMAT = 1
KEY_LENGTH = 32
_MAX_FILE = 64 * 1024


class KeyFileError(Exception):
    """The keys cannot be used; the message says what is wrong, `hint` what to do."""

    def __init__(self, problem: str, hint: str) -> None:
        """`problem` and `hint` are one line each, for people; neither ever holds a key."""
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of one purpose."""

    id: int  # 1 to 255; stored with whatever the key made
    secret: bytes = field(repr=False)
    made_at: str  # UTC, for people: when to rotate


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """All keys of one installation, and the database that they belong to."""

    database_id: str
    mac: tuple[Key, ...]  # signs access tokens
    digest: tuple[Key, ...]  # makes the digests that secrets are stored as
    seal: tuple[Key, ...]  # encrypts what travels or rests sealed
    cookie: tuple[Key, ...]  # short proofs: form tokens, budget keys


def make_ring(database_id: str, *, random: Callable[[int], bytes] = os.urandom) -> KeyRing:
    """Fresh keys that are kept nowhere: for a store that lives in memory."""
    keys = {purpose: (Key(id=1, secret=random(KEY_LENGTH), made_at=""),) for purpose in PURPOSES}
    return KeyRing(database_id=database_id, **keys)


def open_keys(folder: Path, *, database_id: str | None, random: Callable[[int], bytes] = os.urandom) -> KeyRing:
    """The keys of the data folder; made when both they and the database are missing.

    `database_id` is the id that the database holds, None where there is no database yet: a new one must then take
    the id of the key ring that is returned. Of several processes that start at once, one makes the file and the
    others read it. Raises `KeyFileError`, and never replaces a file that is there.
    """
    path = folder / KEY_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder / LOCK_FILE):
            if not os.path.lexists(path):
                if database_id is not None:
                    raise KeyFileError(
                        f"{path} is missing, but there is a database that needs it",
                        "restore the key file from your backup; without it no token or secret can be checked",
                    )
                _write_new(path, random)
            ring = _read(path)
    except OSError as error:
        raise KeyFileError(
            f"cannot use {path}: {error.strerror or error}", "check the data folder's owner and mode"
        ) from error
    if database_id is not None and ring.database_id != database_id:
        raise KeyFileError(
            f"{path} belongs to another database",
            "the key file and the database are one pair: restore both from the same backup",
        )
    return ring


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
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write_new(path: Path, random: Callable[[int], bytes]) -> None:
    """Write the whole file beside its place, then link it there: a crash leaves no half of a key file."""
    made_at = datetime.fromtimestamp(SystemClock().now() // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys = {purpose: [{"id": 1, "made_at": made_at, "key": base64url(random(KEY_LENGTH))}] for purpose in PURPOSES}
    content = json.dumps({"format": FORMAT, "database": uuid_text(random(16)), "keys": keys}, indent=2) + "\n"
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)  # left by a crash; nobody else is here, we hold the lock
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.link(draft, path)  # unlike a rename, fails where the name is taken
    draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read(path: Path) -> KeyRing:
    if path.is_symlink():
        raise KeyFileError(f"{path} is a symbolic link", "put the file itself into the data folder")
    # Non-blocking: a named pipe in its place must be refused, not waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check_custody(path, os.fstat(descriptor))
        content = os.read(descriptor, _MAX_FILE)
    finally:
        os.close(descriptor)
    try:
        return _parse(json.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileError(f"{path} is damaged: {_flaw(error)}", "restore it from your backup") from None


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


def _parse(content: Any) -> KeyRing:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    database = content.get("database")
    if not isinstance(database, str) or read_uuid(database) != database:
        raise ValueError('"database" is not an id')
    keys = content.get("keys")
    if not isinstance(keys, dict) or set(keys) != set(PURPOSES):
        raise ValueError(f'"keys" does not hold exactly {", ".join(PURPOSES)}')
    return KeyRing(database_id=database, **{purpose: _parse_keys(purpose, keys[purpose]) for purpose in PURPOSES})


def _parse_keys(purpose: str, listed: Any) -> tuple[Key, ...]:
    if not isinstance(listed, list) or not listed:
        raise ValueError(f'no key for "{purpose}"')
    keys = tuple(_parse_key(purpose, item) for item in listed)
    if len({key.id for key in keys}) != len(keys):
        raise ValueError(f'two keys for "{purpose}" have one id')
    return keys


def _parse_key(purpose: str, item: Any) -> Key:
    key_id, made_at, text = (
        (item.get(name) for name in ("id", "made_at", "key")) if isinstance(item, dict) else [None] * 3
    )
    secret = read_base64url(text) if isinstance(text, str) else None
    if type(key_id) is not int or not 1 <= key_id <= 255 or not isinstance(made_at, str):
        raise ValueError(f'a key for "{purpose}" has no id or date')
    if secret is None or len(secret) != KEY_LENGTH or not any(secret):
        raise ValueError(f'a key for "{purpose}" is not {KEY_LENGTH} bytes')
    return Key(id=key_id, secret=secret, made_at=made_at)
