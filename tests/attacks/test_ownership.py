"""Attacks on giving a network's ownership on (OW-04, OW-05, OW-13)."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.assemble.front import furnish
from frontdesk.flows.ownership import Ownership
from frontdesk.flows.signin import CodeFault, CodeRefused
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.ids import DAY, MINUTE
from frontdesk.protocol.narrowing import WIDE, Narrowing
from frontdesk.protocol.records import AuditEvent, Network, Role
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Story
from frontdesk.testing.wire import Reply
from web.town import desk_of

pytestmark = pytest.mark.anyio

ADA, MIA = "ada@north.example", "mia@north.example"


async def north_of(story: Story) -> Customer:
    """A network with its owner, an administrator and a member."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    await story.operator.give_role(MIA, network_id=north.id, role="member", origin=OPERATOR)
    return north


async def owner_of(story: Story, north: Customer) -> str:
    """Whoever owns it now; exactly one does."""
    people = await story.house.store.list_people_of(north.id)
    (owner,) = [person.email for person in people if person.roles[north.id] is Role.OWNER]
    return owner


async def another_pair(story: Story, north: Customer, narrowing: Narrowing = WIDE) -> Customer:
    """A pair beside the main one."""
    house, now = story.house, story.clock.now()
    pair, secret = house.pairs.make(north.id, version=2, now=now, name="Reports", narrowing=narrowing)
    audit = AuditEvent(at=now, action="credential.added", actor="test")
    assert await house.store.add_credential(credential=pair, most=9, audit=audit)
    return replace(north, client_id=pair.client_id, client_secret=secret)


async def offers(story: Story, browser: Browser, north: Customer, to: str = ADA, title: str = "Northside") -> Reply:
    """The owner offers the network in a browser."""
    receiver = await story.house.store.find_user_by_email(to)
    page = await browser.open(f"/account/networks/{north.id}/owner")
    return await browser.submit(page, receiver=receiver.id, title=title)


async def confirms(story: Story, browser: Browser, north: Customer, code: str = "") -> Reply:
    """The owner types the code."""
    page = await browser.open(f"/account/networks/{north.id}/owner")
    return await browser.submit(page, code=code or story.login_code(OWNER))


async def agrees(story: Story, browser: Browser, north: Customer, address: str = ADA, **choice: str) -> Reply:
    """The receiver asks for a code and types it."""
    page = await browser.open(f"/account/offers/{north.id}")
    page = await browser.submit(page, action=f"/account/offers/{north.id}/code")
    return await browser.submit(page, code=story.login_code(address), **choice)


async def hand_over(story: Story, north: Customer, **choice: str) -> tuple[Browser, Browser]:
    """From the first page to the last; the former owner's browser and the new one's."""
    olena, ada = await story.signs_in(), await story.signs_in(ADA)
    story.clock.pass_minutes(1)
    await offers(story, olena, north)
    await confirms(story, olena, north)
    await agrees(story, ada, north, **choice)
    return olena, ada


def restarted(story: Story, *browsers: Browser, **changed: object) -> None:
    """The same house with other settings; what these browsers show stays open."""
    house = replace(story.house, settings=replace(story.house.settings, **changed))  # type: ignore[arg-type]
    for browser in browsers:
        browser.app = furnish(house, worker=0).front


async def test_where_people_are_kept_elsewhere_so_is_the_owner(story: Story) -> None:
    """No form is shown, what is sent all the same is refused with the reason, an offer made before opens nothing."""
    north = await north_of(story)
    olena, ada = await story.signs_in(), await story.signs_in(ADA)
    path = f"/account/networks/{north.id}/owner"
    begin = await olena.open(path)
    receiver = await story.house.store.find_user_by_email(ADA)
    story.clock.pass_minutes(1)
    confirm = await offers(story, olena, north)
    code = story.login_code(OWNER)
    restarted(story, olena, ada, members="elsewhere")
    shown = await olena.open(path)
    assert "are kept in another place" in shown.text
    assert 'name="receiver"' not in shown.text
    assert 'name="code"' not in shown.text
    for page, filled in ((begin, {"receiver": receiver.id, "title": "Northside"}), (confirm, {"code": code})):
        refused = await olena.submit(page, **filled)
        assert (refused.status, "cannot be changed here" in refused.text) == (409, True), filled

    restarted(story, olena, ada, members="here")
    await olena.submit(confirm, code=code)
    agree = await ada.open(f"/account/offers/{north.id}")
    agree = await ada.submit(agree, action=f"/account/offers/{north.id}/code")
    code = story.login_code(ADA)
    restarted(story, olena, ada, members="elsewhere")
    assert (await ada.get(f"/account/offers/{north.id}")).status == 404
    assert f"/account/offers/{north.id}" not in (await ada.open("/account")).text
    assert (await ada.submit(agree, code=code)).status == 404
    assert await owner_of(story, north) == OWNER
    restarted(story, olena, ada, members="here")
    await ada.submit(agree, code=code)
    assert await owner_of(story, north) == ADA


def flow_of(story: Story) -> Ownership:
    """The walk itself, for two at the same instant."""
    return desk_of(story).ownership


async def test_ow_04_the_former_owner_s_open_pages_open_nothing(story: Story) -> None:
    """OW-04: view, regenerate, offer, history: 403 while still a member, 404 once not; the session itself goes on."""
    north = await north_of(story)
    stale = await story.signs_in()
    api = await stale.open(f"/account/networks/{north.id}/api")
    story.clock.pass_minutes(1)
    olena, ada = await hand_over(story, north)
    assert await owner_of(story, north) == ADA
    assert (await ada.get(f"/account/networks/{north.id}/api")).status == 200
    pages = [f"/account/networks/{north.id}/{page}" for page in ("api", "apps", "owner", "history")]
    assert [(await olena.get(page)).status for page in pages] == [403] * 4
    assert (await stale.submit(api, title="Northside")).status == 403
    assert await north.is_let_in("GET /resources/v1")
    assert (await olena.get("/account")).status == 200
    await story.operator.remove_role(OWNER, network_id=north.id, origin=OPERATOR)
    assert [(await olena.get(page)).status for page in pages] == [404] * 4


async def test_ow_05_what_the_former_owner_connected_is_refused_until_adopted(story: Story) -> None:
    """OW-05: the grant stands still with the hand-over; the new owner adopts it, others' connections never stop."""
    north = await north_of(story)
    olenas = await story.connected_partner(networks=[north.id])
    adas = await story.connected_partner(networks=[north.id], owner=ADA)
    story.clock.pass_minutes(1)
    olena, ada = await hand_over(story, north)
    assert not await olenas.is_let_in("GET /resources/v1")
    assert await adas.is_let_in("GET /resources/v1")
    page = await ada.open(f"/account/networks/{north.id}/apps")
    assert "Stopped because somebody left" in page.text
    await ada.submit(page, action=f"/account/networks/{north.id}/apps/adopt")
    assert await olenas.is_let_in("GET /resources/v1")
    again = await olena.open(olenas.authorize_target())
    assert "wants to use" in again.text  # an administrator's consent now, and asked for anew


@pytest.mark.parametrize("choice", ["", "end", "keep", "nonsense"])
async def test_ow_05_named_credentials_end_with_the_hand_over_unless_the_new_owner_keeps_them(
    story: Story, choice: str
) -> None:
    """OW-05: whoever has their secrets is refused from the next call on; the main pair is the new owner's to change."""
    north = await north_of(story)
    reports = await another_pair(story, north)
    assert await reports.is_let_in("GET /resources/v1")
    await hand_over(story, north, **({"named": choice} if choice else {}))
    kept = choice == "keep"
    assert await reports.is_let_in("GET /resources/v1") is kept
    assert await north.is_let_in("GET /resources/v1")
    letters = {letter.subject: letter.text for letter in story.mail.to(ADA)}
    offered, taken = letters["Frontdesk: Northside is offered to you"], letters["Frontdesk: you own Northside"]
    assert "named ones (1)" in offered
    assert ("go on, as you chose" if kept else "were ended") in " ".join(taken.split())
    rows = [row for row in await story.house.store.list_audit(network_id=north.id) if row.action == "credential.ended"]
    assert [row.detail for row in rows] == ([] if kept else ["Reports"])


