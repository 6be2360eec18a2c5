"""Refresh tokens that were issued elsewhere: what one can look like, and what it is known by. RFC 6749 §A.17.

Most are known by all of their text. Of an Ory Hydra token `ory_rt_<key>.<signature>` only the signature is in Hydra's
database: such a token is known by that part until its first right use, and by all of it from then on.
"""

import hashlib

MAX_TOKEN = 4_096  # characters
MIN_TOKEN = 16
_SIGNED = b"what follows the last dot of a token"


def could_be_foreign(token: str) -> bool:
    """Whether a text could be a refresh token of any server: visible ASCII of a sane length."""
    return MIN_TOKEN <= len(token) <= MAX_TOKEN and token.isascii() and token.isprintable()


def read_signature_hash(token: str) -> bytes | None:
    """The hash of a token's part after its last dot, marked; None where the token has no two parts."""
    head, dot, signature = token.rpartition(".")
    if not dot or not head or not signature:
        return None
    return mark_signature(hashlib.sha256(signature.encode("ascii", "replace")).digest())


def mark_signature(sha256: bytes) -> bytes:
    """Turn the hash of a signature into one that no whole token can have.

    Unmarked, a signature read out of a stolen database would itself be taken for a token.
    """
    return hashlib.sha256(_SIGNED + b"\0" + sha256).digest()
