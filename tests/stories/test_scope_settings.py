"""The settings about scopes, roles and networks at their edges: scope_match, implied_scopes, role_scopes, picker_roles,
networkless_operations. Each holds at registration, consent, the token endpoint and the check alike."""

import json
from pathlib import Path
from typing import Any

import pytest

from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import Registration
from frontdesk.protocol.access import Admission
from frontdesk.protocol.records import Role
from frontdesk.settings import inclusion_of
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import API, CALLBACK, OPERATOR, OWNER, Partner, Story, answer_of, tokens_of

pytestmark = pytest.mark.anyio
MEMBER = "mika@member.example"
READ, WRITE = "GET /resources/v1", "POST /resources/v1"


def _document(folder: Path, **changes: Any) -> Path:
    """The story's API with scopes declared, and operations, added."""
    document = json.loads(API.read_text())
    scopes = document["components"]["securitySchemes"]["OAuth2"]["flows"]["authorizationCode"]["scopes"]
    scopes.update(changes.get("scopes", {}))
    document["paths"].update(changes.get("paths", {}))
    path = folder / "api.json"
    path.write_text(json.dumps(document))
    return path


async def _begin(**settings: Any) -> Story:
    return await Story.begin(MemoryStore(), **settings)


async def _member_of(story: Story, network: str, role: str = "member") -> None:
    given = await story.operator.give_role(MEMBER, network_id=network, role=role, origin=OPERATOR)
    assert not isinstance(given, Objection)


async def _connected_by_member(story: Story, scope: str = "resources locations") -> tuple[Partner, str]:
    north = await story.network("North")
    await _member_of(story, north.id)
    partner = await story.partner(scope=scope)
    await partner.connects(await story.signs_in(MEMBER), networks=[north.id])
    return partner, north.id


# -- scope_match
async def test_scope_match_all_needs_every_scope_of_a_list() -> None:
    """`all` is the OpenAPI meaning: either one of an operation's two scopes is no longer enough (contract, Scopes)."""
    for match, statuses in (("any", [200, 200, 200]), ("all", [403, 200, 200])):
        story = await _begin(scope_match=match)
        found = []
        for scope in ("resources.readonly", "resources", "resources resources.readonly"):
            story.clock.pass_minutes(20)  # a mail a minute, five an hour
            partner = await story.connected_partner(scope=scope)
            found.append((await partner.calls(READ)).status)
        assert found == statuses, match


async def test_scope_match_all_counts_what_a_scope_includes() -> None:
    """With `all` and nothing included, `resources` alone does not hold `resources.readonly`."""
    story = await _begin(scope_match="all", implied_scopes=())
    partner = await story.connected_partner(scope="resources")
    refused = await partner.calls(READ)
    assert (refused.status, refused.json()["type"]) == (403, "insufficientScope")
    assert 'scope="resources.readonly resources"' in " ".join(refused.all("www-authenticate"))


# -- implied_scopes
async def test_a_pair_opens_the_check_consent_and_registration(tmp_path: Path) -> None:
    """`all > resources`: an app registered for `all` may ask for `resources`, and a token of `all` opens its calls."""
    document = _document(tmp_path, scopes={"all": "Everything"})
    story = await _begin(openapi=document, implied_scopes=(".readonly", "all > resources", "resources > locations"))
    partner = await story.connected_partner(scope="all")
    assert [await partner.is_let_in(call) for call in (READ, WRITE, "GET /locations/v1")] == [True, True, True]
    story.clock.pass_minutes(2)
    browser = await story.signs_in()
    narrower = await partner.asks(browser, networks=partner_networks(story), scope="resources", prompt="consent")
    assert tokens_of(await partner.exchanges(answer_of(narrower)["code"])).scope == "resources"
    beyond = answer_of(await browser.get(partner.authorize_target(scope="locations.readonly all.readonly")))
    assert beyond["error"] == "invalid_scope"  # all.readonly is in no document


def partner_networks(story: Story) -> list[str]:
    """All networks that there are."""
    store = story.house.store
    assert isinstance(store, MemoryStore)
    return list(store.networks)


async def test_without_any_inclusion_x_readonly_is_a_scope_of_its_own() -> None:
    """An empty list: an app registered for `resources` may not ask for `resources.readonly`."""
    story = await _begin(implied_scopes=())
    partner = await story.partner(scope="resources")
    sent_back = answer_of(await story.browser().get(partner.authorize_target(scope="resources.readonly")))
    assert sent_back["error"] == "invalid_scope"


