"""Token formats: canonical, checked by CRC, one kind in one slot (attack rows CA-19, CD-09, BT-06, BT-12)."""

import binascii
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.protocol import tokens
from frontdesk.protocol.access import AccessClaims
from frontdesk.protocol.ids import Micros

ROW = "0193a1b2-c3d4-7e5f-8a6b-0123456789ab"
RANDOM = bytes(range(100, 132))
KEY = b"k" * 32
KEYS = {1: KEY}
CLAIMS = AccessClaims(
    grant_id=ROW, stamp=-(2**63), issued_at=Micros(1_764_000_000_123_456), expires_at=Micros(2**63), scope_mask=0b1011
)
ROW_KINDS = (tokens.REFRESH, tokens.CODE, tokens.SESSION, tokens.ADMIN_KEY)
SECRET_KINDS = (tokens.CLIENT_SECRET, tokens.NETWORK_SECRET, tokens.RESOURCE_SERVER_SECRET)


def _access(claims: AccessClaims = CLAIMS, counter: int = 7) -> str:
    return tokens.write_access_token(claims, counter=counter, key_id=1, key=KEY)


def _samples() -> dict[str, str]:
    return {
        tokens.ACCESS: _access(),
        **{kind: tokens.write_row_token(kind, ROW, RANDOM) for kind in ROW_KINDS},
        **{kind: tokens.write_secret(kind, RANDOM) for kind in SECRET_KINDS},
    }


def _reads(kind: str, text: str) -> bool:
    """Whether the slot of this kind takes the text."""
    if kind == tokens.ACCESS:
        return tokens.read_access_token(text, KEYS) is not None
    if kind in ROW_KINDS:
        return tokens.read_row_token(kind, text) is not None
    return tokens.is_secret(kind, text)


def _sign_again(front: str) -> str:
    """What an attacker can do to any text: end it in a right CRC."""
    return front + tokens.checksum(front.encode("utf-8", "surrogatepass")).decode()


def test_each_kind_reads_back_what_was_written() -> None:
    """Writing and reading are one pair for every kind."""
    assert tokens.read_access_token(_access(), KEYS) == CLAIMS
    for kind in ROW_KINDS:
        assert tokens.read_row_token(kind, tokens.write_row_token(kind, ROW, RANDOM)) == ROW
    for kind in SECRET_KINDS:
        assert tokens.is_secret(kind, tokens.write_secret(kind, RANDOM))


def test_a_secret_is_a_prefix_43_characters_and_a_crc() -> None:
    """CA-19: 256 bits, 43 or more characters, a prefix and a checksum that anybody can compute."""
    secret = tokens.write_secret(tokens.CLIENT_SECRET, RANDOM)
    body, crc = secret[5:-6], secret[-6:]
    assert secret.startswith("fdcs_")
    assert len(body) == 43
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number = 0
    for character in crc:
        number = number * 62 + alphabet.index(character)
    assert number == binascii.crc32(secret[:-6].encode())


def test_the_crc_keeps_its_leading_zeros() -> None:
    """A small CRC is padded to six characters: every token of a kind has one length."""
    found = next(n for n in range(100_000) if binascii.crc32(f"{n}".encode()) < 62**4)
    assert len(tokens.checksum(f"{found}".encode())) == 6
    assert tokens.checksum(f"{found}".encode()).startswith(b"00")


@pytest.mark.parametrize("slot", list(_samples()))
def test_each_kind_is_refused_in_every_other_slot(slot: str) -> None:
    """D2: one kind never passes for another, not even with its prefix exchanged and its CRC made right."""
    for kind, text in _samples().items():
        assert _reads(slot, text) == (kind == slot)
        if kind != slot:
            swapped = _sign_again(slot + text[5:-6])
            may_pass = {kind, slot} <= set(ROW_KINDS) or {kind, slot} <= set(SECRET_KINDS)
            # Of one layout, the digest tells them apart: it is made over the prefix too.
            assert _reads(slot, swapped) == may_pass


NON_CANONICAL = [
    ("padded", lambda text: text[:-6] + "=" + text[-6:]),
    ("body padded, CRC right", lambda text: _sign_again(text[:-6] + "=")),
    ("body padded twice, CRC right", lambda text: _sign_again(text[:-6] + "==")),
    ("truncated", lambda text: text[:-1]),
    ("body truncated, CRC right", lambda text: _sign_again(text[:-7])),
    ("longer", lambda text: text + "0"),
    ("body longer, CRC right", lambda text: _sign_again(text[:-6] + "A")),
    ("case flipped", lambda text: text.swapcase()),
    ("prefix in capitals", lambda text: text[:5].upper() + text[5:]),
    ("prefix in capitals, CRC right", lambda text: _sign_again(text[:5].upper() + text[5:-6])),
    ("space before", lambda text: " " + text),
    ("space after", lambda text: text + " "),
    ("line feed after", lambda text: text + "\n"),
    ("line feed inside, CRC right", lambda text: _sign_again(text[:20] + "\n" + text[21:-6])),
    ("standard alphabet, CRC right", lambda text: _sign_again(text[:20] + "+" + text[21:-6])),
    ("slash, CRC right", lambda text: _sign_again(text[:20] + "/" + text[21:-6])),
    ("dot inside, CRC right", lambda text: _sign_again(text[:20] + "." + text[21:-6])),
    ("non-ASCII letter, CRC right", lambda text: _sign_again(text[:20] + "é" + text[21:-6])),
    ("full-width digit in the CRC", lambda text: text[:-1] + "０"),
    ("half a surrogate pair", lambda text: text[:20] + "\ud800" + text[21:]),
    ("NUL", lambda text: text[:20] + "\0" + text[21:]),
    ("CRC of another", lambda text: text[:-6] + tokens.checksum(b"another").decode()),
    ("empty", lambda text: ""),
    ("prefix alone", lambda text: text[:5]),
    ("prefix and CRC", lambda text: _sign_again(text[:5])),
]


