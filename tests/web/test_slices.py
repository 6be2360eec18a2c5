"""Long lists, some rows at a time."""

import re

import pytest

from frontdesk.testing.story import OPERATOR, OWNER, Story
from frontdesk.web.slices import Pager, slice_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("asked", "total", "start", "before", "after"),
    [
        ("", 0, 0, "", ""),
        ("", 10, 0, "", ""),
        ("", 11, 0, "", "/x?page=2"),
        ("1", 30, 0, "", "/x?page=2"),
        ("2", 30, 10, "/x?page=1", "/x?page=3"),
        ("3", 30, 20, "/x?page=2", ""),
        ("9", 30, 20, "/x?page=2", ""),
        ("0", 30, 0, "", "/x?page=2"),
        ("-1", 30, 0, "", "/x?page=2"),
        ("\u0662", 30, 0, "", "/x?page=2"),
        ("9" * 40, 30, 0, "", "/x?page=2"),
    ],
)
def test_a_page_of_a_list(asked: str, total: int, start: int, before: str, after: str) -> None:
    """What is no page is the first one, what is beyond the end the last."""
    shown = slice_of(asked, "/x", total=total, size=10)
    assert (shown.start, shown.pager) == (start, Pager(before=before, after=after))
    assert list(shown.of(range(total))) == list(range(total))[start : start + 10]


def titles(text: str) -> list[str]:
    """The networks that a page names."""
    return list(dict.fromkeys(re.findall(r"Place \d\d", text)))


async def test_many_networks_come_in_pages(story: Story) -> None:
    """In the account, in a connected app and in the list of its guests: each is on one page, and the links lead on."""
    everywhere = [await story.network(f"Place {number:02}") for number in range(21)]
    partner = await story.connected_partner(networks=[network.id for network in everywhere], scope="resources")
    story.clock.pass_minutes(2)  # the next mail may go
    browser = await story.signs_in()
    first, second = await browser.open("/account"), await browser.open("/account?page=2")
    assert titles(first.text) + titles(second.text) == [f"Place {number:02}" for number in range(21)]
    assert 'href="/account?page=2"' in first.text
    assert 'href="/account?page=1"' in second.text
    apps = await browser.open("/account/apps")
    assert len(titles(apps.text)) == 3
    alone = f"/account/apps?app={partner.client_id}"
    assert f'href="{alone}"' in apps.text
    assert titles((await browser.open(alone)).text) + titles((await browser.open(f"{alone}&page=2")).text) == [
        f"Place {number:02}" for number in range(21)
    ]
    assert (await browser.get("/account/apps?app=fdci_nobody")).status == 404


async def test_many_guests_come_in_pages(story: Story) -> None:
    """Ten at a time; a page that is no more leads to the first."""
    north = await story.network("Northside")
    partner = await story.partner(scope="resources")
    for number in range(11):
        address = f"ada{number}@north.example"
        await story.operator.give_role(address, network_id=north.id, role="administrator", origin=OPERATOR)
        visitor = story.browser(peer=f"192.0.2.{number + 20}")
        await partner.connects(await story.signs_in(address, browser=visitor), networks=[north.id])
    browser, path = await story.signs_in(OWNER), f"/account/networks/{north.id}/apps"
    shown = [re.findall(r"<strong>([^<]*)</strong>", (await browser.open(f"{path}?page={n}")).text) for n in (1, 2)]
    assert [len(people) for people in shown] == [10, 1]
    assert len({*shown[0], *shown[1]}) == 11
    assert (await browser.get(f"{path}?page=3")).location == path
