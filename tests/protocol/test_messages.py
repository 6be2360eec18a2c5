"""Marked texts are plain English strings that can be said in another language."""

import json

from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros
from frontdesk.protocol.messages import (
    ENGLISH,
    N_,
    Ago,
    Day,
    English,
    Several,
    Text,
    TimeOfDay,
    say,
    say_by,
    say_count,
)

AT = Micros(1_800_000_000 * SECOND)  # 15 January 2027, 08:00 UTC


class Loud(English):
    """Speaks a language that is English in capitals, with the places kept."""

    def translate(self, text: str) -> str:
        """In capitals."""
        return text.upper().replace("%(APP)S", "%(app)s").replace("%(COUNT)S", "%(count)s").replace("%(OF)S", "%(of)s")

    def translate_count(self, one: str, many: str, count: int) -> str:
        """By a rule of its own: none is one."""
        return self.translate(one if count < 2 else many)

    def ago(self, count: int, unit: str) -> str:
        """In capitals."""
        return super().ago(count, unit).upper()


def test_a_marked_text_is_the_english_string() -> None:
    """So that it compares, hashes and goes into JSON as text does; a per cent sign in it is one."""
    assert N_("Half of it is 50%") == "Half of it is 50%"
    assert {N_("Owner"): 1}["Owner"] == 1
    assert json.dumps({"said": say("Connect %(app)s", app="Doors")}) == '{"said": "Connect Doors"}'
    assert type(str(N_("Owner"))) is str


def test_names_are_filled_in_after_translating() -> None:
    """A name is never translated; a marked text in a place is."""
    assert say("Connect %(app)s", app="Doors").by(Loud()) == "CONNECT Doors"
    assert say("Part %(of)s", of=N_("the whole")).by(Loud()) == "PART THE WHOLE"
    assert say("Part %(of)s", of="%(app)s").by(Loud()) == "PART %(app)s"
    assert say_by(Loud(), "a name") == "a name"


def test_a_number_chooses_the_form() -> None:
    """By the rule of the language that it is said in."""
    none, one, two = (say_count("%(count)s app", "%(count)s apps", count) for count in (0, 1, 2))
    assert (none, one, two) == ("0 apps", "1 app", "2 apps")
    assert [said.by(Loud()) for said in (none, one, two)] == ["0 APP", "1 APP", "2 APPS"]


def test_times_are_said_in_their_largest_whole_unit() -> None:
    """Rounded down."""
    said = [Ago(MINUTE), Ago(2 * HOUR - 1), Ago(DAY), Ago(29 * DAY)]
    assert said == ["1 minute ago", "1 hour ago", "1 day ago", "29 days ago"]
    assert Ago(2 * HOUR).by(Loud()) == "2 HOURS AGO"
    assert (Day(AT), TimeOfDay(AT)) == ("15 January 2027", "08:00")
    assert (Day(AT).by(ENGLISH), TimeOfDay(AT).by(ENGLISH)) == ("15 January 2027", "08:00")


def test_a_letter_is_its_sentences_one_after_the_other() -> None:
    """Each is said by itself; names and line breaks stay."""
    text = Text(N_("Hello"), "\n", Several([N_("one"), "Two", N_("three")]), "\n")
    assert text == "Hello\none, Two and three\n"
    assert text.by(Loud()) == "HELLO\nONE, Two and THREE\n"
