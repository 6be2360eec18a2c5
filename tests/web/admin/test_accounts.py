"""What is somebody's own, done over the administration API in their place: accounts, networks, apps."""

import pytest

from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.records import Review
from frontdesk.testing.story import OWNER
from web.admin.office import Office

pytestmark = pytest.mark.anyio

ANN, BEN = "ann@north.example", "ben@north.example"


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@pytest.fixture
async def office() -> Office:
    """An office with a key that may change things."""
    return await Office.open()


async def subjects(office: Office, to: str) -> str:
    """All subjects of somebody's mail."""
    return " | ".join(str(letter.subject) for letter in office.story.mail.to(to))


async def test_sessions_are_seen_and_ended_one_by_one_and_all(office: Office) -> None:
    """The browser is signed out with its very next request; all at once is told by mail, but not from where."""
    await office.story.network("North")
    first = await office.story.signs_in()
    office.story.clock.pass_minutes(2)
    second = await office.story.signs_in()
    sessions = (await office.gets(f"GET /users/{OWNER}/sessions"))["sessions"]
    assert [one["proof"] for one in sessions] == ["code", "code"]
    await office.gets(f"DELETE /users/{OWNER}/sessions/{sessions[0]['id']}")
    assert (await second.get("/account")).status == 303
    assert (await first.get("/account")).status == 200
    assert await office.is_refused(f"DELETE /users/{OWNER}/sessions/{sessions[0]['id']}") == (404, "notFound")
    assert (await office.gets(f"DELETE /users/{OWNER}/sessions"))["ended"] == 1
    assert (await first.get("/account")).status == 303
    letter = office.story.mail.to(OWNER)[-1]
    assert "signed out everywhere" in str(letter.subject)
    assert "127.0.0.1" not in letter.text
    (row, *_) = (await office.gets("GET /audit"))["rows"]
    assert (row["action"], row["actor"].partition(":")[0]) == ("sessions.ended", "operator")


async def test_an_address_changes_at_the_operators_word(office: Office) -> None:
    """Both mailboxes hear of it, every browser is signed out, and what apps hold stays; a taken address is refused."""
    partner = await office.story.connected_partner()
    browser = await office.story.signs_in()
    assert await office.is_refused(f"PUT /users/{OWNER}/email", {"email": "nobody"}) == (409, "refused")
    moved = await office.gets(f"PUT /users/{OWNER}/email", {"email": ANN})
    assert moved["email"] == ANN
    assert (await browser.get("/account")).status == 303
    assert await partner.is_let_in("GET /networks/v1")
    for mailbox in (OWNER, ANN):
        assert "your address was changed" in await subjects(office, mailbox)
    await office.story.network("South", owner=BEN)
    assert await office.is_refused(f"PUT /users/{BEN}/email", {"email": ANN}) == (409, "refused")


async def test_an_account_is_deleted_unless_something_would_be_nobodys(office: Office) -> None:
    """An owner is kept, with the reason; a member goes with all that hangs on them, and is told."""
    network = (await office.gets("POST /networks", {"title": "North", "owner": OWNER}))["id"]
    await office.gets(f"PUT /networks/{network}/members/{ANN}", {"role": "member"})
    assert await office.is_refused(f"DELETE /users/{OWNER}") == (409, "refused")
    await office.gets(f"DELETE /users/{ANN}")
    assert await office.is_refused(f"GET /users/{ANN}") == (404, "notFound")
    assert "your account was deleted" in await subjects(office, ANN)
    await office.gets("POST /operators", {"email": BEN})
    assert await office.is_refused(f"DELETE /users/{BEN}") == (409, "refused")
    assert await office.is_refused(f"POST /users/{BEN}/block") == (409, "refused")


async def test_language_second_factor_and_passkeys(office: Office) -> None:
    """A language that is not spoken here, and what is not there, is refused in words."""
    await office.gets("POST /networks", {"title": "North", "owner": OWNER})
    assert (await office.gets(f"PUT /users/{OWNER}/language", {"language": "uk"}))["language"] == "uk"
    assert await office.is_refused(f"PUT /users/{OWNER}/language", {"language": "xx"}) == (409, "refused")
    assert await office.is_refused(f"DELETE /users/{OWNER}/second-factor") == (409, "refused")
    assert (await office.gets(f"GET /users/{OWNER}/passkeys"))["passkeys"] == []
    assert await office.is_refused(f"DELETE /users/{OWNER}/passkeys/00ff") == (404, "notFound")


