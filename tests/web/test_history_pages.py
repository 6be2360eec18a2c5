"""A network's history as its owner sees it, and attacks on it (AD-06, BK-07, TN-17)."""

import csv
import io
import json
import re
from html import unescape
from urllib.parse import urlencode

import pytest

from frontdesk.flows.history import HistoryEntry
from frontdesk.protocol.records import AuditEvent
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Story
from frontdesk.testing.told import START
from frontdesk.testing.wire import Reply
from frontdesk.web.history_files import FORMULA, harmless
from frontdesk.web.history_words import SENTENCES, detail_of, sentence_of

pytestmark = pytest.mark.anyio

ADA = "ada@north.example"
HOSTILE = ("' OR 1=1 --", "%", "_", "'; DROP TABLE audit; --", "*", "\\", "ada@%.example", "user_id")


def words(page: Reply) -> str:
    """The text of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", page.text)))


async def busy(story: Story, rows: int) -> Customer:
    """A network in which much happened."""
    north = await story.network("Northside")
    for number in range(rows):
        event = AuditEvent(at=story.clock.now(), action=f"n.{number}", actor="operator", network_id=north.id)
        await story.house.store.set_client_disabled(
            client_id=(await story.partner(f"App {number}")).client_id,
            disabled=True,
            now=story.clock.now(),
            audit=event,
        )
    return north


async def test_the_owner_reads_what_happened(story: Story) -> None:
    """In sentences with names, of this network only, with address and time."""
    north, south = await story.network("Northside"), await story.network("Southside", owner="sam@south.example")
    for network in (north, south):
        await story.operator.give_role(ADA, network_id=network.id, role="administrator", origin=OPERATOR)
    await story.connected_partner(networks=[north.id, south.id], owner=ADA)
    browser = await story.signs_in()
    page = await browser.open(f"/account/networks/{north.id}/history")
    text = words(page)
    assert f"{ADA} connected Door Locks resources locations" in text
    assert f"Those who run this service gave {ADA} the role: Administrator" in text
    assert "from 192.0.2.7" in text
    assert south.id not in page.text
    chosen = words(await browser.open(f"/account/networks/{north.id}/history?what=people&person=&since=&until="))
    assert "gave" in chosen
    assert "connected Door Locks" not in chosen
    mine = words(await browser.open(f"/account/networks/{north.id}/history?person={OWNER}"))
    assert "connected Door Locks" not in mine
    assert "made the network for" in mine


@pytest.mark.parametrize("action", [*SENTENCES, "something.else"])
def test_every_action_can_be_said(action: str) -> None:
    """Whatever is written down of a network has a sentence, which says the row's own detail or leaves it beside it."""
    event = AuditEvent(at=START, action=action, actor="operator", detail="Reports")
    entry = HistoryEntry(event=event, actor="", person=ADA, app="Door Locks")
    said = f"{sentence_of(entry)} {detail_of(entry)}"
    if not action.startswith("membership."):  # those tell of roles, which are translated
        assert said.count("Reports") == 1, said


async def test_a_day_that_is_none_is_said_at_its_field(story: Story) -> None:
    """And what was typed stays."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    for query, field in (
        ("since=yesterday", "since"),
        ("until=2026-02-30", "until"),
        ("since=2026-03-02&until=2026-03-01", "until"),
    ):
        page = await browser.open(f"/account/networks/{north.id}/history?{query}")
        assert page.status == 400
        assert f'href="#{field}"' in page.text
        assert "<title>Error: " in page.text
        assert f'value="{query.split("=")[-1]}"' in page.text
    empty = await browser.open(f"/account/networks/{north.id}/history?since=2001-01-01&until=2001-01-02")
    assert "Nothing to show" in empty.text


async def test_tn_17_a_page_token_is_good_for_its_network_and_filter_only(story: Story) -> None:
    """TN-17: the token of one network in another, in another list, and a forged one: 400, and the newest rows."""
    north = await busy(story, 30)
    annex = await story.network("Annex")
    browser = await story.signs_in()
    path = f"/account/networks/{north.id}/history"
    first = await browser.open(path)
    (older,) = re.findall(r'href="([^"]+)">Older', first.text)
    second = await browser.open(unescape(older))
    assert second.status == 200
    both = words(first) + words(second)
    assert all(both.count(f"did n.{number} ") + both.count(f"did n.{number}just") == 1 for number in range(30))
    token = unescape(older).split("page=")[1]
    position, _, proof = token.partition(".")
    forged = [f"{int(position) + 5}.{proof}", f"{position}.", position, "0.x", "9" * 40, "%00", "-1.x"]
    bad = [f"/account/networks/{annex.id}/history?page={token}", f"{path}?what=people&page={token}"]
    for target in (*bad, *(f"{path}?page={one}" for one in forged)):
        reply = await browser.get(target)
        assert reply.status == 400, target
        assert "did n." not in reply.text or "This link to older rows is broken" in reply.text


@pytest.mark.parametrize("field", ["what", "person", "since", "until", "page", "format", "sort"])
async def test_bk_07_filters_are_values_and_nothing_else(story: Story, field: str) -> None:
    """BK-07: whatever SQL or LIKE would take for its own finds nothing more, breaks nothing and is kept as text."""
    north, south = await story.network("Northside"), await story.network("Southside", owner="sam@south.example")
    browser = await story.signs_in()
    for typed in HOSTILE:
        for page in ("history", "history/export"):
            query = urlencode({"format": "csv", field: typed})
            reply = await browser.open(f"/account/networks/{north.id}/{page}?{query}")
            assert reply.status in (200, 400)
            assert south.id not in reply.text
            assert "sam@south.example" not in reply.text
            if field == "person":
                assert "made the network for" not in reply.text
                assert "network.created" not in reply.text
    assert "made the network for" in (await browser.open(f"/account/networks/{north.id}/history")).text


async def test_the_history_as_files(story: Story) -> None:
    """Named, to be saved, never sniffed or kept; the same rows in both, and the filter holds."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    browser = await story.signs_in()
    path = f"/account/networks/{north.id}/history/export"
    lines, document = await browser.open(f"{path}?format=csv"), await browser.open(f"{path}?format=json")
    for reply in (lines, document):
        assert reply.status == 200
        assert reply.header("content-disposition").startswith(f'attachment; filename="history-{north.id}.')
        assert reply.header("cache-control") == "no-store"
        assert reply.header("x-content-type-options") == "nosniff"
    rows, told = list(csv.DictReader(io.StringIO(lines.text))), json.loads(document.text)
    assert rows == told["rows"]
    assert (told["complete"], told["network"]["title"]) == (True, "Northside")
    assert [row["action"] for row in rows] == ["membership.given", "network.created"]
    assert rows[0]["person"] == ADA
    only = await browser.open(f"{path}?format=csv&what=network")
    assert "membership.given" not in only.text


async def test_ad_06_no_cell_is_a_formula(story: Story) -> None:
    """AD-06: an app that is named like one comes out as text."""
    north = await story.network("Northside")
    store = story.house.store
    for name in ('=HYPERLINK("https://evil.example")', "@SUM(1)", "+1", "-1"):
        partner = await story.partner("Door Locks")
        event = AuditEvent(
            at=story.clock.now(), action="n.app", actor="operator", network_id=north.id, detail=name, address=name
        )
        await store.set_client_disabled(client_id=partner.client_id, disabled=True, now=story.clock.now(), audit=event)
    browser = await story.signs_in()
    text = (await browser.open(f"/account/networks/{north.id}/history/export?format=csv")).text
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert sum(cell.startswith("'") for cell in cells) == 8
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert harmless("plain") == "plain"
