"""Reading what `frontdesk scan` is pointed at: files, folders, stdin, piece by piece, and nothing left out unsaid."""

import bz2
import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from frontdesk.protocol.leaks import Hit, Scanner

STDIN = "-"
PIECE = 1024 * 1024

_GZIP, _BZIP2 = b"\x1f\x8b\x08", b"BZh"
# What is compressed in a way that hides what is inside. Its raw bytes are looked through all the same.
_SHUT = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a rar archive",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One value in one file."""

    path: str
    hit: Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What could not be read, or not to its end, and why."""

    path: str
    why: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was gone through. `passed_over`: sockets, pipes, devices and links to nothing, which hold no bytes."""

    files: int = 0
    bytes: int = 0
    passed_over: int = 0


def scan(places: tuple[str, ...], tally: Tally) -> Iterator[Found | Unread]:
    """Look through files, folders with all that is in them, and stdin (`-`), in order; counts into `tally`."""
    for place in places:
        if place == STDIN:
            yield from _scan_stream(STDIN, sys.stdin.buffer, tally)
        elif os.path.isdir(place):
            yield from _scan_folder(place, tally)
        else:
            yield from _scan_file(place, tally)


def _scan_folder(folder: str, tally: Tally) -> Iterator[Found | Unread]:
    """Links are followed; a folder is entered once, whichever ways lead to it."""
    entered: set[tuple[int, int]] = set()
    ahead = [folder]
    while ahead:
        here = ahead.pop()
        try:
            found = os.stat(here)
            if (found.st_dev, found.st_ino) in entered:
                continue
            entered.add((found.st_dev, found.st_ino))
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Unread(path=here, why=_reason(error))
            continue
        for entry in entries:
            if _is_folder(entry):
                continue
            if entry.is_file():
                yield from _scan_file(entry.path, tally)
            else:
                tally.passed_over += 1
        ahead += [entry.path for entry in reversed(entries) if _is_folder(entry)]


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return True  # entering it will say why it cannot be read


def _scan_file(path: str, tally: Tally) -> Iterator[Found | Unread]:
    try:
        with open(path, "rb", buffering=0) as file:
            if stat.S_ISDIR(os.fstat(file.fileno()).st_mode):
                raise IsADirectoryError(21, "became a folder meanwhile")
            yield from _scan_stream(path, file, tally)
    except OSError as error:
        yield Unread(path=path, why=_reason(error))


def _scan_stream(path: str, stream: BinaryIO, tally: Tally) -> Iterator[Found | Unread]:
    scanner = Scanner()
    tally.files += 1
    try:
        for piece in _pieces(stream):
            if isinstance(piece, str):
                yield Unread(path=path, why=piece)
                continue
            tally.bytes += len(piece)
            for hit in scanner.feed(piece):
                yield Found(path=path, hit=hit)
    except (OSError, EOFError, zlib.error) as error:
        yield Unread(path=path, why=_reason(error))
    for hit in scanner.finish():
        yield Found(path=path, hit=hit)


def _pieces(stream: BinaryIO) -> Iterator[bytes | str]:
    """The content, unpacked where it is packed; a text says what stays shut."""
    start = _read(stream)
    if start.startswith(_GZIP):
        yield from _all_of(gzip.GzipFile(fileobj=io.BufferedReader(_Rewound(start, stream))))
        return
    if start.startswith(_BZIP2):
        yield from _all_of(bz2.BZ2File(io.BufferedReader(_Rewound(start, stream))))
        return
    for mark, what in _SHUT.items():
        if start.startswith(mark):
            yield f"{what}: what is inside was not looked at; unpack it, and scan that"
    while start:
        yield start
        start = _read(stream)


def _all_of(unpacked: "gzip.GzipFile | bz2.BZ2File") -> Iterator[bytes]:
    # Not `read`: where the end is damaged, it would throw away what came before in the same piece.
    while piece := unpacked.read1(PIECE):
        yield piece


def _read(stream: BinaryIO) -> bytes:
    """A whole piece, unless the stream ends: a pipe gives a few bytes at a time."""
    parts, left = [], PIECE
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were read already; no file that could go back: it may be a pipe."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start = start
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, into a buffer."""
        size = len(buffer)
        part = self._start[:size] or self._stream.read(size)
        self._start = self._start[size:]
        buffer[: len(part)] = part
        return len(part)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "is damaged, or was not written to its end"
