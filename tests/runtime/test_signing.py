"""Which key signs when, which are published, and that others can check what is signed (row JW-13)."""

import json
import os
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet

from frontdesk.protocol.assertions import ALGORITHM, SIGNS_AFTER, STAYS_AFTER, TYPE
from frontdesk.protocol.ids import HOUR, SECOND, Micros
from frontdesk.protocol.keys import KeyState
from frontdesk.runtime.keyring import Key, KeyRing
from frontdesk.runtime.keys import make_ring
from frontdesk.runtime.signing import Signing
from frontdesk.runtime.signing_order import begin_later, find_signing, list_published

NOW = Micros(1_800_000_000 * SECOND)
RING = make_ring("x")
SECRETS = [make_ring("x").sign[0].secret for _ in range(4)]


def key(number: int, start: int | None = None, state: KeyState | None = None) -> Key:
    """A signing key; `start` is when it begins, from NOW on."""
    return Key(
        id=number,
        secret=SECRETS[number],
        made_at="",
        state=state,
        makes_from=Micros(NOW + start) if start is not None else None,
    )


RETIRED, NEW = KeyState.RETIRED, KeyState.NEW
CASES: list[Any] = [
    # keys as the file lists them, when, which signs, which are published
    ("the first one", [key(1)], 0, 1, [1]),
    ("one that nobody put first yet", [key(1), key(2, state=NEW)], 0, 1, [1, 2]),
    ("put first, before its time", [key(2, SIGNS_AFTER), key(1)], SIGNS_AFTER - 1, 1, [2, 1]),
    ("its very time", [key(2, SIGNS_AFTER), key(1)], SIGNS_AFTER, 2, [2, 1]),
    ("the old one's assertions live", [key(2, 0), key(1)], STAYS_AFTER - 1, 2, [2, 1]),
    ("the old one's assertions ended", [key(2, 0), key(1)], STAYS_AFTER, 2, [2]),
    ("twice in a row", [key(3, 2 * HOUR), key(2, HOUR), key(1)], HOUR, 2, [3, 2, 1]),
    ("twice, then time passes", [key(3, 2 * HOUR), key(2, HOUR), key(1)], 2 * HOUR, 3, [3, 2]),
    ("the old one withdrawn early", [key(2, SIGNS_AFTER), key(1, state=RETIRED)], 0, 2, [2]),
    ("both new, the old one withdrawn", [key(3, 2 * HOUR), key(2, HOUR), key(1, state=RETIRED)], 0, 2, [3, 2]),
    ("the new one taken back early", [key(1), key(2, SIGNS_AFTER)], SIGNS_AFTER, 1, [1]),
    ("a retired one reads again, long after", [key(2, -HOUR), key(1)], 0, 2, [2]),
    ("only retired ones", [key(1, state=RETIRED)], 0, None, []),
]


