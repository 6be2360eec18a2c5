"""How a strict client's refresh token is replaced: confirmed by its first use, derived, never stored in the clear.

RFC 9700 §4.14.2, DESIGN D7. The first refresh token of a grant is random. The next one is a function of the grant and
its number, so that everybody who refreshes with the same token is given the same successor and nothing is written until
somebody uses it:

    fdrt_   grant id 16 | generation 4, big-endian | 28 bytes of HMAC-SHA256(key, "rotate" | grant id | generation)
"""

import hmac
from collections.abc import Iterable
from enum import Enum, auto

from frontdesk.protocol import tokens
from frontdesk.protocol.ids import GrantId, uuid_bytes
from frontdesk.protocol.macs import mac
from frontdesk.protocol.records import Grant

_NUMBER = 4
_PROOF = tokens.RANDOM_LENGTH - _NUMBER
_PURPOSE = b"rotate"


class Standing(Enum):
    """What a genuine refresh token is to its grant."""

    CURRENT = auto()
    SUCCESSOR = auto()  # handed out, not used so far: using it puts it in the current one's place
    REPLACED = auto()  # an earlier one; whoever presents it lost it, or stole it


def write_successor(grant: Grant, key: bytes) -> str:
    """The refresh token that follows a grant's current one, under the key that its current digest was made with."""
    generation = grant.generation + 1
    return tokens.write_row_token(tokens.REFRESH, grant.id, _body(grant.id, generation, key))


def read_generation(token: str, grant_id: GrantId, keys: Iterable[bytes]) -> int | None:
    """Which of a grant's derived tokens this is, proven under one of `keys`; None: none of them, nor its first one."""
    parts = tokens.read_row_body(tokens.REFRESH, token)
    if parts is None or parts[0] != grant_id:
        return None
    body = parts[1]
    generation = int.from_bytes(body[:_NUMBER])
    # Every key is tried: how long it takes tells nothing about which of them is right.
    proven = [hmac.compare_digest(_body(grant_id, generation, key), body) for key in keys]
    return generation if generation > 0 and any(proven) else None


def judge_standing(grant: Grant, *, is_current: bool, generation: int | None, is_first: bool) -> Standing | None:
    """What a token is to its grant; None where it proves nothing.

    `is_current` and `is_first`: it proves the digest of the current, of the first token. `generation`: as read.
    """
    if is_current:
        return Standing.CURRENT
    if generation is not None:
        if generation == grant.generation + 1:
            return Standing.SUCCESSOR
        return Standing.REPLACED if generation < grant.generation else None
    return Standing.REPLACED if is_first and grant.generation > 0 else None


def _body(grant_id: GrantId, generation: int, key: bytes) -> bytes:
    number = generation.to_bytes(_NUMBER)
    return number + mac(key, _PURPOSE + uuid_bytes(grant_id) + number)[:_PROOF]
