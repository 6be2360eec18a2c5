"""An owner's networks and a person's connected apps (rows OW and TN, D1)."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.flows.account import Account, FreshSecret, NetworkAccess
from frontdesk.flows.authorize import AuthorizeFlow
from frontdesk.flows.connected import ConnectedApps
from frontdesk.flows.credentials import Credentials
from frontdesk.flows.freshcodes import FreshCodes
from frontdesk.flows.needs import Origin
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Email
from frontdesk.protocol.records import Client, Role, User
from frontdesk.testing.story import OWNER, Story

pytestmark = pytest.mark.anyio

HERE = Origin(address="192.0.2.7", request_id="r-1")
ADA = "ada@north.example"
PICKER = frozenset({Role.OWNER, Role.ADMINISTRATOR})


def account_of(story: Story) -> Account:
    """The account's walks over this story's house."""
    house = story.house
    return Account(store=house.store, clock=story.clock, pairs=house.pairs, notices=house.open_notices())


def credentials_of(story: Story) -> Credentials:
    """The walks over Basic pairs."""
    house = story.house
    return Credentials(store=house.store, clock=story.clock, pairs=house.pairs, notices=house.open_notices())


def apps_of(story: Story) -> ConnectedApps:
    """The connected apps' walks over this story's house."""
    flow = AuthorizeFlow(
        store=story.house.store,
        clock=story.clock,
        mint=story.house.mint,
        fresh=FreshCodes(),
        notices=story.house.open_notices(),
        issuer="https://desk.example",
        offered_roles=PICKER,
        code_lifetime=60_000_000,
        weak_forms=WeakForms(story.house.store, story.clock),
        known_scopes=lambda: None,
    )
    return ConnectedApps(store=story.house.store, clock=story.clock, authorize=flow, offered_roles=PICKER)


async def person(story: Story, address: str = OWNER) -> User:
    """The user with this address, as the store knows it now."""
    user = await story.house.store.find_user_by_email(Email(address))
    assert user is not None
    return user


async def test_an_owner_sees_the_pair_but_never_the_secret(story: Story) -> None:
    """Client id, last four, dates; nothing printed holds the secret."""
    north = await story.network("Northside")
    access = await account_of(story).open_network(await person(story), north.id)
    assert isinstance(access, NetworkAccess)
    assert access.credential.client_id == north.client_id
    assert north.client_secret.endswith(access.credential.last_four)
    assert north.client_secret not in repr(access)


@pytest.mark.parametrize("written", [str.upper, str.lower])
async def test_a_network_id_is_read_in_either_case(story: Story, written: object) -> None:
    """UUIDs are the same in capitals."""
    north = await story.network("Northside")
    assert callable(written)
    assert isinstance(await account_of(story).open_network(await person(story), written(north.id)), NetworkAccess)


async def test_tn_07_another_owner_gets_404(story: Story) -> None:
    """The owner of one network can neither open nor regenerate another's pair, nor learn that it exists."""
    await story.network("Northside")
    south = await story.network("Southside", owner="sam@south.example")
    olena, account = await person(story), account_of(story)
    absent = Refusal(reason=Reason.PAGE_UNKNOWN)
    for network_id in (south.id, "018f6c2a-91aa-7000-8000-000000000000", "x", "../" + south.id):
        assert await account.open_network(olena, network_id) == absent
        regenerated = await credentials_of(story).regenerate(
            olena, network_id, seen_version=1, typed_title="Southside", origin=HERE
        )
        assert regenerated == absent
        assert await account.cut_guest(olena, network_id, guest_id=olena.id, client_id="x", origin=HERE) == absent
    assert await south.is_let_in("GET /resources/v1")


@pytest.mark.parametrize("role", ["administrator", "member"])
async def test_ow_04_others_of_the_network_get_403_and_404_once_gone(story: Story, role: str) -> None:
    """Roles are read at each step: 403 while still a member, 404 once not."""
    north = await story.network("Northside")
    account = account_of(story)
    await story.operator.give_role(ADA, network_id=north.id, role=role, origin=HERE)
    not_owner = Refusal(reason=Reason.NOT_THE_OWNER)
    ada = await person(story, ADA)
    assert await account.open_network(ada, north.id) == not_owner
    assert (
        await credentials_of(story).regenerate(ada, north.id, seen_version=1, typed_title="Northside", origin=HERE)
        == not_owner
    )
    await story.operator.remove_role(ADA, network_id=north.id, origin=HERE)
    assert await account.open_network(await person(story, ADA), north.id) == Refusal(reason=Reason.PAGE_UNKNOWN)


