"""The administration API: every operation does what the command line does, written down under its key."""

from base64 import b64encode

import pytest

from frontdesk.protocol.ids import DAY
from frontdesk.testing.story import OWNER
from frontdesk.testing.wire import call
from frontdesk.web.admin.table import OPERATIONS
from pictures import draw_png
from web.admin.office import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@pytest.fixture
async def office() -> Office:
    """An office with a key that may change things."""
    return await Office.open()


async def test_a_network_from_its_making_to_its_second_pair(office: Office) -> None:
    """The pair that is told opens the API; the regenerated one takes its place at once, and the owner hears of it."""
    made = await office.gets("POST /networks", {"title": "Northside", "owner": OWNER})
    network, pair = made["id"], made["credential"]
    story = office.story
    assert await _opens(office, pair)
    shown = await office.gets(f"GET /networks/{network}")
    assert (shown["title"], shown["owner"]) == ("Northside", OWNER)
    assert shown["credential"]["client_id"] == pair["client_id"]
    assert pair["client_secret"] not in str(shown)
    fresh = await office.gets(f"POST /networks/{network}/credential/regenerate")
    assert not await _opens(office, pair)
    assert await _opens(office, fresh)
    assert any("credentials" in letter.subject for letter in story.mail.to(OWNER))
    assert await office.is_refused("POST /networks", {"title": "Other", "owner": OWNER, "id": network}) == (
        409,
        "refused",
    )


async def _opens(office: Office, pair: dict[str, str]) -> bool:
    basic = b64encode(f"{pair['client_id']}:{pair['client_secret']}".encode()).decode()
    reply = await office.story.check("GET /resources/v1", authorization=f"Basic {basic}")
    return reply.status == 200


async def test_people_get_roles_and_lose_them_and_are_blocked(office: Office) -> None:
    """By address or id; an owner is not blocked, and a role that is not there cannot be taken."""
    network = (await office.gets("POST /networks", {"title": "Northside", "owner": OWNER}))["id"]
    given = await office.gets(f"PUT /networks/{network}/members/ann@north.example", {"role": "administrator"})
    assert (given["email"], given["role"]) == ("ann@north.example", "administrator")
    ann = await office.gets("GET /users/ann@north.example")
    assert ann == await office.gets(f"GET /users/{given['user_id']}")
    assert ann["roles"] == {network: "administrator"}
    assert (await office.gets(f"POST /users/{ann['id']}/block"))["blocked_at"]
    assert (await office.gets("POST /users/ann@north.example/unblock"))["blocked_at"] is None
    assert await office.is_refused(f"POST /users/{OWNER}/block") == (409, "refused")
    await office.gets(f"DELETE /networks/{network}/members/ann@north.example")
    assert (await office.gets("GET /users/ann@north.example"))["roles"] == {}
    assert await office.is_refused(f"DELETE /networks/{network}/members/nobody@north.example") == (404, "notFound")
    bad = {"role": "owner"}
    assert await office.is_refused(f"PUT /networks/{network}/members/ann@north.example", bad) == (400, "invalidRequest")


async def test_an_app_is_registered_changed_disabled_and_given_another_secret(office: Office) -> None:
    """As by the command line; what is wrong with it is said in words."""
    new = {"name": "Door Locks", "redirect_uris": ["https://p.example/cb"], "scopes": ["resources"]}
    made = await office.gets("POST /apps", new)
    client, secret = made["app"]["client_id"], made["client_secret"]
    assert (client[:5], secret[:5], made["app"]["profile"]) == ("fdci_", "fdcs_", "compat")
    assert (await office.gets(f"GET /apps/{client}")) == made["app"]
    assert (await office.gets(f"PATCH /apps/{client}", {"require_pkce": True}))["require_pkce"]
    assert (await office.gets(f"PATCH /apps/{client}", {"profile": "strict"}))["profile"] == "strict"
    assert (await office.gets(f"PUT /apps/{client}/own-scopes", {"own_scopes": ["resources"]}))["own_scopes"] == [
        "resources"
    ]
    assert (await office.gets(f"POST /apps/{client}/disable"))["disabled_at"]
    assert (await office.gets(f"POST /apps/{client}/enable"))["disabled_at"] is None
    assert (await office.gets(f"POST /apps/{client}/rotate-secret"))["client_secret"] not in ("", secret)
    picture = b64encode(draw_png()).decode()
    logo = (await office.gets(f"PUT /apps/{client}/logo", {"picture": picture}))["logo"]
    assert (await call(office.story.app, "GET", logo)).status == 200
    assert await office.is_refused(f"PUT /apps/{client}/logo", {"picture": "PHN2Zy8+"}) == (409, "refused")
    assert (await office.gets(f"DELETE /apps/{client}/logo"))["logo"] is None
    assert await office.is_refused("DELETE /apps/fdci_nobody/logo") == (404, "notFound")
    for wrong in ({"redirect_uris": ["http://p.example/cb#x"]}, {"scopes": ["nothing"]}, {"name": ""}):
        assert await office.is_refused("POST /apps", {**new, **wrong}) == (409, "refused")
    assert await office.is_refused("POST /apps/fdci_nobody/disable") == (404, "notFound")


