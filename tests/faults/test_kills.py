"""kill -9 at every failpoint: what was acknowledged holds, what was ended stays ended. FT-01 to 06, 08."""

import http.client
import os
import random
import signal
from collections.abc import Iterator

import pytest

from faults.acts import ACTS, Callers, CrashedError, check_pair, look_after
from frontdesk.storage import FAILPOINTS
from servers.house import House
from servers.partner import Town, read_tokens, settle
from servers.upstream import Upstream
from servers.wires import Wire

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
        assert house.running.process.wait(60) == -signal.SIGKILL, house.running.words()
    house.kill()
    house.start()
    look_after(callers)
    assert callers.history.judge() == [], f"{failpoint}:{nth}, events: {callers.history.events}"
    return crashed


@pytest.mark.timeout(300)
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


def crash_in_exchange(town: Town, moment: str) -> str:
    """A code whose exchange died at this moment; the house is up again."""
    house = town.house
    house.kill()
    house.start()
    code = town.app.obtain_code(town.person(), [town.places[0].id])
    house.kill()
    house.start({"FRONTDESK_FAILPOINT": f"exchange.{moment}:1:crash"})
    with pytest.raises((OSError, http.client.HTTPException)):
        town.app.exchange(Wire(house.port), code)
    house.kill()
    house.start()
    return code


def test_ft_01_an_exchange_killed_before_its_commit_can_be_repeated(shaky_town: Town) -> None:
    """Nothing was stored: no grant, and the code gives its one success within its life."""
    before = len(shaky_town.house.admin("grant", "list")["grants"])
    code = crash_in_exchange(shaky_town, "before_commit")
    assert len(shaky_town.house.admin("grant", "list")["grants"]) == before
    assert shaky_town.app.exchange(Wire(shaky_town.house.port), code).status == 200


def test_ft_02_an_exchange_killed_after_its_commit_leaves_a_grant_that_the_retry_kills(shaky_town: Town) -> None:
    """The code is used up: the retry is invalid_grant, and ends the grant whose tokens nobody ever saw."""
    before = {grant["id"] for grant in shaky_town.house.admin("grant", "list")["grants"]}
    code = crash_in_exchange(shaky_town, "after_commit")
    orphans = {grant["id"] for grant in shaky_town.house.admin("grant", "list")["grants"]} - before
    assert len(orphans) == 1
    reply = shaky_town.app.exchange(Wire(shaky_town.house.port), code)
    assert (reply.status, reply.json()["error"]) == (400, "invalid_grant")
    assert not orphans & {grant["id"] for grant in shaky_town.house.admin("grant", "list")["grants"]}


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_ft_04_rf_11_rf_12_a_rotation_killed_at_its_commit_loses_no_token(moment: str, shaky_town: Town) -> None:
    """FT-04, RF-11: the client repeats and goes on, with one successor. RF-12: a restart forgets no replacement."""
    house, app = shaky_town.house, shaky_town.strict_app()
    house.kill()
    house.start()
    first = app.connect(Wire(house.port), shaky_town.person(), [shaky_town.places[0].id])
    second = read_tokens(app.refresh(Wire(house.port), first))
    house.kill()
    house.start({"FRONTDESK_FAILPOINT": f"rotate.{moment}:1:crash"})
    with pytest.raises((OSError, http.client.HTTPException)):
        app.refresh(Wire(house.port), second)
    house.kill()
    house.start()
    wire = Wire(house.port)
    if moment == "before_commit":
        assert read_tokens(app.refresh(wire, first)).refresh == second.refresh
    thirds = {read_tokens(app.refresh(wire, second)).refresh for _ in range(5)}
    assert len(thirds - {first.refresh, second.refresh}) == 1
    house.kill()
    house.start()
    wire = Wire(house.port)
    for tokens in (first, second):  # the first one is a replay, and ends the whole line
        reply = app.refresh(wire, tokens)
        assert (reply.status, reply.json()["error"]) == (400, "invalid_grant")
    assert wire.call(second.access, shaky_town.places[0].id).status == 401


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_ft_06_a_command_killed_in_regenerate_leaves_exactly_one_pair(moment: str, shaky_town: Town) -> None:
    """Beside the running server: the old pair or a new one, and `credential show` tells which."""
    house, place = shaky_town.house, shaky_town.places[2]
    spec = {"FRONTDESK_FAILPOINT": f"regenerate.{moment}:1:crash"}
    done = house.run("credential", "regenerate", place.id, "--json", environment=spec)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")
    callers = Callers(town=shaky_town)
    assert callers.use_pair(place) is (moment == "before_commit")
    check_pair(callers)
    callers.hang_up()