async def test_ow_01_the_old_pair_is_refused_at_once(story: Story) -> None:
    """The new pair opens the API on the next call, the old one does not."""
    north = await story.network("Northside")
    fresh = await credentials_of(story).regenerate(
        await person(story), north.id, seen_version=1, typed_title=" Northside ", origin=HERE
    )
    assert isinstance(fresh, FreshSecret)
    assert (await north.calls("GET /resources/v1")).status == 401
    renewed = replace(north, client_id=fresh.credential.client_id, client_secret=fresh.secret)
    assert await renewed.is_let_in("GET /resources/v1")
    assert fresh.secret not in repr(fresh)


async def test_ow_02_of_two_regenerations_one_wins(story: Story) -> None:
    """Both saw version 1; one final pair, the loser gets a conflict and changes nothing."""
    north = await story.network("Northside")
    olena, pairs = await person(story), credentials_of(story)
    results = await asyncio.gather(
        *(pairs.regenerate(olena, north.id, seen_version=1, typed_title="Northside", origin=HERE) for _ in range(4))
    )
    won = [result for result in results if isinstance(result, FreshSecret)]
    assert len(won) == 1
    assert results.count(Refusal(reason=Reason.REGENERATED_MEANWHILE)) == 3
    in_force = replace(north, client_id=won[0].credential.client_id, client_secret=won[0].secret)
    assert await in_force.is_let_in("GET /resources/v1")


@pytest.mark.parametrize("typed", ["", "northside", "Northside Coworking", "Southside"])
async def test_regenerating_asks_for_the_title(story: Story, typed: str) -> None:
    """The wrong network's title, or none, does nothing."""
    north = await story.network("Northside")
    refused = await credentials_of(story).regenerate(
        await person(story), north.id, seen_version=1, typed_title=typed, origin=HERE
    )
    assert refused == Refusal(reason=Reason.TITLE_MISTYPED)
    assert await north.is_let_in("GET /resources/v1")


async def test_regenerating_is_written_down_and_mailed(story: Story) -> None:
    """The owner learns of it even when a stranger did it in the owner's browser; the secret is in neither."""
    north = await story.network("Northside")
    fresh = await credentials_of(story).regenerate(
        await person(story), north.id, seen_version=1, typed_title="Northside", origin=HERE
    )
    assert isinstance(fresh, FreshSecret)
    newest = (await story.house.store.list_audit(limit=1))[0]
    assert (newest.action, newest.network_id) == ("credential.regenerated", north.id)
    letter = story.mail.to(OWNER)[-1]
    assert "Northside" in letter.text
    assert "192.0.2.7" in letter.text
    assert fresh.secret not in letter.text + repr(newest)


async def test_networks_are_listed_with_their_pair_for_the_owner_only(story: Story) -> None:
    """By title; an administrator's row has no pair."""
    north = await story.network("Northside")
    await story.network("Annex", owner=ADA)
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=HERE)
    ada, account = await person(story, ADA), account_of(story)
    rows = await account.describe(ada, await account.list_networks(ada))
    assert [(row.network.title, row.role, row.credential is not None) for row in rows] == [
        ("Annex", Role.OWNER, True),
        ("Northside", Role.ADMINISTRATOR, False),
    ]


async def test_connected_apps_show_what_is_so(story: Story) -> None:
    """App, networks, scopes, since; "never used" until it is; unfinished until the code is exchanged."""
    north, annex = await story.network("Northside"), await story.network("Annex")
    await story.network("Third")
    partner = await story.partner(scope="resources locations")
    code = await partner.obtains_code(await story.signs_in(), networks=[north.id, annex.id])
    apps = apps_of(story)
    (pending,) = await apps.list_apps(await person(story))
    assert not pending.finished
    assert pending.last_used_at is None
    assert (await partner.exchanges(code)).status == 200
    (app,) = await apps.list_apps(await person(story))
    assert (app.client.id, app.scopes, app.finished) == (partner.client_id, ("resources", "locations"), True)
    assert [(network.title, network.live) for network in app.networks] == [("Annex", True), ("Northside", True)]
    assert app.last_used_at is None
    assert app.can_add


async def test_a_network_where_the_role_is_gone_shows_as_paused(story: Story) -> None:
    """An edge is live while its user holds a role that the picker offers (D1)."""
    north = await story.network("Northside")
    await story.network("Annex", owner=ADA)
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=HERE)
    await story.connected_partner(networks=[north.id], owner=ADA)
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=HERE)
    (app,) = await apps_of(story).list_apps(await person(story, ADA))
    assert [(network.title, network.live) for network in app.networks] == [("Northside", False)]


