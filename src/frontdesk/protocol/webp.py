"""WebP made anew: the picture and its transparency, nothing else, and no film. RFC 9649."""

from frontdesk.protocol.rebuilt import Rebuilt

_LOSSY, _LOSSLESS, _ALPHA, _EXTENDED = b"VP8 ", b"VP8L", b"ALPH", b"VP8X"
_FILM = (b"ANIM", b"ANMF")
_HAS_ALPHA = 0x10


def rebuild_webp(sent: bytes) -> Rebuilt | None:
    """The picture anew; None where it is broken, or moves."""
    chunks = _gather(sent)
    if chunks is None or (_LOSSY in chunks) is (_LOSSLESS in chunks):
        return None
    sides = _lossy_sides(chunks[_LOSSY]) if _LOSSY in chunks else _lossless_sides(chunks[_LOSSLESS])
    if sides is None or 0 in sides:
        return None
    width, height = sides
    if _LOSSLESS in chunks:
        body = _chunk(_LOSSLESS, chunks[_LOSSLESS])
    elif _ALPHA in chunks:
        head = bytes((_HAS_ALPHA, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = _chunk(_EXTENDED, head) + _chunk(_ALPHA, chunks[_ALPHA]) + _chunk(_LOSSY, chunks[_LOSSY])
    else:
        body = _chunk(_LOSSY, chunks[_LOSSY])
    whole = b"WEBP" + body
    return Rebuilt(body=b"RIFF" + len(whole).to_bytes(4, "little") + whole, width=width, height=height)


def _gather(sent: bytes) -> dict[bytes, bytes] | None:
    """The chunks of the file; None where one does not fit, is twice there, or belongs to a film."""
    end = 8 + int.from_bytes(sent[4:8], "little")
    if end > len(sent):
        return None
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= end:
        name, size = sent[at : at + 4], int.from_bytes(sent[at + 4 : at + 8], "little")
        data = sent[at + 8 : at + 8 + size]
        if len(data) != size or at + 8 + size > end or name in _FILM:
            return None
        if name in (_LOSSY, _LOSSLESS, _ALPHA):
            if name in found:
                return None
            found[name] = data
        at += 8 + size + size % 2
    return found


def _lossy_sides(data: bytes) -> tuple[int, int] | None:
    if len(data) < 10 or data[0] & 1 or data[3:6] != b"\x9d\x01\x2a":  # a key frame, and its start code
        return None
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF


def _lossless_sides(data: bytes) -> tuple[int, int] | None:
    if len(data) < 5 or data[0] != 0x2F:
        return None
    bits = int.from_bytes(data[1:5], "little")
    return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1) if bits >> 29 == 0 else None


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
