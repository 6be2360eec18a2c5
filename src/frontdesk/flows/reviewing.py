"""The review of partners' apps: what waits, what was observed of an app, and the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.review_letters import render_review_letter
from frontdesk.protocol.back_off import BackOff, judge_back_off
from frontdesk.protocol.call_counts import oldest_day
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.habits import Habits, sum_habits
from frontdesk.protocol.ids import ClientId, Micros
from frontdesk.protocol.inspection import BEGINNING, CallFilter, Inspected
from frontdesk.protocol.partners import MAX_NOTE
from frontdesk.protocol.records import Client, Review
from frontdesk.protocol.weak_forms import WeakUse

QUEUE = 50
LOOKED_AT = 500  # rate-limited calls
_LIMITED = CallFilter(reasons=(Reason.RATE_LIMITED.name,))


class Undecided(Enum):
    """Why nothing was decided."""

    NO_SUCH_APP = auto()
    NOTE_MISSING = auto()
    MEANWHILE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen of an app while it was used: the weak forms that it needs, its habits, whether it backs off."""

    forms: tuple[WeakUse, ...]
    habits: Habits
    back_off: BackOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """What operators do about apps that were handed in."""

    store: Store
    clock: Clock
    notices: Notices

    async def list_waiting(self) -> Sequence[Client]:
        """Apps that wait for a decision, the longest waiting first."""
        return await self.store.list_in_review(limit=QUEUE)

    async def observe(self, client: Client) -> Observed:
        """What was seen of an app."""
        forms = tuple(await self.store.list_weak_forms(of=[client.id]))
        limited = await self.store.list_requests(
            inspected=Inspected(client_id=client.id), wanted=_LIMITED, before=BEGINNING, limit=LOOKED_AT
        )
        days = await self.store.list_habits(client.id, since=oldest_day(self.clock.now()))
        return Observed(forms=forms, habits=sum_habits(days), back_off=judge_back_off([one.noted for one in limited]))

    async def list_habits(self, clients: Sequence[Client]) -> Mapping[ClientId, Habits]:
        """What was counted of each of several apps."""
        days = await self.store.total_habits([client.id for client in clients], since=oldest_day(self.clock.now()))
        return {client.id: sum_habits([one for one in days if one.client_id == client.id]) for client in clients}

    async def find(self, client_id: str) -> Client | None:
        """An app, waiting or not."""
        readable = client_id.isascii() and client_id.isprintable()
        return await self.store.find_client(ClientId(client_id)) if readable else None

    async def decide(
        self,
        client_id: str,
        *,
        seen_at: Micros | None,
        approved: bool,
        verified: bool = False,
        note: str = "",
        origin: Origin,
    ) -> Client | Undecided:
        """Approve an app that was handed in, its publisher verified or not; or return it, with a note that says why.

        `seen_at` is the `review_at` of the app that was looked at: nobody approves what was changed since. Of two
        operators who decide at once, or a partner who takes the app back meanwhile, the first one wins.
        """
        client = await self.store.find_client(ClientId(client_id))
        if client is None:
            return Undecided.NO_SUCH_APP
        text = note.strip()[:MAX_NOTE]
        if not approved and not text:
            return Undecided.NOTE_MISSING
        now = self.clock.now()
        audit = row_of_operator(
            "client.approved" if approved else "client.returned",
            now,
            origin,
            client=client.id,
            detail="publisher verified" if approved and verified else "",
        )
        decided = await self.store.set_client_review(
            client_id=client.id,
            seen=Review.SUBMITTED,
            seen_at=seen_at,
            review=Review.APPROVED if approved else Review.RETURNED,
            note=text,
            verified_at=(client.verified_at or now) if approved and verified else None,
            now=now,
            audit=audit,
        )
        if not decided:
            return Undecided.MEANWHILE
        await self._tell(client, approved, text, origin)
        return await self.store.find_client(client.id) or client

    async def _tell(self, client: Client, approved: bool, note: str, origin: Origin) -> None:
        letter = partial(render_review_letter, client=client, approved=approved, note=note)
        for user_id in await self.store.list_app_owners(client.id):
            maker = await self.store.find_user(user_id)
            if maker is not None:
                self.notices.own("review", maker, letter, now=self.clock.now(), origin=origin.unplaced())
