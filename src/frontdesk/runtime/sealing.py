"""Encrypting what travels or rests sealed: AES-256-GCM, with a key of its own for each message."""

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from frontdesk.runtime.keyring import Key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SALT = 16
_NONCE = 12
_TAG = 16


def encrypt(key: Key, label: bytes, content: bytes, *, bound_to: bytes, random: Callable[[int], bytes]) -> bytes:
    """Salt, nonce and ciphertext. `label` keeps the uses of a key apart; `bound_to` must be the same at `decrypt`."""
    salt, nonce = random(_SALT), random(_NONCE)
    return salt + nonce + _cipher(key, label, salt).encrypt(nonce, content, bound_to)


def decrypt(key: Key, label: bytes, raw: bytes, *, bound_to: bytes) -> bytes | None:
    """The content again; None where anything was changed."""
    if len(raw) < _SALT + _NONCE + _TAG:
        return None
    from cryptography.exceptions import InvalidTag

    salt, rest = raw[:_SALT], raw[_SALT:]
    try:
        return _cipher(key, label, salt).decrypt(rest[:_NONCE], rest[_NONCE:], bound_to)
    except InvalidTag:
        return None


def _cipher(key: Key, label: bytes, salt: bytes) -> "AESGCM":
    # Imported late: it is a third of the command line's start. A key for each message: random nonces under one
    # eternal key would run out after some billion messages (NIST SP 800-38D §8.3).
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hmac.digest(key.secret, label + salt, "sha256"))
