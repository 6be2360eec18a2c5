"""The catalogues of translations: whole in form, with the same places and markup as the English, and spoken from."""

import re

import pytest

from frontdesk.protocol.ids import HOUR, SECOND, Micros
from frontdesk.protocol.languages import LANGUAGES, PSEUDO_CODE
from frontdesk.protocol.messages import ENGLISH, N_, Ago, Day, Several, TimeOfDay, say, say_count
from frontdesk.runtime.speakers import speaker_of
from tools.catalogues import TRANSLATED, find_marked, read

AT = Micros(1_800_000_000 * SECOND)  # 15 January 2027, 08:00 UTC
# What must be the same in every language: places for values, and markup.
_MARKS = re.compile(r"%\(\w+\)[sd]|<[^>]*>")


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """One text, or its plural forms."""
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_holds_what_its_english_holds(code: str) -> None:
    """A place that is missing would say less, one too many would break the page, and no other markup gets in."""
    for message in read(code):
        if not message.id or not any(forms(message.string)):
            continue
        english = forms(message.id)
        allowed = {mark for form in english for mark in _MARKS.findall(form)}
        needed = set(_MARKS.findall(english[0])) & set(_MARKS.findall(english[-1])) - {"%(count)s"}
        for form in forms(message.string):
            assert form, f"{code}: a form is missing of {message.id}"
            there = set(_MARKS.findall(form))
            assert needed <= there <= allowed, f"{code}: {message.id} became {form}"
            assert "<" not in _MARKS.sub("", form), form
            assert '"' not in _MARKS.sub("", form), f"{form}: it may stand in an attribute"


@pytest.mark.parametrize("code", TRANSLATED)
def test_each_language_is_spoken(code: str) -> None:
    """By the catalogue, by its own plurals, and by CLDR for times and lists."""
    speaker = speaker_of(code)
    assert N_("Sign in").by(speaker) != "Sign in"
    assert say("Connect %(app)s", app="Door Locks").by(speaker).count("Door Locks") == 1
    apps = [say_count("You have connected %(count)s app.", "You have connected %(count)s apps.", n) for n in (1, 3, 7)]
    assert len({re.sub(r"\d", "", app.by(speaker)) for app in apps}) == {"uk": 3, "ar": 2}.get(code, 2)
    assert "2027" in Day(AT).by(speaker)
    assert Ago(3 * HOUR).by(speaker) != Ago(3 * HOUR)
    assert "3" in Ago(3 * HOUR).by(speaker)
    assert Several(["a", "b"]).by(speaker) not in ("a, b", "a and b") or code == "en"


def test_english_and_unknown_languages_are_spoken_as_the_source_is_written() -> None:
    """A code from a database that a later version wrote must not break a mail."""
    assert speaker_of("en") is ENGLISH
    assert speaker_of("xx") is ENGLISH
    assert speaker_of("../secrets") is ENGLISH
    assert {code for code in LANGUAGES if speaker_of(code) is ENGLISH} == {"en"}


def test_the_pseudo_language_leaves_no_letter_of_the_source() -> None:
    """But keeps places, markup, and what is filled in."""
    speaker = speaker_of(PSEUDO_CODE)
    said = say("Type <q>%(network)s</q> to confirm", network="Northside").by(speaker)
    assert "<q>Northside</q>" in said
    assert not re.search(r"[A-Za-z]", said.replace("<q>Northside</q>", ""))
    assert not re.search(r"[A-Za-z]{2}", Ago(3 * HOUR).by(speaker) + Day(AT).by(speaker) + TimeOfDay(AT).by(speaker))


@pytest.mark.parametrize("code", TRANSLATED)
def test_hardly_a_marked_text_is_without_a_translation(code: str) -> None:
    """`make words` brings the catalogues up to date; what is new may be shown in English for a short while."""
    marked = {forms(message.id)[0] for message in find_marked() if message.id}
    said = {forms(message.id)[0] for message in read(code) if message.id and all(forms(message.string))}
    assert len(marked & said) >= 0.9 * len(marked), sorted(marked - said)
