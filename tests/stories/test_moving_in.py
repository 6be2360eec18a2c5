"""Moving in and staying in step, as customers, partners and people notice it: over the real app, on both stores."""

import json
from typing import Any

import pytest

from frontdesk.flows.moving import Importer
from frontdesk.flows.syncing import Syncer
from frontdesk.protocol.moving import read_rows
from frontdesk.protocol.moving_plan import Plan
from frontdesk.testing.story import CALLBACK, OPERATOR, Customer, Partner, Story
from frontdesk.testing.wire import call

pytestmark = pytest.mark.anyio

OLENA, ADA = "olena@north.example", "ada@north.example"
N1, N2 = "0192f0c1-0000-7000-8000-000000000001", "0192f0c1-0000-7000-8000-000000000002"
TOKEN = "an-old-refresh-token-1"
OLD_SECRET = "an old secret: with a colon"
NETWORKS = (
    {"kind": "network", "id": N1, "title": "Northside", "owner": OLENA},
    {"kind": "network", "id": N2, "title": "Southside", "owner": OLENA},
)
ADAS = (
    {"kind": "user", "email": ADA},
    {"kind": "role", "email": ADA, "network": N1, "role": "administrator"},
    {"kind": "role", "email": ADA, "network": N2, "role": "administrator"},
)
APPS = (
    {"kind": "credential", "network": N1, "client_id": "north id", "secret": OLD_SECRET},
    {
        "kind": "app",
        "client_id": "door-locks",
        "name": "Door Locks",
        "redirect_uris": [CALLBACK],
        "scopes": ["resources", "locations"],
        "secret": "an old secret of the app",
    },
    {
        "kind": "refresh_token",
        "client_id": "door-locks",
        "email": ADA,
        "networks": [N1, N2],
        "scopes": ["resources"],
        "token": TOKEN,
        "issued_at": "2025-03-01T09:00:00Z",
    },
)


def _rows(rows: tuple[dict[str, Any], ...]) -> Any:
    read, faults = read_rows([json.dumps(row).encode() for row in rows])
    assert not faults
    return read


async def moves_in(story: Story, *rows: dict[str, Any]) -> tuple[Customer, Partner]:
    """The operator imports everything; the customer and the partner go on with what they hold."""
    house = story.house
    importer = Importer(store=house.store, clock=story.clock, mint=house.mint, pairs=house.pairs, cap=50)
    plan = await importer.take_over(_rows((*NETWORKS, *ADAS, *APPS, *rows)), update=False, commit=True, origin=OPERATOR)
    assert not plan.is_refused, plan.verdicts
    customer = Customer(story=story, id=N1, client_id="north id", client_secret=OLD_SECRET)
    return customer, Partner(story=story, client_id="door-locks", client_secret="an old secret of the app")


async def syncs(story: Story, *rows: dict[str, Any], full: bool = True) -> Plan:
    """The operator follows the provider's list."""
    house = story.house
    syncer = Syncer(store=house.store, clock=story.clock, mint=house.mint, pairs=house.pairs)
    plan = await syncer.follow(_rows(rows), full=full, accepted=100, commit=True, origin=OPERATOR)
    assert not plan.is_refused, plan.verdicts
    return plan


async def networks_of(story: Story, authorization: str) -> list[str]:
    """What `GET /networks/v1` lists."""
    reply = await call(story.app, "GET", "/networks/v1", headers=[("authorization", authorization)])
    return [network["id"] for network in reply.json()["networks"]] if reply.status == 200 else []


async def test_nobody_has_to_reconnect(story: Story) -> None:
    """The old pair and the old refresh token open what they opened, and nothing else (contract, steps 3 to 5)."""
    north, partner = await moves_in(story)
    assert await north.is_let_in("GET /resources/v1")
    assert not await north.is_let_in("GET /resources/v1", network=N2)
    refreshed = await partner.refreshes(TOKEN)
    assert (refreshed.status, refreshed.json()["scope"]) == (200, "resources")
    assert refreshed.json()["refresh_token"] == TOKEN
    access = refreshed.json()["access_token"]
    assert await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    assert (await partner.calls("GET /resources/v1", token=access)).status == 400
    revoked = await partner.revokes(TOKEN)
    assert (revoked.status, revoked.body) == (200, b"{}")
    assert not await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    assert (await partner.refreshes(TOKEN)).json()["error"] == "invalid_grant"


async def test_a_moved_connection_is_seen_and_can_be_cut(story: Story) -> None:
    """Connected apps shows it like any other; disconnecting ends the old token."""
    _, partner = await moves_in(story)
    browser = await story.signs_in(ADA)
    page = await browser.open("/account/apps")
    assert "Door Locks" in page.text
    assert "Northside" in page.text
    assert (await partner.refreshes(TOKEN)).status == 200
    user = await story.house.store.find_user_by_email(ADA)
    await story.house.store.disconnect(
        user_id=user.id, client_id="door-locks", now=story.clock.now(), audit=story.an_audit_row("connection.ended")
    )
    assert (await partner.refreshes(TOKEN)).json()["error"] == "invalid_grant"
    assert "Door Locks" not in (await browser.open("/account/apps")).text