async def test_a_refresh_keeps_what_the_registration_still_includes(tmp_path: Path) -> None:
    """still_allowed follows the rule: `resources`, given under `all`, lives while the app is registered for `all`."""
    document = _document(tmp_path, scopes={"all": "Everything"})
    story = await _begin(openapi=document, implied_scopes=(".readonly", "all > resources"))
    partner = await story.partner(scope="all")
    north = await story.network("North")
    partner.scope = "resources"
    await partner.connects(await story.signs_in(), networks=[north.id])
    assert (await partner.refreshes()).json()["scope"] == "resources"


async def test_registration_knows_what_a_known_scope_includes() -> None:
    """`app add`: a scope that the document has only as part of another is known; without the rule it is not."""
    for implied_scopes, is_known in (((".readonly", "locations > maps"), True), ((".readonly",), False)):
        story = await _begin()
        settings = story.house.settings.__class__(implied_scopes=implied_scopes)
        registration = Registration(
            store=story.house.store,
            clock=story.clock,
            mint=story.house.mint,
            known_scopes=frozenset({"locations"}),
            inclusion=inclusion_of(settings),
        )
        made = await registration.add_client("A", redirect_uris=[CALLBACK], scope="maps", origin=OPERATOR)
        assert isinstance(made, Objection) is not is_known


# -- role_scopes
async def test_a_member_s_app_may_only_read() -> None:
    """SC-09, role_scopes: the role in the chosen network limits the call, live, and the API is told what is left."""
    story = await _begin(picker_roles=("owner", "administrator", "member"), role_scopes=("member: *.readonly",))
    partner, north = await _connected_by_member(story)
    read = await partner.calls(READ)
    assert (read.status, read.header("x-frontdesk-scopes")) == (200, "resources.readonly locations.readonly")
    assert read.header("x-frontdesk-role") == "member"
    refused = await partner.calls(WRITE)
    assert (refused.status, refused.json()["type"]) == (403, "insufficientScope")
    # A role is read at each check: promoted, the same token writes on the very next call; demoted, it does not.
    await _member_of(story, north, "administrator")
    written = await partner.calls(WRITE)
    assert (written.status, written.header("x-frontdesk-scopes")) == (200, "resources locations")
    await _member_of(story, north, "member")
    assert (await partner.calls(WRITE)).status == 403


async def test_a_role_s_limit_is_the_network_s_and_not_the_token_s() -> None:
    """One token, two networks: as an owner it writes in one, as a member it reads in the other."""
    story = await _begin(picker_roles=("owner", "administrator", "member"), role_scopes=("member: *.readonly",))
    own, other = await story.network("Own", owner=MEMBER), await story.network("Other")
    await _member_of(story, other.id)
    partner = await story.partner()
    await partner.connects(await story.signs_in(MEMBER), networks=[own.id, other.id])
    calls = [(own.id, READ), (own.id, WRITE), (other.id, READ), (other.id, WRITE)]
    assert [await partner.is_let_in(call, network=at) for at, call in calls] == [True, True, True, False]
    assert (await partner.calls("GET /networks/v1")).status == 200  # no network is chosen: no role limits it


async def test_introspection_says_what_a_role_leaves() -> None:
    """A network in which the role leaves less has a scope of its own; the others are as ever."""
    story = await _begin(picker_roles=("owner", "member"), role_scopes=("member: *.readonly",))
    own, other = await story.network("Own", owner=MEMBER), await story.network("Other")
    await _member_of(story, other.id)
    partner = await story.partner(scope="resources")
    await partner.connects(await story.signs_in(MEMBER), networks=[own.id, other.id])
    said = (await (await story.api()).introspects(partner.held.access_token)).json()
    assert said["scope"] == "resources"
    assert said["networks"] == [
        {"id": own.id, "role": "owner"},
        {"id": other.id, "role": "member", "scope": "resources.readonly"},
    ]


async def test_a_network_in_which_nothing_would_be_left_is_not_offered() -> None:
    """SC-09: beyond the user's role in a network: that network is not offered, and posting its id grants nothing."""
    story = await _begin(picker_roles=("owner", "member"), role_scopes=("member: locations.readonly",))
    north, south = await story.network("North"), await story.network("South", owner=MEMBER)
    await _member_of(story, north.id)
    partner = await story.partner()
    browser = await story.signs_in(MEMBER)
    page = await browser.open(partner.authorize_target(scope="resources"))
    assert south.id in page.text
    assert north.id not in page.text
    await partner.exchanges(
        answer_of(await browser.submit(page, network=[north.id, south.id], decision="allow"))["code"]
    )
    assert not await partner.is_let_in(READ, network=north.id)
    assert await partner.is_let_in(READ, network=south.id)


