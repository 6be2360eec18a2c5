"""Who speaks which language: catalogues of translated sentences, and how dates are written there. GNU gettext, CLDR.

The catalogues are the .po files beside this file; one is read when somebody is first spoken to in its language.
"""

import io
import re
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from gettext import GNUTranslations
from importlib.resources import files

from frontdesk.protocol.ids import DAY, MINUTE, Micros
from frontdesk.protocol.languages import ENGLISH_CODE, PSEUDO_CODE
from frontdesk.protocol.messages import ENGLISH, English, Speaker, utc

_UNITS = {"minute": 60, "hour": 3_600, "day": 86_400}  # seconds
# What is no word of a sentence: places for values, markup, and entities.
_MARKS = re.compile(r"(%\(\w+\)[sd]|%%|<[^>]*>|&\w+;)")
_ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖƤǪŔŠŢÛṼŴẊÝŽåƀçđéƒĝĥîĵķļɱñöƥǫŕšţûṽŵẋýž",
)


class CatalogueSpeaker:
    """Speaks the language of one catalogue."""

    def __init__(self, code: str, catalogue: GNUTranslations) -> None:
        """`code` is also CLDR's name of the language."""
        from babel import Locale  # late: most commands speak to nobody

        self._catalogue = catalogue
        self._locale = Locale.parse(code)
        # CLDR's patterns are read anew at each use, which takes longer than all else of a page's line.
        self._days = lru_cache(maxsize=4_096)(self._day)
        self._clocks = lru_cache(maxsize=DAY // MINUTE)(self._clock)
        self._agos = lru_cache(maxsize=4_096)(self._ago)

    def translate(self, text: str) -> str:
        """From the catalogue."""
        return self._catalogue.gettext(text) if text else ""

    def translate_count(self, one: str, many: str, count: int) -> str:
        """By the catalogue's own rule of plurals."""
        return self._catalogue.ngettext(one, many, count)

    def day(self, at: Micros) -> str:
        """The long form of CLDR."""
        return self._days(at // DAY)

    def clock(self, at: Micros) -> str:
        """The short form of CLDR."""
        return self._clocks(at // MINUTE % (DAY // MINUTE))

    def ago(self, count: int, unit: str) -> str:
        """CLDR's words for a time that is past."""
        return self._agos(count, unit)

    def _day(self, day: int) -> str:
        from babel.dates import format_date

        return format_date(utc(Micros(day * DAY)).date(), format="long", locale=self._locale)

    def _clock(self, minute: int) -> str:
        from babel.dates import format_time

        return format_time(utc(Micros(minute * MINUTE)).time(), format="short", locale=self._locale)

    def _ago(self, count: int, unit: str) -> str:
        from babel.dates import format_timedelta

        past = timedelta(seconds=-count * _UNITS[unit])
        # A threshold beyond reach keeps the unit that was chosen: 29 days stay days.
        return format_timedelta(past, granularity=unit, threshold=1_000, add_direction=True, locale=self._locale)  # type: ignore[arg-type]

    def together(self, parts: Iterable[str]) -> str:
        """CLDR's list."""
        from babel.lists import format_list

        return format_list(list(parts), locale=self._locale)


class PseudoSpeaker(English):
    """English with every letter marked and some more of them, so that raw words and tight places are seen."""

    def translate(self, text: str) -> str:
        """What may be translated is marked; values and markup stay."""
        parts = _MARKS.split(text)
        marked = "".join(part if place % 2 else part.translate(_ACCENTED) for place, part in enumerate(parts))
        return f"[{marked}{' ~' * (len(text) // 12)}]" if text else ""

    def translate_count(self, one: str, many: str, count: int) -> str:
        """The English form, marked."""
        return self.translate(super().translate_count(one, many, count))

    def day(self, at: Micros) -> str:
        """A date, marked."""
        return super().day(at).translate(_ACCENTED)

    def ago(self, count: int, unit: str) -> str:
        """A time that is past, marked."""
        return super().ago(count, unit).translate(_ACCENTED)

    def together(self, parts: Iterable[str]) -> str:
        """With a mark for "and"."""
        return " + ".join(parts)


@lru_cache(maxsize=16)
def speaker_of(code: str) -> Speaker:
    """Who speaks this language; English for a language that nobody here speaks."""
    if code == PSEUDO_CODE:
        return PseudoSpeaker()
    if code == ENGLISH_CODE or not code.isascii() or not code.isalpha():
        return ENGLISH
    source = files("frontdesk.runtime").joinpath("catalogues", f"{code}.po")
    if not source.is_file():
        return ENGLISH
    return CatalogueSpeaker(code, read_catalogue(source.read_bytes()))


def read_catalogue(content: bytes) -> GNUTranslations:
    """A .po file, ready for use. ValueError and UnicodeError where it is broken."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(content), abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)