async def test_what_people_connected_is_seen_and_taken_away(office: Office) -> None:
    """From the person's side, from the network's, and grant by grant."""
    story = office.story
    north, south = await story.network("North"), await story.network("South")
    partner = await story.connected_partner(networks=[north.id, south.id])
    client = partner.client_id
    (connection,) = (await office.gets(f"GET /users/{OWNER}/connections"))["connections"]
    assert (connection["client_id"], set(connection["networks"])) == (client, {north.id, south.id})
    (reach,) = (await office.gets(f"GET /networks/{north.id}/connections"))["connections"]
    assert (reach["email"], reach["client_id"]) == (OWNER, client)
    await office.gets(f"DELETE /networks/{north.id}/connections/{reach['user_id']}/{client}")
    assert not await partner.is_let_in("GET /resources/v1", network=north.id)
    assert await partner.is_let_in("GET /resources/v1", network=south.id)
    path = f"DELETE /networks/{north.id}/connections/{reach['user_id']}/{client}"
    assert await office.is_refused(path) == (404, "notFound")
    (grant,) = (await office.gets("GET /grants"))["grants"]
    assert (grant["user"], grant["networks"]) == (OWNER, [south.id])
    await office.gets(f"POST /grants/{grant['id']}/revoke")
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)
    story.clock.pass_minutes(2)
    await partner.connects(await story.signs_in(), networks=[south.id])
    await office.gets(f"DELETE /users/{OWNER}/connections/{client}")
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)
    assert await office.is_refused(f"DELETE /users/{OWNER}/connections/{client}") == (404, "notFound")


async def test_programs_get_ids_and_keys(office: Office) -> None:
    """Resource servers, and other keys of this API: a revoked one is refused from the next call on."""
    made = await office.gets("POST /resource-servers", {"name": "Bookings"})
    server = made["resource_server"]["id"]
    assert made["secret"].startswith("fdrs_")
    assert (await office.gets(f"POST /resource-servers/{server}/disable"))["disabled_at"]
    assert (await office.gets(f"POST /resource-servers/{server}/enable"))["disabled_at"] is None
    assert (await office.gets(f"POST /resource-servers/{server}/rotate-secret"))["secret"] != made["secret"]
    await office.gets(f"DELETE /resource-servers/{server}")
    assert (await office.gets("GET /resource-servers")) == {"resource_servers": []}
    second = await office.gets("POST /admin-keys", {"name": "script", "read_only": True, "days": 30})
    assert (await office.asks("GET /networks", key=second["value"])).status == 200
    assert (await office.asks("POST /networks", {"title": "N", "owner": OWNER}, key=second["value"])).status == 403
    await office.gets(f"DELETE /admin-keys/{second['admin_key']['id']}")
    assert (await office.asks("GET /networks", key=second["value"])).status == 401
    assert second["value"] not in str(await office.gets("GET /admin-keys"))


async def test_refusals_are_explained_and_changes_written_down(office: Office) -> None:
    """An audit row names the key that did it; a decision is found by the id that its caller was answered."""
    network = (await office.gets("POST /networks", {"title": "Northside", "owner": OWNER}))["id"]
    refused = await office.story.check("GET /resources/v1", authorization="Basic bm9ib2R5Ong=")
    (row,) = (await office.gets(f"GET /audit?network={network}"))["rows"]
    (key,) = (await office.gets("GET /admin-keys"))["admin_keys"]
    assert (row["action"], row["actor"], row["address"]) == ("network.created", f"operator:{key['id']}", "127.0.0.1")
    listed = (await office.gets("GET /decisions?limit=5"))["decisions"]
    assert [one["id"] for one in listed] == [refused.header("x-request-id")]
    told = await office.gets(f"GET /decisions/{listed[0]['id']}")
    assert told["decision"]["cause"]["name"]
    assert await office.is_refused("GET /decisions/AAAAAAAAAAAAAAAAAAAAAA") == (404, "notFound")
    assert await office.is_refused("GET /decisions?reason=rain") == (400, "invalidRequest")


async def test_weak_forms_in_use_are_told(office: Office) -> None:
    """The report that `config check --deploy` gives."""
    await office.story.connected_partner()
    await office.story.weak_forms.flush(everything=True)
    (standing,) = (await office.gets("GET /weak-forms"))["apps"]
    assert any(form["in_use"] for form in standing["weak_forms"])


