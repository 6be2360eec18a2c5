"""The mint: ids in order, secrets without bias, digests, seals (attack rows BT-12, CA-19, OT-14, OT-15)."""

import random
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.flows import needs
from frontdesk.protocol.ids import ClientId, CodeId, Digest, GrantId, Micros, NetworkId, SessionId, UserId
from frontdesk.protocol.records import Edge, Grant
from frontdesk.runtime.keyring import Key, KeyRing
from frontdesk.runtime.keys import open_keys
from frontdesk.runtime.mint import Mint

NOW = Micros(1_764_000_000_000_000)
ROW = "0193a1b2-c3d4-7e5f-8a6b-0123456789ab"
GRANT = Grant(
    id=GrantId(ROW),
    user_id=UserId(ROW),
    client_id=ClientId("fdci_x"),
    stamp=-42,
    scopes_asked=("a", "b"),
    scopes_given=("a",),
    edges=(Edge(network_id=NetworkId(ROW)),),
    refresh_digest=Digest(b""),
    code_id=CodeId(ROW),
    created_at=NOW,
)


class _Hand:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> Micros:
        return self.time


def _ring(*keys: int, first: bytes = b"k") -> KeyRing:
    """A ring whose every purpose has keys of these ids."""

    def some(purpose: bytes) -> tuple[Key, ...]:
        return tuple(
            Key(id=n, secret=(purpose + first + bytes((n,))).ljust(32, b"."), made_at="") for n in keys or (1,)
        )

    purposes = {name: some(name[:1].encode()) for name in ("mac", "digest", "seal", "cookie", "vault")}
    return KeyRing(database_id=ROW, **purposes)


@pytest.fixture
def clock() -> _Hand:
    """A clock at a fixed time."""
    return _Hand()


@pytest.fixture
def mint(clock: _Hand) -> Mint:
    """A mint whose randomness can be repeated."""
    return Mint(_ring(), clock, random=random.Random(7).randbytes)


def test_the_mint_is_what_the_walks_need(mint: Mint) -> None:
    """Structurally: every verb of the need is there."""
    assert [name for name in vars(needs.Mint) if not name.startswith("_") and not hasattr(mint, name)] == []


def test_ids_are_uuids_of_version_7_in_order(mint: Mint, clock: _Hand) -> None:
    """RFC 9562 §5.7: the time leads, and within a millisecond each id is greater than the one before."""
    ids = []
    for step in range(2_000):
        clock.time = Micros(NOW + step * 137)
        ids.append(mint.new_id())
    assert ids == sorted(ids)
    assert len(set(ids)) == 2_000
    for text in ids[:10]:
        read = uuid.UUID(text)
        assert (read.version, read.variant, str(read)) == (7, uuid.RFC_4122, text)
        assert abs((read.int >> 80) * 1_000 - NOW) < 1_000_000


def test_ids_stay_in_order_when_the_clock_goes_back(mint: Mint, clock: _Hand) -> None:
    """A clock that steps back an hour does not."""
    before = mint.new_id()
    clock.time = Micros(NOW - 3_600_000_000)
    assert mint.new_id() > before


def test_a_million_login_codes_are_uniform(clock: _Hand) -> None:
    """OT-14: leading zeros kept, each digit in each place a tenth of the time (chi-squared, 9 degrees of freedom)."""
    mint = Mint(_ring(), clock, random=random.Random(14).randbytes)
    counts = [[0] * 10 for _ in range(6)]
    for _ in range(1_000_000):
        code = mint.new_login_code()
        for place, digit in enumerate(code):
            counts[place][ord(digit) - 48] += 1
    assert all(sum(row) == 1_000_000 for row in counts)
    for row in counts:
        assert sum((count - 100_000) ** 2 / 100_000 for count in row) < 33  # p = 0.0001


