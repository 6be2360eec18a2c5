"""All keys of one installation, and how they lie in the key file's JSON. Pure: nothing is read or drawn here.

    {"format": 3, "database": "<id>", "keys": {"mac": [{"id": 1, "made_at": "2026-…Z", "key": "<base64url>"}, …], …}}

Of a purpose's keys the first that is neither "new" nor "retired" makes, and all but the retired read. A "state" is
written only where it is one of these two. `vault` may be empty: its keys were destroyed, for good. A key of `sign` is
a scalar of P-256, and may say "from" when it makes: `signing.py` tells how.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from frontdesk.protocol.ids import SECOND, Micros, read_uuid
from frontdesk.protocol.keys import PURPOSES, KeyFacts, KeyState
from frontdesk.protocol.tokens import base64url, read_base64url

FORMAT = 3
KEY_LENGTH = 32
MAX_ID = 255
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SEC 2 §2.4.2

_PURPOSES = {1: PURPOSES[:4], 2: PURPOSES[:5], FORMAT: PURPOSES}  # by format


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of one purpose."""

    id: int  # 1 to 255; stored with whatever the key made
    secret: bytes = field(repr=False)
    made_at: str  # UTC, for people: when to rotate
    state: KeyState | None = None  # NEW and RETIRED only: else its place in the list tells
    makes_from: Micros | None = None  # of a key that signs: others must know it first


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """All keys of one installation, and the database that they belong to."""

    database_id: str
    mac: tuple[Key, ...]  # signs access tokens
    digest: tuple[Key, ...]  # makes the digests that secrets are stored as
    seal: tuple[Key, ...]  # encrypts what a sign-in carries along
    cookie: tuple[Key, ...]  # short proofs: form tokens, budget keys, trusted browsers
    vault: tuple[Key, ...] = ()  # encrypts the secrets that their owners may see again
    sign: tuple[Key, ...] = ()  # signs assertions to the API

    def keys(self, purpose: str) -> tuple[Key, ...]:
        """All keys of a purpose, the retired included."""
        keys: tuple[Key, ...] = getattr(self, purpose)
        return keys

    def in_force(self, purpose: str) -> tuple[Key, ...]:
        """The keys that read, the making one first; empty only for a vault that was destroyed."""
        making = self.making(purpose)
        others = (key for key in self.keys(purpose) if key.state is not KeyState.RETIRED and key is not making)
        return () if making is None else (making, *others)

    def making(self, purpose: str) -> Key | None:
        """The key that makes."""
        return next((key for key in self.keys(purpose) if key.state is None), None)

    def state_of(self, purpose: str, key: Key) -> KeyState:
        """How one of its keys stands."""
        if key.state is not None:
            return key.state
        return KeyState.MAKING if key is self.making(purpose) else KeyState.READING

    def tell(self) -> list[KeyFacts]:
        """Every key, without the key itself."""
        return [
            KeyFacts(
                purpose=purpose,
                id=key.id,
                made_at=key.made_at,
                state=self.state_of(purpose, key),
                print=hashlib.sha256(b"print of a key\n" + key.secret).hexdigest()[:16],
                makes_from=key.makes_from,
            )
            for purpose in PURPOSES
            for key in self.keys(purpose)
        ]


def read_ring(content: Any) -> KeyRing:
    """The ring that the file's JSON says, of any format; ValueError, which never quotes a key, where it is damaged.

    One of format 1 comes without a vault, one of format 1 or 2 without a key that signs.
    """
    file_format = content.get("format") if isinstance(content, dict) else None
    if type(file_format) is not int or file_format not in _PURPOSES:
        raise ValueError(f"its format is none of 1 to {FORMAT}")
    purposes = _PURPOSES[file_format]
    database = content.get("database")
    if not isinstance(database, str) or read_uuid(database) != database:
        raise ValueError('"database" is not an id')
    keys = content.get("keys")
    if not isinstance(keys, dict) or set(keys) != set(purposes):
        raise ValueError(f'"keys" does not hold exactly {", ".join(purposes)}')
    return KeyRing(database_id=database, **{purpose: _read_keys(purpose, keys[purpose]) for purpose in purposes})


def write_ring(ring: KeyRing) -> dict[str, Any]:
    """What the file's JSON says of a ring, in the newest format."""
    keys = {purpose: [_write_key(key) for key in ring.keys(purpose)] for purpose in PURPOSES}
    return {"format": FORMAT, "database": ring.database_id, "keys": keys}


def _read_keys(purpose: str, listed: Any) -> tuple[Key, ...]:
    if not isinstance(listed, list) or not (listed or purpose == "vault"):
        raise ValueError(f'no key for "{purpose}"')
    keys = tuple(_read_key(purpose, item) for item in listed)
    if len({key.id for key in keys}) != len(keys):
        raise ValueError(f'two keys for "{purpose}" have one id')
    if keys and not any(key.state is None for key in keys):
        raise ValueError(f'no key for "{purpose}" makes')
    return keys


def _read_key(purpose: str, item: Any) -> Key:
    if not isinstance(item, dict):
        raise ValueError(f'a key for "{purpose}" is no object')
    key_id, made_at, text, state, start = (item.get(name) for name in ("id", "made_at", "key", "state", "from"))
    secret = read_base64url(text) if isinstance(text, str) else None
    if type(key_id) is not int or not 1 <= key_id <= MAX_ID or not isinstance(made_at, str):
        raise ValueError(f'a key for "{purpose}" has no id or date')
    if secret is None or len(secret) != KEY_LENGTH or not any(secret):
        raise ValueError(f'a key for "{purpose}" is not {KEY_LENGTH} bytes')
    if purpose == "sign" and int.from_bytes(secret) >= P256_ORDER:
        raise ValueError('a key for "sign" is no scalar of P-256')
    if state not in (None, KeyState.NEW.value, KeyState.RETIRED.value):
        raise ValueError(f'a key for "{purpose}" is in no known state')
    return Key(
        id=key_id,
        secret=secret,
        made_at=made_at,
        state=KeyState(state) if state is not None else None,
        makes_from=_read_start(purpose, start),
    )


def _read_start(purpose: str, text: Any) -> Micros | None:
    if text is None:
        return None
    try:
        return Micros(int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp()) * SECOND)
    except (TypeError, ValueError):
        raise ValueError(f'a key for "{purpose}" makes from no known time on') from None


def _write_key(key: Key) -> dict[str, Any]:
    said: dict[str, Any] = {"id": key.id, "made_at": key.made_at, "key": base64url(key.secret)}
    if key.state is not None:
        said["state"] = key.state.value
    if key.makes_from is not None:
        said["from"] = write_time(key.makes_from)
    return said


def write_time(at: Micros) -> str:
    """A time as people read it in the file, to the second."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
