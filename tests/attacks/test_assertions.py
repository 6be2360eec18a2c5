"""Forged, borrowed and worn-out assertions at the API (rows JW-01 to JW-15, HS-05)."""

import hmac
import json
import os
import time
import tracemalloc
from collections.abc import Callable
from hashlib import sha256, sha384, sha512
from itertools import pairwise
from typing import Any

import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from frontdesk.receiving import AssertionRefusedError, AssertionVerifier, ReplayCache
from frontdesk.receiving.keys import SEEK_AFTER, RemoteKeys
from receiving.forge import AUDIENCE, ISSUER, NOW, Gateway, Hand, base64url

GATEWAY = Gateway()
STRANGER = Gateway()


def refused(verifier: AssertionVerifier, said: str, *, method: str = "GET", path: str = "/rooms/v1") -> str:
    """Why it is refused; a test fails where it is not."""
    with pytest.raises(AssertionRefusedError) as why:
        verifier.verify(said, method=method, path=path)
    return str(why.value)


def test_a_right_one_is_taken() -> None:
    """Else every test below could pass for nothing."""
    identity = GATEWAY.verifier().verify(GATEWAY.says(), method="GET", path="/rooms/v1?x=1")
    assert (identity.subject[-2:], identity.scopes, identity.role) == ("a1", ("rooms", "rooms.readonly"), "owner")


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", ""])
def test_jw_01_unsigned(alg: str) -> None:
    """JW-01: no algorithm, in any spelling, with an empty signature, the right one or none at all."""
    header, payload = GATEWAY.header(alg=alg), json.dumps(GATEWAY.claims()).encode()
    right = GATEWAY.says().rpartition(".")[2]
    said = f"{base64url(json.dumps(header).encode())}.{base64url(payload)}"
    for signature in ("", right, "A" * 86):
        refused(GATEWAY.verifier(), f"{said}.{signature}")
    refused(GATEWAY.verifier(), said)


def test_jw_02_the_public_key_as_a_shared_secret() -> None:
    """JW-02: HS256 with every form of the public key as its secret; RS256 with a key of the sender's."""
    pem, raw = GATEWAY.key.as_pem(private=False), GATEWAY.key.as_dict(private=False)
    secrets = [pem, pem.strip(), json.dumps(raw).encode(), base64url(b"x").encode(), str(raw["x"]).encode()]
    for secret in secrets:
        for alg, made in (("HS256", sha256), ("HS384", sha384), ("HS512", sha512)):
            header, payload = json.dumps(GATEWAY.header(alg=alg)), json.dumps(GATEWAY.claims())
            said = f"{base64url(header.encode())}.{base64url(payload.encode())}"
            refused(GATEWAY.verifier(), f"{said}.{base64url(hmac.digest(secret, said.encode(), made))}")
    rsa = RSAKey.generate_key(2048)
    said = jws.serialize_compact(GATEWAY.header(alg="RS256"), json.dumps(GATEWAY.claims()), rsa, algorithms=["RS256"])
    refused(GATEWAY.verifier(), said)


@pytest.mark.parametrize(
    "alg", ["HS256", "ES384", "ES512", "ES256K", "EdDSA", "PS256", "es256", "ES256 ", None, 7, ["ES256"]]
)
def test_jw_03_the_algorithm_is_ours_alone(alg: Any) -> None:
    """JW-03, JW-02: whatever the key says, or does not say, of its use: ES256 and nothing else."""
    published = GATEWAY.jwks
    del published["keys"][0]["alg"], published["keys"][0]["use"]
    verifier = AssertionVerifier(issuer=ISSUER, audience=AUDIENCE, jwks=published, clock=Hand())
    assert verifier.verify(GATEWAY.says(), method="GET", path="/rooms/v1")
    refused(verifier, GATEWAY.signs(GATEWAY.header(alg=alg), json.dumps(GATEWAY.claims()).encode()))


def test_jw_03_other_keys_of_a_set_are_left_out() -> None:
    """JW-03: a set may hold keys for other uses; only ES256 ones that sign are taken, and never a private one."""
    for other in (
        OctKey.generate_key(256).as_dict(),
        RSAKey.generate_key(2048).as_dict(private=False),
        ECKey.generate_key("P-384").as_dict(private=False),
        {**STRANGER.jwks["keys"][0], "use": "enc"},
        {**STRANGER.jwks["keys"][0], "alg": "ES384"},
        {**STRANGER.jwks["keys"][0], "d": STRANGER.key.as_dict(private=True)["d"]},
    ):
        named = {**other, "kid": STRANGER.kid}
        with pytest.raises(ValueError):
            AssertionVerifier(issuer=ISSUER, audience=AUDIENCE, jwks={"keys": [named]})
        both = {"keys": [named, *GATEWAY.jwks["keys"]]}
        verifier = AssertionVerifier(issuer=ISSUER, audience=AUDIENCE, jwks=both, clock=Hand())
        refused(verifier, STRANGER.says())
        assert verifier.verify(GATEWAY.says(), method="GET", path="/rooms/v1")