async def test_the_receiver_sees_which_credentials_would_go_on(story: Story) -> None:
    """Named, with when each was last used, before and beside the code; without any the page asks nothing."""
    north = await north_of(story)
    olena, ada = await story.signs_in(), await story.signs_in(ADA)
    story.clock.pass_minutes(1)
    await offers(story, olena, north)
    await confirms(story, olena, north)
    assert 'name="named"' not in (await ada.open(f"/account/offers/{north.id}")).text
    await another_pair(story, north, Narrowing(read_only=True))
    page = await ada.open(f"/account/offers/{north.id}")
    assert "Reports" in page.text
    assert "Never used. Reads only." in page.text
    page = await ada.submit(page, action=f"/account/offers/{north.id}/code")
    assert 'value="end" checked' in page.text
    wrong = await ada.submit(page, code="000000", named="keep")
    assert 'value="keep" checked' in wrong.text


async def test_ow_13_of_two_transfers_at_once_one_wins(story: Story) -> None:
    """OW-13: two offers, two codes, everything at the same instant: always exactly one owner."""
    north = await north_of(story)
    store, flow = story.house.store, flow_of(story)
    olena, ada, mia = [await store.find_user_by_email(address) for address in (OWNER, ADA, MIA)]
    browser = await story.signs_in()
    story.clock.pass_minutes(1)
    await offers(story, browser, north, to=ADA)
    await confirms(story, browser, north)
    await flow.send_code(ada, north.id, origin=OPERATOR)
    adas = story.login_code(ADA)
    story.clock.pass_minutes(1)
    session = next(iter(await store.list_sessions(olena.id)))
    outcomes = await asyncio.gather(
        flow.take(ada, north.id, code=adas, origin=OPERATOR),
        flow.take(ada, north.id, code=adas, origin=OPERATOR),
        flow.offer(olena, session, north.id, receiver_id=mia.id, typed_title="Northside", origin=OPERATOR),
        flow.take(mia, north.id, code=adas, origin=OPERATOR),
    )
    assert await owner_of(story, north) in (OWNER, ADA)
    taken = [one for one in (outcomes[0], outcomes[1], outcomes[3]) if isinstance(one, Network)]
    assert len(taken) == (1 if await owner_of(story, north) == ADA else 0)


async def test_ow_13_an_offer_is_void_once_either_is_another(story: Story) -> None:
    """OW-13: the receiver lost the role, or the owner changed meanwhile: the right code hands nothing over."""
    north = await north_of(story)
    store, flow = story.house.store, flow_of(story)
    browser = await story.signs_in()
    ada = await store.find_user_by_email(ADA)
    story.clock.pass_minutes(1)
    await offers(story, browser, north)
    await confirms(story, browser, north)
    await flow.send_code(ada, north.id, origin=OPERATOR)
    code = story.login_code(ADA)
    await story.operator.remove_role(ADA, network_id=north.id, origin=OPERATOR)
    assert isinstance(await flow.take(ada, north.id, code=code, origin=OPERATOR), Refusal)
    assert await owner_of(story, north) == OWNER
    assert await flow.offers_to(ada) == ()


