"""Sign-in limits at their exact instants (the contract's Login section; attack rows OT)."""

from itertools import pairwise

import pytest

from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros
from frontdesk.protocol.signin import Budget, blocked_until, count_mail, count_wrong, may_mail

T0 = Micros(1_800_000_000 * SECOND)


def _wrong(*minutes: float) -> Budget:
    return Budget(wrong=tuple(Micros(T0 + int(m * MINUTE)) for m in minutes))


BLOCKS = [
    ("none", (), 0, None),
    ("four", (0, 1, 2, 3), 4, None),
    ("OT-01", (0, 1, 2, 3, 4), 5, 20),
    ("just before the end", (0, 1, 2, 3, 4), 19.999, 20),
    ("the very instant", (0, 1, 2, 3, 4), 20, None),
    ("five in more than 20 minutes", (0, 5, 10, 15, 20), 20.5, None),
    ("a second window", (0, 1, 2, 3, 4, 20, 21, 22, 23, 24), 25, 40),
    ("the fifth in the second window", (0, 1, 21, 22, 23, 24), 25, None),
]


@pytest.mark.parametrize(("row", "wrong", "now", "until"), BLOCKS)
def test_five_wrong_codes_in_20_minutes_block(
    row: str, wrong: tuple[float, ...], now: float, until: int | None
) -> None:
    """The block lasts 20 minutes from the first wrong code, to the microsecond."""
    expected = None if until is None else T0 + until * MINUTE
    assert blocked_until(_wrong(*wrong), now=Micros(T0 + int(now * MINUTE))) == expected


def test_ot_06_twenty_wrong_codes_a_day_are_the_end() -> None:
    """OT-06: patient guessing gets 20 tries in any 24 hours, then waits until the oldest is a day old."""
    budget, now, tries = Budget(), T0, 0
    while now < T0 + DAY:
        if blocked_until(budget, now=Micros(now)) is None:
            budget, tries = count_wrong(budget, now=Micros(now)), tries + 1
        now = Micros(now + MINUTE)
    assert tries == 20
    assert blocked_until(budget, now=Micros(T0 + DAY - 1)) == T0 + DAY
    assert blocked_until(budget, now=Micros(T0 + DAY)) is None


def test_no_more_than_20_guesses_in_any_24_hours_over_a_week() -> None:
    """The daily cap holds for every window of 24 hours, however the tries are spread."""
    budget, made = Budget(), []
    for minute in range(7 * 24 * 60):
        now = Micros(T0 + minute * MINUTE)
        if blocked_until(budget, now=now) is None:
            budget = count_wrong(budget, now=now)
            made.append(now)
    assert all(later - made[index] >= DAY for index, later in enumerate(made[20:]))
    assert all(earlier < later for earlier, later in pairwise(made))


def test_one_mail_a_minute_and_five_an_hour() -> None:
    """Half-open windows: after exactly a minute the next may go, after exactly an hour the sixth."""
    budget = count_mail(Budget(), now=T0)
    assert not may_mail(budget, now=Micros(T0 + MINUTE - 1))
    assert may_mail(budget, now=Micros(T0 + MINUTE))
    for minute in (1, 2, 3, 4):
        budget = count_mail(budget, now=Micros(T0 + minute * MINUTE))
    assert not may_mail(budget, now=Micros(T0 + HOUR - 1))
    assert may_mail(budget, now=Micros(T0 + HOUR))
