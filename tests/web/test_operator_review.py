"""The review of partners' apps: the queue, what was observed of an app, and the decision."""

import pytest

from frontdesk.protocol.back_off import judge_back_off
from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.habits import EXPLAINED
from frontdesk.protocol.ids import SECOND, ClientId, GrantId, Micros
from frontdesk.protocol.partners import Partner
from frontdesk.protocol.records import Client, Review
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, Story
from web.town import hand_in

pytestmark = pytest.mark.anyio

OPS, PAT = "ops@desk.example", "pat@partner.example"


async def an_app_of_pat(story: Story, name: str = "Door Locks") -> Client:
    """An app that Pat makes, handed in."""
    partner = await story.partner(name)
    await story.operators.appoint(PAT, origin=OPERATOR)  # the quickest way to an account
    known = await story.house.store.find_user_by_email(PAT)
    assert known is not None
    store, now = story.house.store, story.clock.now()
    maker = Partner(user_id=known.id, name="Pat's Locks", website="", created_at=now)
    await store.add_partner(partner=maker, audit=story.an_audit_row("partner.joined"))
    given = await store.give_app(
        client_id=ClientId(partner.client_id), user_id=known.id, now=now, audit=story.an_audit_row("client.given")
    )
    assert given
    await hand_in(story, partner.client_id)
    return await app_of(story, partner.client_id)


async def app_of(story: Story, client_id: str) -> Client:
    """The app as it is now."""
    client = await story.house.store.find_client(ClientId(client_id))
    assert client is not None
    return client


async def operator(story: Story) -> Browser:
    """An operator, signed in."""
    await story.operators.appoint(OPS, origin=OPERATOR)
    return await story.signs_in(OPS)


async def test_the_queue_leads_to_the_app_and_empties_with_the_decision(story: Story) -> None:
    """Approved with the publisher's mark: makers are told, nothing waits any more, the audit names who decided."""
    app = await an_app_of_pat(story)
    ops = await operator(story)
    assert "One app waits" in (await ops.open("/operator/apps")).text
    assert f'href="/operator/apps/{app.id}"' in (await ops.open("/operator/apps")).text
    page = await ops.open(f"/operator/apps/{app.id}")
    assert "waits for a decision" in page.text
    assert PAT in page.text
    after = await ops.submit(page, action=f"/operator/apps/{app.id}/review", decision="approve", verified="1")
    assert "publisher verified" in after.text
    known = await app_of(story, app.id)
    assert (known.review, known.verified_at) == (Review.APPROVED, story.clock.now())
    assert "was approved" in story.mail.to(PAT)[-1].subject
    assert "No app waits" in (await ops.open("/operator/apps")).text
    row = next(row for row in await story.house.store.list_audit() if row.action == "client.approved")
    assert row.actor.startswith("operator:")
    again = await ops.submit(page, action=f"/operator/apps/{app.id}/review", decision="approve")
    assert (again.status, "after you opened this page" in again.text) == (400, True)


async def test_nobody_approves_what_was_changed_since(story: Story) -> None:
    """The makers took it back and handed another state of it in while an operator was looking."""
    app = await an_app_of_pat(story)
    ops = await operator(story)
    page = await ops.open(f"/operator/apps/{app.id}")
    story.clock.pass_seconds(1)
    await hand_in(story, app.id)
    refused = await ops.submit(page, action=f"/operator/apps/{app.id}/review", decision="approve")
    assert (refused.status, "after you opened this page" in refused.text) == (400, True)
    assert (await app_of(story, app.id)).review is Review.SUBMITTED
    done = await ops.submit(refused, action=f"/operator/apps/{app.id}/review", decision="approve")
    assert done.status == 200
    assert (await app_of(story, app.id)).review is Review.APPROVED


async def test_returning_an_app_needs_a_note(story: Story) -> None:
    """Without one the page says so at the field; with one its makers read it."""
    app = await an_app_of_pat(story)
    ops = await operator(story)
    page = await ops.open(f"/operator/apps/{app.id}")
    bare = await ops.submit(page, action=f"/operator/apps/{app.id}/review", decision="return", note="  ")
    assert bare.status == 400
    assert 'href="#note"' in bare.text
    assert (await app_of(story, app.id)).review is Review.SUBMITTED
    done = await ops.submit(
        bare, action=f"/operator/apps/{app.id}/review", decision="return", note="The logo is <another's>."
    )
    assert "returned to its makers" in done.text
    assert "The logo is &lt;another" in done.text
    known = await app_of(story, app.id)
    assert (known.review, known.verified_at) == (Review.RETURNED, None)
    assert "The logo is <another's>." in story.mail.to(PAT)[-1].text