async def test_nothing_moves_before_both_have_agreed(story: Story) -> None:
    """The receiver hears of nothing before the owner's code; a mistyped title and a stranger start nothing."""
    north = await north_of(story)
    olena, ada = await story.signs_in(), await story.signs_in(ADA)
    story.clock.pass_minutes(1)
    mistyped = await offers(story, olena, north, title="North")
    assert (mistyped.status, 'href="#title"' in mistyped.text, 'value="North"' in mistyped.text) == (400, True, True)
    await story.network("Southside", owner="sam@south.example")
    assert (await offers(story, olena, north, to="sam@south.example")).status == 400
    before = len(story.mail.to(ADA))
    page = await offers(story, olena, north)
    assert "Confirm with the code" in page.text
    assert len(story.mail.to(ADA)) == before
    assert (await ada.get(f"/account/offers/{north.id}")).status == 404
    assert "is offered to you" not in (await ada.open("/account")).text
    page = await confirms(story, olena, north)
    assert "Waiting for" in page.text
    assert "wants to make you the owner" in story.mail.to(ADA)[-1].text
    assert "is offered to you" in (await ada.open("/account")).text
    await olena.submit(page, action=f"/account/networks/{north.id}/owner/withdraw")
    assert (await ada.get(f"/account/offers/{north.id}")).status == 404
    assert "ended the offer" in story.mail.to(ADA)[-1].text
    assert await owner_of(story, north) == OWNER


async def test_codes_are_guessed_at_five_times_only_and_each_is_good_for_one_step(story: Story) -> None:
    """The owner's code does not serve the receiver; five wrong ones shut the door, the right one included."""
    north = await north_of(story)
    olena, ada = await story.signs_in(), await story.signs_in(ADA)
    story.clock.pass_minutes(1)
    await offers(story, olena, north)
    giving = story.login_code(OWNER)
    await confirms(story, olena, north)
    page = await ada.submit(await ada.open(f"/account/offers/{north.id}"), action=f"/account/offers/{north.id}/code")
    right = story.login_code(ADA)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    used = giving if giving != right else wrong
    replies = [await ada.submit(page, code=used) for _ in range(5)]
    assert [reply.status for reply in replies] == [400, 400, 400, 400, 429]
    assert (await ada.submit(page, code=right)).status == 429
    assert await owner_of(story, north) == OWNER
    story.clock.pass_minutes(21)
    assert (await ada.submit(page, code=right)).status == 400  # that one is too old by now
    assert "Become the owner" in (await agrees(story, ada, north)).text or await owner_of(story, north) == ADA


async def test_an_old_sign_in_offers_nothing_and_an_old_offer_is_over(story: Story) -> None:
    """Five minutes for the one, ten for its code, seven days for the other."""
    north = await north_of(story)
    flow, store = flow_of(story), story.house.store
    olena, ada = await store.find_user_by_email(OWNER), await store.find_user_by_email(ADA)
    browser = await story.signs_in()
    story.clock.pass_minutes(1)
    await offers(story, browser, north)
    code = story.login_code(OWNER)
    story.clock.pass_minutes(10)
    late = await flow.confirm(olena, north.id, code=code, origin=OPERATOR)
    assert isinstance(late, CodeRefused)
    assert late.fault is CodeFault.EXPIRED
    assert "Sign in again" in (await browser.open(f"/account/networks/{north.id}/owner")).text
    browser = await story.signs_in()
    story.clock.pass_minutes(1)
    await offers(story, browser, north)
    await confirms(story, browser, north)
    assert len(await flow.offers_to(ada)) == 1
    story.clock.pass_minutes(7 * DAY // MINUTE)
    assert await flow.offers_to(ada) == ()
    assert await owner_of(story, north) == OWNER


async def test_each_is_written_to_in_their_own_language(story: Story) -> None:
    """The owner reads German, the receiver Spanish: codes, the offer and what came of it."""
    north = await north_of(story)
    olena, ada = await story.signs_in(), await story.signs_in(ADA)
    await olena.submit(await olena.open("/language?next=/account"), language="de")
    await ada.submit(await ada.open("/language?next=/account"), language="es")
    story.clock.pass_minutes(1)
    await offers(story, olena, north)
    await confirms(story, olena, north)
    await agrees(story, ada, north)
    owner, receiver = ([letter.subject for letter in story.mail.to(address)] for address in (OWNER, ADA))
    assert "bietet Northside einem anderen Eigentümer an" in owner[-2]
    assert owner[-1] == "Frontdesk: Northside hat einen anderen Eigentümer"
    assert receiver[-3] == "Frontdesk: Se le ofrece Northside"
    assert "le hace propietario de Northside" in receiver[-2]
    assert receiver[-1] == "Frontdesk: es usted propietario de Northside"
