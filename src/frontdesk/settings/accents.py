"""Whether the colours of an installation can be read: refused at start, with the contrast that was found."""

import math
from collections.abc import Iterator

from frontdesk.protocol.colours import DARK, ENOUGH, LIGHT, Colour, Lacking, Scheme, find_lacking, read_colour
from frontdesk.settings.record import Settings


def accents_of(settings: Settings) -> tuple[Colour, Colour]:
    """The accent on light pages and on dark ones. One that is named counts for both, where no other is."""
    light = read_colour(settings.accent)
    dark = read_colour(settings.accent_dark) or light
    return light or LIGHT.accent, dark or DARK.accent


def judge_accents(settings: Settings) -> Iterator[str]:
    """What is wrong with them, each in one sentence."""
    if not settings.accent and not settings.accent_dark:
        return
    light, dark = accents_of(settings)
    for name, accent, scheme in (("accent", light, LIGHT), ("accent_dark", dark, DARK)):
        lacking = find_lacking(accent, scheme)
        if lacking is not None:
            is_shared = scheme is DARK and not settings.accent_dark
            yield _tell("accent" if is_shared else name, accent, scheme, lacking, is_shared=is_shared)


def _tell(name: str, accent: Colour, scheme: Scheme, lacking: Lacking, *, is_shared: bool) -> str:
    found = math.floor(lacking.contrast * 100) / 100  # never shown as enough
    way = f"name a lighter one in accent_dark, such as {lacking.nearest.hex}" if is_shared else ""
    if not way:
        way = f"take a {'darker' if scheme is LIGHT else 'lighter'} one, such as {lacking.nearest.hex}"
    return (
        f'{name} "{accent.hex}" cannot be read on {scheme.name} pages: its contrast to {lacking.on} '
        f"({lacking.surface.hex}) is {found:.2f}:1, and {ENOUGH}:1 is needed (WCAG 2.2, 1.4.3); {way}"
    )
