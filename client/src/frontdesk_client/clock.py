"""What time it is, and chance: the places where tokens are asked for or kept ask here."""

import random  # noqa: TID251 - it spreads calls over time; no secret is made of it
from datetime import UTC, datetime


def read_clock() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is that place


def draw() -> float:
    """A number from 0 up to 1, different in every process."""
    return random.random()  # noqa: S311
