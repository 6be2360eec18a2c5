"""What a title or a name may be: one line that people can read, and that cannot pass for another by what is unseen.

Unicode Standard Annex #9 (direction controls), UAX #15 (NFC). Refused, not cleaned: what is stored is what was given.
"""

import unicodedata
from dataclasses import dataclass

MAX_TITLE = 120
# Persian, Hindi and joined emoji need these two; every other format character (bidi overrides among them) can only
# make a name look like another one.
_JOINERS = frozenset("\u200c\u200d")
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFault:
    """What is wrong with a title: the end of a sentence that begins with what it is of; and what to do."""

    problem: str
    hint: str = ""


def judge_title(text: str) -> str | TitleFault:
    """The title as it is stored: NFC, trimmed, 1 to 120 characters, none of them invisible."""
    title = unicodedata.normalize("NFC", text).strip()
    if not title:
        return TitleFault(problem="is empty")
    if len(title) > MAX_TITLE:
        return TitleFault(problem=f"is longer than {MAX_TITLE} characters")
    for character in title:
        if character not in _JOINERS and unicodedata.category(character) in _UNPRINTABLE:
            return TitleFault(
                problem=f"holds the invisible character U+{ord(character):04X}",
                hint="use characters that people can see",
            )
    return title
