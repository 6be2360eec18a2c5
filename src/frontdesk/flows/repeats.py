"""Refreshes granted before, kept beside the very records they were made of (as `decisions.py` keeps calls).

A partner sends the same bytes at each refresh. Whether they buy an access token is a pure function of these bytes and
of three records; a refresh token has no end of its own. So the same bytes, found by a keyed hash, buy again for as
long as a fresh glance gives the same record objects. Neither the bytes nor the secrets in them are kept: the refresh
token is read out of the request again, where it stood.
"""

from collections.abc import Callable
from dataclasses import dataclass

from frontdesk.flows.needs import Glance
from frontdesk.protocol.records import Client, Grant, User
from frontdesk.protocol.scopes import Scopes

KEPT = 8_192
_FIELD = b"refresh_token="


@dataclass(frozen=True, slots=True)
class Refresh:
    """A granted refresh: what it was made of, what it gives, and where in the request the refresh token stands."""

    grant: Grant
    client: Client
    user: User
    scopes: Scopes
    token_at: slice

    def stands(self, glance: Glance) -> bool:
        """Whether the records are the same objects as ever."""
        grant = self.grant
        return (
            glance.grant(grant.id) is grant
            and glance.client(grant.client_id) is self.client
            and glance.user(grant.user_id) is self.user
        )


class Repeats:
    """The refreshes of one worker, as many as `KEPT`."""

    def __init__(self, trace: Callable[[bytes], bytes]) -> None:
        """`trace` is a keyed hash without collisions that anybody could find."""
        self._trace = trace
        self._kept: dict[bytes, Refresh] = {}

    def find(self, body: bytes, glance: Glance) -> Refresh | None:
        """The refresh that these bytes were granted, where it stands."""
        refresh = self._kept.get(self._trace(body))
        return refresh if refresh is not None and refresh.stands(glance) else None

    def keep(self, body: bytes, refresh_token: str, grant: Grant, client: Client, user: User, scopes: Scopes) -> None:
        """Keep a refresh, where the token stands in the body as it is. When there is no room, all the others go."""
        field = _FIELD + refresh_token.encode()
        start = body.find(field)
        if start < 0:
            return
        if len(self._kept) >= KEPT:
            self._kept.clear()
        token_at = slice(start + len(_FIELD), start + len(field))
        self._kept[self._trace(body)] = Refresh(grant, client, user, scopes, token_at)