@pytest.mark.parametrize(("keys", "at", "signs", "published"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_jw_13_which_key_signs_and_which_are_published(
    keys: list[Key], at: int, signs: int | None, published: list[int]
) -> None:
    """JW-13: published before it signs, and until its last assertion ended."""
    now = Micros(NOW + at)
    signing = find_signing(keys, now=now)
    assert (signing.id if signing else None) == signs
    assert [one.id for one in list_published(keys, now=now)] == published


def test_whoever_signs_is_published_at_every_moment() -> None:
    """Through rotations at any distance: what signs was published 15 minutes before, and is for 3 more."""
    for distance in (1 * SECOND, SIGNS_AFTER // 2, SIGNS_AFTER, SIGNS_AFTER + 1, HOUR):
        ring = replace(RING, sign=(key(1),))
        published: dict[int, set[int]] = {}
        signed: dict[int, int] = {}
        for at in range(0, 3 * HOUR, 10 * SECOND):
            now = Micros(NOW + at)
            for number, when in ((2, HOUR), (3, HOUR + distance)):
                if at <= when < at + 10 * SECOND:
                    chosen = begin_later(ring, key(number), now=now)
                    ring = replace(ring, sign=(chosen, *ring.sign))
            signing = find_signing(ring.sign, now=now)
            assert signing is not None
            signed[at] = signing.id
            published[at] = {one.id for one in list_published(ring.sign, now=now)}
        for at, number in signed.items():
            for around in range(max(0, at - SIGNS_AFTER + 10 * SECOND), at + STAYS_AFTER, 10 * SECOND):
                assert number in published.get(around, {number}) or (number > 1 and around < HOUR)
        assert list(dict.fromkeys(signed.values()))[-1] == 3


def test_a_key_that_signs_goes_on_when_it_is_put_first_again() -> None:
    """Taking a rotation back before the new key's time changes nothing for anybody."""
    ring = replace(RING, sign=(key(2, SIGNS_AFTER), key(1)))
    assert begin_later(ring, key(1), now=NOW) == key(1)
    assert begin_later(ring, key(3), now=NOW).makes_from == NOW + SIGNS_AFTER


def _signing(*keys: Key) -> Signing:
    return Signing(replace(RING, sign=keys), random=os.urandom)


def test_anybody_can_check_what_is_signed_with_what_is_published() -> None:
    """RFC 7515, 7517, 7518, by a library that is not ours; the key is named by its thumbprint (RFC 7638)."""
    signing = _signing(key(2, HOUR), key(1))
    for at, number in ((0, 1), (HOUR, 2)):
        now = Micros(NOW + at)
        said = signing.sign(b'{"sub":"somebody"}', now=now).decode()
        published = json.loads(signing.publish(now=now).document)
        token = jwt.decode(said, KeySet.import_key_set(published), algorithms=[ALGORITHM])
        assert token.claims == {"sub": "somebody"}
        assert set(token.header) == {"alg", "kid", "typ"}
        assert (token.header["alg"], token.header["typ"]) == ("ES256", TYPE)
        jwk = next(one for one in published["keys"] if one["kid"] == token.header["kid"])
        assert ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")}).thumbprint() == jwk["kid"]
        with pytest.raises(Exception, match="bad_signature"):
            jws.deserialize_compact(said, _published_key(_signing(key(3)), now), algorithms=[ALGORITHM])
        assert number == find_signing((key(2, HOUR), key(1)), now=now).id  # type: ignore[union-attr]


def _published_key(signing: Signing, now: Micros) -> ECKey:
    return ECKey.import_key(json.loads(signing.publish(now=now).document)["keys"][0])


def test_only_public_parts_are_published() -> None:
    """Exactly these members: no `d`, and the secret nowhere."""
    document = json.loads(_signing(key(1)).publish(now=NOW).document)
    (jwk,) = document["keys"]
    assert set(jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (jwk["kty"], jwk["crv"], jwk["use"], jwk["alg"]) == ("EC", "P-256", "sig", "ES256")


def test_every_process_publishes_the_same_under_the_same_etag() -> None:
    """So that a cache that asks another worker is told that nothing changed; a rotation changes it."""
    ring = (key(2, HOUR), key(1))
    one, other = (_signing(*ring).publish(now=NOW) for _ in range(2))
    assert one == other
    assert _signing(key(1)).publish(now=NOW).etag != one.etag


def test_no_two_assertions_have_one_id() -> None:
    """128 random bits each."""
    signing = _signing(key(1))
    assert len({signing.new_id() for _ in range(1_000)}) == 1_000


def test_a_key_that_is_gone_is_forgotten() -> None:
    """After `load` nothing is signed, or held, with what the ring has no more."""
    signing = _signing(key(1))
    signing.sign(b"{}", now=NOW)
    signing.load(replace(RING, sign=(key(2),)))
    header = jws.extract_compact(signing.sign(b"{}", now=NOW)).headers()
    assert header["kid"] == _published_key(_signing(key(2)), NOW).kid
    assert SECRETS[1] not in signing._signers
    with pytest.raises(LookupError):
        Signing(KeyRing(database_id="x", mac=(), digest=(), seal=(), cookie=()), random=os.urandom).sign(b"", now=NOW)
