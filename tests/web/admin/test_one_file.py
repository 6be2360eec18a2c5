"""The installation as one file over the administration API: the same round trip, on both stores."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.records import Review
from frontdesk.storage import MemoryStore, open_sqlite
from frontdesk.testing.wire import call
from pictures import JPEG, draw_png
from web.admin.office import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@pytest.fixture(params=["memory", "sqlite"])
async def offices(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Office, Office]]:
    """Two houses on stores of one kind."""
    if request.param == "memory":
        yield await Office.open(store=MemoryStore()), await Office.open(store=MemoryStore())
        return
    stores = [await open_sqlite(tmp_path / name, create=True, identity=bytes(16)) for name in ("one.db", "two.db")]
    yield await Office.open(store=stores[0]), await Office.open(store=stores[1])
    for store in stores:
        await store.aclose()


async def test_what_one_house_exports_another_becomes(offices: tuple[Office, Office]) -> None:
    """And then there is nothing to do; secrets that were made open the API."""
    here, there = offices
    await here.story.connected_partner()
    await here.gets("POST /resource-servers", {"name": "Bookings"})
    file = await here.gets("GET /export")
    planned = await there.gets("POST /plan", file)
    assert (planned["changes"], planned["refused"]) == (True, False)
    assert (await there.gets("GET /export")) == {"frontdesk": 2}
    applied = await there.gets("POST /apply", file)
    assert [step["outcome"] for step in applied["steps"]] == ["added"] * len(applied["steps"])
    assert await there.gets("GET /export") == file
    assert await there.gets("POST /plan?full=true", file) == {"changes": False, "refused": False, "steps": []}
    (row, *_) = (await there.gets("GET /audit"))["rows"]
    assert (row["action"], row["actor"].partition(":")[0]) == ("file.applied", "operator")


async def test_disabling_an_app_ends_what_was_on_its_way(offices: tuple[Office, Office]) -> None:
    """A code that was given before cannot be redeemed, even once the app is enabled again."""
    here, _ = offices
    network = await here.story.network("North")
    partner = await here.story.partner()
    code = await partner.obtains_code(await here.story.signs_in(), networks=[network.id])
    file = await here.gets("GET /export")
    for disabled in (True, False):
        file["apps"][0]["disabled"] = disabled
        await here.gets("POST /apply", file)
    assert (await partner.exchanges(code)).status == 400


async def test_a_plan_with_a_conflict_is_told_and_not_applied(offices: tuple[Office, Office]) -> None:
    """409 from apply; the plan itself is an answer."""
    here, _ = offices
    await here.story.partner()
    file = await here.gets("GET /export")
    file["apps"][0] |= {"public": True, "profile": "strict"}
    assert (await here.gets("POST /plan", file))["refused"]
    assert await here.is_refused("POST /apply", file) == (409, "refused")
    file["apps"][0]["scopes"] = ["nothing"]
    assert await here.is_refused("POST /plan", file) == (409, "refused")


async def test_an_app_that_was_not_approved_is_in_no_file_and_untouched_by_one(offices: tuple[Office, Office]) -> None:
    """Applying it elsewhere would approve it unseen; and a whole file that leaves it out does not switch it off."""
    here, _ = offices
    story = here.story
    partner = await story.partner("Draft")
    store, client_id = story.house.store, ClientId(partner.client_id)
    client = await store.find_client(client_id)
    assert client is not None
    assert (await here.gets("GET /export"))["apps"]
    await store.set_client_review(
        client_id=client_id,
        seen=client.review,
        seen_at=client.review_at,
        review=Review.SUBMITTED,
        note="",
        verified_at=None,
        now=story.clock.now(),
        audit=story.an_audit_row("client.submitted"),
    )
    assert await here.gets("GET /export") == {"frontdesk": 2}
    assert (await here.gets("POST /apply?full=true", {"frontdesk": 1}))["steps"] == []
    after = await store.find_client(client_id)
    assert after is not None
    assert (after.review, after.disabled_at) == (Review.SUBMITTED, None)


NOTHING = {"changes": False, "refused": False, "steps": []}
ANN, BEN = "ann@north.example", "ben@north.example"


async def furnish(here: Office) -> str:
    """A house with everything that a file can say; its network's id."""
    await here.story.connected_partner()
    file = await here.gets("GET /export")
    (network,), (app,) = file["networks"], file["apps"]
    await here.gets(f"PUT /networks/{network['id']}/members/{ANN}", {"role": "member"})
    path = f"/networks/{network['id']}"
    narrow = {"name": "Reports", "read_only": True, "addresses": ["192.0.2.0/24"], "last_day": "2030-01-31"}
    await here.gets(f"POST {path}/credentials", narrow)
    await here.gets(f"POST {path}/credentials", {"name": "Doors"})
    await here.gets(f"PUT {path}/rules", {"apps": [app["client_id"]], "connection_days": 30, "read_only_first": True})
    await here.gets(f"PUT /users/{ANN}/partner", {"name": "Ann Ltd", "website": "https://ann.example"})
    await here.gets(f"PUT /apps/{app['client_id']}/makers/{ANN}")
    await here.gets(f"PUT {path}/members/{BEN}", {"role": "administrator"})
    await here.gets(f"POST /users/{BEN}/block", {"reason": "left"})
    return str(network["id"])


