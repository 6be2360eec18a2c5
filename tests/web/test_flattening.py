"""One template out of those that it is made of: what Jinja2 would have joined while it renders."""

from collections.abc import Mapping

import pytest
from jinja2 import DictLoader, Environment, TemplateSyntaxError

from frontdesk.protocol.messages import ENGLISH
from frontdesk.web.templating import open_templates

LAYOUT = (
    '{% import "parts" as parts %}<i>{{ title }}</i>'
    "{% block first %}a{% endblock %}-{% block second %}{{ parts.sign() }}{% endblock %}"
)
OTHERS = {
    "layout": LAYOUT,
    "middle": '{% extends "layout" %}{% block second %}m{% endblock %}',
    "parts": "{% macro sign() %}!{% endmacro %}",
    "head": "{% if open is defined %}{{ open }}{% else %}closed{% endif %}",
    "sets": '{% set open = "set" %}{{ open }}',
    "nested": "{% block outer %}({% block inner %}i{% endblock %}){% endblock %}",
    "around": '<{% include "head" %}>',
}
PAGES: Mapping[str, str] = {
    "plain": "{{ title }}",
    "in a layout": '{% extends "layout" %}not written{% block first %}{{ title }}{% endblock %}',
    "in both": '{% extends "middle" %}{% block first %}x{% for one in [1, 2] %}{{ one }}{% endfor %}{% endblock %}',
    "what the layout imports": '{% extends "layout" %}{% block first %}{{ parts.sign() }}{% endblock %}',
    "its imports": '{% extends "middle" %}{% import "parts" as o %}{% block first %}{{ o.sign() }}{% endblock %}',
    "values of a block": '{% extends "layout" %}{% block first %}{% set title = 1 %}{{ title }}{% endblock %}'
    "{% block second %}{{ title }}{% endblock %}",
    "values of what it includes": '{% include "sets" %}{% include "head" %}',
    "blocks in blocks": '{% extends "nested" %}{% block inner %}{{ title }}{% endblock %}',
    "includes": '{% extends "layout" %}{% block first %}{% set open = "o" %}{% include "around" %}{% endblock %}',
    "includes without": '{% include "head" %}',
    "includes for some": '{% for one in [1, 2] %}{% if one > 1 %}{% include "head" %}{% endif %}{% endfor %}',
    "includes what it is told": "{% include told %}",
    "includes if there": '{% include "gone" ignore missing %}.',
}


@pytest.mark.parametrize("page", PAGES)
def test_a_flat_template_says_what_jinja2_would_have(page: str) -> None:
    """Layouts, includes and imports, named by constants or not: the same text."""
    values = {"title": "T & <i>", "told": "head"}
    ours = open_templates(ENGLISH, {})
    theirs = Environment(autoescape=True)
    for environment in (ours, theirs):
        environment.loader = DictLoader({**OTHERS, page: PAGES[page]})
    assert ours.get_template(page).render(**values) == theirs.get_template(page).render(**values)


@pytest.mark.parametrize(
    "source",
    ["{% extends which %}", '{% extends "layout" %}{% block first %}{{ super() }}{% endblock %}', "{{ self.first() }}"],
)
def test_what_cannot_be_flat_is_refused(source: str) -> None:
    """When it is compiled, and not by a page that lacks something."""
    templates = open_templates(ENGLISH, {})
    templates.loader = DictLoader({**OTHERS, "it": source})
    with pytest.raises(TemplateSyntaxError):
        templates.get_template("it")


def test_a_page_of_ours_is_one_function() -> None:
    """No block and no inclusion is left to be joined while a page renders."""
    templates = open_templates(ENGLISH, {})
    for name in ("members.html", "guests.html", "sign_in.html", "requests.html"):
        template = templates.get_template(name)
        assert not template.blocks
