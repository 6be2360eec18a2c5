"""A text as a picture that a telephone reads: SVG without styles, for the strict policy. ISO/IEC 18004.

Written for pages: what is the same for every text of a size is made once, and each text then takes a tenth of a
millisecond. Error correction is level M, the text is in bytes, and the mask is always the first one: which mask is
least monotonous makes a difference to no camera, and looking for it takes ten times as long as all the rest.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from markupsafe import Markup

QUIET = 4  # modules around it
# Level M, by version from 1: correction bytes of a block, and how many blocks there are (tables 9 and 13 ff.).
_CHECKS = (
    *(10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28),
    *(28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28),
)
_BLOCKS = (
    *(1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31),
    *(33, 35, 37, 38, 40, 43, 45, 47, 49),
)
_FORMAT = 0b101010000010010  # level M, mask 0 (annex C)
_VERSIONED = 7  # from this version on the symbol says which it is
_WIDE = 10  # from this version on the length has two bytes
_PART = 8  # modules of a row that are drawn at once
_LINES = {
    part: "".join(f"h{len(run)}" if run[0] == "1" else f"m{len(run)} 0" for run in re.findall("0+|1+", part))
    for part in (f"{bits:0{length}b}" for length in range(1, _PART + 1) for bits in range(1 << length))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the parts of a symbol are. Places are row and column."""

    size: int
    free: tuple[tuple[int, int], ...]  # where the text's bits go, in their order
    raster: tuple[int, ...]  # the bit that lies at each place, row by row; -1 is light and -2 dark, whatever the text
    mask: int  # over all bits of the text
    codewords: int


def draw_qr(text: str) -> Markup:
    """An `svg` element, black on white in light and dark: telephones read no other. ValueError above 2,331 bytes."""
    rows = make_symbol(text.encode())
    side = len(rows) + 2 * QUIET
    lines = [f"M{QUIET} {number + QUIET}.5" + _draw(row) for number, row in enumerate(rows)]
    # Numbers alone: nothing of the text itself gets into the markup.
    return Markup(  # noqa: S704
        f'<svg class="qr" viewBox="0 0 {side} {side}" shape-rendering="crispEdges" aria-hidden="true">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{"".join(lines)}"/></svg>'
    )


