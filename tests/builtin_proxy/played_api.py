"""An API of raw sockets, one thread a connection: it keeps what it was sent, and a test says what it plays."""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Call:
    """One request's head, and its body where it was read to its end."""

    line: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""

    def all(self, name: bytes) -> list[bytes]:
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def path(self) -> str:
        """The target up to its query."""
        return self.line.split(b" ")[1].split(b"?")[0].decode()


class Line:
    """One connection, seen from the API."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(30)
        self.buffer = b""

    def say(self, data: bytes) -> None:
        """Send."""
        self.socket.sendall(data)

    def hang_up(self) -> None:
        """Close."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def read(self, size: int) -> bytes:
        """Exactly so many bytes; fewer where the other end hangs up."""
        while len(self.buffer) < size:
            piece = self.socket.recv(262_144)
            if not piece:
                break
            self.buffer += piece
        read, self.buffer = self.buffer[:size], self.buffer[size:]
        return read

    def read_line(self) -> bytes:
        """Up to the next line break."""
        while b"\r\n" not in self.buffer:
            piece = self.socket.recv(65_536)
            if not piece:
                raise ConnectionError
            self.buffer += piece
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def read_head(self) -> Call:
        """One request's head."""
        line, headers = self.read_line(), []
        while header := self.read_line():
            name, _, value = header.partition(b":")
            headers.append((name, value.strip()))
        return Call(line, headers)

    def read_body(self, call: Call) -> bytes:
        """The body as it is framed."""
        if lengths := call.all(b"content-length"):
            body = self.read(int(lengths[0]))
            if len(body) < int(lengths[0]):
                raise ConnectionError
            call.body = body
        elif call.all(b"transfer-encoding"):
            pieces = []
            while size := int(self.read_line(), 16):
                pieces.append(self.read(size))
                self.read_line()
            while self.read_line():
                pass
            call.body = b"".join(pieces)
        return call.body


Play = Callable[[Line, Call], None]


@dataclass
class PlayedApi:
    """Plays by path; anything else gets `OK`. A play gets the head, and reads the body itself."""

    plays: dict[str, Play] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def calls_of(self, path: str) -> list[Call]:
        """The calls to one path."""
        return [call for call in self.calls if call.path == path]

    def stop(self) -> None:
        """Close the port."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                threading.Thread(target=self._serve, args=(Line(connection),), daemon=True).start()

    def _serve(self, line: Line) -> None:
        try:
            while True:
                call = line.read_head()
                self.calls.append(call)
                play = self.plays.get(call.path)
                if play is None:
                    line.read_body(call)
                    line.say(OK)
                else:
                    play(line, call)
        except (OSError, ValueError):
            pass
        finally:
            line.socket.close()
