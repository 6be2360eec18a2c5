"""Where requests get their credential from: a constant pair, or an access token that is renewed behind their back."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from frontdesk_client.errors import FrontdeskError
from frontdesk_client.freshness import Freshness, choose_due, judge_freshness
from frontdesk_client.renewal import Renewal
from frontdesk_client.single_flight import SingleFlight
from frontdesk_client.tokens import Tokens

FRUITLESS_FOR = timedelta(seconds=30)  # how long a refresh that did not help is not tried again
PAUSE_AFTER_FAILURE = timedelta(seconds=5)
_log = logging.getLogger("frontdesk_client")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What goes into the Authorization header, and for how long."""

    header: str = field(repr=False)
    due_at: datetime | None = None
    expires_at: datetime | None = None


class Source(Protocol):
    """Gives every request its credential."""

    def glance(self) -> Held | None:
        """The credential to send, where nothing has to be done for it: no waiting, no store, no network."""
        ...

    def obtain(self) -> Held:
        """The credential to send, whatever it takes."""
        ...

    async def obtain_async(self) -> Held:
        """The same beside the event loop's other work."""
        ...

    def replace(self, refused: Held) -> Held | None:
        """Another one for one that the API refused; None where there is no other."""
        ...

    async def replace_async(self, refused: Held) -> Held | None:
        """The same beside the event loop's other work."""
        ...

    def distrust(self, refused: Held, *, in_vain: bool = False) -> None:
        """Do not send this one again; or, where its predecessor was refused too, do not replace it for a while."""
        ...


class Constant:
    """A `Source` of one header that never changes."""

    def __init__(self, header: str) -> None:
        """This one."""
        self._held = Held(header=header)

    def glance(self) -> Held:
        """The one."""
        return self._held

    obtain = glance

    async def obtain_async(self) -> Held:
        """The one."""
        return self._held

    def replace(self, refused: Held) -> None:
        """There is no other."""

    async def replace_async(self, refused: Held) -> None:
        """There is no other."""

    def distrust(self, refused: Held, *, in_vain: bool = False) -> None:
        """There is no other."""


class Renewed:
    """A `Source` of access tokens: refreshed ahead of their end, beside the requests, which send the old meanwhile."""

    def __init__(
        self,
        renewal: Renewal,
        *,
        leeway: timedelta,
        clock: Callable[[], datetime],
        draw: Callable[[], float],
    ) -> None:
        """Nothing is read before the first request."""
        self._renewal = renewal
        self._leeway = leeway
        self._clock = clock
        self._draw = draw
        self._held: Held | None = None
        self._refused: str | None = None  # the header that the API refused last
        self._fruitless: tuple[str, datetime] | None = None
        self._flight: SingleFlight[Held] = SingleFlight()

    def glance(self) -> Held | None:
        """A copy in memory that has not ended. Where it is due, a thread sets out for the next one; nobody waits."""
        held = self._held
        if held is None:
            return None
        freshness = self._judge(held)
        if freshness is Freshness.ENDED:
            return None
        if freshness is Freshness.DUE and not self._flight.is_busy:
            self._flight.start(self._fetch_ahead)
        return held

    def obtain(self) -> Held:
        """What the store holds, or what a refresh gives."""
        return self.glance() or self._flight.run(self._fetch)

    async def obtain_async(self) -> Held:
        """The same, in a thread."""
        return self.glance() or await self._flight.run_async(self._fetch)

    def replace(self, refused: Held) -> Held | None:
        """One refresh for all whose token was refused; who comes later gets what it gave."""
        if not self._may_replace(refused):
            return None
        held = self.obtain()
        return held if held.header != refused.header else None

    async def replace_async(self, refused: Held) -> Held | None:
        """The same, in a thread."""
        if not self._may_replace(refused):
            return None
        held = await self.obtain_async()
        return held if held.header != refused.header else None

    def distrust(self, refused: Held, *, in_vain: bool = False) -> None:
        """The next request refreshes first; where that was in vain, not before a while has passed."""
        if in_vain:
            self._fruitless = (refused.header, self._clock() + FRUITLESS_FOR)
        elif self._held is None or self._held.header == refused.header:
            self._refused = refused.header

    def _may_replace(self, refused: Held) -> bool:
        """Remember what was refused, unless another takes its place already."""
        if self._fruitless is not None and self._fruitless[0] == refused.header and self._clock() < self._fruitless[1]:
            return False
        self.distrust(refused)
        return True

    def _fetch(self) -> Held:
        """What the store holds, where that can be sent; else what a refresh gives."""
        held = self._held
        if held is None or self._judge(held) is Freshness.ENDED:  # else another flight landed since the caller looked
            held = self._hold(self._renewal.load())
        if self._judge(held) is Freshness.ENDED:
            held = self._hold(self._renewal.renew(self._is_good))
        return held

    def _fetch_ahead(self) -> Held:
        """The same while the old one can still be sent: a failure is nobody's trouble yet, and is tried again soon."""
        try:
            tokens = self._renewal.load()
            return self._hold(tokens if self._is_good(tokens) else self._renewal.renew(self._is_good))
        except FrontdeskError as failure:
            _log.warning("%r goes on with its access token, for the refresh failed: %s", self._renewal.name, failure)
            if self._held is not None:
                self._held = replace(self._held, due_at=self._clock() + PAUSE_AFTER_FAILURE)
            raise

    def _hold(self, tokens: Tokens) -> Held:
        self._held = Held(
            header=_write_header(tokens),
            due_at=choose_due(tokens, leeway=self._leeway, spread=self._draw()),
            expires_at=tokens.expires_at,
        )
        return self._held

    def _judge(self, held: Held) -> Freshness:
        if held.header == self._refused:
            return Freshness.ENDED
        return judge_freshness(due_at=held.due_at, expires_at=held.expires_at, now=self._clock())

    def _is_good(self, tokens: Tokens) -> bool:
        """Whether the store's tokens will do. The whole leeway counts: who refreshed just now drew another moment."""
        due_at = choose_due(tokens, leeway=self._leeway, spread=0.0)
        held = Held(header=_write_header(tokens), due_at=due_at, expires_at=tokens.expires_at)
        return self._judge(held) is Freshness.FRESH


def _write_header(tokens: Tokens) -> str:
    """RFC 6750 §2.1."""
    return f"Bearer {tokens.access_token}"