def test_login_codes_above_the_last_million_are_drawn_again(clock: _Hand) -> None:
    """OT-14: 2**32 is no multiple of a million; the rest would make low codes likelier."""
    drawn = iter(number.to_bytes(4) for number in (0, 2**32 - 1, 4_294_000_000, 4_293_999_999))
    mint = Mint(_ring(), clock, random=lambda n: next(drawn))  # the mint itself draws once when it is made
    assert mint.new_login_code() == "999999"


def test_the_system_s_randomness_is_the_default(tmp_path: Path, clock: _Hand) -> None:
    """OT-14, CA-19: without being told otherwise, two mints of the same keys never agree."""
    ring = open_keys(tmp_path, database_id=None)
    one, other = Mint(ring, clock), Mint(ring, clock)
    made = [m.new_secret("fdcs_") for m in (one, other)] + [m.new_client_id("fdci_") for m in (one, other)]
    assert len(set(made)) == 4


def test_client_ids_are_22_letters_and_digits(mint: Mint) -> None:
    """`fdci_` and 22 characters that need no escaping anywhere."""
    ids = {mint.new_client_id("fdci_") for _ in range(100)}
    assert len(ids) == 100
    for client_id in ids:
        assert client_id[:5] == "fdci_"
        assert len(client_id[5:]) == 22
        assert client_id[5:].isalnum()
        assert client_id.isascii()


def test_secrets_and_row_tokens_carry_256_random_bits(clock: _Hand) -> None:
    """BT-12, CA-19: what is drawn is 32 bytes for each, and nothing else goes in beside the row."""
    drawn: list[int] = []

    def draw(size: int) -> bytes:
        drawn.append(size)
        return bytes(range(size))

    mint = Mint(_ring(), clock, random=draw)
    drawn.clear()
    mint.new_secret("fdns_")
    mint.new_code(CodeId(ROW))
    mint.new_refresh_token(GrantId(ROW))
    mint.new_session_token(SessionId(ROW))
    assert drawn == [32, 32, 32, 32]


def test_every_kind_is_refused_in_every_other_slot(mint: Mint) -> None:
    """D2: a code is no refresh token, a session no access token, a secret none of them."""
    made = {
        "read_code": mint.new_code(CodeId(ROW)),
        "read_refresh_token": mint.new_refresh_token(GrantId(ROW)),
        "read_session_token": mint.new_session_token(SessionId(ROW)),
        "read_access_token": mint.access_token(GRANT, 1, NOW, Micros(NOW + 1)),
        "secret": mint.new_secret("fdcs_"),
        "client id": mint.new_client_id("fdci_"),
    }
    for slot in ("read_code", "read_refresh_token", "read_session_token", "read_access_token"):
        for kind, text in made.items():
            assert (getattr(mint, slot)(text) is not None) == (slot == kind), (slot, kind)


def test_access_tokens_say_what_they_were_told(mint: Mint) -> None:
    """The claims come back; two of the same microsecond differ."""
    made = [mint.access_token(GRANT, 0b10, NOW, Micros(NOW + 3_600_000_000)) for _ in range(100)]
    assert len(set(made)) == 100
    claims = mint.read_access_token(made[0])
    assert claims is not None
    assert (claims.grant_id, claims.stamp, claims.scope_mask) == (GRANT.id, -42, 0b10)
    assert (claims.issued_at, claims.expires_at) == (NOW, NOW + 3_600_000_000)


def test_another_installation_s_access_token_is_refused(mint: Mint, clock: _Hand) -> None:
    """BT-07: the same form, another MAC key."""
    other = Mint(_ring(first=b"other"), clock)
    assert mint.read_access_token(other.access_token(GRANT, 1, NOW, Micros(NOW + 1))) is None


def test_digests_are_keyed_and_prove_only_their_value(mint: Mint, clock: _Hand) -> None:
    """BT-12, OT-15: 33 bytes, the key's id first; without the external key a dump proves nothing."""
    digest = mint.digest("123456")
    assert (len(digest), digest[0]) == (33, 1)
    assert mint.proves("123456", digest)
    assert not mint.proves("123457", digest)
    assert not mint.proves("", digest)
    assert not Mint(_ring(first=b"other"), clock).proves("123456", digest)


