"""Signing keys rotate without one failed check, and a withdrawn one is out within a minute (rows JW-13, JW-14)."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from joserfc import jws

from frontdesk.flows.operator import Objection
from frontdesk.protocol.assertions import JWKS_PATH, SIGNS_AFTER
from frontdesk.protocol.ids import SECOND
from frontdesk.receiving import AssertionRefusedError, AssertionVerifier
from frontdesk.receiving.keys import FixedKeys, RemoteKeys
from frontdesk.runtime.keys import read_keys
from frontdesk.runtime.signing import Signing
from frontdesk.testing.browser import ISSUER
from frontdesk.testing.story import Customer
from frontdesk.testing.wire import call
from stories.keyed import Keyed, keyed_processes

pytestmark = pytest.mark.anyio

PATH = "/resources/v1"
API = "http://resources.internal"


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[list[Keyed]]:
    """Two processes over one folder that sign what they let in."""
    settings = {"assertion": "on", "assertion_audience": API}
    async with keyed_processes(tmp_path / "data", 2, **settings) as processes:
        yield processes


async def assertion_from(one: Keyed, customer: Customer) -> str:
    """What the API is handed by this process for one call."""
    reply = await replace(customer, story=one.story).calls(f"GET {PATH}")
    assert reply.status == 200
    return reply.header("x-frontdesk-assertion") or ""


async def published(one: Keyed) -> bytes:
    """What this process publishes just now."""
    return (await call(one.story.app, "GET", JWKS_PATH)).body


def kid_of(said: str) -> str:
    """The name of the key that signed it."""
    return str(jws.extract_compact(said.encode()).headers()["kid"])


@dataclass
class Lazy:
    """An API whose library keeps a key set for ten minutes whatever it is told, and looks for no unknown key."""

    now: Callable[[], float]
    first: float = 600.0  # seconds until it asks a second time: not all do at one moment
    document: bytes = b""
    until: float = 0.0

    def see(self, document: bytes) -> None:
        """What it would get now, if it asked."""
        if self.now() >= self.until:
            self.until = self.now() + (600 if self.document else self.first)
            self.document = document

    def verify(self, said: str) -> None:
        """Raises where the assertion is not taken."""
        keys = FixedKeys(json.loads(self.document))
        AssertionVerifier(issuer=ISSUER, audience=API, keys=keys, clock=self.now).verify(said, method="GET", path=PATH)


@dataclass
class Prompt:
    """An API that keeps to what the set says: ours."""

    now: Callable[[], float]
    document: bytes = b""
    fetched: int = 0
    verifier: AssertionVerifier = field(init=False)

    def __post_init__(self) -> None:
        """Its verifier is kept for good."""
        keys = RemoteKeys(self._fetch, clock=self.now)
        self.verifier = AssertionVerifier(issuer=ISSUER, audience=API, keys=keys, clock=self.now)

    def _fetch(self) -> tuple[bytes, float]:
        self.fetched += 1
        return self.document, 60.0

    def see(self, document: bytes) -> None:
        """What it would get now, if it asked."""
        self.document = document

    def verify(self, said: str) -> None:
        """Raises where the assertion is not taken."""
        self.verifier.verify(said, method="GET", path=PATH)


async def test_jw_13_no_check_fails_across_rotations(both: list[Keyed]) -> None:
    """Calls through both processes for three hours, three rotations, one of them within another's delay.

    Each assertion is checked by an API that asks promptly, by five that ask every ten minutes only, and by all once
    more at the end of its life, after whatever came meanwhile.
    """
    here, there = both
    clock = here.story.clock
    north = await here.story.network("Northside")
    now: Callable[[], float] = lambda: clock.now() / SECOND  # noqa: E731
    apis: list[Lazy | Prompt] = [Prompt(now), *(Lazy(now, first=120.0 * turn) for turn in range(1, 6))]
    late: list[tuple[float, str]] = []
    signed_by: list[str] = []
    begin = now()
    rotations = [begin + minutes * 60 for minutes in (40, 46, 120)]
    turn = 0
    while now() < begin + 3 * 3_600:
        if rotations and now() >= rotations[0]:
            rotations.pop(0)
            await both[turn % 2].rotates("sign")
        for one in both:
            document = await published(one)
            said = await assertion_from(one, north)
            signed_by.append(kid_of(said))
            late.append((now() + 59, said))
            for api in apis:
                api.see(document)
                api.verify(said)
        while late and late[0][0] <= now():
            for api in apis:
                api.verify(late[0][1])
            late.pop(0)
        turn += 1
        clock.pass_seconds(13)
    assert len(dict.fromkeys(signed_by)) == 4
    assert [one for index, one in enumerate(signed_by) if index == 0 or one != signed_by[index - 1]] == list(
        dict.fromkeys(signed_by)
    )  # once a key stopped, it never signed again
    assert await published(here) == await published(there)
    assert [key["kid"] for key in json.loads(await published(here))["keys"]] == [signed_by[-1]]


async def test_jw_13_a_new_key_is_published_before_it_signs_and_the_old_one_until_it_is_over(both: list[Keyed]) -> None:
    """Fifteen minutes ahead, three minutes on; `keys retire` says until when to wait."""
    here, there = both
    clock = here.story.clock
    north = await here.story.network("Northside")
    first = kid_of(await assertion_from(here, north))
    await here.rotates("sign")
    names = [key["kid"] for key in json.loads(await published(there))["keys"]]
    assert len(names) == 2
    assert names[1] == first
    clock.pass_micros(SIGNS_AFTER - 2 * SECOND)
    assert kid_of(await assertion_from(there, north)) == first
    early = await here.retires("sign")
    assert isinstance(early, Objection)
    assert "assertions" in early.problem
    clock.pass_seconds(3)
    assert [kid_of(await assertion_from(one, north)) for one in both] == [names[0]] * 2
    assert [key["kid"] for key in json.loads(await published(there))["keys"]] == names
    clock.pass_seconds(181)
    assert [key["kid"] for key in json.loads(await published(there))["keys"]] == names[:1]
    assert not isinstance(await here.retires("sign"), Objection)


async def test_jw_14_a_withdrawn_key_s_assertions_are_dead_within_a_minute(both: list[Keyed], tmp_path: Path) -> None:
    """JW-14: who stole the key signs on; D is the age that the set may have: 60 seconds. Honest calls go on."""
    here, there = both
    clock = here.story.clock
    north = await here.story.network("Northside")
    now: Callable[[], float] = lambda: clock.now() / SECOND  # noqa: E731
    api = Prompt(now)
    api.see(await published(there))
    stolen = Signing(read_keys(tmp_path / "data", database_id=None)[0], random=lambda count: b"x" * count)
    said = await assertion_from(there, north)
    api.verify(said)
    old = kid_of(said)

    await here.rotates("sign")
    clock.pass_seconds(20)
    assert not isinstance(await here.retires("sign", is_sure=True), Objection)
    withdrawn = now()
    assert old not in [key["kid"] for key in json.loads(await published(there))["keys"]]
    api.see(await published(there))
    fresh = await assertion_from(there, north)
    assert kid_of(fresh) != old  # its time had not come, but nobody else is left
    api.verify(fresh)  # unknown so far: looked for at once

    def forge() -> str:
        return stolen.sign(json.dumps(_claims(clock.now() // SECOND)).encode(), now=clock.now()).decode()

    assert kid_of(forge()) == old
    clock.pass_seconds(60)
    assert now() - withdrawn <= 60
    for one in both:
        api.verify(await assertion_from(one, north))
    with pytest.raises(AssertionRefusedError, match="no key"):
        api.verify(forge())


def _claims(now: int) -> dict[str, object]:
    texts = dict.fromkeys(("sub", "network", "client_id", "scheme", "scope", "role"), "x")
    return {"iss": ISSUER, "aud": API, "htm": "GET", "path": PATH, "jti": "x", "iat": now, "exp": now + 60, **texts}


async def test_a_rotation_is_taken_back_before_its_time(both: list[Keyed]) -> None:
    """The old key never stopped; the new one signs nothing, ever, and is published no more."""
    here, there = both
    north = await here.story.network("Northside")
    first = kid_of(await assertion_from(here, north))
    await here.rotates("sign")
    here.story.clock.pass_minutes(5)
    await there.restores("sign")
    here.story.clock.pass_minutes(60)
    assert {kid_of(await assertion_from(one, north)) for one in both} == {first}
    assert [key["kid"] for key in json.loads(await published(here))["keys"]] == [first]


async def test_the_way_back_is_published_before_it_signs_too(both: list[Keyed]) -> None:
    """An hour later the old key is in nobody's set: it waits as a new one does."""
    here, there = both
    north = await here.story.network("Northside")
    first = kid_of(await assertion_from(here, north))
    await here.rotates("sign")
    here.story.clock.pass_minutes(60)
    second = kid_of(await assertion_from(here, north))
    await here.restores("sign")
    assert {kid_of(await assertion_from(one, north)) for one in both} == {second}
    assert [key["kid"] for key in json.loads(await published(there))["keys"]] == [first, second]
    here.story.clock.pass_minutes(15)
    assert {kid_of(await assertion_from(one, north)) for one in both} == {first}