async def test_pairs_rules_makers_and_blocked_people_make_the_round_trip(offices: tuple[Office, Office]) -> None:
    """Exported, applied to an empty house, exported: the same; and nothing is left to do. No secret is in the file."""
    here, there = offices
    network = await furnish(here)
    file = await here.gets("GET /export")
    (told,) = file["networks"]
    assert told["credentials"] == [
        {"name": "Doors"},
        {"name": "Reports", "read_only": True, "addresses": ["192.0.2.0/24"], "last_day": "2030-01-31"},
    ]
    assert (told["rules"]["connection_days"], file["blocked"]) == (30, [BEN])
    assert (file["apps"][0]["makers"], file["partners"][0]["name"]) == ([ANN], "Ann Ltd")
    assert await here.gets("POST /plan?full=true", file) == {"changes": False, "refused": False, "steps": []}
    applied = await there.gets("POST /apply", file)
    assert await there.gets("GET /export") == file
    assert await there.gets("POST /plan?full=true", file) == {"changes": False, "refused": False, "steps": []}
    made = {secret["name"]: secret for secret in applied["secrets"] if secret["kind"] == "credential"}
    assert made.keys() == {f"Doors of {network}", f"Reports of {network}"}
    listed = (await there.gets(f"GET /networks/{network}/credentials"))["credentials"]
    assert {pair["client_id"] for pair in listed if pair["name"]} == {secret["client_id"] for secret in made.values()}
    assert all(secret["secret"] not in str(file) for secret in made.values())
    assert (await there.gets(f"GET /users/{BEN}"))["blocked_at"]


async def test_a_file_changes_what_hangs_on_networks_and_apps(offices: tuple[Office, Office]) -> None:
    """Narrowed, ruled, given other makers, let in: as it says; pairs that it leaves out go on, unless it is whole."""
    here, _ = offices
    network = await furnish(here)
    file = await here.gets("GET /export")
    (told,) = file["networks"]
    told["credentials"] = [{"name": "Doors", "read_only": True}, {"addresses": ["192.0.2.0/24"]}, {"name": "New"}]
    told["rules"] = {"administrators_only": True}
    file["apps"][0]["makers"] = []
    file["blocked"] = []
    steps = {(step["kind"], step["outcome"]) for step in (await here.gets("POST /apply", file))["steps"]}
    assert steps == {("credential", "changed"), ("credential", "added"), ("rules", "changed"), ("maker", "ended")}
    after = await here.gets("GET /export")
    assert [pair.get("name", "") for pair in after["networks"][0]["credentials"]] == ["", "Doors", "New", "Reports"]
    assert after["networks"][0]["rules"] == {"administrators_only": True}
    assert after["blocked"] == [BEN]
    steps = {(step["kind"], step["outcome"]) for step in (await here.gets("POST /apply?full=true", file))["steps"]}
    assert steps == {("credential", "ended"), ("blocked", "ended")}
    assert await here.gets("POST /plan?full=true", file) == {"changes": False, "refused": False, "steps": []}
    names = [pair["name"] for pair in (await here.gets(f"GET /networks/{network}/credentials"))["credentials"]]
    assert sorted(names) == ["", "Doors", "New"]
    actions = {row["action"] for row in (await here.gets(f"GET /audit?network={network}"))["rows"]}
    assert {"credential.added", "credential.changed", "credential.ended", "network.rules_changed"} <= actions