def make_symbol(text: bytes) -> list[str]:
    """The symbol's rows, "1" where a module is dark."""
    version = next((one for one in range(1, 41) if len(text) <= _capacity(one)), None)
    if version is None:
        raise ValueError("too long for one picture")
    frame = frame_of(version)
    length = 16 if version >= _WIDE else 8
    room = 8 * _data(version)
    bits = (0b0100 << length | len(text)) << 8 * len(text) | int.from_bytes(text, "big")
    used = 4 + length + 8 * len(text)
    filled = -(-min(used + 4, room) // 8)  # bytes, with the end's four zeros as far as there is room
    data = (bits << 8 * filled - used).to_bytes(filled, "big")
    data += (b"\xec\x11" * room)[: room // 8 - filled]
    written = int.from_bytes(_interleave(data, version), "big") << len(frame.free) - 8 * frame.codewords
    marks = f"{written ^ frame.mask:0{len(frame.free)}b}10"  # the last two for what is fixed: -2 dark, -1 light
    flat = "".join([marks[at] for at in frame.raster])
    return [flat[at : at + frame.size] for at in range(0, len(flat), frame.size)]


def _draw(row: str) -> str:
    """A row as a line: dark parts drawn, light ones skipped."""
    return "".join([_LINES[row[at : at + _PART]] for at in range(0, len(row), _PART)])


def _data(version: int) -> int:
    """Bytes of a symbol that are not for correction."""
    return frame_of(version).codewords - _CHECKS[version - 1] * _BLOCKS[version - 1]


def _capacity(version: int) -> int:
    return _data(version) - (3 if version >= _WIDE else 2)


def _interleave(data: bytes, version: int) -> bytes:
    """The data in blocks, a byte of each in turn, and their corrections in the same way. §7.6."""
    count, checks = _BLOCKS[version - 1], _CHECKS[version - 1]
    short, longer = divmod(len(data), count)
    blocks, at = [], 0
    for number in range(count):
        end = at + short + (number >= count - longer)
        blocks.append(data[at:end])
        at = end
    mixed = [byte for turn in zip_longest(*blocks) for byte in turn if byte is not None]
    mixed += [byte for turn in zip(*(_correct(block, checks) for block in blocks), strict=True) for byte in turn]
    return bytes(mixed)


def _correct(block: bytes, checks: int) -> bytes:
    """The remainder of a block by the generator: Reed and Solomon over 256 elements."""
    steps, top = _steps(checks), 8 * (checks - 1)
    rest, low = 0, (1 << top) - 1
    for byte in block:
        rest = (rest & low) << 8 ^ steps[byte ^ rest >> top]
    return rest.to_bytes(checks, "big")


@lru_cache(maxsize=16)
def _steps(checks: int) -> tuple[int, ...]:
    """The generator of so many corrections, times every element."""
    generator = [1]
    root = 1
    for _ in range(checks):
        generator = [high ^ _times(low, root) for high, low in zip([*generator, 0], [0, *generator], strict=True)]
        root = _times(root, 2)
    return tuple(int.from_bytes(bytes(_times(one, by) for one in generator[1:]), "big") for by in range(256))


def _times(one: int, other: int) -> int:
    """A product modulo x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    for bit in reversed(range(8)):
        product = product << 1 ^ (product >> 7) * 0x11D
        product ^= (other >> bit & 1) * one
    return product


@lru_cache(maxsize=40)
def frame_of(version: int) -> Frame:
    """What all symbols of a version have in common."""
    size = 17 + 4 * version
    fixed = _fixed_modules(version, size)
    free = tuple(place for place in _snake(size) if place not in fixed)
    order = {place: number for number, place in enumerate(free)}
    raster = tuple(
        order[place] if place in order else -2 if fixed[place] else -1
        for place in ((row, column) for row in range(size) for column in range(size))
    )
    mask = int("".join("10"[(row + column) % 2] for row, column in free), 2)
    return Frame(size=size, free=free, raster=raster, mask=mask, codewords=len(free) // 8)


def _snake(size: int) -> list[tuple[int, int]]:
    """All modules in the order in which bits are written: two columns at a time, up and down, from the right."""
    places = []
    upwards = True
    for right in range(size - 1, 0, -2):
        column = right if right > 6 else right - 1  # the sixth is the clock's
        for row in reversed(range(size)) if upwards else range(size):
            places += [(row, column), (row, column - 1)]
        upwards = not upwards
    return places


def _fixed_modules(version: int, size: int) -> dict[tuple[int, int], bool]:
    """Finders, clock, alignment, and what the symbol says of itself. §6.3, §7.9, §7.10."""
    fixed: dict[tuple[int, int], bool] = {}
    for at in range(size):
        fixed[6, at] = fixed[at, 6] = at % 2 == 0
    centres = _alignments(version, size)
    for row in centres:
        for column in centres:
            if (row, column) not in ((6, 6), (6, size - 7), (size - 7, 6)):
                fixed |= _rings(row, column, 2, light=(1,))
    for row, column in ((3, 3), (3, size - 4), (size - 4, 3)):
        rings = _rings(row, column, 4, light=(2, 4))
        fixed |= {place: dark for place, dark in rings.items() if min(place) >= 0 and max(place) < size}
    for number in range(15):
        dark = bool(_FORMAT >> number & 1)
        near = (number + (number > 5), 8) if number < 8 else (8, 14 - number + (number == 8))
        far = (8, size - 1 - number) if number < 8 else (size - 15 + number, 8)
        fixed[near] = fixed[far] = dark
    fixed[size - 8, 8] = True
    if version >= _VERSIONED:
        said = version << 12 | _remainder(version)
        for number in range(18):
            row, column = number // 3, size - 11 + number % 3
            fixed[row, column] = fixed[column, row] = bool(said >> number & 1)
    return fixed


def _rings(row: int, column: int, reach: int, *, light: tuple[int, ...]) -> dict[tuple[int, int], bool]:
    """Squares around a module, dark but for those at these distances."""
    span = range(-reach, reach + 1)
    return {(row + up, column + aside): max(abs(up), abs(aside)) not in light for up in span for aside in span}


def _alignments(version: int, size: int) -> tuple[int, ...]:
    """Where alignment patterns have their centres. Annex E."""
    if version == 1:
        return ()
    count = version // 7 + 2
    step = (version * 8 + count * 3 + 5) // (count * 4 - 4) * 2
    return (6, *reversed([size - 7 - number * step for number in range(count - 1)]))


def _remainder(version: int) -> int:
    """What proves a version that is said. Annex D."""
    rest = version
    for _ in range(12):
        rest = rest << 1 ^ (rest >> 11) * 0x1F25
    return rest