async def test_the_consent_page_says_what_a_role_leaves() -> None:
    """The line of the network tells it in words; a network without a limit has no such line."""
    story = await _begin(picker_roles=("owner", "member"), role_scopes=("member: *.readonly",))
    north = await story.network("North")
    await story.network("South", owner=MEMBER)
    await _member_of(story, north.id)
    partner = await story.partner(scope="resources")
    page = await (await story.signs_in(MEMBER)).open(partner.authorize_target())
    assert page.text.count("Here only: see resources and bookings") == 1


async def test_a_skipped_consent_follows_the_role_of_the_moment() -> None:
    """A network that the role has closed to the app is not in the code of a consent that is skipped."""
    story = await _begin(picker_roles=("owner", "administrator", "member"), role_scopes=("member: locations",))
    north, own = await story.network("North"), await story.network("Own", owner=MEMBER)
    await _member_of(story, north.id, "administrator")
    partner = await story.partner(scope="resources")
    browser = await story.signs_in(MEMBER)
    await partner.connects(browser, networks=[north.id, own.id])
    await _member_of(story, north.id, "member")
    await partner.exchanges(answer_of(await browser.get(partner.authorize_target()))["code"])
    assert await partner.is_let_in(READ)  # exactly one network was given to this grant
    assert not await partner.is_let_in(READ, network=north.id)


# -- picker_roles
async def test_picker_roles_hold_from_the_page_to_the_call() -> None:
    """A member is offered nothing by default; with the setting, a member's edge is live at token, check and list."""
    default = await _begin()
    north = await default.network("North")
    await _member_of(default, north.id)
    partner = await default.partner()
    page = await (await default.signs_in(MEMBER)).open(partner.authorize_target())
    assert north.id not in page.text
    story = await _begin(picker_roles=("member",))
    partner, network = await _connected_by_member(story)
    assert (await partner.refreshes()).status == 200
    assert await partner.is_let_in(READ, network=network)
    owner = await (await story.signs_in(OWNER)).open(partner.authorize_target())
    assert network not in owner.text  # the setting names who may, not who else may


async def test_a_role_outside_the_picker_opens_nothing_at_once() -> None:
    """Demoted to a role that the picker does not offer: check, list and refresh refuse; promoted, they work again."""
    story = await _begin()
    north = await story.network("North")
    await _member_of(story, north.id, "administrator")
    partner = await story.partner()
    await partner.connects(await story.signs_in(MEMBER), networks=[north.id])
    user = await story.house.store.find_user_by_email(MEMBER)  # type: ignore[arg-type]
    assert user is not None
    for role, is_open in (("administrator", True), ("member", False), ("administrator", True)):
        await _member_of(story, north.id, role)
        assert await partner.is_let_in(READ) is is_open
        assert (await partner.refreshes()).status == (200 if is_open else 400)


# -- networkless_operations
async def test_only_the_named_operations_need_no_network(tmp_path: Path) -> None:
    """Two networks and no header: 400 networkRequired, but for what the setting names; the default list is exact."""
    document = _document(tmp_path, paths={"/me": {"get": {"security": [{"OAuth2": []}], "responses": {}}}})
    for named, expected in (
        (("GET /networks/v1",), [200, 400, 400]),
        (("GET /me",), [400, 200, 400]),
        ((), [400, 400, 400]),
    ):
        story = await _begin(openapi=document, networkless_operations=named)
        both = [(await story.network("North")).id, (await story.network("South")).id]
        partner = await story.connected_partner(networks=both)
        calls = [(await partner.calls(call)).status for call in ("GET /networks/v1", "GET /me", READ)]
        assert calls == expected, named
        assert await partner.is_let_in("GET /me", network=both[0])
        foreign = await partner.calls("GET /me", network="0192f0c1-0000-7000-8000-0000000000ff")
        assert (foreign.status, foreign.json()["type"]) == (403, "networkForbidden")


def test_roles_are_what_the_settings_call_them() -> None:
    """The words of picker_roles and role_scopes are the roles' own."""
    assert [role.value for role in Role] == ["owner", "administrator", "member"]
    assert "role" in Admission.__dataclass_fields__
