"""What explaining refusals needs of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.explanations import NotedDecision
from frontdesk.protocol.ids import Micros, NetworkId
from frontdesk.protocol.inspection import CallFilter, Inspected, PlacedDecision
from frontdesk.protocol.shadow import ShadowCount


class ExplanationStore(Protocol):
    """Keeps decisions for a while, and counts. No cache must learn of any of it."""

    async def keep_decisions(self, *, noted: Sequence[NotedDecision], dropped: int, now: Micros) -> None:
        """Keep some decisions. `dropped` refusals of this minute were not noted.

        Of two under one id the first counts, unless it let in a call that then came to nothing.
        """

    async def find_decision(self, request_id: str) -> NotedDecision | None:
        """The decision under an id, while it is kept."""

    async def list_decisions(
        self, *, client: str = "", network_id: NetworkId | None = None, reason: str = "", limit: int
    ) -> Sequence[NotedDecision]:
        """The newest first. `client` is an app's or a Basic pair's id, `reason` a Reason's name; empty: all."""

    async def list_requests(
        self, *, inspected: Inspected, wanted: CallFilter, before: int, limit: int
    ) -> Sequence[PlacedDecision]:
        """Those of an app or of a network that are asked for and lie before a place, the newest first."""

    async def count_dropped_refusals(self, *, since: Micros) -> int:
        """How many refusals since then were not kept, because too many came at once."""

    async def find_ender(self, *, client_id: str, at: Micros) -> str:
        """The kind of who ended something of an app at this very instant ("user", "operator", …); empty: unknown."""

    async def sweep_decisions(self, *, now: Micros, kept: int, since: Micros, limit: int) -> int:
        """Delete up to `limit` decisions: those beyond `kept`, those before `since`, and old counts. How many went."""

    async def count_shadow(self, *, counts: Sequence[ShadowCount]) -> None:
        """Add to what was counted."""

    async def list_shadow(self, *, since_day: int) -> Sequence[ShadowCount]:
        """All that was counted from this day on, by day, caller, operation and reason."""

    async def forget_shadow(self) -> int:
        """Begin to count anew; how many rows went."""
