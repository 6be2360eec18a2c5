"""The permission matrix, walked entirely: every page and action of the console, by every kind of person."""

import pytest

from frontdesk.testing.wire import Reply
from frontdesk.web.site import PAGES
from web.matrix import MATRIX
from web.town import Person, Town, found_town
from web.walking import outcome_of, step_of, walk

pytestmark = pytest.mark.anyio

LINES = sorted(MATRIX)


def test_every_page_and_action_has_a_row() -> None:
    """And no row is left of a page that went: add yours to tests/web/matrix.py when you add it to PAGES."""
    there = {
        f"{method} {path}"
        for path, page in PAGES.items()
        for method, does in (("GET", page.show), ("POST", page.take))
        if does is not None
    }
    assert there == MATRIX.keys()


@pytest.mark.parametrize("line", LINES)
async def test_each_person_gets_what_the_matrix_says(line: str) -> None:
    """Whoever is not let in finds nothing changed, nothing told, and the very page that an unknown address shows."""
    step = step_of(line)
    town = await found_town()
    unknown = await town.browsers[Person.STRANGER].get("/account/nothing-is-here")
    for who in sorted(Person, key=lambda person: step.row.outcomes[person] == "in"):
        filled = await step.row.filling(town, who)  # which may have to do something first
        before = town.remembered()
        reply = await walk(step, town, who, filled)
        assert outcome_of(reply, step, who) == step.row.outcomes[who], f"{line} as {who}: {reply.status}"
        changed = town.remembered() != before
        if outcome_of(reply, step, who) != "in":
            assert not changed, f"{line} as {who} changed something"
            _tells_nothing(reply, town, who)
        elif step.is_action:
            assert changed is not step.row.keeps, f"{line} as {who}: changed is {changed}"
            town = await found_town()
        if reply.status == 404:
            assert _words(reply) == _words(unknown)


def _tells_nothing(reply: Reply, town: Town, who: Person) -> None:
    """No id, title or secret of a network that the person has no part in."""
    assert town.north.client_id not in reply.text
    assert town.north.client_secret not in reply.text
    if who in (Person.NOBODY, Person.STRANGER, Person.PARTNER, Person.OPERATOR):
        assert "Northside" not in reply.text


def _words(reply: Reply) -> str:
    """A page less its request id."""
    return reply.text.replace(reply.header("x-request-id") or "", "")