async def test_a_file_of_the_first_version_leaves_alone_what_it_cannot_say(offices: tuple[Office, Office]) -> None:
    """Even a whole one; and it is refused where it says what only the second version has."""
    here, _ = offices
    await furnish(here)
    file = await here.gets("GET /export")
    old = {"frontdesk": 1, "networks": file["networks"], "apps": file["apps"]}
    assert await here.is_refused("POST /plan", old) == (400, "invalidRequest")
    for network in old["networks"]:
        network.pop("credentials")
        assert await here.is_refused("POST /plan", old) == (400, "invalidRequest")
        network.pop("rules")
    for app in old["apps"]:
        app.pop("makers")
    assert await here.gets("POST /plan?full=true", old) == {"changes": False, "refused": False, "steps": []}
    assert await here.is_refused("POST /plan", {"frontdesk": 3}) == (400, "invalidRequest")


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (lambda file: file["networks"][0]["credentials"].append({"name": "Doors"}), (409, "refused")),
        (lambda file: file["networks"][0]["credentials"].append({"name": "X", "last_day": "soon"}), (409, "refused")),
        (lambda file: file["networks"][0]["credentials"].append({"last_day": "2031-01-31"}), (409, "refused")),
        (lambda file: file["networks"][0]["credentials"].append({"name": "X", "addresses": ["9"]}), (409, "refused")),
        (lambda file: file["networks"][0]["rules"].update(connection_days=0), (409, "refused")),
        (lambda file: file["apps"][0]["makers"].append(BEN), (409, "refused")),
        (lambda file: file["blocked"].append(file["networks"][0]["owner"]), (409, "refused")),
        (lambda file: file["partners"].append({"email": "nobody", "name": "N"}), (409, "refused")),
        (lambda file: file["networks"][0].update(colour="red"), (400, "invalidRequest")),
    ],
)
async def test_what_a_file_may_not_say_changes_nothing(
    change: Callable[[dict[str, Any]], None], refused: tuple[int, str]
) -> None:
    """Two of one name, no day, no address, makers who are no partners, an owner who is shut out: in words."""
    here = await Office.open()
    await furnish(here)
    before = await here.gets("GET /export")
    file = await here.gets("GET /export")
    change(file)
    assert await here.is_refused("POST /apply", file) == refused
    assert await here.gets("GET /export") == before


async def an_app_with_a_logo(here: Office, called: str = "Doors") -> str:
    """The client id of one."""
    partner = await here.story.partner(called)
    picture = b64encode(draw_png()).decode()
    await here.gets(f"PUT /apps/{partner.client_id}/logo", {"picture": picture})
    return str(partner.client_id)


async def test_logos_make_the_round_trip(offices: tuple[Office, Office]) -> None:
    """The picture goes along under its name, and is shown elsewhere; once replaced it is gone there too."""
    here, there = offices
    client = await an_app_with_a_logo(here)
    file = await here.gets("GET /export")
    assert list(file["pictures"]) == [file["apps"][0]["logo"]]
    assert await here.gets("POST /plan?full=true", file) == NOTHING
    await there.gets("POST /apply", file)
    assert await there.gets("GET /export") == file
    assert await there.gets("POST /plan?full=true", file) == NOTHING
    shown = f"/_frontdesk/logos/{file['apps'][0]['logo']}"
    assert (await call(there.story.app, "GET", shown)).status == 200
    file["apps"][0]["logo"] = ""
    assert await there.is_refused("POST /apply", file) == (409, "refused")  # it holds a picture of nobody's
    del file["pictures"]
    assert [step["kind"] for step in (await there.gets("POST /apply", file))["steps"]] == ["logo"]
    assert (await call(there.story.app, "GET", shown)).status == 404
    assert (await there.gets(f"GET /apps/{client}"))["logo"] is None


async def test_a_file_may_leave_its_pictures_out(offices: tuple[Office, Office]) -> None:
    """Where they are nothing changes; elsewhere the app comes without one, and the plan says so."""
    here, there = offices
    client = await an_app_with_a_logo(here)
    file = await here.gets("GET /export?pictures=false")
    assert ("pictures" in file, len(file["apps"][0]["logo"])) == (False, 44)
    assert await here.gets("POST /plan?full=true", file) == NOTHING
    (_, step) = (await there.gets("POST /apply", file))["steps"]
    assert (step["kind"], step["name"], step["outcome"]) == ("logo", client, "same")
    assert "logo" not in (await there.gets("GET /export"))["apps"][0]


@pytest.mark.parametrize("sent", [draw_png(48, 48), JPEG, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b""])
async def test_a_picture_is_what_its_name_says(sent: bytes) -> None:
    """Another one, of another kind, no picture at all: the whole file is refused."""
    here = await Office.open()
    await an_app_with_a_logo(here)
    file = await here.gets("GET /export")
    file["pictures"][file["apps"][0]["logo"]] = b64encode(sent).decode()
    assert await here.is_refused("POST /apply", file) == (409, "refused")


async def test_no_app_takes_the_logo_of_another(offices: tuple[Office, Office]) -> None:
    """A name is made of the app's id too: two apps would else share a picture that one of them replaces."""
    here, there = offices
    await an_app_with_a_logo(here)
    await an_app_with_a_logo(here, "Windows")
    file = await here.gets("GET /export")
    first, second = file["apps"]
    assert first["logo"] != second["logo"]
    del file["pictures"][second["logo"]]
    second["logo"] = first["logo"]
    assert await there.is_refused("POST /apply", file) == (409, "refused")
