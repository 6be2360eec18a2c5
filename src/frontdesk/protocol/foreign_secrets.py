"""Hashes of secrets that were made elsewhere: which are taken over, and what checking one may cost.

Django's password hashers, RFC 8018 §5.2 (PBKDF2), bcrypt, RFC 9106 (Argon2id), the PHC string format that Ory Hydra
writes, and the plain SHA-256 of Doorkeeper. A hash whose check would cost more than the limits below is not read: it
would be a lever for whoever sends wrong secrets.
"""

import re
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, field
from typing import TypeAlias

MAX_HASH = 512  # characters
MAX_ITERATIONS = 3_000_000  # of PBKDF2, all blocks together: Django's default of 2025 is 1,200,000
MAX_BCRYPT_COST = 14  # about a second
MAX_ARGON2_MEMORY = 131_072  # KiB; Django's default is 102,400
MAX_ARGON2_WORK = 524_288  # KiB times passes
_MAX_SALT = 128
_BLOCK = {"sha1": 20, "sha256": 32, "sha512": 64}

_NUMBER = r"([1-9][0-9]{0,9})"
_BASE64 = r"([A-Za-z0-9+/]{16,200}={0,2})"
_BCRYPT = r"(\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53})"
_DJANGO_PBKDF2 = re.compile(rf"pbkdf2_(sha1|sha256)\${_NUMBER}\$([\x21-\x23\x25-\x7e]{{1,128}})\${_BASE64}")
_PHC_PBKDF2 = re.compile(
    rf"\$pbkdf2-(sha256|sha512)\$i={_NUMBER},l=[1-9][0-9]{{0,3}}\$([A-Za-z0-9+/]{{8,200}})\${_BASE64}"
)
_ANY_BCRYPT = re.compile(rf"(bcrypt\$|bcrypt_sha256\$)?{_BCRYPT}")
_ARGON2 = re.compile(
    rf"(?:argon2)?\$argon2id\$v=19\$m={_NUMBER},t={_NUMBER},p={_NUMBER}\$([A-Za-z0-9+/]{{11,200}})\${_BASE64}"
)
_SHA256 = re.compile(r"sha256\$([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbkdf2Hash:
    """PBKDF2-HMAC: the hash function's name, and what the secret must come to."""

    function: str
    iterations: int
    salt: bytes = field(repr=False)
    expected: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BcryptHash:
    """The 60 characters of bcrypt. `prehashed`: of the secret's SHA-256 in hex, as Django's `bcrypt_sha256`."""

    text: bytes = field(repr=False)
    prehashed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Hash:
    """Argon2id, version 19. `memory` in KiB."""

    memory: int
    passes: int
    lanes: int
    salt: bytes = field(repr=False)
    expected: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sha256Hash:
    """SHA-256 with nothing added: cheap to check, and as good for a random secret."""

    expected: bytes = field(repr=False)


ForeignHash: TypeAlias = Pbkdf2Hash | BcryptHash | Argon2Hash | Sha256Hash


def judge_hash(text: str) -> bool:
    """Whether a hash can be taken over: of a known form, and checked at a bounded cost."""
    return read_hash(text) is not None


def read_hash(text: str) -> ForeignHash | None:
    """Read a hash made elsewhere; None for an unknown or damaged form, and for one that costs too much to check."""
    if len(text) > MAX_HASH:
        return None
    for reader in (_read_django, _read_phc, _read_bcrypt, _read_argon2, _read_sha256):
        found = reader(text)
        if found is not None:
            return found
    return None


def read_plain_sha256(text: str) -> bytes | None:
    """The 32 bytes of a `sha256$…`; None for a hash of another form."""
    found = _SHA256.fullmatch(text)
    return bytes.fromhex(found[1]) if found is not None else None


def _read_django(text: str) -> ForeignHash | None:
    found = _DJANGO_PBKDF2.fullmatch(text)
    if found is None:
        return None
    function, iterations, salt, raw = found.groups()
    expected = _decode(raw)
    if expected is None or len(expected) != _BLOCK[function]:
        return None
    return _pbkdf2(function, int(iterations), salt.encode("ascii"), expected)


def _read_phc(text: str) -> ForeignHash | None:
    """The length that stands in it is not read: Hydra goes by what is there, and hashes exist where the two differ."""
    found = _PHC_PBKDF2.fullmatch(text)
    if found is None:
        return None
    function, iterations, raw_salt, raw = found.groups()
    salt, expected = _decode(raw_salt), _decode(raw)
    if salt is None or expected is None:
        return None
    return _pbkdf2(function, int(iterations), salt, expected)


def _pbkdf2(function: str, iterations: int, salt: bytes, expected: bytes) -> Pbkdf2Hash | None:
    blocks = -(-len(expected) // _BLOCK[function])  # each costs all the iterations
    if iterations * blocks > MAX_ITERATIONS or len(salt) > _MAX_SALT:
        return None
    return Pbkdf2Hash(function=function, iterations=iterations, salt=salt, expected=expected)


def _read_bcrypt(text: str) -> ForeignHash | None:
    found = _ANY_BCRYPT.fullmatch(text)
    if found is None or not 4 <= int(found[3]) <= MAX_BCRYPT_COST:
        return None
    return BcryptHash(text=found[2].encode("ascii"), prehashed=found[1] == "bcrypt_sha256$")


def _read_argon2(text: str) -> ForeignHash | None:
    found = _ARGON2.fullmatch(text)
    if found is None:
        return None
    memory, passes, lanes = int(found[1]), int(found[2]), int(found[3])
    salt, expected = _decode(found[4]), _decode(found[5])
    # RFC 9106 §3.1: at least 8 KiB of memory a lane.
    if memory > MAX_ARGON2_MEMORY or memory * passes > MAX_ARGON2_WORK or not 1 <= lanes <= memory // 8:
        return None
    if salt is None or not 8 <= len(salt) <= _MAX_SALT or expected is None or not 16 <= len(expected) <= 64:
        return None
    return Argon2Hash(memory=memory, passes=passes, lanes=lanes, salt=salt, expected=expected)


def _read_sha256(text: str) -> ForeignHash | None:
    expected = read_plain_sha256(text)
    return Sha256Hash(expected=expected) if expected is not None else None


def _decode(text: str) -> bytes | None:
    """Base64 with or without its padding."""
    bare = text.rstrip("=")
    try:
        return b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except Error:
        return None
