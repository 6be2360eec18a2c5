"""Who gets a place at the API: all who come while there are places, and nobody more than a share."""

import asyncio

import pytest

from frontdesk.gateway.upstream.room import Room, Seat

pytestmark = pytest.mark.anyio


def room(*, seats: int = 8, berths: int = 8, waiting: int = 8, patience: float = 5) -> Room:
    """A room of eight of each: a share is two."""
    return Room(seats=seats, berths=berths, waiting=waiting, patience=patience)


def waiting(room: Room, caller: str) -> "asyncio.Task[Seat | None]":
    """A caller who waits for a seat."""
    return asyncio.get_running_loop().create_task(room.wait(caller))


async def settle() -> None:
    """Let whoever can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_caller_gets_a_share() -> None:
    """A quarter; the others find room."""
    here = room()
    assert [here.take("a") is not None for _ in range(3)] == [True, True, False]
    assert here.take("b") is not None


async def test_seats_are_given_in_the_order_of_coming() -> None:
    """Except to whoever has a share already: that one is passed over, and gets a seat when its own are free."""
    here = room()
    held = [here.take(caller) for caller in "aabbccdd"]
    assert all(held)
    assert here.take("e") is None
    again, first, second = waiting(here, "a"), waiting(here, "e"), waiting(here, "f")
    await settle()
    held[2].leave()  # type: ignore[union-attr]
    await settle()
    assert [each.done() for each in (again, first, second)] == [False, True, False]
    held[0].leave()  # type: ignore[union-attr]
    await settle()
    assert [each.done() for each in (again, second)] == [True, False]
    (await again).leave()  # type: ignore[union-attr]
    assert (await second) is not None


async def test_those_who_wait_for_their_own_share_keep_nobody_out() -> None:
    """Nor do they fill the line."""
    here = room()
    held = [here.take("a"), here.take("a")]
    line = [waiting(here, "a") for _ in range(3)]
    await settle()
    assert [each.done() for each in line] == [False, False, True], "the line is shared out too"
    assert line[2].result() is None
    assert here.take("b") is not None
    for seat in held:
        seat.leave()  # type: ignore[union-attr]
    await settle()
    assert [each.result() is not None for each in line] == [True, True, False]


async def test_waiting_ends() -> None:
    """After its time, or when the caller leaves; the places stay right."""
    here = room(seats=4, patience=0.05)
    held = [here.take(caller) for caller in "abcd"]
    assert await here.wait("e") is None
    left = waiting(here, "f")
    await settle()
    left.cancel()
    await settle()
    for seat in held:
        seat.leave()  # type: ignore[union-attr]
        seat.leave()  # type: ignore[union-attr] # twice is once
    assert (here.seats.taken, here.seats.held) == (0, {})


async def test_a_caller_who_leaves_as_its_turn_comes_gives_it_to_the_next() -> None:
    """The seat was taken for it already."""
    here = room(seats=4)
    held = [here.take(caller) for caller in "abcd"]
    left, after = waiting(here, "e"), waiting(here, "f")
    await settle()
    held[0].leave()  # type: ignore[union-attr]
    left.cancel()
    await settle()
    assert left.cancelled()
    assert after.done()
    assert here.seats.held == {"b": 1, "c": 1, "d": 1, "f": 1}


async def test_what_lasts_long_leaves_its_seat() -> None:
    """To a berth; where there is none it stays."""
    here = room(seats=4, berths=4)
    seat = here.take("a")
    assert seat is not None
    seat.move_to_berth()
    assert (here.seats.taken, here.berths.taken) == (0, 1)
    seat.move_to_berth()
    assert here.berths.taken == 1
    second = here.take("a")
    assert second is not None
    second.move_to_berth()  # its share of berths is taken
    assert (here.seats.taken, here.berths.taken) == (1, 1)
    seat.leave()
    second.leave()
    assert (here.seats.taken, here.berths.taken) == (0, 0)
    assert here.take_berth("a") is not None
    assert here.take_berth("a") is None
