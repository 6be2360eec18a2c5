"""What time it is: the only place of the SDK that asks."""

from datetime import UTC, datetime


def read_clock() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is that place
