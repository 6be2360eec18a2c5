"""Counting what happens at sign-in and in the mail: in memory where it happens, written in batches beside it.

Each worker says how its own post office stands, so that an operator's page is right whichever of them answers.
"""

from collections.abc import Iterator

from frontdesk.flows.needs import Clock, PostOffice, Store
from frontdesk.protocol.hours import Happening, Hour, HourCount, WorkerMail, hour_of
from frontdesk.protocol.ids import SECOND, Micros
from frontdesk.protocol.standing import MailState

WRITE_EVERY = 15 * SECOND
SAY_AGAIN = 60 * SECOND  # that letters still wait


class Hours:
    """What happened since the last write. One a process; `flush` is called by a background task and at the end."""

    def __init__(self, store: Store, clock: Clock, post: PostOffice, *, worker: int) -> None:
        """`worker` is its place among the workers: another one in its place goes on in its row."""
        self._store = store
        self._clock = clock
        self._post = post
        self._worker = worker
        self._seen: dict[tuple[Hour, Happening], int] = {}
        self._said = MailState()
        self._written_at = Micros(0)

    def happened(self, what: Happening) -> None:
        """It happened once more."""
        self._add(hour_of(self._clock.now()), what, 1)

    async def flush(self, *, everything: bool = False) -> None:
        """Write what is new, at most every quarter of a minute; what could not be written is kept."""
        now, state = self._clock.now(), self._post.state
        since = now - self._written_at
        is_news = bool(self._seen) or state != self._said or (state.waiting > 0 and since >= SAY_AGAIN)
        if not is_news or (since < WRITE_EVERY and not everything):
            return
        for what, times in _sent_since(self._said, state):
            self._add(hour_of(now), what, times)
        counts = [HourCount(hour=hour, what=what, times=times) for (hour, what), times in self._seen.items()]
        # Taken at once: what happens while this is written belongs to the next time.
        before = self._said, self._written_at
        self._seen, self._said, self._written_at = {}, state, now
        try:
            await self._store.note_hours(counts=counts, mail=self._tell(state, now))
        except BaseException:
            self._said, self._written_at = before
            for count in counts:
                if count.what not in (Happening.MAIL_SENT, Happening.MAIL_LOST):  # told again by the state
                    self._add(count.hour, count.what, count.times)
            raise

    def _add(self, hour: Hour, what: Happening, times: int) -> None:
        key = (hour, what)
        self._seen[key] = self._seen.get(key, 0) + times

    def _tell(self, state: MailState, now: Micros) -> WorkerMail:
        return WorkerMail(
            worker=self._worker,
            waiting=state.waiting,
            seen_at=now,
            sent_at=state.sent_at,
            trouble=state.trouble,
            trouble_at=state.trouble_at,
        )


def _sent_since(before: MailState, after: MailState) -> Iterator[tuple[Happening, int]]:
    if after.sent > before.sent:
        yield Happening.MAIL_SENT, after.sent - before.sent
    if after.dropped > before.dropped:
        yield Happening.MAIL_LOST, after.dropped - before.dropped
