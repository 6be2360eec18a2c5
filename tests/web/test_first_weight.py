"""What a browser loads to show a page for the first time: little, and all of it from here."""

import re

import pytest

from frontdesk.protocol.pictures import MAX_PICTURE
from frontdesk.protocol.records import Client
from frontdesk.testing.story import OPERATOR
from frontdesk.web.app_marks import LOGO_PATH
from frontdesk.web.site import PAGES
from frontdesk.web.static_files import STATIC_PATH
from pictures import draw_png
from web import fillings
from web.town import Person, found_town
from web.walking import step_of, walk

pytestmark = pytest.mark.anyio

MOST = 60_000  # bytes as they are sent, uncompressed: the page, its style sheet, script, pictures and icon
# What a browser fetches by itself. A link, or where a form goes, loads nothing.
LOADED = re.compile(r'<(?:link|script|img|source|iframe|object|embed)\b[^>]*?\s(?:href|src|data|srcset)="([^"]*)"')
LOADED_BY_STYLE = re.compile(rb"@import|url\(")
PLACES = sorted(path for path, page in PAGES.items() if page.show is not None)
# A file, and ways on that this town does not offer.
NO_PAGES = {"/account/networks/{network}/history/export", "/sign-in/provider", "/sign-in/provider/callback"}


async def test_every_page_is_light_and_loads_nothing_from_elsewhere() -> None:
    """Below 60,000 bytes for everybody who may see it, in letters of two bytes each; the walk weighs every state."""
    town = await found_town()
    held: dict[str, bytes] = {}
    shown: set[str] = set()
    for path in PLACES:
        step = step_of(f"GET {path}")
        for who in Person:
            filled = await step.row.filling(town, who)
            if path == "/account/profile/email":
                await fillings.both_codes(town, who)  # there is no such page before
            town.browsers[who].cookies["fd_language"] = "uk"
            reply = await walk(step, town, who, filled)
            if not (reply.header("content-type") or "").startswith("text/html"):
                continue
            shown |= {path} if reply.status == 200 else set()
            loaded = LOADED.findall(reply.text)
            assert [place for place in loaded if not place.startswith(STATIC_PATH)] == [], path
            for place in {*loaded} - held.keys():
                held[place] = (await town.browsers[who].get(place)).body
            weight = len(reply.body) + sum(len(held[place]) for place in loaded)
            assert weight < MOST, f"{path} as {who} weighs {weight}"
    assert shown == {*PLACES} - NO_PAGES
    assert len(held) > 4, "a style sheet, an icon and scripts"
    assert not any(LOADED_BY_STYLE.search(body) for place, body in held.items() if place.endswith(".css"))


async def test_the_heaviest_logo_leaves_the_consent_page_light() -> None:
    """Where people see an app for the first time, in letters of two bytes each."""
    town = await found_town()
    logos = town.desk.app_logos
    heavy = draw_png(152, 152, noise=True)
    changed = await logos.change_by_operator(town.unconnected.client_id, heavy, origin=OPERATOR)
    assert isinstance(changed, Client)
    browser = town.browsers[Person.OWNER]
    browser.cookies["fd_language"] = "uk"
    page = await browser.open(town.unconnected.authorize_target())
    loaded = LOADED.findall(page.text)
    (logo,) = [place for place in loaded if place.startswith(LOGO_PATH)]
    bodies = [(await browser.get(place)).body for place in loaded]
    assert len((await browser.get(logo)).body) > 0.9 * MAX_PICTURE
    assert len(page.body) + sum(map(len, bodies)) < MOST
