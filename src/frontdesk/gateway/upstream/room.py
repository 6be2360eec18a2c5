"""How many calls to the API may be under way, and who waits for room: nobody's calls keep another's out.

Two kinds of room. A *seat* is for a call that the API is working on; it is taken once the request is whole, so that a
slow caller holds none. A *berth* is for what goes on for as long as a caller likes: large bodies, event streams,
WebSockets. Of either kind, and of the line of those who wait, one caller gets a share only.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field

SHARE = 4  # one caller holds at most a quarter


@dataclass(slots=True, kw_only=True)
class Places:
    """Places of one kind, by whom they are held."""

    limit: int
    taken: int = 0
    held: dict[str, int] = field(default_factory=dict)

    def take(self, caller: str) -> bool:
        """Take one, where there is one for this caller."""
        held = self.held.get(caller, 0)
        if self.taken >= self.limit or held >= max(1, self.limit // SHARE):
            return False
        self.taken += 1
        self.held[caller] = held + 1
        return True

    def leave(self, caller: str) -> None:
        """Give one back."""
        self.taken -= 1
        left = self.held[caller] - 1
        if left:
            self.held[caller] = left
        else:
            del self.held[caller]


class Seat:
    """One call's place. `leave` gives it back, once."""

    __slots__ = ("_caller", "_places", "_room")

    def __init__(self, room: "Room", places: Places, caller: str) -> None:
        """A place that is taken already."""
        self._room = room
        self._places: Places | None = places
        self._caller = caller

    def leave(self) -> None:
        """The call is over."""
        places, self._places = self._places, None
        if places is not None:
            places.leave(self._caller)
            self._room.let_in()

    def move_to_berth(self) -> None:
        """The call goes on for as long as its caller likes: make room for others, where there is a berth."""
        if self._places is self._room.seats and self._room.berths.take(self._caller):
            self.leave()
            self._places = self._room.berths


class Room:
    """The places of one worker, and those who wait for a seat, in the order they came."""

    def __init__(self, *, seats: int, berths: int, waiting: int, patience: float) -> None:
        """`waiting` may wait at once, `patience` seconds each."""
        self.seats = Places(limit=seats)
        self.berths = Places(limit=berths)
        self._line = Places(limit=waiting)
        self._patience = patience
        self._waiting: deque[tuple[str, asyncio.Future[bool]]] = deque()  # some of them have given up

    def take_berth(self, caller: str) -> Seat | None:
        """A place that may be held long, or none: nobody waits for these."""
        return Seat(self, self.berths, caller) if self.berths.take(caller) else None

    def take(self, caller: str) -> Seat | None:
        """A seat, where one is free: whoever waits then has a share already, and is not overtaken."""
        return Seat(self, self.seats, caller) if self.seats.take(caller) else None

    async def wait(self, caller: str) -> Seat | None:
        """A seat as soon as there is one for this caller; None where too many wait, or it takes too long."""
        if not self._line.take(caller):
            return None
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()  # whether a seat was taken for it
        self._waiting.append((caller, turn))
        # No asyncio.timeout: a call in the fast lane runs in no task.
        timer = loop.call_later(self._patience, self._give_up, turn)
        try:
            has_seat = await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():  # its turn had come just then
                self.seats.leave(caller)
                self.let_in()
            raise
        finally:
            timer.cancel()
            self._line.leave(caller)
        return Seat(self, self.seats, caller) if has_seat else None

    @staticmethod
    def _give_up(turn: asyncio.Future[bool]) -> None:
        if not turn.done():
            turn.set_result(False)

    def let_in(self) -> None:
        """Give free seats to those who wait; whoever has a share already is passed over, not stood behind."""
        if not self._waiting or self.seats.taken >= self.seats.limit:
            return
        passed_over: list[tuple[str, asyncio.Future[bool]]] = []
        while self._waiting and self.seats.taken < self.seats.limit:
            caller, turn = self._waiting.popleft()
            if turn.done():
                continue
            if self.seats.take(caller):
                turn.set_result(True)
            else:
                passed_over.append((caller, turn))
        self._waiting.extendleft(reversed(passed_over))