@pytest.mark.parametrize("key", ["", "fdak_", "x" * 80, "fdak_" + "A" * 70])
async def test_without_a_key_nothing_is_told(office: Office, key: str) -> None:
    """Neither what there is nor whether there is such an operation."""
    for operation in ("GET /networks", "POST /networks", "GET /nothing", "DELETE /admin-keys/x"):
        reply = await office.asks(operation, key=key)
        assert (reply.status, reply.json()["type"]) == (401, "unauthenticated")
        assert reply.header("www-authenticate") == 'Bearer realm="administration"'


async def test_a_key_ends_when_its_days_are_over(office: Office) -> None:
    """At that very instant."""
    short = await office.gets("POST /admin-keys", {"name": "short", "days": 2})
    office.story.clock.pass_micros(2 * DAY - 1)
    assert (await office.asks("GET /networks", key=short["value"])).status == 200
    office.story.clock.pass_micros(1)
    assert (await office.asks("GET /networks", key=short["value"])).status == 401


async def test_what_cannot_be_read_changes_nothing(office: Office) -> None:
    """Bad JSON, unknown fields and parameters, bodies and methods that no row takes."""
    whole = {"title": "N", "owner": OWNER}
    for operation, body, status in (
        ("POST /networks", {**whole, "colour": "red"}, 400),
        ("POST /networks", {"title": "N"}, 400),
        ("POST /networks", [], 400),
        ("GET /networks?colour=red", None, 400),
        ("GET /networks?limit=0", None, 400),
        ("GET /networks?limit=1001", None, 400),
        ("GET /networks?limit=1&limit=2", None, 400),
        ("POST /apps/fdci_x/disable", {"colour": "red"}, 400),
        ("POST /grants/x/revoke", {}, 400),
        ("POST /networks", None, 415),
        ("PUT /networks", whole, 405),
        ("GET /networks/", None, 404),
        ("GET /networks/%ff", None, 404),
    ):
        assert (await office.asks(operation, body)).status == status, operation
    assert (await office.gets("GET /networks"))["networks"] == []


async def test_long_lists_come_in_pages_whose_tokens_are_bound_to_their_list(office: Office) -> None:
    """TN-17: a forged token, and that of another list, are refused."""
    for number in range(5):
        await office.story.network(f"Network {number}")
    seen, after = [], ""
    for _ in range(3):
        page = await office.gets(f"GET /networks?limit=2{after}")
        seen += [network["id"] for network in page["networks"]]
        after = f"&nextPageToken={page['nextPageToken']}"
    assert page["nextPageToken"] is None
    assert len(seen) == len(set(seen)) == 5
    first = (await office.gets("GET /networks?limit=2"))["nextPageToken"]
    for forged in (first[:-1] + ("A" if first[-1] != "A" else "B"), "x", "x.y", "." + first.partition(".")[2]):
        assert await office.is_refused(f"GET /networks?nextPageToken={forged}") == (400, "invalidRequest")
    for other in ("users", "apps", "grants", "audit", "weak-forms", f"networks/{seen[0]}/connections"):
        assert await office.is_refused(f"GET /{other}?nextPageToken={first}") == (400, "invalidRequest")


async def test_every_long_list_is_whole_when_its_pages_are_followed(office: Office) -> None:
    """One row a page gives what one page of all gives, in the same order."""
    story = office.story
    north = await story.network("North")
    for _ in range(2):
        await story.connected_partner(networks=[north.id])
        story.clock.pass_minutes(2)
    await story.network("South", owner="sam@south.example")
    for path, many in (
        ("/users", "users"),
        ("/apps", "apps"),
        ("/grants", "grants"),
        ("/audit", "rows"),
        (f"/audit?network={north.id}", "rows"),
        ("/weak-forms", "apps"),
        (f"/networks/{north.id}/connections", "connections"),
    ):
        joint = "&" if "?" in path else "?"
        whole, seen, token = (await office.gets(f"GET {path}"))[many], [], ""
        while token is not None:
            page = await office.gets(f"GET {path}{joint}limit=1{token and '&nextPageToken=' + token}")
            assert len(page[many]) <= 1
            seen += page[many]
            token = page["nextPageToken"]
        assert len(whole) > 1, path
        assert seen == whole, path


async def test_a_key_that_may_only_read_changes_nothing() -> None:
    """Every row of the table that changes something refuses it; every other one does not."""
    office = await Office.open(read_only=True)
    for row in OPERATIONS:
        path = row.path.replace("{", "").replace("}", "")
        status, kind = (reply := await office.asks(f"{row.method} {path}", {} if row.takes else None)).status, ""
        if reply.status >= 400:
            kind = reply.json()["type"]
        assert ((status, kind) == (403, "forbidden")) is row.changes, row.name
