"""Introspections answered before, kept beside the very records they were made of (as `decisions.py` keeps calls).

An API asks about the same token at each call. What it is told is a pure function of the bytes that it sends (its own
credential and the token), of the records behind both, and of time only as far as the token's end. So the same bytes,
found by a keyed hash, are given the same JSON for as long as a fresh glance gives the same record objects. Neither the
bytes nor any secret of them is kept, and an inactive answer never is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from frontdesk.flows.needs import Glance
from frontdesk.flows.recall import Recalled
from frontdesk.protocol.access import AppCaller, PartnerCaller
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.introspect import Asker
from frontdesk.protocol.records import ResourceServer, User

KEPT = 8_192


@dataclass(frozen=True, slots=True)
class Answered:
    """What was told to whom, of which records, and until when it can stand (exclusive; None: without end)."""

    asker: Asker
    source: PartnerCaller | AppCaller | Recalled
    expires_at: Micros | None
    body: bytes

    def stands(self, glance: Glance, now: Micros) -> bool:
        """Whether the records are the same objects as ever, and the token lives."""
        if self.expires_at is not None and now >= self.expires_at:
            return False
        asker, source = self.asker, self.source
        if isinstance(asker, ResourceServer):
            if glance.resource_server(asker.id) is not asker:
                return False
        elif glance.client(asker.id) is not asker:
            return False
        if isinstance(source, AppCaller):
            own = source.own_grant
            return glance.own_grant(own.id) is own and glance.client(own.client_id) is source.client
        grant, user = source.grant, source.user
        return (
            glance.grant(grant.id) is grant
            and glance.client(grant.client_id) is source.client
            and _is_same(glance, user)
        )


class Introspections:
    """The answers of one worker, as many as `KEPT`."""

    def __init__(self, trace: Callable[[bytes], bytes]) -> None:
        """`trace` is a keyed hash without collisions that anybody could find."""
        self._trace = trace
        self._kept: dict[bytes, Answered] = {}

    def key(self, authorization: bytes | None, body: bytes) -> bytes:
        """Under what an answer is kept. A header and a body never run into one another."""
        return self._trace(b"0" + body if authorization is None else b"1%b\n%b" % (authorization, body))

    def find(self, key: bytes, glance: Glance, now: Micros) -> bytes | None:
        """The JSON that these bytes were told, where it stands."""
        answered = self._kept.get(key)
        return answered.body if answered is not None and answered.stands(glance, now) else None

    def keep(self, key: bytes, answered: Answered) -> None:
        """Keep an answer; when there is no room, all the others go."""
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[key] = answered


def _is_same(glance: Glance, user: User | None) -> bool:
    return user is not None and glance.user(user.id) is user
