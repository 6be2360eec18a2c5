"""Notes of decided calls: what is noted, how much of it, and that a flood neither fills the memory nor hides others."""

import sys
import tracemalloc
from typing import Any

import pytest

from frontdesk.gateway.checker import Asked, Passed
from frontdesk.gateway.notes import (
    HELD,
    MAX_LOOKED_AT,
    OF_ONE_ADDRESS,
    REFUSALS_A_SECOND,
    WITHOUT_CREDENTIAL,
    CallNotes,
)
from frontdesk.gateway.shadow import APART, ShadowTally
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import SECOND, Micros
from frontdesk.testing.told import START
from gateway.desk import Desk

pytestmark = pytest.mark.anyio

REFUSED = Refusal(reason=Reason.BAD_CREDENTIAL)


def asked(number: int = 0, *, peer: str | None = None, credential: bytes | None = b"Bearer x", **changes: Any) -> Asked:
    """A call that was refused."""
    headers = [(b"host", b"x"), (b"user-agent", b"curl")]
    if credential is not None:
        headers.append((b"authorization", credential))
    fields: dict[str, Any] = {
        "method": "GET",
        "target": b"/x",
        "headers": headers,
        "peer": peer or f"192.0.2.{number % 250}",
        "request_id": f"r{number}",
        **changes,
    }
    return Asked(**fields)


def notes(sample: int = 100) -> CallNotes:
    """An empty book."""
    return CallNotes(network_header=b"spacebring-network-id", sample=sample)


def refuse(book: CallNotes, count: int, now: int = START, **changes: Any) -> None:
    """So many refusals at one instant."""
    for number in range(count):
        book.refused(REFUSED, asked(number, **changes), (), Micros(now))


def taken(book: CallNotes) -> tuple[int, int]:
    """How many are noted, and how many were not."""
    found, dropped = book.take(10_000)
    return len(found), dropped


def test_of_one_second_so_many_refusals_are_noted_and_the_others_counted() -> None:
    """The next second begins anew."""
    book = notes()
    refuse(book, REFUSALS_A_SECOND + 7)
    assert taken(book) == (REFUSALS_A_SECOND, 7)
    refuse(book, 5)
    assert taken(book) == (0, 5)
    refuse(book, 5, now=START + SECOND)
    assert taken(book) == (5, 0)


def test_one_address_leaves_room_for_the_others() -> None:
    """Somebody who tries secrets as fast as the wire allows hides nobody's mistake."""
    book = notes()
    refuse(book, 5_000, peer="203.0.113.9")
    refuse(book, 20, peer="198.51.100.1")
    found, dropped = book.take(10_000)
    assert len([note for note in found if note.address == "198.51.100.1"]) == 20
    assert (len(found), dropped) == (OF_ONE_ADDRESS + 20, 5_000 - OF_ONE_ADDRESS)


def test_calls_without_a_credential_leave_room_for_those_with_one() -> None:
    """They concern nobody but the operator, and are what scanners send."""
    book = notes()
    refuse(book, 1_000, credential=None)
    refuse(book, 200)
    assert taken(book) == (WITHOUT_CREDENTIAL + 200, 1_000 - WITHOUT_CREDENTIAL)


def test_what_cannot_be_written_is_held_up_to_a_bound() -> None:
    """A store that is out of order for an hour costs no memory, and what was lost is counted."""
    book = notes()
    for second in range(60):
        refuse(book, 200, now=START + second * SECOND)
    found, dropped = book.take(10_000)
    assert (len(found), dropped) == (HELD, 60 * 200 - HELD)
    book.give_back(found, dropped)
    refuse(book, 3, now=START + 100 * SECOND)
    again, dropped = book.take(10_000)
    assert again == found
    assert dropped == 60 * 200 - HELD + 3


def test_what_is_given_back_comes_before_what_was_noted_since() -> None:
    """The order is that of the calls; where there is no room for all, the oldest are let go."""
    book = notes()
    refuse(book, 10)
    first, _ = book.take(10)
    refuse(book, 10, now=START + SECOND)
    book.give_back(first, 0)
    found, _ = book.take(100)
    assert [note.at for note in found] == [START] * 10 + [START + SECOND] * 10


