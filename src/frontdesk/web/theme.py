"""What an installation makes of the look: its colours as tokens of the style sheet, its logo as a file beside it.

The style sheet's own tokens lie in a layer, so that these, which lie in none, take their place.
"""

from dataclasses import dataclass

from frontdesk.protocol.colours import BLACK, DARK, LIGHT, WHITE, Colour, Scheme, ink_for
from frontdesk.runtime.logo import Logo, read_logo
from frontdesk.settings import Settings, accents_of

_OWN_ICON = "#2a8a76"  # what mark.svg is drawn in


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What static files are changed by. `tokens`: the end of the style sheet, empty where all is as it comes."""

    tokens: str = ""
    icon: str = _OWN_ICON
    logo: Logo | None = None

    def colour_icon(self, svg: bytes) -> bytes:
        """Our mark in the installation's colour."""
        return svg.replace(_OWN_ICON.encode(), self.icon.encode())


def read_theme(settings: Settings) -> Theme:
    """The look of this installation. Raises LogoError."""
    logo = read_logo(settings.logo) if settings.logo is not None else None
    if not settings.accent and not settings.accent_dark:
        return Theme(logo=logo)
    light, dark = accents_of(settings)
    inks = ink_for(light, LIGHT), ink_for(dark, DARK)
    tokens = (
        ("--brand", (light, dark)),
        ("--brand-ink", inks),
        ("--brand-far", (_away_from(inks[0], LIGHT), _away_from(inks[1], DARK))),
    )
    lines = "".join(f" {name}: light-dark({one.hex}, {other.hex});" for name, (one, other) in tokens)
    return Theme(tokens=f"\n:root {{{lines} }}\n", icon=light.hex, logo=logo)


def _away_from(ink: Colour, scheme: Scheme) -> Colour:
    """Where a button goes under the pointer: away from its words."""
    return BLACK if ink == scheme.inks[0] else WHITE
