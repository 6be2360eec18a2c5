"""Whether a colour can be read on our pages. WCAG 2.2 §1.4.3 (contrast) and its definition of relative luminance.

Mixing is CSS's `color-mix(in oklab, …)`, as the style sheet uses it: CSS Color 5 §3, Oklab by Björn Ottosson.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

ENOUGH = 4.5  # to one, for text
_HEX = re.compile(r"#[0-9a-f]{6}")


class Colour(NamedTuple):
    """Red, green and blue, 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def hex(self) -> str:
        """As style sheets write it."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What an accent lies on, or under, in one look. The style sheet has the same values as its tokens."""

    name: str
    paper: Colour
    card: Colour
    accent: Colour
    inks: tuple[Colour, Colour]  # what may stand on an accent: a light one and a dark one
    way_out: Colour  # towards which an accent gets more readable


LIGHT = Scheme(
    name="light",
    paper=Colour(0xF4, 0xF2, 0xEE),
    card=WHITE,
    accent=Colour(0x1F, 0x5D, 0x50),
    inks=(WHITE, Colour(0x06, 0x23, 0x1D)),
    way_out=BLACK,
)
DARK = Scheme(
    name="dark",
    paper=Colour(0x11, 0x16, 0x15),
    card=Colour(0x1A, 0x21, 0x20),
    accent=Colour(0x7F, 0xD1, 0xBD),
    inks=(WHITE, Colour(0x06, 0x23, 0x1D)),
    way_out=WHITE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Where an accent cannot be read: on what, with what contrast, and the nearest one that could."""

    on: str
    surface: Colour
    contrast: float
    nearest: Colour


def read_colour(text: str) -> Colour | None:
    """`#rrggbb`; None for anything else."""
    plain = text.strip().lower()
    if not _HEX.fullmatch(plain):
        return None
    return Colour(*(int(plain[place : place + 2], 16) for place in (1, 3, 5)))


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black and white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def ink_for(accent: Colour, scheme: Scheme) -> Colour:
    """What reads best on an accent."""
    return max(scheme.inks, key=lambda ink: contrast(ink, accent))


def find_lacking(accent: Colour, scheme: Scheme) -> Lacking | None:
    """The surface on which an accent reads worst, if that is not enough."""
    worst = min(_surfaces(accent, scheme), key=lambda one: contrast(accent, one[1]))
    found = contrast(accent, worst[1])
    if found >= ENOUGH:
        return None
    return Lacking(on=worst[0], surface=worst[1], contrast=found, nearest=_nearest(accent, scheme))


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """So much of the one (0 to 1), the rest of the other."""
    mixed = tuple(mine * part + its * (1 - part) for mine, its in zip(_to_oklab(one), _to_oklab(other), strict=True))
    return _from_oklab(*mixed)


def _surfaces(accent: Colour, scheme: Scheme) -> Iterator[tuple[str, Colour]]:
    yield "the page", scheme.paper
    yield "a card", scheme.card
    yield "a chosen field", mix(accent, scheme.card, 0.12)
    yield "its own buttons' words", ink_for(accent, scheme)


def _nearest(accent: Colour, scheme: Scheme) -> Colour:
    for step in range(1, 101):
        nearer = mix(accent, scheme.way_out, 1 - step / 100)
        if all(contrast(nearer, surface) >= ENOUGH for _, surface in _surfaces(nearer, scheme)):
            return nearer
    return scheme.accent


def _luminance(colour: Colour) -> float:
    red, green, blue = map(_to_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _from_linear(value: float) -> int:
    clipped = min(1.0, max(0.0, value))
    encoded = clipped * 12.92 if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055
    return round(encoded * 255)


def _to_oklab(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = map(_to_linear, colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> Colour:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return Colour(
        _from_linear(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _from_linear(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _from_linear(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )
