"""Counting sign-ins and mails beside the requests, in several workers: flows/hours.py."""

from dataclasses import replace

import pytest

from frontdesk.flows.hours import WRITE_EVERY, Hours
from frontdesk.flows.standing import HealthReport
from frontdesk.protocol.hours import Happening, HourCount, WorkerMail
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.standing import MailState
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage import MemoryStore
from frontdesk.testing.told import Pigeonholes, ToldClock

pytestmark = pytest.mark.anyio


class Post(Pigeonholes):
    """A post office whose state the test sets."""

    told = MailState()

    @property
    def state(self) -> MailState:
        """As it was told."""
        return self.told


class Watched(MemoryStore):
    """Counts its writes, and can be full."""

    writes = 0
    is_full = False

    async def note_hours(self, *, counts: list[HourCount], mail: WorkerMail) -> None:
        """Write, or not."""
        if self.is_full:
            raise StoreUnavailable("the disk is full")
        self.writes += 1
        await super().note_hours(counts=counts, mail=mail)


async def test_an_operator_sees_what_all_workers_saw() -> None:
    """Whichever of them answers: its own at once, the others' as they wrote it; a failure of any is told."""
    store, clock = MemoryStore(), ToldClock()
    one, other = Post(), Post()
    first, second = (Hours(store, clock, post, worker=place) for place, post in enumerate((one, other)))
    first.happened(Happening.SIGNED_IN)
    second.happened(Happening.CODE_WRONG)
    one.told = MailState(sent=3, sent_at=clock.now())
    clock.pass_seconds(20)
    other.told = MailState(waiting=2, dropped=1, trouble="it is away", trouble_at=clock.now())
    await second.flush()
    seen = await HealthReport(store=store, clock=clock, hours=first).read()
    assert (seen.mail.sent, seen.mail.lost, seen.mail.waiting, seen.mail.trouble) == (3, 1, 2, "it is away")
    assert seen.mail.fails
    (hour,) = seen.hours
    assert (hour.signed_in, hour.failures) == (1, {Happening.CODE_WRONG: 1})
    assert await HealthReport(store=store, clock=clock).read() == seen


async def test_writes_are_few_and_nothing_is_counted_twice() -> None:
    """Only where something is new, at most every quarter of a minute, and again after a write that failed."""
    store, clock, post = Watched(), ToldClock(), Post()
    hours = Hours(store, clock, post, worker=0)
    await hours.flush()
    assert store.writes == 0
    for _ in range(100):
        hours.happened(Happening.CODE_SENT)
        await hours.flush()
    assert store.writes == 1
    store.is_full = True
    clock.pass_micros(WRITE_EVERY)
    post.told = MailState(sent=5)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await hours.flush()
    store.is_full = False
    await hours.flush()
    post.told = replace(post.told, waiting=1)
    clock.pass_micros(WRITE_EVERY)
    await hours.flush()
    clock.pass_micros(WRITE_EVERY)
    await hours.flush()
    assert store.writes == 3
    clock.pass_micros(60 * SECOND)
    await hours.flush()  # what waits is said again, or it would count as a silent worker's
    assert store.writes == 4
    counted = {count.what: count.times for count in await store.list_hours(since=0)}
    assert counted == {Happening.CODE_SENT: 100, Happening.MAIL_SENT: 5}