def test_a_note_holds_no_query_and_a_bounded_piece_of_everything() -> None:
    """Whatever is sent: 16 kB of path, 32 kB of headers."""
    book = notes()
    headers = [
        (b"authorization", b"Bearer " + b"a" * 30_000),
        (b"user-agent", b"u" * 30_000),
        (b"spacebring-network-id", b"n" * 30_000),
    ]
    call = asked(method="M" * 9_000, target=b"/" + b"p" * 16_000 + b"?secret=canary", headers=headers)
    book.refused(REFUSED, call, (), START)
    ((note,), _) = book.take(1)
    assert "canary" not in note.place
    assert note.authorization == b""
    sizes = [len(note.place), len(note.agent), len(note.network), len(note.method)]
    assert sizes == [MAX_LOOKED_AT, MAX_LOOKED_AT, 64, 32]
    assert "aaa" not in repr(note)


def test_a_flood_holds_no_more_memory_than_a_busy_second() -> None:
    """A hundred thousand refusals of made-up callers in one second, each with all the headers that are allowed."""
    book = notes()
    big = [(b"authorization", b"Bearer " + b"a" * 4_000), (b"user-agent", b"u" * 1_000), (b"cookie", b"c" * 9_000)]
    call = asked(headers=big)
    tracemalloc.start()
    try:
        for number in range(100_000):
            object.__setattr__(call, "peer", f"198.51.{number >> 8 & 255}.{number & 255}")
            book.refused(REFUSED, call, (), START)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 3_000_000
    assert taken(book) == (REFUSALS_A_SECOND, 100_000 - REFUSALS_A_SECOND)


async def passed(desk: Desk) -> Passed:
    """A call that was let in."""
    found = await desk.gateway().checker.check_call(
        "GET", b"/rooms/v1", [(b"authorization", desk.basic())], request_id="r"
    )
    assert isinstance(found, Passed)
    return found


@pytest.mark.parametrize(("sample", "expected"), [(1, 10), (3, 4), (100, 1), (0, 0)])
async def test_of_every_so_many_allowed_calls_one_is_noted(desk: Desk, sample: int, expected: int) -> None:
    """The first, and every so manyth after it: counted, not drawn by lot."""
    book, call = notes(sample), await passed(desk)
    for number in range(10):
        book.passed(call, f"r{number}", START)
    found, _ = book.take(100)
    assert [note.request_id for note in found] == [f"r{number}" for number in range(0, 10, sample or 11)][:expected]
    assert len(found) == expected
    assert all(note.admission is call.admission and note.refusal is None for note in found)


def test_the_book_is_small_when_nothing_happens() -> None:
    """An idle worker keeps nothing."""
    book = notes()
    assert book.take(10) == ([], 0)
    assert sys.getsizeof(book) < 1_000


# -- counting in shadow mode
def tallies(sheet: ShadowTally) -> dict[tuple[bytes | None, Reason | None], int]:
    """What was counted, by credential and reason."""
    found: dict[tuple[bytes | None, Reason | None], int] = {}
    for tally in sheet.take():
        key = (tally.authorization, tally.reason)
        found[key] = found.get(key, 0) + tally.calls
    return found


def test_every_call_is_counted_however_many_callers_there_are() -> None:
    """Beyond a bound made-up credentials are one caller, and none of their calls is lost."""
    sheet = ShadowTally()
    count = 5 * APART
    for number in range(count):
        sheet.refused(REFUSED, asked(number, credential=b"Bearer %d" % number), (), START)
    kept = sheet.take()
    assert len(kept) <= 2 * APART
    assert sum(tally.calls for tally in kept) == count


async def test_what_could_not_be_written_is_counted_with_what_comes(desk: Desk) -> None:
    """No call twice, none lost."""
    sheet, call = ShadowTally(), await passed(desk)
    for number in range(3):
        sheet.refused(REFUSED, asked(number), (), Micros(START + number))
        sheet.passed(call, f"p{number}", Micros(START + number))
    first = sheet.take()
    sheet.refused(REFUSED, asked(9), (), Micros(START + 9))
    sheet.give_back(first)
    assert tallies(sheet) == {(b"Bearer x", Reason.BAD_CREDENTIAL): 4, (None, None): 3}
    assert sheet.take() == []


def test_the_newest_call_is_the_example() -> None:
    """Its decision is the likeliest to be kept still."""
    sheet = ShadowTally()
    for number in range(3):
        sheet.refused(REFUSED, asked(number), (), Micros(START + number))
    (tally,) = sheet.take()
    assert (tally.first_at, tally.last_at, tally.example) == (START, START + 2, "r2")