async def test_the_owner_sees_an_old_secret_again(story: Story) -> None:
    """It is kept for its owner like one that was made here; the page shows nothing of a secret that is not long."""
    await moves_in(story)
    page = await (await story.signs_in(OLENA)).open(f"/account/networks/{N1}/api")
    assert page.status == 200
    assert "north id" in page.text
    assert OLD_SECRET not in page.text


async def test_a_suspended_network_is_closed_everywhere_and_opens_again(story: Story) -> None:
    """Pair 401, edges 403, in no list and on no consent page; the other network is untouched (TN-10)."""
    north, partner = await moves_in(story)
    access = (await partner.refreshes(TOKEN)).json()["access_token"]
    bearer = f"Bearer {access}"
    assert await north.is_let_in("GET /resources/v1")
    assert await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    assert await networks_of(story, bearer) == [N1, N2]

    await syncs(story, NETWORKS[1], ADAS[0], ADAS[2])
    assert (await north.calls("GET /resources/v1")).status == 401
    refused = await partner.calls("GET /resources/v1", network=N1, token=access)
    assert (refused.status, refused.json()["type"]) == (403, "networkForbidden")
    assert await partner.is_let_in("GET /resources/v1", network=N2, token=access)
    assert await networks_of(story, bearer) == [N2]
    browser = await story.signs_in(ADA)
    page = await browser.open(partner.authorize_target(prompt="consent"))
    assert "Southside" in page.text
    assert "Northside" not in page.text
    owner = await story.signs_in(OLENA)
    assert (await owner.open(f"/account/networks/{N1}/api")).status == 404

    await syncs(story, *NETWORKS, *ADAS)
    assert await north.is_let_in("GET /resources/v1")
    assert await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    assert await networks_of(story, bearer) == [N1, N2]
    assert (await owner.open(f"/account/networks/{N1}/api")).status == 200


async def test_ow_06_a_suspended_person_is_shut_out_until_named_again(story: Story) -> None:
    """OW-06: signed out for good, no sign-in, grants refused; the apps work again without a new consent."""
    _, partner = await moves_in(story)
    browser = await story.signs_in(ADA)
    access = (await partner.refreshes(TOKEN)).json()["access_token"]
    assert await partner.is_let_in("GET /resources/v1", network=N1, token=access)

    await syncs(story, *NETWORKS)
    assert not await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    assert (await partner.refreshes(TOKEN)).json()["error"] == "invalid_grant"
    assert 'name="email"' in (await browser.open("/account")).text  # the sign-in page
    mails = len(story.mail.to(ADA))
    stranger = story.browser()
    await stranger.submit(await stranger.open("/sign-in"), email=ADA)
    assert len(story.mail.to(ADA)) == mails

    await syncs(story, *NETWORKS, *ADAS)
    assert await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    assert (await partner.refreshes(TOKEN)).status == 200
    assert 'name="email"' in (await browser.open("/account")).text  # the sign-in page
    story.clock.pass_minutes(2)
    assert (await (await story.signs_in(ADA)).open("/account")).status == 200


async def test_a_lost_role_closes_one_network_until_it_is_given_again(story: Story) -> None:
    """TN-10: only that network's edge; nothing is deleted by a list."""
    _, partner = await moves_in(story)
    access = (await partner.refreshes(TOKEN)).json()["access_token"]
    await syncs(story, *NETWORKS, ADAS[0], ADAS[2])
    assert not await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    assert await partner.is_let_in("GET /resources/v1", network=N2, token=access)
    await syncs(story, ADAS[1], full=False)
    assert await partner.is_let_in("GET /resources/v1", network=N1, token=access)


async def test_ow_05_after_a_transfer_the_former_owners_apps_need_a_new_consent(story: Story) -> None:
    """OW-05: in that network only, although the former owner is administrator from then on (DESIGN D1)."""
    token = {**APPS[2], "email": OLENA, "token": "olenas-old-refresh-token"}
    _, partner = await moves_in(story, token)
    access = (await partner.refreshes("olenas-old-refresh-token")).json()["access_token"]
    assert await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    await syncs(story, {**NETWORKS[0], "owner": ADA}, full=False)
    assert not await partner.is_let_in("GET /resources/v1", network=N1, token=access)
    assert await partner.is_let_in("GET /resources/v1", network=N2, token=access)
    browser = await story.signs_in(OLENA)
    assert (await browser.open(f"/account/networks/{N1}/api")).status == 403
    fresh = await partner.connects(browser, networks=[N1])
    assert await partner.is_let_in("GET /resources/v1", network=N1, token=fresh.access_token)
