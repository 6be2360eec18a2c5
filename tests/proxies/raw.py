"""Bytes over one connection, and what comes back: requests that no client library would send."""

import re
import socket
from dataclasses import dataclass

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2}) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back until the other end fell silent or hung up."""

    raw: bytes

    @property
    def statuses(self) -> list[int]:
        """The final status of each answer, in order; an interim one (100) is none."""
        return [int(status) for status in _STATUS.findall(self.raw) if not status.startswith(b"1")]


class Sent:
    """Exactly these bytes on a connection of their own, and what comes back."""

    def __init__(self, port: int, raw: bytes, *, silence: float = 0.4) -> None:
        """Send; `silence` seconds without a further byte are the end of an answer that has begun."""
        self._silence = silence
        self._got = b""
        self._ended = False
        self._connection = socket.create_connection(("127.0.0.1", port), timeout=10)
        try:
            self._connection.sendall(raw)
        except (TimeoutError, ConnectionError):
            self._ended = True

    def hear_beginning(self) -> None:
        """Wait until an answer begins, or none can come any more."""
        self._hear(10)

    def hear_out(self) -> Answered:
        """Wait for the end."""
        while not self._ended:
            self._hear(self._silence if self._got else 10)
        self._connection.close()
        return Answered(raw=self._got)

    def _hear(self, seconds: float) -> None:
        if self._ended:
            return
        self._connection.settimeout(seconds)
        try:
            piece = self._connection.recv(65_536)
        except (TimeoutError, ConnectionError):
            piece = b""
        self._got += piece
        self._ended = not piece


def send(port: int, raw: bytes, *, silence: float = 0.4) -> Answered:
    """Send, and hear it out."""
    return Sent(port, raw, silence=silence).hear_out()


def ask(port: int, line: str, *headers: tuple[str, str]) -> Answered:
    """One request with this first line and these headers, on a connection of its own."""
    head = "".join(f"{name}: {value}\r\n" for name, value in (("Host", "x"), *headers, ("Connection", "close")))
    return send(port, f"{line}\r\n{head}\r\n".encode("latin-1"), silence=5)
