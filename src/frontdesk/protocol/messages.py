"""Words for people are written in English, marked where they stand, translated where they are shown. GNU gettext.

A marked text is an ordinary string, its English one, which also knows how it was made. So it travels through records,
walks and tests as text does, and whoever shows it asks it to be said in the reader's language.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros


class Speaker(Protocol):
    """Somebody who speaks one language."""

    def translate(self, text: str) -> str:
        """A text of the catalogue; itself where it is in none."""

    def translate_count(self, one: str, many: str, count: int) -> str:
        """The form of a text for a number of things."""

    def day(self, at: Micros) -> str:
        """A date: "15 January 2027"."""

    def clock(self, at: Micros) -> str:
        """A time of day: "08:00"."""

    def ago(self, count: int, unit: str) -> str:
        """A time in the past: "3 days ago". `unit` is minute, hour or day."""

    def together(self, parts: Iterable[str]) -> str:
        """A list in a sentence: "a, b and c"."""


class Said(str):
    """Text that can be said in other languages. As a plain string it is the English one."""

    __slots__ = ()

    def by(self, speaker: Speaker) -> str:
        """The same in the speaker's language."""
        return speaker.translate(str(self))


class Message(Said):
    """A sentence with named places, `%(name)s`; with `many`, one that depends on the number `count`."""

    __slots__ = ("_count", "_many", "_text", "_values")
    _text: str
    _many: str
    _count: int
    _values: Mapping[str, Any]

    def __new__(cls, text: str, many: str = "", count: int = 0, values: Mapping[str, Any] | None = None) -> "Message":
        """Nothing is filled in where there are no values, so that a per cent sign may stand in a plain text."""
        template = many if many and count != 1 else text
        made = super().__new__(cls, template % values if values else template)
        made._text, made._many, made._count, made._values = text, many, count, values or {}
        return made

    def by(self, speaker: Speaker) -> str:
        """Translated, then filled in: what stands in its places is said in the same language."""
        if self._many:
            found = speaker.translate_count(self._text, self._many, self._count)
        else:
            found = speaker.translate(self._text)
        return found % said_values(self._values, speaker) if self._values else found


class Day(Said):
    """A date."""

    __slots__ = ("_at",)
    _at: Micros

    def __new__(cls, at: Micros) -> "Day":
        """In UTC."""
        made = super().__new__(cls, ENGLISH.day(at))
        made._at = at
        return made

    def by(self, speaker: Speaker) -> str:
        """As it is written there."""
        return speaker.day(self._at)


class TimeOfDay(Said):
    """An hour and a minute."""

    __slots__ = ("_at",)
    _at: Micros

    def __new__(cls, at: Micros) -> "TimeOfDay":
        """In UTC."""
        made = super().__new__(cls, ENGLISH.clock(at))
        made._at = at
        return made

    def by(self, speaker: Speaker) -> str:
        """As it is written there."""
        return speaker.clock(self._at)


class Ago(Said):
    """How long something is past, in its largest whole unit."""

    __slots__ = ("_count", "_unit")
    _count: int
    _unit: str

    def __new__(cls, elapsed: int) -> "Ago":
        """`elapsed` in microseconds, a minute or more."""
        unit, size = next((unit, size) for unit, size in _UNITS if elapsed >= size)
        made = super().__new__(cls, ENGLISH.ago(elapsed // size, unit))
        made._count, made._unit = elapsed // size, unit
        return made

    def by(self, speaker: Speaker) -> str:
        """As it is said there."""
        return speaker.ago(self._count, self._unit)


class Several(Said):
    """A list in a sentence."""

    __slots__ = ("_parts",)
    _parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str]) -> "Several":
        """In this order."""
        kept = tuple(parts)
        made = super().__new__(cls, ENGLISH.together(kept))
        made._parts = kept
        return made

    def by(self, speaker: Speaker) -> str:
        """Each part, and the "and" between them."""
        return speaker.together([say_by(speaker, part) for part in self._parts])


class Text(Said):
    """Sentences, names and line breaks, one after the other: a letter. No sentence is ever made of its parts."""

    __slots__ = ("_parts",)
    _parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> "Text":
        """In this order, with nothing between them."""
        made = super().__new__(cls, "".join(parts))
        made._parts = parts
        return made

    def by(self, speaker: Speaker) -> str:
        """Each part."""
        return "".join(say_by(speaker, part) for part in self._parts)


class English:
    """Speaks as the source is written."""

    def translate(self, text: str) -> str:
        """The text itself."""
        return text

    def translate_count(self, one: str, many: str, count: int) -> str:
        """One of the two."""
        return one if count == 1 else many

    def day(self, at: Micros) -> str:
        """15 January 2027."""
        return _day_in_english(at // DAY)

    def clock(self, at: Micros) -> str:
        """08:00."""
        hour, minute = divmod(at // MINUTE % (DAY // MINUTE), HOUR // MINUTE)
        return f"{hour:02}:{minute:02}"

    def ago(self, count: int, unit: str) -> str:
        """3 days ago."""
        return f"{count} {unit}{'' if count == 1 else 's'} ago"

    def together(self, parts: Iterable[str]) -> str:
        """One, two and three."""
        *most, last = list(parts) or [""]
        return f"{', '.join(most)} and {last}" if most else last


ENGLISH = English()
_UNITS = (("day", DAY), ("hour", HOUR), ("minute", MINUTE))


def N_(text: str) -> Message:  # noqa: N802 - gettext's own name for it, which its tools look for
    """A text that gets into the catalogues, to be said in the reader's language."""
    return Message(text)


def say(text: str, **values: object) -> Message:
    """A sentence with what stands in its places: say("Connect %(app)s", app=name)."""
    return Message(text, values=values)


def say_count(one: str, many: str, count: int, **values: object) -> Message:
    """A sentence about a number of things, which is also there as %(count)s."""
    return Message(one, many, count, {"count": count, **values})


def say_by(speaker: Speaker, text: str) -> str:
    """A marked text in the speaker's language; any other as it is."""
    return text.by(speaker) if isinstance(text, Said) else text


def said_values(values: Mapping[str, Any], speaker: Speaker) -> dict[str, Any]:
    """What stands in a sentence's places, in the speaker's language."""
    return {name: value.by(speaker) if isinstance(value, Said) else value for name, value in values.items()}


@lru_cache(maxsize=4_096)
def _day_in_english(day: int) -> str:
    moment = utc(Micros(day * DAY))
    return f"{moment.day} {moment:%B %Y}"


def utc(at: Micros) -> datetime:
    """A point in time as the library takes it, to the second."""
    return datetime.fromtimestamp(at // SECOND, tz=UTC)