KIDS = [
    "../../../../dev/null", "/etc/passwd", "file:///dev/null", "https://evil.example/jwks.json", "' OR 1=1 --",
    "x" * 65_536, "unknown", "", "\x00", "é", None, 7, ["a"], {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("kid", KIDS, ids=lambda kid: ascii(kid)[:20])
def test_jw_04_a_key_s_name_is_only_looked_up(kid: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """JW-04: a path, an address, SQL, 64 kB or anything unknown: refused, no file is opened and nothing is fetched."""
    import builtins
    import socket

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it looked elsewhere")

    said = STRANGER.signs(STRANGER.header(kid=kid), json.dumps(GATEWAY.claims()).encode())
    verifier = GATEWAY.verifier()
    with monkeypatch.context() as patched:
        for owner, name in ((builtins, "open"), (os, "open"), (socket, "create_connection"), (socket, "getaddrinfo")):
            patched.setattr(owner, name, never)
        refused(verifier, said)


@pytest.mark.parametrize("member", ["jku", "x5u", "jwk", "x5c", "x5t", "x5t#S256"])
def test_jw_05_a_key_that_comes_along_is_not_looked_at(member: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """JW-05: not used, not fetched: a stranger's stays refused, and nothing is asked of any address."""
    import socket

    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it fetched"))
    value: Any = {
        "jku": "http://127.0.0.1:1/jwks.json",
        "x5u": "http://127.0.0.1:1/x.pem",
        "jwk": STRANGER.key.as_dict(private=False),
        "x5c": ["MIIB"],
    }.get(member, "abc")
    payload = json.dumps(GATEWAY.claims()).encode()
    for kid in (GATEWAY.kid, STRANGER.kid, None):
        refused(GATEWAY.verifier(), STRANGER.signs(STRANGER.header(**{"kid": kid, member: value}), payload))


@pytest.mark.parametrize(
    "changed",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["http://example/unknown"], "http://example/unknown": True},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"crit": ["alg"]},
    ],
    ids=str,
)
def test_jw_06_nothing_critical_is_understood(changed: dict[str, Any]) -> None:
    """JW-06: an extension that must be understood is not, so the whole is refused; nor is an unencoded payload."""
    payload = json.dumps(GATEWAY.claims()).encode()
    refused(GATEWAY.verifier(), GATEWAY.signs(GATEWAY.header(**changed), payload))
    detached = GATEWAY.signs(GATEWAY.header(**changed), payload).split(".")
    refused(GATEWAY.verifier(), f"{detached[0]}..{detached[2]}")


@pytest.mark.parametrize(
    "typ", ["JWT", "at+jwt", "dpop+jwt", "application/fd-assertion+jwt", "FD-ASSERTION+JWT", "", None, 1]
)
def test_jw_06_another_type_is_another_thing(typ: Any) -> None:
    """RFC 8725 §3.11: whatever else the gateway's key may ever sign is no assertion."""
    refused(GATEWAY.verifier(), GATEWAY.signs(GATEWAY.header(typ=typ), json.dumps(GATEWAY.claims()).encode()))


TIMES: list[Any] = [
    ({"exp": None}, "missing"),
    ({"iat": None}, "missing"),
    ({"exp": NOW}, "lives longer"),  # no life at all
    ({"exp": NOW + 61}, "lives longer"),
    ({"exp": NOW + 10**9}, "lives longer"),
    ({"iat": NOW - 70, "exp": NOW - 10}, "ended"),
    ({"iat": NOW + 11, "exp": NOW + 71}, "future"),
    ({"nbf": NOW + 11}, "not count yet"),
    ({"nbf": "soon"}, "not count yet"),
    ({"exp": "1800000060"}, "whole number"),
    ({"exp": NOW + 60.5}, "whole number"),
    ({"iat": True}, "whole number"),
    ({"iat": -(2**70), "exp": -(2**70) + 60}, "ended"),
]


@pytest.mark.parametrize(("changed", "why"), TIMES, ids=lambda value: str(value)[:40])
def test_jw_09_times_that_cannot_be(changed: dict[str, Any], why: str) -> None:
    """JW-09: exp, nbf and iat beyond the leeway, missing, or no whole numbers."""
    assert why in refused(GATEWAY.verifier(), GATEWAY.says(**changed))


@pytest.mark.parametrize("leeway", [0, 10, 60])
def test_jw_09_the_very_second(leeway: int) -> None:
    """Half open, at each end; a leeway of more than a minute is refused when it is set."""
    for at, is_taken in (
        (-leeway - 1, False), (-leeway, True), (59 + leeway, True), (60 + leeway, False), (61 + leeway, False)
    ):  # fmt: skip
        verifier = GATEWAY.verifier(Hand(NOW + at), leeway=leeway)
        if is_taken:
            assert verifier.verify(GATEWAY.says(), method="GET", path="/rooms/v1")
        else:
            refused(verifier, GATEWAY.says())
    with pytest.raises(ValueError):
        GATEWAY.verifier(leeway=61)


def _payloads() -> dict[str, bytes]:
    right = json.dumps(GATEWAY.claims())
    return {
        "deep": right[:-1].encode() + b', "x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        "deeper objects": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
        "one name twice": right[:-1].encode() + b', "sub": "somebody else"}',
        "one name twice, inside": right[:-1].encode() + b', "x": {"a": 1, "a": 2}}',
        "a huge number": right.replace(str(NOW + 60), "1e400").encode(),
        "not a number": right.replace(str(NOW + 60), "NaN").encode(),
        "infinity": right.replace(str(NOW + 60), "Infinity").encode(),
        "a number of many digits": right.replace(str(NOW + 60), "9" * 5_000).encode(),
        "no object": b'["sub"]',
        "no JSON": b"sub=somebody",
        "nothing": b"",
        "not UTF-8": right.encode()[:-2] + b"\xff\xfe" + b'"}',
    }


@pytest.mark.parametrize("name", list(_payloads()))
def test_jw_10_claims_that_two_readers_may_read_in_two_ways(name: str) -> None:
    """JW-10: deep, doubled, endless or broken JSON, rightly signed: refused, and it costs little time."""
    said = GATEWAY.signs(GATEWAY.header(), _payloads()[name])
    start = time.perf_counter()
    refused(GATEWAY.verifier(), said)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("part", [0, 1, 2])
def test_jw_10_what_is_too_large_is_refused_before_it_is_decoded(part: int) -> None:
    """JW-10: 100 MB in any segment: no second copy of it is made, and no time passes."""
    parts = GATEWAY.says().split(".")
    parts[part] = "A" * 100_000_000
    said = ".".join(parts)
    verifier = GATEWAY.verifier()
    verifier.verify(GATEWAY.says(), method="GET", path="/rooms/v1")
    tracemalloc.start()
    try:
        assert "form" in refused(verifier, said)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_jw_11_nothing_encrypted() -> None:
    """JW-11: a JWE, compressed, or with a costly password count: not of our form, and no work is done."""
    payload = json.dumps(GATEWAY.claims()).encode()
    secret = OctKey.import_key(b"0123456789abcdef")
    zipped = jwe.encrypt_compact({"alg": "dir", "enc": "A128GCM", "zip": "DEF"}, payload, secret)
    header = base64url(json.dumps({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31, "p2s": "AA"}).encode())
    start = time.perf_counter()
    for said in (zipped, f"{header}.AA.AA.AA.AA", f"{header}.AA.{'A' * 86}"):
        refused(GATEWAY.verifier(), said)
    assert time.perf_counter() - start < 0.5


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _signatures() -> dict[str, bytes]:
    right = GATEWAY.says().rpartition(".")[2]
    from base64 import urlsafe_b64decode

    raw = urlsafe_b64decode(right + "==")
    s = int.from_bytes(raw[32:])
    return {
        "zero": bytes(64),
        "r zero": bytes(32) + raw[32:],
        "s zero": raw[:32] + bytes(32),
        "r the order": ORDER.to_bytes(32) + raw[32:],
        "s the order": raw[:32] + ORDER.to_bytes(32),
        "s plus one": raw[:32] + ((s + 1) % ORDER).to_bytes(32),
        "all ones": b"\xff" * 64,
        "one byte short": raw[:-1],
        "one byte more": raw + b"\x00",
        "DER": b"\x30\x44\x02\x20" + raw[:32] + b"\x02\x20" + raw[32:],
        "of something else": urlsafe_b64decode(GATEWAY.says(sub="x").rpartition(".")[2] + "=="),
        "nothing": b"",
    }


@pytest.mark.parametrize("name", list(_signatures()))
def test_jw_12_signatures_that_are_none(name: str) -> None:
    """JW-12: zero, out of range, cut, in another encoding, or of another assertion."""
    said = GATEWAY.says().rpartition(".")[0]
    refused(GATEWAY.verifier(), f"{said}.{base64url(_signatures()[name])}")


def test_jw_15_a_flood_of_unknown_names_fetches_once_in_ten_seconds() -> None:
    """JW-15: however many ask for however many keys; the known ones go on working all the while."""
    hand, fetched = Hand(), []

    def fetch() -> tuple[bytes, float]:
        fetched.append(hand.at)
        return json.dumps(GATEWAY.jwks).encode(), 3_600.0

    verifier = AssertionVerifier(
        issuer=ISSUER, audience=AUDIENCE, clock=lambda: NOW, keys=RemoteKeys(fetch, clock=hand)
    )
    for number in range(3_000):
        said = STRANGER.signs(STRANGER.header(kid=f"key-{number}"), b"{}")
        refused(verifier, said)
        verifier.verify(GATEWAY.says(), method="GET", path="/rooms/v1")
        hand.at += 0.01
    # 30 seconds: the first one of all, then one after each ten.
    assert len(fetched) == 3
    assert all(later - earlier >= SEEK_AFTER for earlier, later in pairwise(fetched))


BOUND: list[Any] = [
    ({}, "POST", "/rooms/v1", "method"),
    ({}, "get", "/rooms/v1", "method"),
    ({}, "HEAD", "/rooms/v1", "method"),
    ({}, "GET", "/rooms/v1/", "path"),
    ({}, "GET", "/rooms/v2", "path"),
    ({}, "GET", "/rooms", "path"),
    ({}, "GET", "/rooms%2Fv1", "path"),
    ({}, "GET", "/rooms/v1%3Fx", "path"),
    ({}, "GET", "//rooms/v1", "path"),
    ({}, "GET", "/rooms/./v1", "path"),
    ({}, "GET", "/rooms/%2e%2e/v1", "path"),
    ({}, "GET", "/ROOMS/v1", "path"),
    ({"path": "/a/%25"}, "GET", "/a/%2525", "path"),
    ({"aud": "http://other.internal"}, "GET", "/rooms/v1", "another API"),
    ({"aud": [AUDIENCE, "http://other.internal"]}, "GET", "/rooms/v1", "aud"),
    ({"iss": "https://other.example"}, "GET", "/rooms/v1", "issuer"),
    ({"iss": ISSUER + "/"}, "GET", "/rooms/v1", "issuer"),
]  # fmt: skip


@pytest.mark.parametrize(("claims", "method", "path", "why"), BOUND, ids=lambda value: str(value)[:40])
def test_hs_05_another_call_s_assertion_proves_nothing(claims: Any, method: str, path: str, why: str) -> None:
    """HS-05: replayed on another path, with another method, at another API or of another gateway."""
    assert why in refused(GATEWAY.verifier(), GATEWAY.says(**claims), method=method, path=path)


@pytest.mark.parametrize(
    ("claimed", "came"),
    [("/a/b%20c", "/a/b%20c"), ("/a/b", "/%61/b?q=%2F"), ("/a/%C3%BC", "/a/%c3%bc"), ("/a/x'y", "/a/x%27y")],
)
def test_hs_05_one_path_in_another_spelling_is_the_same(claimed: str, came: str) -> None:
    """Proxies on the way may encode more or less (RFC 3986 §6.2.2): that refuses nobody."""
    assert GATEWAY.verifier().verify(GATEWAY.says(path=claimed), method="GET", path=came).path == claimed


@pytest.mark.parametrize("claim", list(GATEWAY.claims()))
def test_hs_05_every_claim_must_be_there(claim: str) -> None:
    """HS-05: a missing one, or one of another type, is no empty one."""
    for value in (None, 7 if claim not in ("iat", "exp") else "7", ["a"], {}):
        refused(GATEWAY.verifier(), GATEWAY.says(**{claim: value}))


def test_hs_05_a_second_use_is_refused_where_uses_are_kept() -> None:
    """HS-05: by default an assertion can be used again, for the same call, until it ends; with a cache it cannot."""
    hand = Hand()
    plain, careful = GATEWAY.verifier(hand), GATEWAY.verifier(hand, replays=ReplayCache(capacity=2))
    said = GATEWAY.says()
    uses: Callable[[AssertionVerifier], object] = lambda one: one.verify(said, method="GET", path="/rooms/v1")  # noqa: E731
    assert uses(plain) == uses(plain)
    assert uses(careful)
    assert "used before" in refused(careful, said)
    # Full of living ones it takes no new one, rather than forget one that can still be replayed.
    assert careful.verify(GATEWAY.says(jti="second"), method="GET", path="/rooms/v1")
    assert "too many" in refused(careful, GATEWAY.says(jti="third"))
    hand.at = NOW + 70
    late = {"iat": NOW + 60, "exp": NOW + 120}
    assert careful.verify(GATEWAY.says(jti="third", **late), method="GET", path="/rooms/v1")
    # What is refused for its call is not used up.
    assert "path" in refused(careful, GATEWAY.says(jti="fourth", **late), path="/other")
    assert careful.verify(GATEWAY.says(jti="fourth", **late), method="GET", path="/rooms/v1")
