"""The pure rules of a refresh: when it is due, when to try again, and which answers ask for one."""

from datetime import UTC, datetime, timedelta

import pytest
from frontdesk_client.challenges import is_token_refused
from frontdesk_client.freshness import Freshness, choose_due, choose_pause, judge_freshness
from frontdesk_client.tokens import Tokens

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def lasting(lifetime: timedelta | None) -> Tokens:
    """Tokens that were made now."""
    return Tokens(access_token="a", made_at=NOW, expires_at=None if lifetime is None else NOW + lifetime)


@pytest.mark.parametrize(
    ("lifetime", "spread", "due"),
    [
        (60 * MINUTE, 0.0, 58 * MINUTE),
        (60 * MINUTE, 1.0, 59 * MINUTE),
        (5 * MINUTE, 0.0, 4 * MINUTE),
        (5 * MINUTE, 1.0, 4.5 * MINUTE),
        (0 * MINUTE, 0.5, 0 * MINUTE),
        (-5 * MINUTE, 0.0, -5 * MINUTE),
    ],
)
def test_a_refresh_is_due_ahead_of_the_end(lifetime: timedelta, spread: float, due: timedelta) -> None:
    """Between half of the leeway and all of it, which is a fifth of a short life."""
    assert choose_due(lasting(lifetime), leeway=2 * MINUTE, spread=spread) == NOW + due


def test_a_token_without_an_end_is_used_until_it_is_refused() -> None:
    """Some servers say no lifetime."""
    assert choose_due(lasting(None), leeway=MINUTE, spread=0.0) is None
    assert judge_freshness(due_at=None, expires_at=None, now=NOW) is Freshness.FRESH


def test_time_is_half_open() -> None:
    """Due at the instant it is due; ended at the instant of its end."""
    moment = timedelta(microseconds=1)
    for now, freshness in (
        (NOW + MINUTE - moment, Freshness.FRESH),
        (NOW + MINUTE, Freshness.DUE),
        (NOW + 2 * MINUTE - moment, Freshness.DUE),
        (NOW + 2 * MINUTE, Freshness.ENDED),
    ):
        assert judge_freshness(due_at=NOW + MINUTE, expires_at=NOW + 2 * MINUTE, now=now) is freshness


def test_tries_are_few_and_spread() -> None:
    """Four in all, each pause up to twice the last; what the server asks for is waited for, unless it is long."""
    assert [choose_pause(attempt, retry_after=None, spread=1.0) for attempt in (1, 2, 3, 4)] == [0.2, 0.4, 0.8, None]
    assert choose_pause(1, retry_after=None, spread=0.0) == 0.0
    assert choose_pause(1, retry_after=3.0, spread=0.0) == 3.0
    assert choose_pause(1, retry_after=60.0, spread=0.0) is None


@pytest.mark.parametrize(
    ("status", "challenge", "refused"),
    [
        (401, 'Bearer error="invalid_token"', True),
        (401, "bearer error=invalid_token", True),
        (401, 'Basic realm="x", Bearer realm="y", error="invalid_token", error_description="a, b"', True),
        (401, None, True),
        (401, "", True),
        (401, 'Basic realm="x"', True),
        (401, 'Bearer realm="x"', True),
        (401, 'Bearer error="invalid_request"', False),
        (401, 'Bearer realm="error=\\"invalid_token\\"", error="insufficient_scope"', False),
        (403, 'Bearer error="invalid_token"', False),
        (400, 'Bearer error="invalid_token"', False),
        (200, None, False),
    ],
)
def test_only_a_401_about_the_token_asks_for_a_refresh(status: int, challenge: str | None, refused: bool) -> None:
    """RFC 6750 §3.1; the original API challenges with nothing."""
    assert is_token_refused(status, challenge) is refused
