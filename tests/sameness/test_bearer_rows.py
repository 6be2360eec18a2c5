"""The rows BT of the attack catalogue, asked from outside through each way in."""

import itertools
from dataclasses import replace

import pytest

from oracle.calls import Verdict
from sameness.calls import Call
from sameness.street import WAYS, Street

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120), pytest.mark.parametrize("way", WAYS)]

_NUMBERS = itertools.count(1_000_000)
UNAUTHENTICATED, MALFORMED = (401, "unauthenticated"), (400, "invalidRequest")


def right(street: Street) -> bytes:
    """A bearer value that opens everything in its networks."""
    assert street.materials.master.value is not None
    return street.materials.master.value


async def ask(street: Street, way: str, **changed: object) -> Verdict:
    """A read call in the master's first network, with changes; whatever must never be has not been."""
    call = Call(
        number=next(_NUMBERS), method="GET", path=b"/resources/v1", rows=["BT", "odd"],
        headers=[(b"spacebring-network-id", street.materials.master.networks[0])],
    )  # fmt: skip
    more = changed.pop("more", [])
    assert isinstance(more, list)
    call = replace(call, **changed)  # type: ignore[arg-type]
    call.headers = [*call.headers, *more]
    answer = (await street.ways[way].decide([call]))[call.number]
    assert not getattr(street.ways[way], "faults", [])
    return answer


async def outcome(street: Street, way: str, **changed: object) -> tuple[int, str]:
    """Status and type."""
    verdict = await ask(street, way, **changed)
    return verdict.status, verdict.type


async def test_bt_01_a_token_in_header_and_query_is_malformed(street: Street, way: str) -> None:
    """BT-01: whichever of the two is right."""
    sent = [(b"Authorization", right(street))]
    assert await outcome(street, way, more=sent) == (200, "")
    assert await outcome(street, way, more=sent, query=b"?access_token=x") == MALFORMED
    assert await outcome(street, way, more=sent, query=b"?access%5Ftoken=x") == MALFORMED


async def test_bt_02_a_token_in_the_query_opens_nothing(street: Street, way: str) -> None:
    """BT-02: the right one either."""
    token = right(street).removeprefix(b"Bearer ")
    assert await outcome(street, way, query=b"?access_token=" + token) == MALFORMED


async def test_bt_03_a_token_in_a_form_opens_nothing(street: Street, way: str) -> None:
    """BT-03: the body is the API's business."""
    form = [(b"Content-Type", b"application/x-www-form-urlencoded")]
    body = b"access_token=" + right(street).removeprefix(b"Bearer ")
    assert await outcome(street, way, method="POST", more=form, body=body) == UNAUTHENTICATED


async def test_bt_04_two_credentials_are_malformed(street: Street, way: str) -> None:
    """BT-04: the same twice, two kinds in either order, joined by a comma; never the first, never the last."""
    bearer, basic = (b"Authorization", right(street)), (b"Authorization", b"Basic YTpi")
    for sent in ([bearer, bearer], [bearer, basic], [basic, bearer]):
        assert await outcome(street, way, more=sent) == MALFORMED
        joined = [(b"Authorization", b", ".join(value for _, value in sent))]
        assert await outcome(street, way, more=joined) == MALFORMED


async def test_bt_05_the_grammar_of_the_scheme(street: Street, way: str) -> None:
    """BT-05: any letter case, one blank or more; nothing else."""
    token = right(street).removeprefix(b"Bearer ")
    for spelt in (b"bearer ", b"BEARER ", b"Bearer  "):
        assert await outcome(street, way, more=[(b"Authorization", spelt + token)]) == (200, "")
    for spelt in (
        b"Bearer",
        b"Bearer\t" + token,
        b"Bearer " + token + b" x",
        b"Token " + token,
        token,
        b"Bearer:" + token,
    ):
        assert await outcome(street, way, more=[(b"Authorization", spelt)]) == UNAUTHENTICATED, spelt


async def test_bt_06_a_huge_credential_is_refused_by_its_size(street: Street, way: str) -> None:
    """BT-06: 8 kB is no token; 100 kB is no header."""
    assert await outcome(street, way, more=[(b"Authorization", b"Bearer " + b"x" * 8_000)]) == UNAUTHENTICATED
    status, _ = await outcome(street, way, more=[(b"Authorization", b"Bearer " + b"x" * 100_000)])
    assert status in (431, 0)  # some hang up while it is still being sent, and their answer is lost


async def test_bt_07_every_dead_credential_gets_the_same_answer(street: Street, way: str) -> None:
    """BT-07: malformed, expired, revoked, forged, of another kind, of nobody: which it was is not told."""
    dead = [each for each in street.materials.credentials if not _lives(street, each.value)]
    assert len(dead) > 20
    for credential in dead:
        sent = [(b"Authorization", credential.value)] if credential.value is not None else []
        assert await outcome(street, way, more=sent) == UNAUTHENTICATED, credential.what


def _lives(street: Street, value: bytes | None) -> bool:
    return any(value == each.value for each in street.materials.living) or (
        value is not None and value.removeprefix(b"Bearer ").decode() in {token for _, token in street.oracle.holders}
    )


async def test_bt_10_tokens_elsewhere_are_ignored(street: Street, way: str) -> None:
    """BT-10: alone they open nothing, beside a credential they change nothing."""
    token = right(street).removeprefix(b"Bearer ")
    others = [
        (b"Cookie", b"access_token=" + token), (b"X-Access-Token", token), (b"X-Authorization", b"Bearer " + token),
        (b"Proxy-Authorization", b"Bearer " + token),
    ]  # fmt: skip
    for other in others:
        assert await outcome(street, way, more=[other]) == UNAUTHENTICATED, other[0]
        lie = (other[0], other[1].replace(token, b"fdat_lie"))
        assert await outcome(street, way, more=[(b"Authorization", right(street)), lie]) == (200, ""), other[0]


async def test_bt_11_bytes_beyond_ascii_are_malformed(street: Street, way: str) -> None:
    """BT-11: in the credential."""
    assert await outcome(street, way, more=[(b"Authorization", right(street) + "é".encode())]) == MALFORMED


async def test_bt_13_a_dead_token_comes_before_conditions(street: Street, way: str) -> None:
    """BT-13: no 304 and no 206 for whom the call is not."""
    for asked in (
        (b"If-None-Match", b"*"),
        (b"Range", b"bytes=0-1"),
        (b"If-Modified-Since", b"Sun, 29 Nov 2026 00:00:00 GMT"),
    ):
        assert await outcome(street, way, more=[(b"Authorization", b"Bearer dead"), asked]) == UNAUTHENTICATED
