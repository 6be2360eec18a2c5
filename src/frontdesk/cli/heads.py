"""Request heads that came before: what the parser made of them, kept as places in their bytes.

Whoever keeps a connection open sends the same head again and again, and what the parser makes of it is a pure function
of its bytes. So the same bytes, found by a keyed hash, need no parser: their method, target and headers are cut out of
them where they stood. The bytes are not kept, because there are credentials in them.
"""

import hashlib
from typing import Final, NamedTuple

from frontdesk.protocol.http import Headers
from frontdesk.runtime.randomness import Randomness
from frontdesk.web.front import Front, Route

KEPT: Final = 16_384
MAX_SIZE: Final = 8 * 1024  # bytes of a request; hashing more costs more than it spares
END: Final = b"\r\n\r\n"


class Head(NamedTuple):
    """A head's layout. Requests that differ in nothing but equally long values share one."""

    front: Front
    route: Route
    method: str
    target: tuple[int, int]
    headers: tuple[tuple[bytes, int, int], ...]  # name in lower case, where its value begins and ends
    body: int  # bytes that follow
    keep_alive: bool

    def cut_headers(self, data: bytes) -> Headers:
        """The headers of a request that begins with this head."""
        return [(name, data[start:end]) for name, start, end in self.headers]


class Heads:
    """The heads that one worker knows."""

    def __init__(self) -> None:
        """None yet. The key of the hash is drawn here and leaves no trace."""
        self._key = Randomness()(32)
        self._known: dict[bytes, Head] = {}
        self._layouts: dict[Head, Head] = {}

    def trace(self, head: bytes) -> bytes:
        """Under what a head is found again: 128 bits, without collisions that anybody could find."""
        return hashlib.blake2b(head, digest_size=16, key=self._key).digest()

    def find(self, trace: bytes) -> Head | None:
        """What the parser made of these bytes."""
        return self._known.get(trace)

    def keep(
        self,
        trace: bytes,
        data: bytes,
        *,
        front: Front,
        route: Route,
        method: str,
        target: bytes,
        headers: Headers,
        body: int,
        keep_alive: bool,
    ) -> None:
        """Keep what the parser made of the head of `data`; when there is no room, all the others go.

        A value that stands in several places may be found in any of them: where the bytes are the same, so is it.
        """
        start = data.find(target)
        places = [(name, data.find(value), len(value)) for name, value in headers]
        if start < 0 or any(place < 0 for _, place, _ in places):
            return  # the parser has changed something
        head = Head(
            front=front,
            route=route,
            method=method,
            target=(start, start + len(target)),
            headers=tuple([(name, place, place + size) for name, place, size in places]),
            body=body,
            keep_alive=keep_alive,
        )
        if len(self._known) >= KEPT:
            self._known.clear()
            self._layouts.clear()
        self._known[trace] = self._layouts.setdefault(head, head)
