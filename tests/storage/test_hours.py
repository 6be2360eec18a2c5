"""What happens at sign-in and in the mail: the contract of both stores."""

import pytest

from frontdesk.protocol.hours import (
    FORGOTTEN_AFTER,
    KEPT,
    STALE_AFTER,
    Happening,
    HourCount,
    WorkerMail,
    hour_of,
    judge_mail,
    list_sign_in_hours,
)
from frontdesk.protocol.ids import HOUR, MINUTE, Micros
from storage.house import House

pytestmark = pytest.mark.anyio


def times(at: Micros, what: Happening, count: int = 1) -> HourCount:
    """So often in the hour of a moment."""
    return HourCount(hour=hour_of(at), what=what, times=count)


async def test_all_workers_count_into_the_same_hours(house: House) -> None:
    """And each says how its own mail stands, in the place of what it said before."""
    now, before = house.now, Micros(house.now - HOUR)
    first = WorkerMail(worker=0, waiting=3, seen_at=now, sent_at=before)
    second = WorkerMail(worker=1, waiting=1, seen_at=now, trouble="it is away", trouble_at=now)
    wrong, sent = Happening.CODE_WRONG, Happening.MAIL_SENT
    await house.store.note_hours(counts=[times(now, wrong, 2), times(before, Happening.SIGNED_IN)], mail=first)
    await house.store.note_hours(counts=[times(now, wrong, 3), times(now, sent, 7)], mail=second)
    counts = await house.store.list_hours(since=hour_of(before))
    assert list(counts) == [times(before, Happening.SIGNED_IN), times(now, wrong, 5), times(now, sent, 7)]
    assert list(await house.store.list_hours(since=hour_of(now))) == list(counts)[1:]
    assert list(await house.store.list_worker_mail()) == [first, second]
    health = judge_mail(counts, await house.store.list_worker_mail(), now=now)
    assert (health.waiting, health.sent, health.lost, health.trouble) == (4, 7, 0, "it is away")
    assert (health.sent_at, health.trouble_at, health.fails) == (before, now, True)
    newest, oldest = list_sign_in_hours(counts)
    assert (newest.failed, newest.signed_in, newest.failures) == (5, 0, {wrong: 5})
    assert (oldest.failed, oldest.signed_in, oldest.begins_at) == (0, 1, before - before % HOUR)


async def test_a_worker_that_began_anew_forgets_no_failure(house: House) -> None:
    """Nor when a letter went last; and what waits in one that fell silent is counted no more."""
    failed = WorkerMail(worker=0, waiting=2, seen_at=house.now, sent_at=house.now, trouble="no", trouble_at=house.now)
    await house.store.note_hours(counts=[], mail=failed)
    at = house.now
    house.pass_time(MINUTE)
    await house.store.note_hours(counts=[], mail=WorkerMail(worker=0, waiting=1, seen_at=house.now))
    (said,) = await house.store.list_worker_mail()
    assert (said.waiting, said.sent_at, said.trouble, said.trouble_at) == (1, at, "no", at)
    assert judge_mail([], [said], now=house.now).waiting == 1
    house.pass_time(STALE_AFTER)
    assert judge_mail([], [said], now=house.now).waiting == 0


async def test_hours_that_are_over_go(house: House) -> None:
    """This one is the last of 48; and a worker that said nothing for a week goes, too."""
    mail = WorkerMail(worker=0, waiting=0, seen_at=house.now)
    await house.store.note_hours(counts=[times(house.now, Happening.SIGNED_IN)], mail=mail)
    house.pass_time((KEPT - 1) * HOUR)
    assert await house.store.clean(now=house.now, limit=100) == 0
    house.pass_time(HOUR)
    assert await house.store.clean(now=house.now, limit=100) == 1
    assert list(await house.store.list_hours(since=0)) == []
    house.pass_time(FORGOTTEN_AFTER - KEPT * HOUR)
    assert await house.store.clean(now=house.now, limit=100) == 1
    assert list(await house.store.list_worker_mail()) == []