@pytest.mark.parametrize(("name", "spoil"), NON_CANONICAL, ids=[name for name, _ in NON_CANONICAL])
@pytest.mark.parametrize("kind", list(_samples()))
def test_only_the_canonical_text_is_read(kind: str, name: str, spoil: object) -> None:
    """CD-09: truncated, padded, case-flipped, another alphabet: each is refused, with a right CRC too."""
    assert callable(spoil)
    assert not _reads(kind, spoil(_samples()[kind]))


@pytest.mark.parametrize("kind", SECRET_KINDS)
def test_trailing_bits_must_be_zero(kind: str) -> None:
    """CD-09: 43 characters hold two bits more than 32 bytes; only one of the four texts is the secret."""
    secret = tokens.write_secret(kind, bytes(32))
    last = secret[-7]
    others = [_sign_again(secret[:-7] + character) for character in "ABCD" if character != last]
    assert [tokens.is_secret(kind, text) for text in others] == [False] * 3


def test_every_single_character_counts() -> None:
    """Any one character exchanged breaks the CRC or the MAC."""
    token = _access()
    for place in range(len(token)):
        for character in "A0-":
            if token[place] != character:
                spoiled = token[:place] + character + token[place + 1 :]
                assert tokens.read_access_token(spoiled, KEYS) is None
                if 5 <= place < len(token) - 6:
                    assert tokens.read_access_token(_sign_again(spoiled[:-6]), KEYS) is None


class _Unhashable(str):
    """A text that cannot be turned into bytes, which every hash needs."""

    def encode(self, *_: object) -> bytes:
        raise AssertionError("bytes were asked for")


@pytest.mark.parametrize("kind", list(_samples()))
@pytest.mark.parametrize("size", [0, 20, 1_000, 8_000, 100_000])
def test_nothing_of_another_length_is_hashed(kind: str, size: int) -> None:
    """BT-06: the length is bounded before the CRC and the MAC."""
    assert not _reads(kind, _Unhashable(kind + "A" * size))


def test_the_longest_access_token_still_reads() -> None:
    """256 scopes fit; one more is refused when the token is made."""
    longest = replace(CLAIMS, scope_mask=2**256 - 1)
    assert tokens.read_access_token(_access(longest), KEYS) == longest
    with pytest.raises(ValueError):
        _access(replace(CLAIMS, scope_mask=2**256))


@pytest.mark.parametrize("claims", [replace(CLAIMS, scope_mask=-1), replace(CLAIMS, stamp=2**63)])
def test_a_claim_that_does_not_fit_is_an_error(claims: AccessClaims) -> None:
    """Nothing is cut silently."""
    with pytest.raises((OverflowError, struct.error)):
        _access(claims)


@given(
    stamp=st.integers(-(2**63), 2**63 - 1),
    issued=st.integers(0, 2**64 - 1),
    lifetime=st.integers(0, 2**40),
    mask=st.integers(0, 2**256 - 1),
    counter=st.integers(0, tokens.MAX_COUNTER),
)
def test_any_claims_read_back_exactly(stamp: int, issued: int, lifetime: int, mask: int, counter: int) -> None:
    """To the microsecond: the very instant of expiry is the one that was asked for."""
    claims = AccessClaims(
        grant_id=ROW,
        stamp=stamp,
        issued_at=Micros(issued),
        expires_at=Micros(min(issued + lifetime, 2**64 - 1)),
        scope_mask=mask,
    )
    assert tokens.read_access_token(_access(claims, counter), KEYS) == claims


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    """Whatever is sent gives a value or None."""
    for kind in _samples():
        for sent in (text, kind + text, _sign_again(kind + text)):
            assert not _reads(kind, sent) or sent in _samples().values()


def test_a_mac_of_another_key_proves_nothing() -> None:
    """BT-07: another installation's token, an unknown key id, another version."""
    assert tokens.read_access_token(_access(), {1: b"x" * 32}) is None
    assert tokens.read_access_token(_access(), {2: KEY}) is None
    assert tokens.read_access_token(_access(), {}) is None
    assert tokens.read_access_token(tokens.write_access_token(CLAIMS, counter=0, key_id=2, key=KEY), KEYS) is None


def test_a_rotated_key_still_reads() -> None:
    """Several keys: the token's key id picks its key."""
    old = tokens.write_access_token(CLAIMS, counter=0, key_id=1, key=KEY)
    new = tokens.write_access_token(CLAIMS, counter=0, key_id=2, key=b"n" * 32)
    both = {1: KEY, 2: b"n" * 32}
    assert tokens.read_access_token(old, both) == tokens.read_access_token(new, both) == CLAIMS
