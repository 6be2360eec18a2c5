"""Who is told what by mail, how often, and what happens where it cannot be told (rows EM-06, TN-07)."""

from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.flows.mail_quota import KNOWN, MAILS_AN_HOUR, MailQuota
from frontdesk.flows.needs import Origin
from frontdesk.protocol.ids import HOUR, Email, Micros, NetworkId
from frontdesk.protocol.records import Network, User
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OPERATOR, OWNER, Story
from frontdesk.testing.told import START

pytestmark = pytest.mark.anyio

HERE = Origin(address="192.0.2.7", request_id="r-1")
OLENA = Email("olena@north.example")
ADA, SAM = "ada@north.example", "sam@south.example"


def subjects(story: Story, address: str) -> list[str]:
    """The subjects of all letters to an address but those with a code."""
    return [letter.subject for letter in story.mail.to(address) if "sign-in code" not in letter.subject]


def about(story: Story, address: str, words: str) -> list[str]:
    """The texts of the letters to an address whose subject has these words."""
    return [letter.text for letter in story.mail.to(address) if words in letter.subject]


async def test_an_owner_hears_of_each_new_connection(story: Story) -> None:
    """Who, which app, which scopes, which network, when, from where, what to do; and of nothing that was so before."""
    north = await story.network("Northside", owner=SAM)
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    (told,) = about(story, SAM, "was connected to")
    for words in (OWNER, "Door Locks", "Northside", "resources", "locations", "UTC", "192.0.2.7", f"{north.id}/apps"):
        assert words in told
    assert about(story, OWNER, "was connected to") == []
    # The same again, with the page and without it: nothing is new.
    await partner.connects(browser, networks=[north.id])
    assert (await partner.asks(browser, networks=[north.id])).status == 302
    assert len(about(story, SAM, "was connected to")) == 1


async def test_widened_scopes_are_a_new_connection(story: Story) -> None:
    """An app that may do more than it could is told of again."""
    north = await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.obtains_code(browser, networks=[north.id], scope="locations")
    await partner.obtains_code(browser, networks=[north.id], scope="locations resources")
    assert len(about(story, OWNER, "was connected to")) == 2


async def test_one_consent_is_one_letter_an_owner(story: Story) -> None:
    """Each owner reads of the own networks only; of two of them in one letter (TN-07)."""
    north, annex = await story.network("Northside"), await story.network("Annex")
    south = await story.network("Southside", owner=SAM)
    await story.operator.give_role(OWNER, network_id=south.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id, annex.id, south.id])
    (mine,) = about(story, OWNER, "was connected to")
    (theirs,) = about(story, SAM, "was connected to")
    assert "Northside" in mine
    assert "Annex" in mine
    assert "Southside" not in mine
    assert "Southside" in theirs
    assert "Annex" not in theirs


async def test_adding_a_network_tells_of_that_one(story: Story) -> None:
    """What was connected before is not told again."""
    north, annex = await story.network("Northside"), await story.network("Annex")
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    await partner.connects(browser, networks=[north.id, annex.id])
    assert subjects(story, OWNER)[-1] == "Frontdesk: Door Locks was connected to Annex"


async def test_denying_tells_nobody(story: Story) -> None:
    """Nothing was connected."""
    north = await story.network("Northside")
    partner = await story.partner()
    await partner.asks(await story.signs_in(), networks=[north.id], decision="deny")
    assert about(story, OWNER, "was connected to") == []


async def test_a_revocation_without_proof_is_told_to_user_and_owners(story: Story) -> None:
    """Each once, the user of everything, an owner of the own network; a second time there is nothing to tell."""
    north = await story.network("Northside", owner=SAM)
    annex = await story.network("Annex")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id, annex.id])
    for _ in range(2):
        assert (await partner.revokes()).status == 200
    (to_user,) = about(story, OWNER, "a connection of Door Locks ended")
    (to_owner,) = about(story, SAM, "a connection of Door Locks ended")
    assert ("Annex" in to_user, "Northside" in to_user) == (True, True)
    assert ("Annex" in to_owner, "Northside" in to_owner) == (False, True)
    assert partner.held.access_token not in to_user + to_owner


async def test_an_app_that_proves_itself_disconnects_quietly(story: Story) -> None:
    """With its secret it is no stranger's hand; nor is a token that nobody knows worth a mail."""
    partner = await story.connected_partner()
    before = len(story.mail.letters)
    form = {"token": "fdrt_nonsense", "client_id": partner.client_id}
    assert (await story.post("/oauth2/revoke", form)).status == 200
    reply = await story.post(
        "/oauth2/revoke",
        {
            "token": partner.held.refresh_token,
            "client_id": partner.client_id,
            "client_secret": partner.client_secret,
        },
    )
    assert reply.status == 200
    assert not await partner.is_let_in("GET /resources/v1")
    assert len(story.mail.letters) == before


async def test_a_sign_in_from_a_new_browser_is_told(story: Story) -> None:
    """A browser without proof for this address: another's proof does not count, and the second time it is known."""
    await story.network("Northside")
    await story.network("Southside", owner=SAM)
    browser = await story.signs_in()
    (told,) = about(story, OWNER, "new browser")
    assert "192.0.2.7" in told
    await browser.submit(await browser.open("/account"), action="/sign-out")
    story.clock.pass_minutes(1)
    await story.signs_in(browser=browser)
    assert len(about(story, OWNER, "new browser")) == 1
    await browser.submit(await browser.open("/account"), action="/sign-out")
    await story.signs_in(SAM, browser=browser)
    assert len(about(story, SAM, "new browser")) == 1


