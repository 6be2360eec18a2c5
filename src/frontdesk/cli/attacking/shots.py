"""One request as exactly these bytes, on a connection of its own, and what comes back. RFC 9112.

A client library would tidy up what is to be sent, and an attack's point is that it is untidy.
"""

import re
import socket
import ssl
from dataclasses import dataclass, field

from frontdesk.cli.attacking.aim import Door

SECONDS = 10.0
MOST = 1_000_000  # bytes of an answer that are read
_POLICY = re.compile(rb"\r\ncontent-security-policy:[ \t]*([^\r]*)", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after:[ \t]*([0-9]{1,4})", re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A request: nothing is added but Host and `Connection: close`, and these only where they are not given."""

    method: str = "GET"
    target: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # credentials among them
    body: bytes = field(default=b"", repr=False)

    def written(self, door: Door) -> bytes:
        """The bytes."""
        names = {name.strip().lower() for name, _ in self.headers}
        lines = [] if "host" in names else [f"Host: {door.authority}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if "connection" not in names:
            lines.append("Connection: close")
        head = "\r\n".join([f"{self.method} {self.target} HTTP/1.1", *lines, "", ""])
        return head.encode("latin-1") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came back. `status` 0: nothing that is HTTP."""

    status: int
    head: bytes = b""
    body: bytes = field(default=b"", repr=False)

    @property
    def let_in(self) -> bool:
        """Whether the answer is one to a call that was carried out, or the connection was given away."""
        return self.status == 101 or 200 <= self.status < 300

    @property
    def policy(self) -> bytes:
        """Its Content-Security-Policy, by which Frontdesk's pages are known."""
        found = _POLICY.search(self.head)
        return found[1] if found is not None else b""

    @property
    def retry_after(self) -> int:
        """Seconds to wait; 1 where nothing is said."""
        found = _RETRY.search(self.head)
        return int(found[1]) if found is not None else 1


class NoAnswerError(Exception):
    """Nobody is there, or not by TLS."""


def shoot(door: Door, shot: Shot) -> Heard:
    """Send and hear. Raises NoAnswerError where there is no connection; one that breaks off later is an answer."""
    try:
        connection = socket.create_connection((door.host, door.port), timeout=SECONDS)
        if door.tls:
            context = ssl.create_default_context()
            context.set_alpn_protocols(["http/1.1"])
            connection = context.wrap_socket(connection, server_hostname=door.host)
    except OSError as error:
        raise NoAnswerError(f"{door.authority}: {error.strerror or error}") from error
    got = b""
    with connection:
        try:
            connection.sendall(shot.written(door))
            while len(got) < MOST and not _is_whole(got) and (piece := connection.recv(65_536)):
                got += piece
        except OSError:
            pass  # hung up: what was said until then counts
    return _read(got)


def _is_whole(got: bytes) -> bool:
    """Whether nothing can follow: some servers keep the connection although they were asked not to."""
    head, end, body = got.partition(b"\r\n\r\n")
    if not end:
        return False
    if head[9:12] == b"101":
        return True
    found = re.search(rb"\r\ncontent-length:[ \t]*([0-9]+)", head, re.IGNORECASE)
    return found is not None and len(body) >= int(found[1])


def _read(got: bytes) -> Heard:
    while True:
        head, _, rest = got.partition(b"\r\n\r\n")
        found = _STATUS.match(head)
        if found is None:
            return Heard(status=0)
        status = int(found[1])
        if status >= 200 or status == 101:
            return Heard(status=status, head=head, body=rest)
        got = rest  # an interim answer
