"""Callers that speak to the server in bytes."""

import socket
from dataclasses import dataclass, field

from servers.wires import basic


@dataclass
class Heard:
    """One answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    is_whole: bool = True  # whether its framing says that nothing is missing

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


@dataclass
class Caller:
    """One connection; `credential` is a network's Basic pair."""

    port: int
    credential: tuple[str, str] = field(repr=False)
    address: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self.socket = socket.socket()
        self.socket.bind((self.address, 0))
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", self.port))
        self.buffer = b""

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def head(self, line: str, *headers: str, proves: bool = True) -> bytes:
        """The bytes of a request's head."""
        proof = [f"Authorization: {basic(*self.credential)}"] if proves else []
        return "\r\n".join([f"{line} HTTP/1.1", "Host: front.example", *proof, *headers, "", ""]).encode("latin-1")

    def send(self, data: bytes) -> "Caller":
        """Send."""
        self.socket.sendall(data)
        return self

    def ask(self, line: str, *headers: str, body: bytes = b"", proves: bool = True) -> Heard:
        """One request and its answer."""
        length = [f"Content-Length: {len(body)}"] if body else []
        self.send(self.head(line, *headers, *length, proves=proves) + body)
        return self.hear(to_head=line.startswith("HEAD "))

    def more(self) -> bool:
        """Read what comes; False at the end."""
        try:
            piece = self.socket.recv(65_536)
        except ConnectionError:
            return False
        self.buffer += piece
        return bool(piece)

    def hear_head(self) -> Heard:
        """Status and headers."""
        while b"\r\n\r\n" not in self.buffer:
            assert self.more(), f"closed without an answer: {self.buffer[:200]!r}"
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        pairs = [each.partition(":") for each in lines]
        return Heard(int(line.split(" ")[1]), [(name.lower(), value.strip()) for name, _, value in pairs], b"")

    def hear(self, *, to_head: bool = False) -> Heard:
        """The next answer, to its end or where it breaks off; interim ones are answers too."""
        heard = self.hear_head()
        if to_head or heard.status < 200 or heard.status in (204, 304):
            return heard
        lengths = heard.all("content-length")
        if heard.all("transfer-encoding"):
            self._hear_chunks(heard)
        elif lengths:
            while len(self.buffer) < int(lengths[0]) and self.more():
                pass
            heard.body, self.buffer = self.buffer[: int(lengths[0])], self.buffer[int(lengths[0]) :]
            heard.is_whole = len(heard.body) == int(lengths[0])
        else:
            while self.more():
                pass
            heard.body, self.buffer = self.buffer, b""
        return heard

    def _hear_chunks(self, heard: Heard) -> None:
        while True:
            while b"\r\n" not in self.buffer:
                if not self.more():
                    heard.is_whole = False
                    return
            size_line, _, rest = self.buffer.partition(b"\r\n")
            size = int(size_line, 16)
            while len(rest) < size + 2:
                before = len(self.buffer)
                if not self.more():
                    heard.body += rest[:size]
                    heard.is_whole = False
                    return
                rest += self.buffer[before:]
            heard.body += rest[:size]
            self.buffer = rest[size + 2 :]
            if size == 0:
                return

    def read_to_the_end(self) -> None:
        """Everything that comes; ConnectionResetError where the connection is broken."""
        while self.socket.recv(65_536):
            pass

    def is_closed(self, seconds: float = 5) -> bool:
        """Whether the server hangs up, within so many seconds, without another word."""
        self.socket.settimeout(seconds)
        try:
            return not self.more()
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(20)
