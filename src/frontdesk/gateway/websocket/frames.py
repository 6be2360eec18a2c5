"""Frames as they pass: their heads are read, their payload is not. RFC 6455 §5.

Who passes frames on unread has to know where each begins: to say a close frame of its own between two of them, to
bound what a message may amount to, and to let nothing through that only one of the two ends would take for a frame.
"""

_CONTINUATION, _CLOSE, _CONTROL = 0x0, 0x8, 0x8
_KNOWN = frozenset({0x0, 0x1, 0x2, 0x8, 0x9, 0xA})
_LONGEST_CONTROL = 125

PROTOCOL_ERROR = 1002
TOO_BIG = 1009


class ViolationError(Exception):
    """A frame that must not pass; `code` is the close code that says why."""

    def __init__(self, code: int) -> None:
        """One of the two above."""
        super().__init__(code)
        self.code = code


class FrameReader:
    """One direction of a WebSocket."""

    def __init__(self, *, masked: bool, max_message: int, has_extensions: bool) -> None:
        """`masked`: frames come from the client (RFC 6455 §5.1). `max_message` in bytes, as they pass."""
        self._masked = masked
        self._max_message = max_message
        self._has_extensions = has_extensions
        self._head = b""  # of a frame whose head is not whole yet
        self._left = 0  # bytes of payload until the next frame begins
        self._message = 0  # bytes of the message so far
        self._is_open = False  # whether a message has begun and not ended
        self.has_closed = False  # whether a close frame has passed

    @property
    def is_between_frames(self) -> bool:
        """Whether what was let through so far ends with a frame."""
        return self._left == 0

    def feed(self, data: bytes) -> tuple[bytes, ViolationError | None]:
        """What of it may pass now, and what is wrong with the rest. An unfinished head is kept for the next time."""
        if not self._head and len(data) <= self._left:
            self._left -= len(data)
            return data, None
        data = self._head + data
        self._head = b""
        position = self._left
        self._left = 0
        while position < len(data):
            if self.has_closed:
                return data[:position], None  # nothing follows a close frame (RFC 6455 §5.5.1)
            try:
                size = self._read_head(data, position)
            except ViolationError as violation:
                return data[:position], violation
            if size is None:
                self._head = data[position:]
                return data[:position], None
            position += size
        self._left = position - len(data)
        return data, None

    def _read_head(self, data: bytes, start: int) -> int | None:
        """How many bytes the frame has that begins at `start`; None where its head is not whole."""
        if len(data) - start < 2:
            return None
        first, second = data[start], data[start + 1]
        length = second & 0x7F
        wide = {126: 2, 127: 8}.get(length, 0)
        size = 2 + wide + (4 if self._masked else 0)
        if len(data) - start < size:
            return None
        if wide:
            length = int.from_bytes(data[start + 2 : start + 2 + wide], "big")
            if length < (126 if wide == 2 else 65_536) or length >> 63:
                raise ViolationError(PROTOCOL_ERROR)
        self._judge(first, is_masked=bool(second & 0x80), length=length)
        return size + length

    def _judge(self, first: int, *, is_masked: bool, length: int) -> None:
        opcode, is_final = first & 0x0F, bool(first & 0x80)
        if is_masked != self._masked or opcode not in _KNOWN or (first & 0x70 and not self._has_extensions):
            raise ViolationError(PROTOCOL_ERROR)
        if opcode & _CONTROL:
            if length > _LONGEST_CONTROL or not is_final or (opcode == _CLOSE and length == 1):
                raise ViolationError(PROTOCOL_ERROR)
            self.has_closed = opcode == _CLOSE
            return
        if (opcode == _CONTINUATION) != self._is_open:
            raise ViolationError(PROTOCOL_ERROR)
        self._message = length if opcode != _CONTINUATION else self._message + length
        if self._message > self._max_message:
            raise ViolationError(TOO_BIG)
        self._is_open = not is_final


def close_frame(code: int, reason: str = "", *, mask: bytes = b"") -> bytes:
    """A close frame (RFC 6455 §5.5.1 and §7.4); `mask` is four bytes where a client sends it."""
    payload = code.to_bytes(2, "big") + reason.encode()
    if not mask:
        return bytes((0x88, len(payload))) + payload
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes((0x88, 0x80 | len(payload))) + mask + masked
