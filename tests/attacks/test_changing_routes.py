"""AD-03: cross-site request forgery on every changing route there is; the list is made from the table of pages."""

from collections.abc import Mapping

import pytest

from frontdesk.testing.browser import ISSUER
from frontdesk.testing.wire import call
from frontdesk.web.site import PAGES
from web.town import Person, Town, found_town
from web.walking import Step, pairs_of, send, step_of, takes_files, ticketed

pytestmark = pytest.mark.anyio

CHANGING = sorted(f"POST {path}" for path, page in PAGES.items() if page.take is not None)
OWN = (("origin", ISSUER), ("sec-fetch-site", "same-origin"))
FOREIGN = {
    "another site": (("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")),
    "a sibling of ours": (("origin", ISSUER), ("sec-fetch-site", "same-site")),
    "no origin that it tells": (("origin", "null"),),
}


def _somebody_let_in(step: Step) -> Person:
    """Whose browser is attacked: somebody for whom the very same form would do something."""
    return next(who for who in reversed(Person) if step.row.outcomes[who] == "in")


def _other(who: Person) -> Person:
    return Person.STRANGER if who is not Person.STRANGER else Person.OWNER


async def _forged(step: Step, town: Town, who: Person, filled: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """The same form with a token that the attacker can have: none, a guess, an own one, one of another form."""
    rest = list(filled.items())
    elsewhere = town.desk.tickets.give(await town.visitor(who), "/consent/elsewhere")
    return {
        "no token": rest,
        "a guess": [("form_token", "1800000000.AAAAAAAAAAAAAAAAAAAAAA"), *rest],
        "the attacker's own": await ticketed(step, town, _other(who), filled),
        "another form's": [("form_token", elsewhere.token), *rest],
    }


@pytest.mark.parametrize("line", CHANGING)
async def test_ad_03_no_route_changes_anything_for_a_forged_form(line: str) -> None:
    """Refused before anything is done, for a person whose own form would have done it; then that form does it."""
    step, town = step_of(line), await found_town()
    who = _somebody_let_in(step)
    browser, target = town.browsers[who], step.target(town)
    filled = await step.row.filling(town, who)
    forged, right = await _forged(step, town, who, filled), await ticketed(step, town, who, filled)
    before = town.remembered()
    for name, pairs in forged.items():
        assert (await send(step, browser, target, pairs, headers=OWN)).status == 403, name
    for name, headers in FOREIGN.items():
        assert (await send(step, browser, target, right, headers=headers)).status == 403, name
    assert town.remembered() == before
    assert (await send(step, browser, target, right, headers=OWN)).status in (200, 303)


@pytest.mark.parametrize("line", CHANGING)
async def test_ad_03_no_other_method_changes_anything(line: str) -> None:
    """The whole form in the address of a GET or HEAD, in the body of PUT, PATCH or DELETE, or as JSON."""
    step, town = step_of(line), await found_town()
    who = _somebody_let_in(step)
    browser, target = town.browsers[who], step.target(town)
    right = await pairs_of(step, town, who)
    cookies = ("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
    before = town.remembered()
    fields = "&".join(f"{name}={value}" for name, value in right if name != "email")
    for method in ("GET", "HEAD"):
        await call(town.story.app, method, f"{target}?{fields}", headers=[*OWN, cookies])
    for method in ("PUT", "PATCH", "DELETE"):
        reply = await call(town.story.app, method, target, headers=[*OWN, cookies], form=right)
        assert reply.status == 405, method
    kinds = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    kinds.pop(3 if takes_files(step) else 2)  # a file's form comes in parts, and no other does
    for kind in kinds:
        headers = [*OWN, cookies, ("content-type", kind)]
        reply = await call(town.story.app, "POST", target, headers=headers, body=fields.encode())
        assert reply.status == 415, kind
    assert town.remembered() == before
