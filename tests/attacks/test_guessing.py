"""Guessing: how long a wrong secret takes, and a crowd of random codes (CA-13, CD-10). The long runs are sweeps."""

import math
import random
import statistics
import time
from uuid import UUID

import pytest

from attacks.token_requests import is_error, new_code
from frontdesk.protocol import tokens
from frontdesk.testing.actors import Partner
from frontdesk.testing.story import Story

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1_800)]

SAMPLES = [3_000, pytest.param(100_000, marks=pytest.mark.sweep)]
GUESSES = [1_000, pytest.param(1_000_000, marks=pytest.mark.sweep)]
CROPPED = 0.9  # of both kinds together: what lies above was interrupted


@pytest.mark.parametrize("samples", SAMPLES)
async def test_ca_13_a_wrong_first_character_takes_as_long_as_a_wrong_last_one(story: Story, samples: int) -> None:
    """CA-13: Welch's t of the two, in a random order, stays below 4.5 in one of three series: no time tells it."""
    partner = await story.partner()
    client = await story.house.store.find_client(partner.client_id)
    assert client is not None
    digest, secret, mint = client.secret_digest, partner.client_secret, story.house.mint
    assert mint.proves(secret, digest)
    wrong = [_other(secret[0]) + secret[1:], secret[:-1] + _other(secret[-1])]
    rng = random.Random(13)

    def measure() -> float:
        """Welch's t of one series."""
        taken: tuple[list[int], list[int]] = ([], [])
        for which in (rng.randrange(2) for _ in range(2 * samples)):
            begun = time.perf_counter_ns()
            proves = mint.proves(wrong[which], digest)
            taken[which].append(time.perf_counter_ns() - begun)
            assert not proves
        limit = sorted(taken[0] + taken[1])[int(CROPPED * 2 * samples)]
        first, last = ([each for each in kind if each <= limit] for kind in taken)
        return abs(_welch(first, last))

    # What others do on the machine moves one series now and then; a difference would move all.
    assert any(measure() < 4.5 for _ in range(3))


@pytest.mark.parametrize("guesses", GUESSES)
async def test_cd_10_random_codes_hit_and_change_nothing(story: Story, guesses: int) -> None:
    """CD-10: codes of the right form by the thousand: each is refused, nothing is written, and others are as quick."""
    partner, other = await story.connected_partner(), await story.partner("Guesser")
    waiting = await new_code(story, partner)
    rng = random.Random(10)
    quiet = [await _refresh_seconds(partner) for _ in range(50)]
    rows = await story.house.store.list_audit(limit=1_000)
    besieged = []
    for number in range(guesses):
        row = str(UUID(int=rng.getrandbits(128), version=4))
        reply = await other.exchanges(tokens.write_row_token(tokens.CODE, row, rng.randbytes(32)))
        assert is_error(reply, 400, "invalid_grant")
        if number % (guesses // 50) == 0:
            besieged.append(await _refresh_seconds(partner))
    assert await story.house.store.list_audit(limit=1_000) == rows
    # The quicker quarter: what slows a busy machine slows some of them, what the guesses slowed would slow all.
    assert sorted(besieged)[len(besieged) // 4] < 2 * statistics.median(quiet)
    assert (await partner.exchanges(waiting)).status == 200


async def _refresh_seconds(partner: Partner) -> float:
    """CPU seconds of somebody else's refresh: the least of ten, for the first ones find the processor's caches cold."""
    spent = []
    for _ in range(10):
        begun = time.process_time()
        assert (await partner.refreshes()).status == 200
        spent.append(time.process_time() - begun)
    return min(spent)


def _other(character: str) -> str:
    return "x" if character != "x" else "y"


def _welch(first: list[int], second: list[int]) -> float:
    """Welch's t."""
    spread = statistics.variance(first) / len(first) + statistics.variance(second) / len(second)
    return (statistics.mean(first) - statistics.mean(second)) / math.sqrt(spread)
