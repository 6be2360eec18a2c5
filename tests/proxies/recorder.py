"""An API that takes down every request as it came over the wire, byte for byte, and reads it strictly (RFC 9112 §6)."""

import json
import socket
import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request."""

    line: str
    headers: list[tuple[str, str]]  # names in lower case
    body: bytes
    raw: bytes = field(repr=False)

    @property
    def target(self) -> str:
        """What was asked for."""
        return self.line.split(" ")[1]

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


class Recorder:
    """On a free loopback port, a thread for each connection. Whatever it cannot read it keeps as `garbage`.

    A request that breaks off is none: `broken_off` counts those.
    """

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.garbage: list[bytes] = []
        self.broken_off = 0
        self.further = ""  # header lines for every answer
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while True:
                try:
                    request = _read(stream)
                except (EOFError, ConnectionError):
                    self.broken_off += 1
                    return
                except (ValueError, OSError) as error:
                    self.garbage.append(repr(error).encode())
                    return
                if request is None:
                    return
                with self._lock:
                    self.requests.append(request)
                    number = len(self.requests)
                body = json.dumps({"number": number, "line": request.line, "headers": request.headers}).encode()
                head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
                head += f"{self.further}\r\n"
                try:
                    connection.sendall(head.encode() + (b"" if request.line.startswith("HEAD ") else body))
                except OSError:
                    return


def _read(stream: object) -> Recorded | None:
    """The next request of a connection; None at its end. ValueError for what is no well-formed request."""
    read_line, read = stream.readline, stream.read  # type: ignore[attr-defined]
    raw = first = read_line(65_536)
    if not first:
        return None
    line = _text(first)
    if len(line.split(" ")) != 3 or not line.endswith(" HTTP/1.1"):
        raise ValueError(first)
    headers: list[tuple[str, str]] = []
    while True:
        one = read_line(65_536)
        raw += one
        text = _text(one)
        if not text:
            break
        name, colon, value = text.partition(":")
        if not colon or name != name.strip():
            raise ValueError(one)
        headers.append((name.lower(), value.strip()))
    lengths = [value for name, value in headers if name == "content-length"]
    codings = [value for name, value in headers if name == "transfer-encoding"]
    if len(lengths) + len(codings) > 1:
        raise ValueError(raw)
    body = _read_chunks(read_line, read) if codings else _whole(read, int(lengths[0])) if lengths else b""
    return Recorded(line=line, headers=headers, body=body, raw=raw + body)


def _read_chunks(read_line: object, read: object) -> bytes:
    body = b""
    while size := int(_text(read_line(100)).split(";")[0], 16):  # type: ignore[operator]
        body += _whole(read, size)
        if _whole(read, 2) != b"\r\n":
            raise ValueError("a chunk without its end")
    while _text(read_line(65_536)):  # type: ignore[operator]
        pass  # trailers
    return body


def _whole(read: object, size: int) -> bytes:
    body: bytes = read(size)  # type: ignore[operator]
    if len(body) < size:
        raise EOFError
    return body


def _text(line: bytes) -> str:
    if not line:
        raise EOFError
    if not line.endswith(b"\r\n"):
        raise ValueError(line)
    return line[:-2].decode("latin-1")