async def test_rules_are_read_and_changed_as_they_were_seen(office: Office) -> None:
    """Another version than the one in force is refused; without one, whatever is in force is replaced."""
    north = await office.story.network("North")
    partner = await office.story.partner()
    path = f"/networks/{north.id}/rules"
    bare = {"version": 0, "apps": None, "administrators_only": False, "connection_days": None}
    assert await office.gets(f"GET {path}") == {**bare, "read_only_first": False, "owner_passkey": False}
    changed = await office.gets(f"PUT {path}", {"apps": [partner.client_id], "connection_days": 30, "version": 0})
    assert (changed["version"], changed["apps"]) == (1, [partner.client_id])
    assert await office.is_refused(f"PUT {path}", {"version": 0}) == (409, "refused")
    for wrong in ({"apps": ["fdci_nobody"]}, {"connection_days": 0}):
        assert await office.is_refused(f"PUT {path}", wrong) == (409, "refused")
    assert (await office.gets(f"PUT {path}", {"administrators_only": True}))["version"] == 2
    rows = (await office.gets(f"GET /audit?network={north.id}"))["rows"]
    assert (rows[0]["action"], rows[0]["actor"].partition(":")[0]) == ("network.rules_changed", "operator")


async def test_what_only_reads_is_let_write(office: Office) -> None:
    """Once; of what does not only read there is nothing to let."""
    north = await office.story.network("North")
    path = f"/networks/{north.id}"
    changed = await office.gets(f"PUT {path}/rules", {"read_only_first": True, "owner_passkey": True})
    assert (changed["read_only_first"], changed["owner_passkey"]) == (True, True)
    partner = await office.story.connected_partner(networks=[north.id])
    user = (await office.gets(f"GET /users/{OWNER}"))["id"]
    write = "POST /resources/v1"
    assert (await partner.calls(write, network=north.id)).json()["type"] == "insufficientScope"
    at = f"POST {path}/connections/{user}/{partner.client_id}/let-write"
    await office.gets(at)
    assert await partner.is_let_in(write, network=north.id)
    assert await office.is_refused(at) == (404, "notFound")


async def test_where_people_are_kept_elsewhere_no_network_is_given_on() -> None:
    """The next list would take it back; the answer says where it can be changed."""
    office = await Office.open(members="elsewhere")
    network = (await office.gets("POST /networks", {"title": "North", "owner": OWNER}))["id"]
    await office.gets(f"PUT /networks/{network}/members/{ANN}", {"role": "member"})
    refused = await office.asks(f"PUT /networks/{network}/owner", {"user": ANN})
    assert (refused.status, "kept elsewhere" in refused.text, "frontdesk sync" in refused.text) == (409, True, True)
    assert (await office.gets(f"GET /users/{OWNER}"))["roles"] == {network: "owner"}


async def test_a_network_is_given_to_another_owner_at_once(office: Office) -> None:
    """The former one is administrator, loses what was connected there until it is taken over, and both are told."""
    partner = await office.story.connected_partner()
    (network,) = (await office.gets("GET /networks"))["networks"]
    path = f"/networks/{network['id']}"
    assert await office.is_refused(f"PUT {path}/owner", {"user": ANN}) == (404, "notFound")
    await office.gets(f"PUT {path}/members/{ANN}", {"role": "member"})
    assert await office.is_refused(f"GET {path}/offer") == (404, "notFound")
    assert await office.is_refused(f"DELETE {path}/offer") == (404, "notFound")
    given = await office.gets(f"PUT {path}/owner", {"user": ANN})
    assert given["roles"] == {network["id"]: "owner"}
    assert (await office.gets(f"GET /users/{OWNER}"))["roles"] == {network["id"]: "administrator"}
    assert await office.is_refused(f"PUT {path}/owner", {"user": ANN}) == (409, "refused")
    assert "has another owner" in await subjects(office, OWNER)
    assert "you own" in await subjects(office, ANN)
    assert not await partner.is_let_in("GET /resources/v1", network=network["id"])
    (left,) = (await office.gets(f"GET {path}/left-connections"))["connections"]
    assert (left["email"], left["adoptable"]) == (OWNER, True)
    await office.gets(f"POST {path}/left-connections/{left['grant_id']}/adopt")
    assert await partner.is_let_in("GET /resources/v1", network=network["id"])
    assert await office.is_refused(f"POST {path}/left-connections/{left['grant_id']}/adopt") == (404, "notFound")
    (row, *_) = (await office.gets("GET /audit"))["rows"]
    assert (row["action"], row["actor"].partition(":")[0]) == ("connection.adopted", "operator")