async def test_the_operator_s_regeneration_is_told(story: Story) -> None:
    """The owner did not do it, and learns that the service's own people did."""
    north = await story.network("Northside")
    await story.operator.regenerate_credential(north.id, origin=OPERATOR)
    (told,) = about(story, OWNER, "regenerated")
    assert "By: those who run this service" in told
    assert "From:" not in told


async def test_em_06_a_loop_of_connections_is_no_mail_bomb(story: Story) -> None:
    """EM-06: twenty an hour of one kind; the next hour's first says how many were held back."""
    north = await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    for _ in range(MAILS_AN_HOUR + 5):
        await partner.connects(browser, networks=[north.id])
        await partner.revokes()
    assert len(about(story, OWNER, "was connected to")) == MAILS_AN_HOUR
    assert len(about(story, OWNER, "a connection of")) == MAILS_AN_HOUR
    assert story.sightings.names().count("notice.held_back") == 10
    # Noise of one kind hides nothing of another.
    await story.operator.regenerate_credential(north.id, origin=OPERATOR)
    assert len(about(story, OWNER, "regenerated")) == 1
    story.clock.pass_minutes(60)
    await partner.connects(browser, networks=[north.id])
    assert about(story, OWNER, "was connected to")[-1].endswith(
        "\n5 more like this one were not sent to you before it.\n"
    )
    await partner.revokes()
    await partner.connects(browser, networks=[north.id])
    assert "more like this" not in about(story, OWNER, "was connected to")[-1]


def test_the_hour_slides_to_the_microsecond() -> None:
    """A letter counts for an hour, half-open; who else gets letters does not matter."""
    quota = MailQuota(an_hour=2)
    assert [quota.admit("k", OLENA, now=Micros(START + step)) for step in (0, 1, 2)] == [0, 0, None]
    assert quota.admit("k", Email(ADA), now=START) == 0
    assert quota.admit("other", OLENA, now=START) == 0
    assert quota.admit("k", OLENA, now=Micros(START + HOUR - 1)) is None
    assert quota.admit("k", OLENA, now=Micros(START + HOUR)) == 2
    assert quota.admit("k", OLENA, now=Micros(START + HOUR)) is None


def test_what_is_remembered_is_bounded() -> None:
    """Those not heard of for longest are forgotten first."""
    quota = MailQuota(an_hour=1)
    for number in range(KNOWN + 1):
        quota.admit("k", Email(f"p{number}@x.example"), now=START)
    assert len(quota._sent) == KNOWN
    assert quota.admit("k", Email("p0@x.example"), now=START) == 0
    assert quota.admit("k", Email(f"p{KNOWN}@x.example"), now=START) is None


async def test_the_workers_of_a_host_share_the_hour(story: Story) -> None:
    """Whichever workers a loop of connections reaches, about twenty letters come of it."""
    for workers, share in ((1, 20), (2, 10), (3, 7), (64, 1)):
        house = replace(story.house, settings=replace(story.house.settings, workers=workers))
        assert house.open_notices().quota.an_hour == share


async def test_what_cannot_be_told_undoes_nothing(story: Story) -> None:
    """An address that no mail can go to is an event, not an error: what happened is done and durable."""
    notices = story.house.open_notices()
    odd = User(id=(await person(story)).id, email=Email("a@x\r\nBcc: b@y"), created_at=START)
    notices.regenerated(odd, Network(id=NetworkId("n"), title="N", created_at=START), now=START, origin=HERE)
    assert story.mail.to(odd.email) == []
    assert story.sightings.events == [("notice.lost", {"kind": "regenerated", "user_id": odd.id})]


async def person(story: Story) -> User:
    """The owner of a new network."""
    await story.network("Northside")
    user = await story.house.store.find_user_by_email(Email(OWNER))
    assert user is not None
    return user


async def test_a_blocked_person_gets_no_letters(story: Story) -> None:
    """Whoever was shut out is not written to."""
    user = replace(await person(story), blocked_at=START)
    story.house.open_notices().new_browser(user, now=START, origin=HERE)
    assert subjects(story, OWNER) == []


async def test_a_store_that_is_away_loses_the_letter_only(story: Story, tmp_path: Path) -> None:
    """The consent or the revocation stands, nothing is raised, and the lost letters are events."""
    partner = await story.connected_partner()
    user = await grant_user(story, partner.client_id)
    ((connection, (grant,)),) = await story.house.store.list_connections(user.id)
    client = await story.house.store.find_client(connection.client_id)
    assert client is not None
    before = len(story.mail.letters)
    closed = await open_sqlite(tmp_path / "closed.db", create=True, identity=bytes(16))
    await closed.aclose()
    notices = replace(story.house.open_notices(), store=closed)
    await notices.connected(client, user, connection, before=None, origin=HERE)
    await notices.taken_back(grant, now=START, origin=HERE)
    assert len(story.mail.letters) == before
    assert [facts["kind"] for name, facts in story.sightings.events if name == "notice.lost"] == [
        "connected",
        "taken_back",
    ]


async def grant_user(story: Story, client_id: str) -> User:
    """Whoever connected this app."""
    (grant,) = [grant for grant in await story.house.store.list_grants() if grant.client_id == client_id]
    user = await story.house.store.find_user(grant.user_id)
    assert user is not None
    return user
