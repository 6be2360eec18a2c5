"""Walking the permission matrix: one person asks for one page, or sends its form with everything right."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from frontdesk.testing.browser import Browser
from frontdesk.testing.wire import Reply
from frontdesk.web.page_app import Own
from frontdesk.web.site import PAGES
from pictures import draw_png
from web.matrix import MATRIX, Row
from web.town import Person, Town


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the matrix: a method, a path of the table of pages, and its row."""

    method: str
    path: str
    row: Row

    @property
    def is_action(self) -> bool:
        """It may change something."""
        return self.method == "POST"

    @property
    def sends_away_to(self) -> str:
        """Where whoever is not signed in is sent."""
        page = PAGES[self.path]
        return (page.otherwise if isinstance(page, Own) else "") or "/sign-in"

    def target(self, town: Town) -> str:
        """The address, for what is Northside's."""
        path = self.path
        for name, value in town.places().items():
            path = path.replace(f"{{{name}}}", value)
        assert "{" not in path, f"Town.places() knows no value for a part of {path}"
        return path


def step_of(line: str) -> Step:
    """The step of a line such as "POST /sign-out"."""
    method, _, path = line.partition(" ")
    return Step(method=method, path=path, row=MATRIX[line])


async def pairs_of(step: Step, town: Town, who: Person) -> list[tuple[str, str]]:
    """The form as this person's page would hold it."""
    return await ticketed(step, town, who, await step.row.filling(town, who))


async def ticketed(step: Step, town: Town, holder: Person, filled: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a form carries, with the token that `holder` gets for it."""
    visitor = await town.visitor(holder)
    ticket = town.desk.tickets.give(visitor, step.target(town), request=filled.get("request", ""))
    return [("form_token", ticket.token), *filled.items()]


def takes_files(step: Step) -> bool:
    """Whether its form holds a file, and is sent as such forms are."""
    return bool(getattr(PAGES[step.path], "uploads", False))


async def send(
    step: Step,
    browser: Browser,
    target: str,
    pairs: list[tuple[str, str]],
    *,
    headers: tuple[tuple[str, str], ...] | None = None,
) -> Reply:
    """Send a form as its page would, following nothing."""
    if takes_files(step):
        picture = {"picture": ("logo.png", draw_png())}
        return await browser.upload(target, pairs, picture, headers=headers, follow=False)
    return await browser.send(target, pairs, headers=headers)


async def walk(step: Step, town: Town, who: Person, filled: Mapping[str, str]) -> Reply:
    """Ask, following nothing."""
    browser, target = town.browsers[who], step.target(town)
    if step.is_action:
        return await send(step, browser, target, await ticketed(step, town, who, filled))
    query = urlencode(dict(filled))
    return await browser.get(f"{target}?{query}" if query else target)


def outcome_of(reply: Reply, step: Step, who: Person) -> str:
    """The matrix's word for an answer; the status where it has none."""
    if reply.status in (302, 303):
        to = reply.location.partition("?")[0]
        away = {"/sign-in", step.sends_away_to} if who is Person.NOBODY else {"/sign-in"}
        return "sign-in" if to in away else "in"
    return "in" if reply.status == 200 else str(reply.status)
