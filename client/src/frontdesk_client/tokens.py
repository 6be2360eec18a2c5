"""What a connection's owner holds: an access token, the refresh token behind it, and until when. RFC 6749 §5.1."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from frontdesk_client.hidden import Hidden, read_object


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One answer of a token endpoint. Frozen: a refresh makes another one.

    `expires_at` is the instant, UTC, from which the access token must not be sent. `made_at` tells which of two is the
    newer. Neither token is ever printed.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False, default=None)
    expires_at: datetime | None = None
    made_at: datetime
    scopes: tuple[str, ...] = ()

    def as_text(self) -> str:
        """As a store keeps it: a line of JSON. It holds the secrets."""
        return json.dumps(
            {
                "access_token": self.access_token,
                "refresh_token": self.refresh_token,
                "expires_at": None if self.expires_at is None else self.expires_at.isoformat(),
                "made_at": self.made_at.isoformat(),
                "scope": " ".join(self.scopes),
            }
        )


def read_tokens(text: str) -> Tokens:
    """What `as_text` wrote. Raises `ValueError`, which never quotes the text, where it is anything else."""
    text = Hidden(text)
    said = read_object(text)
    if said is None:
        raise ValueError("these are no tokens: a JSON object was expected")
    return Tokens(
        access_token=_text(said, "access_token"),
        refresh_token=None if said.get("refresh_token") is None else _text(said, "refresh_token"),
        expires_at=None if said.get("expires_at") is None else _instant(said, "expires_at"),
        made_at=_instant(said, "made_at"),
        scopes=tuple(str(said.get("scope") or "").split()),
    )


def _text(said: Mapping[str, object], name: str) -> str:
    """A member that must be a text with something in it."""
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f'these are no tokens: "{name}" is missing or no text')
    return value


def _instant(said: Mapping[str, object], name: str) -> datetime:
    """A member that must be an instant with its zone."""
    try:
        instant = datetime.fromisoformat(_text(said, name))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError(f'these are no tokens: "{name}" is no instant with a zone') from None
    return instant.astimezone(UTC)
