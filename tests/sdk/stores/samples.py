"""Tokens to keep."""

from datetime import UTC, datetime, timedelta

from frontdesk_client import Tokens

MADE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def sample(word: str, made_at: datetime = MADE) -> Tokens:
    """Tokens that can be told apart by a word."""
    return Tokens(
        access_token=f"access-{word}",
        refresh_token=f"refresh-{word}",
        expires_at=made_at + timedelta(hours=1),
        made_at=made_at,
        scopes=("resources", "resources.readonly"),
    )


def large(letter: str) -> Tokens:
    """Tokens of several pages of memory, so that half of them could be written."""
    return Tokens(access_token=letter * 30_000, refresh_token=letter * 30_000, made_at=MADE)
