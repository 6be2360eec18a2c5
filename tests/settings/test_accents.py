"""An installation's colours: refused where they cannot be read, with what was found and what would do."""

import re

import pytest

from frontdesk.protocol.colours import DARK, LIGHT, find_lacking, read_colour
from frontdesk.settings import accents_of, read_settings
from settings.problems import problems_of


def accents(**given: str) -> tuple[str, str]:
    """The colours that come of these."""
    light, dark = accents_of(read_settings(file=None, environ={}, flags=given))
    return light.hex, dark.hex


def test_colours_that_can_be_read_are_taken() -> None:
    """One that is named alone stands for both, where it can be read on both; none: ours."""
    assert accents() == ("#1f5d50", "#7fd1bd")
    assert accents(accent="#5B3FA8", accent_dark="#b9a5f0") == ("#5b3fa8", "#b9a5f0")
    assert accents(accent_dark="#b9a5f0") == ("#1f5d50", "#b9a5f0")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"accent": "#ffcc00", "accent_dark": "#ffcc00"},
            'accent "#ffcc00" cannot be read on light pages: its contrast to the page (#f4f2ee) is 1.3',
        ),
        ({"accent": "#5b3fa8"}, 'accent "#5b3fa8" cannot be read on dark pages: its contrast to a'),
        (
            {"accent": "#5b3fa8", "accent_dark": "#5b3fa8"},
            'accent_dark "#5b3fa8" cannot be read on dark pages: its contrast to a',
        ),
    ],
)
def test_a_colour_that_cannot_be_read_is_refused(given: dict[str, str], says: str) -> None:
    """With the contrast that was found, the one that is needed, and a colour near it that would do."""
    (problem,) = problems_of(flags=given)
    assert problem.startswith(says)
    assert "4.5:1 is needed" in problem
    proposed = read_colour(re.findall(r"#[0-9a-f]{6}", problem)[-1])
    assert proposed is not None
    assert find_lacking(proposed, LIGHT if "light pages" in problem else DARK) is None


def test_a_contrast_just_below_is_not_shown_as_enough() -> None:
    """4.499 is told as 4.49."""
    (problem,) = problems_of(flags={"accent": "#0373a0", "accent_dark": "#ffffff"})
    assert "is 4.49:1, and 4.5:1 is needed" in problem
