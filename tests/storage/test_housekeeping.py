"""Audit rows and cleaning: the contract of both stores."""

from dataclasses import replace

import pytest

from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros
from frontdesk.storage.cleaning import AUDIT_KEPT, CODE_KEPT, REVOKED_KEPT
from storage.house import House

pytestmark = pytest.mark.anyio


async def clean(house: House) -> int:
    """Clean until nothing goes any more; how much went."""
    total = 0
    while (gone := await house.store.clean(now=house.now, limit=16)) > 0:
        assert gone <= 16
        total += gone
    return total


async def test_an_audit_row_comes_back_as_it_was_given(house: House) -> None:
    """With everything or with nothing named, newest first, and found by network, by app and by both."""
    network = await house.network()
    full = house.event(
        "everything",
        actor="user:1",
        network_id=network,
        client_id="fdci_x",
        user_id=house.new_id(),
        grant_id=house.new_id(),
    )
    bare = replace(full, action="bare", network_id=None, user_id=None, grant_id=None, address=None, request_id=None)
    for event in (full, bare):
        assert await house.store.add_client(client=house.new_client(), audit=event)
    newest = await house.store.list_audit(limit=2)
    assert list(newest) == [bare, full]
    assert [event.action for event in await house.store.list_audit(network_id=network)] == [
        "everything",
        "network.created",
    ]
    assert list(await house.store.list_audit(client_id="fdci_x")) == [bare, full]
    assert list(await house.store.list_audit(network_id=network, client_id="fdci_x")) == [full]
    assert not await house.store.list_audit(client_id="nobody")


async def test_old_codes_go_and_take_a_connection_along_that_lived_on_them(house: House) -> None:
    """Nobody came for the code: at its end the connection is over; the row goes an hour later (D14)."""
    network = await house.network()
    user, client, other = await house.member("ada@example.com", network), await house.client(), await house.client()
    unused = await house.consent(user.id, client.id, network)
    used = await house.consent(user.id, other.id, network)
    grant = (await house.exchange(used)).grant
    house.pass_time(MINUTE - 1)
    assert await clean(house) == 0
    assert await house.store.find_connection(user.id, client.id) is not None
    house.pass_time(1)
    assert await clean(house) == 1
    assert await house.store.find_connection(user.id, client.id) is None
    assert await house.store.find_connection(user.id, other.id) is not None
    house.pass_time(CODE_KEPT - 1)
    assert await clean(house) == 0
    assert (await house.exchange(used)).grant_id == grant.id
    house.pass_time(1)
    assert await clean(house) == 2
    assert await house.store.find_code(unused.id) is None
    assert await house.store.find_code(used.id) is None
    assert await house.store.find_grant(grant.id) == grant


async def test_a_revoked_grant_goes_an_hour_later_and_a_live_one_never(house: House) -> None:
    """A refresh token is eternal; what was revoked is told apart for as long as an access token lasts."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    live, ended = [await house.connect(user.id, client.id, network) for _ in range(2)]
    await house.revoke(ended.id)
    house.pass_time(REVOKED_KEPT - 1)
    await clean(house)
    assert await house.store.find_grant(ended.id) is not None
    house.pass_time(1)
    await clean(house)
    assert await house.store.find_grant(ended.id) in (None, replace(ended, revoked_at=house.now - REVOKED_KEPT))
    house.pass_time(300 * DAY)
    await clean(house)
    assert [grant.id for grant in await house.store.list_grants()] == [live.id]


async def test_what_signing_in_left_goes_when_no_rule_needs_it(house: House) -> None:
    """Codes at their end, budgets an hour after the last mail or a day after the last wrong code, idle sessions."""
    user = await house.member("ada@example.com", await house.network())
    code = house.login_code(user.id)
    await house.store.start_login(budget_key=b"mailed", login_code=code, now=house.now)
    await house.guess(code, budget_key=b"guessed")
    session = await house.sign_in(user.id)
    went = []
    for at in (10 * MINUTE - 1, 10 * MINUTE, HOUR - 1, HOUR, 12 * HOUR - 1, 12 * HOUR, DAY - 1, DAY):
        later = House(house.store, now=Micros(house.now + at))
        went.append(await clean(later))
    assert went == [0, 1, 0, 1, 0, 1, 0, 1]
    assert await house.store.find_session(session.id) is None
    assert (await house.store.find_budget(b"guessed")).wrong == ()


async def test_old_audit_rows_go(house: House) -> None:
    """After 400 days; younger ones stay."""
    await house.client()
    house.pass_time(AUDIT_KEPT - 1)
    await house.client()
    await house.store.index_audit(limit=100)
    assert await clean(house) == 0
    house.pass_time(1)
    assert await clean(house) == 1
    assert len(await house.actions()) == 1


async def test_a_house_in_use_for_days_holds_no_more_than_its_live_things(house: House) -> None:
    """The same partner connects again and again, guesses go wrong, people come and go: nothing piles up (D14)."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    for _ in range(60):
        code = await house.consent(user.id, client.id, network)
        await house.exchange(code, cap=5)
        await house.consent(user.id, client.id, network)
        login = house.login_code(user.id)
        await house.store.start_login(budget_key=b"key", login_code=login, now=house.now)
        await house.guess(login)
        await house.sign_in(user.id)
        house.pass_time(HOUR)
        await clean(house)
    house.pass_time(2 * DAY)
    await clean(house)
    assert len(await house.store.list_grants()) == 5
    assert len(await house.store.list_connections(user.id)) == 1
    assert await house.store.find_code(code.id) is None
    assert await house.store.find_budget(b"key") == await house.store.find_budget(b"never used")


async def test_cleaning_goes_no_further_than_it_was_told(house: House) -> None:
    """Small batches, on the way of other work; every kind gets a share of each."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    for _ in range(30):
        await house.consent(user.id, client.id, network)
    await house.sign_in(user.id)
    house.pass_time(DAY)
    assert await house.store.clean(now=house.now, limit=0) == 0
    assert await house.store.clean(now=house.now, limit=1) == 1
    assert await house.store.clean(now=house.now, limit=24) == 24
    house.pass_time(SECOND)
    assert await clean(house) > 0


async def test_a_healthy_store_says_so(house: House) -> None:
    """`check` raises nothing."""
    await house.store.check()
