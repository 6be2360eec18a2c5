"""Noting decided calls on their way: every refused one, and one of every so many that were let in.

A note holds what it takes to examine the call later, and is kept in memory for about a second. A flood must neither
fill the memory nor push the others out: of one second only so many refusals are noted, of them only so many from one
address and so many without a credential. What is not noted is counted.
"""

from collections import deque

from frontdesk.gateway.checker import Asked, Passed
from frontdesk.gateway.policy import Operations
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.explanations import CallNote
from frontdesk.protocol.http import Headers
from frontdesk.protocol.ids import SECOND, Micros

REFUSALS_A_SECOND = 300
OF_ONE_ADDRESS = 100
WITHOUT_CREDENTIAL = 50
HELD = 2_000  # notes that wait for being written
MAX_AUTHORIZATION = 4_200  # bytes; what is longer is malformed whatever it says
MAX_LOOKED_AT = 1_200  # characters of a path, and of a user agent: whatever begins in what is shown ends in them
MAX_METHOD = 32


class CallNotes:
    """The notes of one worker. An `Observer` of the checker."""

    def __init__(self, *, network_header: bytes, sample: int) -> None:
        """`network_header` is the lower-case name. Of `sample` allowed calls one is noted; 0: none."""
        self._network_header = network_header
        self._sample = sample
        self._until_next = 1  # allowed calls, to the next one that is noted
        if sample == 0:
            self._until_next = -1  # counted down for ever, and never nought
        self._notes: deque[CallNote] = deque()
        self._dropped = 0
        self._second = 0
        self._of_second = 0
        self._without_credential = 0
        self._of_address: dict[str | None, int] = {}

    def passed(self, passed: Passed, request_id: str, now: Micros) -> None:
        """One of every so many is noted; no randomness, no look-up."""
        self._until_next -= 1
        if self._until_next:
            return
        self._until_next = self._sample
        if len(self._notes) < HELD:
            self._notes.append(_note_passed(passed, request_id, now))

    def refused(self, refusal: Refusal, asked: Asked, operations: Operations, now: Micros) -> None:
        """Noted, unless too many are."""
        authorization, network, agent = self._read(asked.headers)
        if not self._has_room(asked.peer, now, has_credential=authorization is not None):
            self._dropped += 1
            return
        self._notes.append(
            CallNote(
                request_id=asked.request_id,
                at=now,
                method=asked.method[:MAX_METHOD],
                place=_place(asked.target),
                operations=operations,
                refusal=refusal,
                let_through=asked.let_through,
                authorization=authorization,
                network=network,
                address=asked.peer,
                agent=agent,
            )
        )

    def take(self, count: int) -> tuple[list[CallNote], int]:
        """Up to so many notes, the oldest first, and how many refusals were not noted since the last time."""
        notes = self._notes
        taken = [notes.popleft() for _ in range(min(count, len(notes)))]
        dropped, self._dropped = self._dropped, 0
        return taken, dropped

    def give_back(self, notes: list[CallNote], dropped: int) -> None:
        """They could not be written; to be taken again, as far as there is room."""
        room = max(0, HELD - len(self._notes))
        lost = notes[: max(0, len(notes) - room)]
        self._notes.extendleft(reversed(notes[len(lost) :]))
        self._dropped += dropped + sum(note.refusal is not None for note in lost)

    def _has_room(self, peer: str | None, now: Micros, *, has_credential: bool) -> bool:
        second = now // SECOND
        if second != self._second:
            self._second = second
            self._of_second = self._without_credential = 0
            self._of_address.clear()
        if self._of_second >= REFUSALS_A_SECOND or len(self._notes) >= HELD:
            return False
        if not has_credential:
            if self._without_credential >= WITHOUT_CREDENTIAL:
                return False
            self._without_credential += 1
        # Callers that all have one address, since no proxy is trusted to tell them apart, share what is one's.
        of_address = self._of_address.get(peer, 0)
        if of_address >= OF_ONE_ADDRESS:
            return False
        self._of_address[peer] = of_address + 1
        self._of_second += 1
        return True

    def _read(self, headers: Headers) -> tuple[bytes | None, str, str]:
        """The last of each: where one was sent twice, the refusal says so."""
        authorization: bytes | None = None
        network = agent = b""
        for name, value in headers:
            if name == b"authorization":
                authorization = value if len(value) <= MAX_AUTHORIZATION else b""
            elif name == b"user-agent":
                agent = value
            elif name == self._network_header:
                network = value
        return authorization, network[:64].decode("latin-1"), _cut(agent)


def _note_passed(passed: Passed, request_id: str, now: Micros) -> CallNote:
    return CallNote(
        request_id=request_id,
        at=now,
        method=passed.operations[0].method,
        place="",
        operations=passed.operations,
        admission=passed.admission,
    )


def _place(target: bytes) -> str:
    return _cut(target.partition(b"?")[0].partition(b"#")[0])


def _cut(text: bytes) -> str:
    return text[:MAX_LOOKED_AT].decode("latin-1")
