"""JPEG made anew: tables, frame and scans, each measured; no descriptions, no thumbnails. ITU-T T.81, B.1 and B.2."""

from collections.abc import Callable

from frontdesk.protocol.rebuilt import Rebuilt

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_QUANTIZATION, _HUFFMAN, _RESTART = 0xDB, 0xC4, 0xDD
_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive, all by Huffman; browsers draw no other
_JFIF, _ADOBE = 0xE0, 0xEE
_PLAIN_JFIF = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"


class _BrokenError(Exception):
    pass


def rebuild_jpeg(sent: bytes) -> Rebuilt | None:
    """The picture anew; None where it is broken."""
    try:
        return _Reader(sent).rebuild()
    except (_BrokenError, IndexError):
        return None


class _Reader:
    def __init__(self, sent: bytes) -> None:
        self.sent = sent
        self.at = 2
        self.kept = [b"\xff\xd8"]
        self.sides: tuple[int, int] | None = None
        self.components = 0

    def rebuild(self) -> Rebuilt:
        scans = 0
        while (marker := self._marker()) != _END:
            data = self._segment()
            if marker == _SCAN:
                self._keep_scan(data)
                scans += 1
            else:
                self._keep(marker, data)
        if self.sides is None or not scans:
            raise _BrokenError
        width, height = self.sides
        return Rebuilt(body=b"".join([*self.kept, b"\xff\xd9"]), width=width, height=height)

    def _marker(self) -> int:
        if self.sent[self.at] != 0xFF:
            raise _BrokenError
        while self.sent[self.at] == 0xFF:  # any number of them may stand before a marker
            self.at += 1
        self.at += 1
        return self.sent[self.at - 1]

    def _segment(self) -> bytes:
        length = int.from_bytes(self.sent[self.at : self.at + 2], "big")
        data = self.sent[self.at + 2 : self.at + length]
        if length < 2 or len(data) != length - 2:
            raise _BrokenError
        self.at += length
        return data

    def _keep(self, marker: int, data: bytes) -> None:
        if marker in _FRAMES:
            self._read_frame(data)
        elif marker in _TABLES:
            if not _TABLES[marker](data):
                raise _BrokenError
        elif marker == _JFIF and data.startswith(b"JFIF\0") and len(self.kept) == 1:
            data = _PLAIN_JFIF  # it says how colours are meant
        elif marker == _ADOBE and data.startswith(b"Adobe") and len(data) == 12:
            pass  # so does this
        elif 0xE0 <= marker <= 0xEF or marker == 0xFE:
            return
        else:
            raise _BrokenError
        self.kept.append(_written(marker, data))

    def _read_frame(self, data: bytes) -> None:
        precision, components = data[0], data[5]
        if self.sides is not None or precision != 8 or components not in (1, 3) or len(data) != 6 + 3 * components:
            raise _BrokenError
        self.sides = int.from_bytes(data[3:5], "big"), int.from_bytes(data[1:3], "big")
        self.components = components

    def _keep_scan(self, data: bytes) -> None:
        if self.sides is None or not 1 <= data[0] <= self.components or len(data) != 4 + 2 * data[0]:
            raise _BrokenError
        began = self.at
        while True:
            self.at = self.sent.find(b"\xff", self.at)
            if self.at < 0:
                raise _BrokenError
            following = self.sent[self.at + 1]
            if following != 0x00 and not 0xD0 <= following <= 0xD7:
                break
            self.at += 2
        self.kept += [_written(_SCAN, data), self.sent[began : self.at]]


def _quantization(data: bytes) -> bool:
    at = 0
    while at < len(data):
        if data[at] >> 4 > 1 or data[at] & 15 > 3:
            return False
        at += 1 + 64 * (1 + (data[at] >> 4))
    return at == len(data) > 0


def _huffman(data: bytes) -> bool:
    at = 0
    while at + 17 <= len(data):
        if data[at] >> 4 > 1 or data[at] & 15 > 3:
            return False
        at += 17 + sum(data[at + 1 : at + 17])
    return at == len(data) > 0


_TABLES: dict[int, Callable[[bytes], bool]] = {
    _QUANTIZATION: _quantization,
    _HUFFMAN: _huffman,
    _RESTART: lambda data: len(data) == 2,
}


def _written(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2, "big") + data