async def test_what_was_observed_stands_beside_the_decision(story: Story) -> None:
    """An app that sends neither state nor PKCE, once used so."""
    north = await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.obtains_code(browser, networks=[north.id], state=None)
    await story.weak_forms.flush(everything=True)
    await story.habits.flush(everything=True)
    ops = await operator(story)
    page = await ops.open(f"/operator/apps/{partner.client_id}")
    seen = page.text.split("Seen while it was used")[1].split("</ul>")[0]
    rows = [" ".join(part.split("</li>")[0].split()) for part in seen.split("<li>")[1:]]
    assert ["0 of 1" in row for row in rows[:2]] == [True, True]
    assert ["once, " in row for row in rows[2:]] == [True, True, False, False, False, False]
    assert [">never<" in row for row in rows[2:]] == [False, False, True, True, True, True]


async def test_the_queue_says_which_apps_to_look_at(story: Story) -> None:
    """One that was used without care, and one that nobody used yet."""
    north = await story.network("Northside")
    partner, unused = await story.partner("Door Locks"), await story.partner("Room Displays")
    await partner.connects(await story.signs_in(), networks=[north.id])
    for _ in range(EXPLAINED + 1):
        await partner.refreshes()
    await story.habits.flush()
    for app in (partner, unused):
        await hand_in(story, app.client_id)
    page = await (await operator(story)).open("/operator/apps")
    rows = {name: page.text.split(f">{name}</a>")[1].split("</li>")[0] for name in ("Door Locks", "Room Displays")}
    assert ["codes without PKCE" in row for row in rows.values()] == [True, False]
    assert ["too many refreshes" in row for row in rows.values()] == [True, False]
    assert ["not used yet" in row for row in rows.values()] == [False, True]


async def test_a_storm_of_refreshes_stands_beside_the_decision(story: Story) -> None:
    """How many were too many, and how many of one connection came while its token was good."""
    north = await story.network("Northside")
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id])
    for _ in range(EXPLAINED + 3):
        await partner.refreshes()
    await story.habits.flush()
    page = await (await operator(story)).open(f"/operator/apps/{partner.client_id}")
    text = " ".join(page.text.split())
    assert 'does not explain</span> <span class="tag paused">3 times, last' in text
    assert f"Up to {EXPLAINED + 3} refreshes of one connection while its token was good." in text
    assert "0 of 1" in text


def limited(at: int, grant: str = "g1", *, wait: int = 1, operation: str = "GET /a") -> NotedDecision:
    """A call that was answered 429, at a time in milliseconds."""
    return NotedDecision(
        request_id=f"r-{at}-{grant}-{operation}",
        at=Micros(at * SECOND // 1_000),
        outcome=Outcome.REFUSED,
        reason="RATE_LIMITED",
        method="GET",
        operations=(operation,),
        grant_id=GrantId(grant),
        retry_after=wait,
    )


@pytest.mark.parametrize(
    ("calls", "pressed"),
    [
        ([], 0),
        ([limited(0)], 0),
        ([limited(0), limited(1_000)], 0),
        ([limited(0), limited(999)], 1),
        ([limited(999), limited(0)], 1),
        ([limited(0), limited(500, "g2")], 0),
        ([limited(0), limited(10), limited(190)], 0),
        ([limited(0), limited(10), limited(200), limited(400)], 2),
        ([limited(at) for at in range(0, 2_000, 100)], 18),
        ([limited(0, wait=60), limited(59_999)], 1),
        ([limited(0, wait=60), limited(60_000)], 0),
        ([limited(0, wait=60), limited(30_000, operation="GET /b")], 0),
        ([limited(0), limited(500, operation="GET /b")], 1),
    ],
)
def test_an_app_that_does_not_wait_is_told_apart(calls: list[NotedDecision], pressed: int) -> None:
    """Before its Retry-After was over: each grant for itself, and what was under way when it was told is no fault."""
    judged = judge_back_off(calls)
    assert (judged.limited, judged.pressed) == (len(calls), pressed)
    assert judged.last_at == max((call.at for call in calls), default=None)
