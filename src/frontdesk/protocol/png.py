"""PNG made anew: unpacked, counted, packed again, with the four chunks that draw. ISO/IEC 15948."""

import zlib
from collections.abc import Iterator
from struct import Struct

from frontdesk.protocol.rebuilt import Rebuilt

PNG = b"\x89PNG\r\n\x1a\n"

_HEAD = Struct(">IIBBBBB")
_LENGTH = Struct(">I")
# By colour type: samples a pixel, and the bit depths that it may have.
_KINDS = {0: (1, (1, 2, 4, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 2, 4, 8)), 4: (2, (8, 16)), 6: (4, (8, 16))}
# Interlaced: of each pass the first column and row, and the steps between them.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_FILTERS = 5


def rebuild_png(sent: bytes, *, most_side: int) -> Rebuilt | None:
    """The picture anew; None where it is broken. One with a longer side is measured and not unpacked."""
    chunks = _gather(sent)
    if chunks is None or len(chunks.get(b"IHDR", b"")) != _HEAD.size:
        return None
    width, height, depth, colour, packing, filtering, interlace = _HEAD.unpack(chunks[b"IHDR"])
    samples, depths = _KINDS.get(colour, (0, ()))
    if not width or not height or depth not in depths or packing or filtering or interlace > 1:
        return None
    if max(width, height) > most_side:
        return Rebuilt(body=b"", width=width, height=height)
    if not _colours_fit(chunks, colour, depth):
        return None
    rows = list(_rows(width, height, samples * depth, interlaced=interlace == 1))
    raw = _unpack(chunks[b"IDAT"], rows)
    if raw is None:
        return None
    kept = [(b"IHDR", chunks[b"IHDR"])]
    kept += [(name, chunks[name]) for name in (b"PLTE", b"tRNS") if name in chunks]
    kept += [(b"IDAT", zlib.compress(raw, 9)), (b"IEND", b"")]
    return Rebuilt(body=PNG + b"".join(_chunk(*one) for one in kept), width=width, height=height)


def _gather(sent: bytes) -> dict[bytes, bytes] | None:
    """The chunks that draw, checked and in their order; None where any is wrong, twice or of an unknown kind."""
    found: dict[bytes, bytes] = {}
    at, last = len(PNG), b""
    while at + 12 <= len(sent):
        (length,) = _LENGTH.unpack_from(sent, at)
        name, data = sent[at + 4 : at + 8], sent[at + 8 : at + 8 + length]
        at += 12 + length
        if at > len(sent) or not name.isalpha() or _LENGTH.pack(zlib.crc32(name + data)) != sent[at - 4 : at]:
            return None
        if not found and name != b"IHDR":
            return None
        if name == b"IEND":
            return found if b"IDAT" in found else None
        if name == b"IDAT" and last == b"IDAT":
            found[name] += data
        elif name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT"):
            if name in found or (name != b"IDAT" and b"IDAT" in found):
                return None
            found[name] = data
        elif name[0] < ord("a"):  # a capital letter: whoever does not know it cannot draw the picture
            return None
        last = name
    return None


def _colours_fit(chunks: dict[bytes, bytes], colour: int, depth: int) -> bool:
    palette, clear = chunks.get(b"PLTE"), chunks.get(b"tRNS")
    if palette is not None and (colour in (0, 4) or len(palette) % 3 or not 3 <= len(palette) <= 768):
        return False
    if colour == 3:
        return palette is not None and len(palette) // 3 <= 1 << depth and len(clear or b"") <= len(palette) // 3
    return clear is None or len(clear) == {0: 2, 2: 6}.get(colour, -1)


def _rows(width: int, height: int, bits: int, *, interlaced: bool) -> Iterator[int]:
    """The bytes of each row, less the one that says how it is filtered."""
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, lines = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and lines > 0:
            yield from [(columns * bits + 7) // 8] * lines


def _unpack(packed: bytes, rows: list[int]) -> bytes | None:
    """The rows; None where there are more or fewer than the head says. No more than that is ever unpacked."""
    size = sum(rows) + len(rows)
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, size + 1)
    except zlib.error:
        return None
    if len(raw) != size:
        return None
    at = 0
    for row in rows:
        if raw[at] >= _FILTERS:
            return None
        at += row + 1
    return raw


def _chunk(name: bytes, data: bytes) -> bytes:
    return _LENGTH.pack(len(data)) + name + data + _LENGTH.pack(zlib.crc32(name + data))
