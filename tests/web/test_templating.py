"""Templates that speak one language: what is translated when they are compiled, and that all but markup is escaped."""

from collections.abc import Mapping

import pytest
from jinja2 import DictLoader, UndefinedError

from frontdesk.protocol.messages import ENGLISH, English, Speaker, say
from frontdesk.web.templating import open_templates
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import moment

HOSTILE = "<script>\"'&"
SAFE = "&lt;script&gt;&#34;&#39;&amp;"


class Backwards(English):
    """Says the words of a sentence the other way round, its places where they then are."""

    def translate(self, text: str) -> str:
        """The words, turned round."""
        return " ".join(reversed(text.split(" ")))


def render(source: str, speaker: Speaker = ENGLISH, **values: object) -> str:
    """What a template comes to."""
    templates = open_templates(speaker, {})
    templates.loader = DictLoader({"it": source})
    return templates.get_template("it").render(**values)


SENTENCES: Mapping[str, tuple[str, str]] = {
    "{{ _('one two') }}": ("one two", "two one"),
    "<a title=\"{{ _('one two') }}\">": ('<a title="one two">', '<a title="two one">'),
    "{% trans %}one two{% endtrans %}": ("one two", "two one"),
    "{% trans %}at <b>100%</b> now{% endtrans %}": ("at <b>100%</b> now", "now <b>100%</b> at"),
    "{% trans %}one {{ it }}{% endtrans %}": (f"one {SAFE}", f"{SAFE} one"),
    "{% trans it=it %}one {{ it }}{% endtrans %}": (f"one {SAFE}", f"{SAFE} one"),
    "{% trans said=said %}so {{ said }}{% endtrans %}": (f"so hear {SAFE}", f"{SAFE} hear so"),
    "{{ said }}": (f"hear {SAFE}", f"{SAFE} hear"),
    "{{ _(said) }}": (f"hear {SAFE}", f"{SAFE} hear"),
    "{{ it }} {{ 7 }} {{ none }}": (f"{SAFE} 7 None", f"{SAFE} 7 None"),
    "{% set kept %}{{ it }}{% endset %}{{ kept }}": (SAFE, SAFE),
    "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(it) }}": (f"<i>{SAFE}</i>", f"<i>{SAFE}</i>"),
    "{% trans count=2 %}{{ count }} thing{% pluralize %}{{ count }} things{% endtrans %}": ("2 things", "2 things"),
}


@pytest.mark.parametrize("source", SENTENCES)
def test_a_template_says_its_sentences_in_the_readers_language(source: str) -> None:
    """Whole sentences, what stands in their places escaped once, wherever the translation has put the places."""
    values = {"it": HOSTILE, "said": say("hear %(it)s", it=HOSTILE), "none": None}
    assert (render(source, **values), render(source, Backwards(), **values)) == SENTENCES[source]


def test_what_a_page_has_not_got_breaks_it() -> None:
    """A mistyped name is found by whoever opens the page first, not passed over."""
    for source in ("{{ missing }}", "{{ it.missing }}", "{% if it.missing %}x{% endif %}"):
        with pytest.raises((UndefinedError, AttributeError)):
            render(source, it="x")


def test_times_and_tickets_are_written_out_escaped() -> None:
    """As everything is."""
    shown = render("{{ at | moment }}", at=moment(1_800_000_000_000_000, 1_800_000_120_000_000))  # type: ignore[arg-type]
    assert shown == '<time datetime="2027-01-15T08:00:00Z" title="15 January 2027, 08:00 UTC">2 minutes ago</time>'
    ticket = Ticket(action="/", token=HOSTILE, request=HOSTILE)
    assert render("{{ it | ticket }}", it=ticket).count(SAFE) == 2


def test_what_was_compiled_is_kept_for_each_language_alone() -> None:
    """The same source says another thing in another language, and another source of the same name itself."""
    backwards = Backwards()
    for _ in range(2):
        assert render('{{ _("one two") }}') == "one two"
        assert render('{{ _("one two") }}', backwards) == "two one"
        assert render('{{ _("one two three") }}', backwards) == "three two one"
