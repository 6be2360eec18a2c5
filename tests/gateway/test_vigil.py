"""GW-23: what goes on for long is judged again, and ends within the bound; the vigil itself, without a server."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from frontdesk.gateway.vigil import BOUND, EVERY, Vigil
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Request
from frontdesk.protocol.ids import HOUR
from frontdesk.protocol.store import StoreUnavailable
from gateway.desk import NORTH, Desk, call, document_with, network, policy_of

pytestmark = pytest.mark.anyio

SLACK = 0.5  # seconds, for a busy machine
DEAD = Refusal(reason=Reason.BAD_CREDENTIAL)


class Judge:
    """Says what a test told it to say of each request."""

    def __init__(self) -> None:
        self.says: dict[str, Refusal | Exception | float | None] = {}
        self.asked: list[str] = []

    async def __call__(self, request: Request) -> Refusal | None:
        """Judge."""
        self.asked.append(request.request_id)
        said = self.says.get(request.request_id)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, float):
            await asyncio.sleep(said)
            return None
        return said


@pytest.fixture
def judge() -> Judge:
    """Lets everything pass."""
    return Judge()


@pytest.fixture
async def vigil(judge: Judge) -> AsyncIterator[Vigil]:
    """A running one."""
    running = Vigil(judge)
    running.open()
    yield running
    await running.close()


def ended(vigil: Vigil, *names: str) -> dict[str, tuple[Reason, float]]:
    """Watch requests of these names; what ended them, and when."""
    loop = asyncio.get_running_loop()
    began, ends = loop.time(), dict[str, tuple[Reason, float]]()

    def watch(name: str) -> None:
        request = Request(method="GET", target=b"/", headers=[], request_id=name)
        vigil.watch(request, lambda refusal: ends.update({name: (refusal.reason, loop.time() - began)}))

    for name in names:
        watch(name)
    return ends


async def test_only_what_would_be_refused_ends(vigil: Vigil, judge: Judge) -> None:
    """The others are asked about again and again."""
    judge.says["bad"] = DEAD
    ends = ended(vigil, "good", "bad")
    await asyncio.sleep(2 * EVERY + 0.2)
    assert ends.keys() == {"bad"}
    assert ends["bad"][0] is Reason.BAD_CREDENTIAL
    assert ends["bad"][1] < BOUND + SLACK
    assert judge.asked.count("good") >= 2
    assert judge.asked.count("bad") == 1


async def test_trouble_in_the_store_keeps_nothing_alive(vigil: Vigil, judge: Judge) -> None:
    """One failure is forgiven; what cannot be proven until the bound ends, be the store away or silent."""
    judge.says |= {"away": StoreUnavailable(), "silent": 60.0}
    ends = ended(vigil, "away", "silent", "good")
    await asyncio.sleep(EVERY + 0.3)
    assert ends == {}
    await asyncio.sleep(BOUND - EVERY + SLACK)
    assert ends.keys() == {"away", "silent"}
    assert all(reason is Reason.OUT_OF_ORDER and at <= BOUND + SLACK for reason, at in ends.values())


async def test_a_bug_keeps_nothing_alive(vigil: Vigil, judge: Judge, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever breaks while it is judged is told to the log, and ends; others are still asked about."""
    judge.says |= {"broken": RuntimeError("a bug"), "bad": DEAD}
    ends = ended(vigil, "broken", "bad", "good")
    await asyncio.sleep(BOUND + SLACK)
    assert ends.keys() == {"broken", "bad"}
    assert ends["broken"][1] <= BOUND + SLACK
    assert any("RuntimeError: a bug" in (record.exc_text or "") for record in caplog.records)


async def test_a_passing_trouble_ends_nothing(vigil: Vigil, judge: Judge) -> None:
    """The store was away for a moment."""
    judge.says["one"] = StoreUnavailable()
    ends = ended(vigil, "one")
    await asyncio.sleep(EVERY + 0.2)
    judge.says["one"] = None
    await asyncio.sleep(2 * EVERY)
    assert ends == {}


async def test_many_are_asked_about_in_one_round(vigil: Vigil, judge: Judge) -> None:
    """Ten thousand, well within the bound."""
    names = [str(number) for number in range(10_000)]
    judge.says |= dict.fromkeys(names[::2], DEAD)
    ends = ended(vigil, *names)
    await asyncio.sleep(BOUND + SLACK)
    assert ends.keys() == set(names[::2])


async def test_a_recheck_judges_as_a_check_does_but_counts_nothing(desk: Desk) -> None:
    """Through the real checker: limits are not touched, an expired token and a dead grant are refused."""
    gateway = desk.gateway(serve_networks=False)
    limited = Desk(limit=2)
    checker = limited.gateway(serve_networks=False).checker
    request = call("GET", "/rooms/v1", limited.bearer(), network(NORTH))
    for _ in range(10):
        assert await checker.recheck(request) is None
    first = await checker.check_call("GET", b"/rooms/v1", request.headers, request_id="r")
    assert not isinstance(first, Refusal)
    limited.clock.pass_seconds(2 * HOUR // 1_000_000)
    refusal = await checker.recheck(request)
    assert refusal is not None
    assert refusal.reason is Reason.BAD_CREDENTIAL
    bearer = desk.bearer()
    live = call("GET", "/rooms/v1", bearer, network(NORTH))
    assert await gateway.checker.recheck(live) is None
    desk.restamp(bearer)
    dead = await gateway.checker.recheck(live)
    assert dead is not None


async def test_a_recheck_follows_the_policy_of_the_moment(desk: Desk) -> None:
    """An operation that a newly loaded document no longer has is open to nobody, nor is what began before."""
    checker = desk.gateway(serve_networks=False).checker
    request = call("GET", "/rooms/v1", desk.basic())
    assert await checker.recheck(request) is None
    checker.load(policy_of(document_with({"/other/v1": {"get": {"security": [{"Basic": []}]}}})))
    refusal = await checker.recheck(request)
    assert refusal is not None
    assert refusal.reason is Reason.UNKNOWN_OPERATION