async def test_an_app_gets_makers_a_second_secret_and_other_words(office: Office) -> None:
    """A partner becomes its maker and hears of each change; an approved app stays approved at an operator's word."""
    await office.gets("POST /networks", {"title": "North", "owner": OWNER})
    new = {"name": "Door Locks", "redirect_uris": ["https://p.example/cb"], "scopes": ["resources"]}
    made = await office.gets("POST /apps", new)
    path = f"/apps/{made['app']['client_id']}"
    assert await office.is_refused(f"PUT {path}/makers/{OWNER}") == (409, "refused")
    assert await office.is_refused(f"GET /users/{OWNER}/partner") == (404, "notFound")
    assert (await office.gets(f"PUT /users/{OWNER}/partner", {"name": "Olena Ltd"}))["name"] == "Olena Ltd"
    await office.gets(f"PUT {path}/makers/{OWNER}")
    assert [one["email"] for one in (await office.gets(f"GET {path}/makers"))["makers"]] == [OWNER]
    second = await office.gets(f"POST {path}/secrets")
    assert second["client_secret"] not in ("", made["client_secret"])
    assert [one["number"] for one in (await office.gets(f"GET {path}/secrets"))["secrets"]] == [2, 1]
    assert await office.is_refused(f"POST {path}/secrets") == (409, "refused")
    await office.gets(f"DELETE {path}/secrets/earlier")
    assert await office.is_refused(f"DELETE {path}/secrets/earlier") == (404, "notFound")
    words = {"name": "Locks", "homepage": "https://p.example", "scopes": ["resources", "locations"]}
    changed = await office.gets(f"PATCH {path}", {**words, "optional_scopes": ["locations"]})
    assert (changed["name"], changed["optional_scopes"], changed["review"]) == ("Locks", ["locations"], "approved")
    for wrong in ({"homepage": "p.example"}, {"optional_scopes": ["bookings"]}, {"redirect_uris": ["x"]}):
        assert await office.is_refused(f"PATCH {path}", wrong) == (409, "refused")
    await office.gets(f"POST {path}/disable", {"reason": "it sends too much"})
    assert "it sends too much" in office.story.mail.to(OWNER)[-1].text
    await office.gets(f"DELETE {path}/makers/{OWNER}")
    assert await office.is_refused(f"DELETE {path}/makers/{OWNER}") == (404, "notFound")


async def test_an_app_is_handed_in_and_taken_back_in_its_makers_place(office: Office) -> None:
    """What it has still to say is said; a draft goes into the queue and out of it."""
    story = office.story
    partner = await story.partner("Room Lights")
    client = await story.house.store.find_client(ClientId(partner.client_id))
    assert client is not None
    await story.house.store.set_client_review(
        client_id=client.id,
        seen=client.review,
        seen_at=client.review_at,
        review=Review.DRAFT,
        note="",
        verified_at=None,
        now=story.clock.now(),
        audit=story.an_audit_row("client.draft"),
    )
    path = f"/apps/{client.id}"
    assert await office.is_refused(f"POST {path}/submit") == (409, "refused")
    await office.gets(f"PATCH {path}", {"homepage": "https://p.example", "privacy_url": "https://p.example/privacy"})
    assert (await office.gets(f"POST {path}/submit", {"note": "please"}))["review"] == "submitted"
    assert [one["note"] for one in (await office.gets("GET /reviews"))["apps"]] == ["please"]
    assert (await office.gets(f"POST {path}/withdraw"))["review"] == "draft"
    assert await office.is_refused(f"POST {path}/withdraw") == (409, "refused")