async def test_disconnect_ends_everything_at_once(story: Story) -> None:
    """The next call is refused, the list is empty, and a second time there is nothing to end."""
    partner = await story.connected_partner()
    olena, apps = await person(story), apps_of(story)
    assert isinstance(await apps.disconnect(olena, partner.client_id, origin=HERE), Client)
    assert not await partner.is_let_in("GET /resources/v1")
    assert await apps.list_apps(olena) == ()
    assert await apps.disconnect(olena, partner.client_id, origin=HERE) == Refusal(reason=Reason.PAGE_UNKNOWN)


async def test_one_network_can_be_dropped(story: Story) -> None:
    """The dropped one is refused from the next call on, the other stays; the last one ends the connection."""
    north, annex = await story.network("Northside"), await story.network("Annex")
    partner = await story.connected_partner(networks=[north.id, annex.id])
    olena, apps = await person(story), apps_of(story)
    await apps.drop_network(olena, partner.client_id, network_id=north.id, origin=HERE)
    assert not await partner.is_let_in("GET /resources/v1", network=north.id)
    assert await partner.is_let_in("GET /resources/v1", network=annex.id)
    again = await apps.drop_network(olena, partner.client_id, network_id=north.id, origin=HERE)
    assert again == Refusal(reason=Reason.PAGE_UNKNOWN)
    await apps.drop_network(olena, partner.client_id, network_id=annex.id, origin=HERE)
    assert await apps.list_apps(olena) == ()


async def test_tn_14_foreign_apps_and_networks_are_absent(story: Story) -> None:
    """Nobody can end, cut down or widen another person's connection."""
    partner = await story.connected_partner()
    await story.network("Southside", owner="sam@south.example")
    sam, apps = await person(story, "sam@south.example"), apps_of(story)
    absent = Refusal(reason=Reason.PAGE_UNKNOWN)
    for client_id in (partner.client_id, "fdci_none", "", "é\n", "x" * 5_000):
        assert await apps.disconnect(sam, client_id, origin=HERE) == absent
        assert await apps.drop_network(sam, client_id, network_id="x", origin=HERE) == absent
        assert await apps.add_network(sam, client_id, browser="b") == absent
    assert await partner.is_let_in("GET /resources/v1")


async def test_add_a_network_uses_the_connections_own_redirect_uri(story: Story) -> None:
    """A sealed request of ours: same app, same address, same scopes, and the consent page always shown."""
    partner = await story.connected_partner()
    apps = apps_of(story)
    sealed = await apps.add_network(await person(story), partner.client_id, browser="b")
    assert isinstance(sealed, str)
    tx = apps.authorize.unseal(sealed, browser="b")
    assert tx is not None
    assert (tx.client_id, tx.redirect_uri, tx.prompt) == (partner.client_id, partner.redirect_uri, {"consent"})
    assert apps.authorize.unseal(sealed, browser="other") is None


async def test_a_disabled_app_cannot_be_widened(story: Story) -> None:
    """It can still be disconnected."""
    partner = await story.connected_partner()
    store = story.house.store
    client = await store.find_client(partner.client_id)  # type: ignore[arg-type]
    assert client is not None
    newest = (await store.list_audit(limit=1))[0]
    await store.set_client_disabled(client_id=client.id, disabled=True, now=story.clock.now(), audit=newest)
    apps, olena = apps_of(story), await person(story)
    assert await apps.add_network(olena, client.id, browser="b") == Refusal(reason=Reason.APP_UNAVAILABLE)
    assert isinstance(await apps.disconnect(olena, client.id, origin=HERE), Client)


async def test_an_owner_sees_and_cuts_who_connected(story: Story) -> None:
    """The administrator's app loses the owner's network and keeps the administrator's own."""
    north = await story.network("Northside")
    annex = await story.network("Annex", owner=ADA)
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=HERE)
    partner = await story.connected_partner(networks=[north.id, annex.id], owner=ADA)
    account, olena, ada = account_of(story), await person(story), await person(story, ADA)
    access = await account.open_network(olena, north.id)
    assert not isinstance(access, Refusal)
    total, guests = await account.list_guests(access, start=0, count=10)
    assert total == 1
    assert [(guest.user.email, guest.client.name) for guest in guests] == [(ADA, "Door Locks")]
    cut = await account.cut_guest(olena, north.id, guest_id=ada.id, client_id=partner.client_id, origin=HERE)
    assert not isinstance(cut, Refusal)
    assert not await partner.is_let_in("GET /resources/v1", network=north.id)
    assert await partner.is_let_in("GET /resources/v1", network=annex.id)
    assert await account.list_guests(access, start=0, count=10) == (0, ())
    # The other way round the administrator owns nothing there to cut in.
    refused = await account.cut_guest(ada, north.id, guest_id=ada.id, client_id=partner.client_id, origin=HERE)
    assert refused == Refusal(reason=Reason.NOT_THE_OWNER)
