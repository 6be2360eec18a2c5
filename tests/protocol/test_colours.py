"""What can be read on what: WCAG's contrast, mixed colours, and accents on our surfaces."""

import re
from pathlib import Path

import pytest

import frontdesk.web
from frontdesk.protocol.colours import (
    BLACK,
    DARK,
    ENOUGH,
    LIGHT,
    WHITE,
    Colour,
    Scheme,
    contrast,
    find_lacking,
    ink_for,
    mix,
    read_colour,
)

STYLE = (Path(frontdesk.web.__file__).parent / "static" / "frontdesk.css").read_text()


def colour(text: str) -> Colour:
    """One that is written right."""
    found = read_colour(text)
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["", "red", "#abc", "#1234567", "#12345g", "1f5d50", "#1f5d50 #fff", "\u0661" * 6])
def test_what_is_no_colour(text: str) -> None:
    """One form, six digits."""
    assert read_colour(text) is None


def test_a_colour_in_either_case_is_the_same() -> None:
    """And is written in the one."""
    assert colour(" #1F5D50").hex == "#1f5d50"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
        ("#1f5d50", "#f4f2ee", 6.86),
    ],
)
def test_contrast_is_what_the_standard_says(one: str, other: str, ratio: float) -> None:
    """Whichever is named first."""
    assert contrast(colour(one), colour(other)) == pytest.approx(ratio, abs=0.01)
    assert contrast(colour(other), colour(one)) == contrast(colour(one), colour(other))


@pytest.mark.parametrize(
    ("one", "other", "part", "mixed"),
    [
        ("#1f5d50", "#ffffff", 1.0, "#1f5d50"),
        ("#1f5d50", "#ffffff", 0.0, "#ffffff"),
        ("#ffffff", "#000000", 0.5, "#636363"),
        ("#ff0000", "#0000ff", 0.5, "#8c53a2"),
        ("#5b3fa8", "#ffffff", 0.12, "#e9e8f6"),
        ("#7fd1bd", "#1a2120", 0.12, "#253330"),
        ("#1f5d50", "#ffffff", 0.88, "#3c6f63"),
    ],
)
def test_colours_mix_as_browsers_mix_them(one: str, other: str, part: float, mixed: str) -> None:
    """`color-mix(in oklab, …)` as Chromium paints it."""
    assert mix(colour(one), colour(other), part).hex == mixed


@pytest.mark.parametrize(
    ("accent", "scheme", "lacks"),
    [
        ("#1f5d50", LIGHT, False),
        ("#7fd1bd", DARK, False),
        ("#000000", LIGHT, False),
        ("#ffffff", DARK, False),
        ("#ffcc00", LIGHT, True),
        ("#1f5d50", DARK, True),
        ("#ffffff", LIGHT, True),
        ("#6e6e6e", LIGHT, True),  # enough on white, not on the page
        ("#808080", DARK, True),
    ],
)
def test_an_accent_must_be_read_on_everything_that_it_lies_on(accent: str, scheme: Scheme, lacks: bool) -> None:
    """Page, card, a chosen field, and the words on its own buttons; what is proposed instead can be."""
    lacking = find_lacking(colour(accent), scheme)
    assert (lacking is not None) is lacks
    if lacking is not None:
        assert lacking.contrast < ENOUGH
        assert find_lacking(lacking.nearest, scheme) is None
    else:
        assert contrast(ink_for(colour(accent), scheme), colour(accent)) >= ENOUGH


def test_the_surfaces_are_the_style_sheet_s() -> None:
    """What is judged is what is shown."""
    for token, name in (("paper", "paper"), ("card", "card"), ("brand", "accent")):
        light, dark = re.search(rf"--{token}: light-dark\((#\w+), (#\w+)\)", STYLE).groups()  # type: ignore[union-attr]
        assert (light, dark) == (getattr(LIGHT, name).hex, getattr(DARK, name).hex), token
    assert "color-mix(in oklab, var(--brand) 12%, var(--card))" in STYLE
    assert (ink_for(LIGHT.accent, LIGHT), ink_for(DARK.accent, DARK).hex) == (WHITE, "#06231d")
    assert BLACK.hex == "#000000"
