"""Operators of the console: appointed and dismissed by one another, by a fresh sign-in, never the last one."""

import json
from pathlib import Path

import pytest

from frontdesk.testing.browser import Browser
from frontdesk.testing.story import API, OPERATOR, OWNER, Story

pytestmark = pytest.mark.anyio

OPS = "ops@desk.example"
DISMISS = "/operator/operators/dismiss"


async def operator(story: Story, address: str = OPS) -> Browser:
    """An operator, signed in."""
    await story.operators.appoint(address, origin=OPERATOR)
    return await story.signs_in(address)


async def test_an_operator_appoints_another_who_is_told(story: Story) -> None:
    """By mail; the new one finds the way from the account's first page."""
    await story.network("Northside")
    browser = await operator(story)
    page = await browser.submit(await browser.open("/operator/operators"), action="/operator/operators", email=OWNER)
    assert OWNER in page.text
    assert "you are an operator now" in story.mail.to(OWNER)[-1].subject
    assert "http://desk.example/operator" in story.mail.to(OWNER)[-1].text
    owner = await story.signs_in(OWNER)
    assert 'href="/operator"' in (await owner.open("/account")).text
    rows = [row for row in await story.house.store.list_audit() if row.action == "operator.added"]
    assert [row.actor for row in rows] == [f"operator:{await _id(story, OPS)}", "operator"]


@pytest.mark.parametrize(
    ("typed", "says"), [("no address", "Enter an e-mail address"), (OPS, "is an operator already")]
)
async def test_what_cannot_be_appointed_is_said(story: Story, typed: str, says: str) -> None:
    """With what was typed, the field marked, and the problem linked to it."""
    browser = await operator(story)
    page = await browser.submit(await browser.open("/operator/operators"), action="/operator/operators", email=typed)
    assert page.status == 400
    assert says in page.text
    assert f'value="{typed}" aria-invalid="true"' in page.text
    assert 'href="#email"' in page.text


async def test_a_dismissed_operator_is_none_with_the_next_click(story: Story) -> None:
    """In a browser that was known as an operator's a moment before; the last one cannot go."""
    first = await operator(story)
    second = await operator(story, "second@desk.example")
    assert (await second.open("/operator")).status == 200
    page = await first.open("/operator/operators")
    token = page.text.split(f'action="{DISMISS}"')[1].split('name="form_token" value="')[1].split('"')[0]
    gone = await _id(story, "second@desk.example")
    assert (await first.post(DISMISS, [("form_token", token), ("user", gone)])).status == 200
    assert (await second.open("/operator")).status == 404
    assert (await second.open("/account")).status == 200
    assert "Dismiss" not in (await first.open("/operator/operators")).text
    last = await first.post(DISMISS, [("form_token", token), ("user", await _id(story, OPS))])
    assert (last.status, "is the last operator" in last.text) == (400, True)


async def test_appointing_asks_for_a_fresh_sign_in(story: Story) -> None:
    """A browser left open makes nobody an operator."""
    browser = await operator(story)
    page = await browser.open("/operator/operators")
    story.clock.pass_minutes(6)
    asked = await browser.submit(page, action="/operator/operators", email="eve@evil.example")
    assert "Sign in again" in asked.text
    assert await story.house.store.find_user_by_email("eve@evil.example") is None


async def _id(story: Story, address: str) -> str:
    user = await story.house.store.find_user_by_email(address)
    assert user is not None
    return user.id


async def test_the_first_page_says_how_the_installation_stands(story: Story) -> None:
    """The document's faults with their places, what waits, who is here; and a letter that can be asked for."""
    browser = await operator(story)
    page = await browser.open("/operator")
    assert "No app waits for review" in page.text
    assert "One browser was here within the hour." in page.text
    assert "network-header-missing" in page.text or "Nothing is wrong with it." in page.text
    letters = len(story.mail.to(OPS))
    after = await browser.submit(page, action="/operator/mail")
    assert "A letter is on its way to you" in after.text
    assert [letter.subject for letter in story.mail.to(OPS)[letters:]] == ["Frontdesk: a test of the mail"]


async def test_the_first_page_says_how_sign_ins_went_by_hour(story: Story) -> None:
    """Who came in, which codes were sent, what failed and how; the letters that went."""
    await story.network("Northside")
    guesser = story.browser()
    page = await guesser.submit(await guesser.open("/sign-in"), action="/sign-in", email=OWNER)
    for _ in range(6):
        page = await guesser.submit(page, action="/sign-in/code", code="000001")
    story.clock.pass_minutes(120)
    page = await (await operator(story)).open("/operator")
    told = " ".join(page.text.split('<h2 id="signing"')[1].split())
    assert "<td>1</td><td>1</td><td>0</td></tr>" in told
    assert "<td>0</td><td>1</td><td>6</td></tr>" in told
    assert 'Wrong codes</span><span class="tag">5<' in told
    assert 'Tries while an address was blocked</span><span class="tag">1<' in told
    assert "letters were sent." in told


@pytest.mark.parametrize("story", ["memory"], indirect=True)
async def test_ad_04_the_document_s_words_are_inert(story: Story, tmp_path: Path) -> None:
    """AD-04: what a customer's document says is shown as text, whatever it says, under a policy that runs nothing."""
    document = json.loads(API.read_text())
    evil = "<script>alert(4)</script><img/src=x/onerror=alert(5)>"
    scheme = next(name for name, one in document["components"]["securitySchemes"].items() if one["type"] == "oauth2")
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["summary"] = operation["description"] = evil
    operations["get" if "get" in operations else next(iter(operations))]["security"] = [{scheme: [evil]}]
    file = tmp_path / "api.json"
    file.write_text(json.dumps(document))
    told = await Story.begin(story.house.store, openapi=file)
    page = await (await operator(told)).open("/operator")
    assert page.status == 200
    assert "&lt;script&gt;alert(4)" in page.text
    assert "<script" not in page.text
    assert "<img" not in page.text
    policy = page.header("content-security-policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'self'")
