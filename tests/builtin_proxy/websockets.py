"""WebSockets in bytes: both ends' handshakes and frames, written out (RFC 6455)."""

import base64
import hashlib
import os
import struct
from collections.abc import Callable

from builtin_proxy.callers import Caller, Heard
from builtin_proxy.played_api import Call, Line

Read = Callable[[int], bytes]
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ASKS = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}")
TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


def frame(opcode: int, payload: bytes, *, masked: bool, final: bool = True, rsv: int = 0) -> bytes:
    """One frame."""
    first = (0x80 if final else 0) | rsv << 4 | opcode
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head = bytes((first, bit | len(payload)))
    elif len(payload) < 65_536:
        head = bytes((first, bit | 126)) + struct.pack(">H", len(payload))
    else:
        head = bytes((first, bit | 127)) + struct.pack(">Q", len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def closing(code: int, *, masked: bool) -> bytes:
    """A close frame."""
    return frame(CLOSE, struct.pack(">H", code), masked=masked)


def read_frame(read: Read) -> tuple[int, bytes]:
    """Opcode and payload of the next frame; `read(n)` gives exactly n bytes."""
    first, payload = read_raw_frame(read)
    return first & 0x0F, payload


def read_raw_frame(read: Read) -> tuple[int, bytes]:
    """Its first byte and payload."""
    first, second = read(2)
    length = second & 0x7F
    if length == 126:
        length = struct.unpack(">H", read(2))[0]
    elif length == 127:
        length = struct.unpack(">Q", read(8))[0]
    mask = read(4) if second & 0x80 else b""
    payload = read(length)
    return first, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload)) if mask else payload


def accept(line: Line, call: Call, *headers: bytes) -> None:
    """The API agrees."""
    digest = hashlib.sha1(call.all(b"sec-websocket-key")[0] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    lines = [b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade"]
    lines += [b"Sec-WebSocket-Accept: " + base64.b64encode(digest), *headers, b"", b""]
    line.say(b"\r\n".join(lines))


def echo(line: Line, call: Call) -> None:
    """Say every message back; answer a close."""
    accept(line, call)
    while True:
        first, payload = read_raw_frame(lambda size: read_exactly(line, size))
        line.say(frame(first & 0x0F, payload, masked=False, final=bool(first & 0x80)))
        if first & 0x0F == CLOSE:
            return line.hang_up()


def read_exactly(line: Line, size: int) -> bytes:
    """So many bytes, or the end of the play."""
    read = line.read(size)
    if len(read) < size:
        raise ConnectionError
    return read


class Socket:
    """The caller's end."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def open(self, target: str, *headers: str, asks: tuple[str, ...] = ASKS, proves: bool = True) -> Heard:
        """The handshake's answer, whatever it is."""
        self.caller.send(self.caller.head(f"GET {target}", *asks, *headers, proves=proves))
        return self._answer()

    def _answer(self) -> Heard:
        heard = self.caller.hear_head()
        if heard.status != 101:
            lengths = heard.all("content-length")
            while lengths and len(self.caller.buffer) < int(lengths[0]):
                assert self.caller.more()
            heard.body = self.caller.buffer
        return heard

    def say(self, opcode: int, payload: bytes, **wishes: int) -> None:
        """Send a frame."""
        self.caller.send(frame(opcode, payload, masked=True, **wishes))  # type: ignore[arg-type]

    def hear(self) -> tuple[int, bytes]:
        """The next frame; ConnectionError at the end."""
        return read_frame(self._read)

    def hear_close(self) -> int:
        """The code of the close frame that comes next."""
        opcode, payload = self.hear()
        assert opcode == CLOSE, (opcode, payload)
        return int(struct.unpack(">H", payload[:2])[0])

    def _read(self, size: int) -> bytes:
        while len(self.caller.buffer) < size:
            if not self.caller.more():
                raise ConnectionError("closed")
        read, self.caller.buffer = self.caller.buffer[:size], self.caller.buffer[size:]
        return read
