"""kill -9 at every failpoint: what was acknowledged holds, what was ended stays ended. FT-01 to 03, 05, 06, 08."""

import os
import random
import signal
from collections.abc import Iterator

import pytest

from faults.acts import ACTS, Callers, CrashedError, look_after
from frontdesk.storage import FAILPOINTS
from servers.house import House
from servers.partner import Town, settle
from servers.upstream import Upstream

KILLS = 200


@pytest.fixture(scope="module")
def shaky_town(upstream: Upstream) -> Iterator[Town]:
    """A town whose house is killed again and again; its owner is signed in."""
    house = House(upstream=upstream.url, requests_per_second="10000")
    try:
        town = settle(house.start())
        town.person().sign_in()
        yield town
        town.close()
    finally:
        house.leave()


def run_trial(town: Town, failpoint: str, nth: int, dice: random.Random) -> bool:
    """Act until the server dies at a failpoint, start it again, and judge; whether it died there."""
    house = town.house
    house.kill()
    house.start({"FRONTDESK_FAILPOINT": f"{failpoint}:{nth}:crash"})
    callers = Callers(town=town)
    crashed = False
    try:
        for act in dice.sample(ACTS, len(ACTS)):
            act(callers)
    except CrashedError:
        crashed = True
        assert house.running is not None
        assert house.running.process.wait(10) == -signal.SIGKILL, house.running.words()
    house.kill()
    house.start()
    look_after(callers)
    assert callers.history.judge() == [], f"{failpoint}:{nth}, events: {callers.history.events}"
    return crashed


@pytest.mark.timeout(60)
@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_a_kill_at_a_failpoint_loses_and_revives_nothing(failpoint: str, shaky_town: Town) -> None:
    """Once at each failpoint; one that is never reached would prove nothing, so it fails."""
    assert run_trial(shaky_town, failpoint, 1, random.Random(failpoint)), f"{failpoint} is never reached"


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_two_hundred_kills(shaky_town: Town) -> None:
    """Random failpoints, occasions and orders of acts; the seed is printed and SWEEP_SEED repeats it."""
    seed = int(os.environ.get("SWEEP_SEED") or random.randrange(1_000_000))
    print(f"SWEEP_SEED={seed}")
    dice = random.Random(seed)
    deaths = tries = 0
    while deaths < KILLS:
        assert tries < 3 * KILLS, f"only {deaths} of {tries} trials died at their failpoint"
        failpoint = FAILPOINTS[tries] if tries < len(FAILPOINTS) else dice.choice(FAILPOINTS)
        deaths += run_trial(shaky_town, failpoint, dice.randint(1, 3), dice)
        tries += 1
    print(f"{deaths} of {tries} trials died at their failpoint")