@pytest.mark.parametrize("digest", [b"", b"\1", b"\0" * 33, b"\2" + b"x" * 32, b"\1" + b"x" * 32, b"\1" + b"x" * 31])
def test_a_digest_that_is_none_proves_nothing(mint: Mint, digest: bytes) -> None:
    """Unknown key ids and other lengths are a no, never an exception."""
    assert not mint.proves("value", Digest(digest))


@pytest.mark.parametrize("value", ["\ud800", "é", "\0", "x" * 1_000_000])
def test_any_text_can_be_judged(mint: Mint, value: str) -> None:
    """What a caller sends may be anything; it is a wrong value, not an error."""
    assert not mint.proves(value, mint.digest("other"))


def test_digests_of_rotated_keys_still_prove(clock: _Hand) -> None:
    """FT-72: after a rotation the first key makes, and both prove."""
    old, new = Mint(_ring(1), clock), Mint(_ring(2, 1), clock)
    assert new.proves("value", old.digest("value"))
    assert new.digest("value")[0] == 2
    assert new.digests("value") == (new.digest("value"), old.digest("value"))
    assert not old.proves("value", new.digest("value"))
    token = old.access_token(GRANT, 1, NOW, Micros(NOW + 1))
    assert new.read_access_token(token) is not None
    assert new.unseal("purpose", old.seal("purpose", b"content")) == b"content"


def test_what_is_sealed_comes_back_for_its_purpose_only(mint: Mint) -> None:
    """The purpose is authenticated: one kind of sealed text never passes for another."""
    sealed = mint.seal("authorize", b"content")
    assert mint.unseal("authorize", sealed) == b"content"
    assert mint.unseal("login", sealed) is None
    assert mint.unseal("", sealed) is None
    assert mint.unseal("x", mint.seal("x", b"")) == b""


def test_a_sealed_text_shows_nothing_and_never_repeats(mint: Mint) -> None:
    """The same content sealed twice gives two texts, neither of which holds it."""
    texts = {mint.seal("p", b"canary" * 10) for _ in range(50)}
    assert len(texts) == 50
    assert not any("canary" in text or "Y2FuYXJ5" in text for text in texts)


def test_a_sealed_text_that_was_changed_anywhere_is_refused(mint: Mint) -> None:
    """Every character counts: key id, salt, nonce, content, tag; and only the canonical text opens."""
    sealed = mint.seal("p", b"content")
    for place in range(len(sealed)):
        other = "A" if sealed[place] != "A" else "B"
        assert mint.unseal("p", sealed[:place] + other + sealed[place + 1 :]) is None
    for spoiled in (sealed[:-1], sealed + "A", sealed + "=", " " + sealed, "", "AQ", "é", sealed[:40]):
        assert mint.unseal("p", spoiled) is None


def test_short_proofs_depend_on_purpose_and_content(mint: Mint, clock: _Hand) -> None:
    """128 bits in base64url; no purpose runs over into its content."""
    proofs = {mint.mac("a", "bc"), mint.mac("ab", "c"), mint.mac("", "abc"), mint.mac("1:a", "bc"), mint.mac("a", "")}
    assert len(proofs) == 5
    assert {len(proof) for proof in proofs} == {22}
    assert mint.mac("a", "bc") == mint.mac("a", "bc")
    assert Mint(_ring(first=b"other"), clock).mac("a", "bc") not in proofs


def test_stamps_are_signed_64_bit_numbers(mint: Mint) -> None:
    """As the database stores them, of both signs."""
    stamps = {mint.new_stamp() for _ in range(200)}
    assert len(stamps) == 200
    assert min(stamps) < 0 < max(stamps)
    assert all(mint.read_access_token(mint.access_token(replace(GRANT, stamp=s), 1, NOW, NOW)) for s in stamps)
