"""HMAC-SHA256 in two prepared hashes. RFC 2104, RFC 4231."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as some

from frontdesk.protocol.macs import mac


@given(key=some.binary(max_size=64), message=some.binary(max_size=300))
def test_it_is_what_the_library_makes(key: bytes, message: bytes) -> None:
    """For every key and message, also again under a key that was used before."""
    assert mac(key, message) == mac(key, message) == hmac.digest(key, message, "sha256")


def test_the_standards_own_example() -> None:
    """RFC 4231 §4.3."""
    said = mac(b"Jefe", b"what do ya want for nothing?")
    assert said.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_key_longer_than_a_block_is_refused() -> None:
    """It would have to be hashed first; none of ours is that long."""
    with pytest.raises(ValueError):
        mac(bytes(65), b"")
