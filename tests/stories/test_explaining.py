"""Why a call was refused, told to those whom it concerns: the whole app, on both stores. DESIGN D11."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from frontdesk.flows.registration import Registration
from frontdesk.protocol.ids import HOUR
from frontdesk.protocol.sight import Operator
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import API, GATE, OPERATOR, OWNER, Customer, Partner, Story
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio


async def asks_why(story: Story, refused: Reply | str, *, authorization: str | None = None) -> Reply:
    """Ask for the decision behind an answer, or under an id."""
    name = refused if isinstance(refused, str) else refused.header("x-request-id")
    headers = [] if authorization is None else [("authorization", authorization)]
    return await call(story.app, "GET", f"/_frontdesk/decisions/{name}", headers=headers)


def basic(user: str, password: str) -> str:
    """An Authorization value."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def as_app(partner: Partner) -> str:
    """How an app proves itself."""
    return basic(partner.client_id, partner.client_secret)


def as_pair(customer: Customer) -> str:
    """How a customer proves itself."""
    return basic(customer.client_id, customer.client_secret)


def failed(document: dict[str, Any]) -> list[str]:
    """The check that failed, and those that were not reached."""
    return [check["check"] for check in document["checks"] if check["result"] != "passed"]


async def test_an_app_learns_which_scope_it_lacks(story: Story) -> None:
    """The answer names the scopes; the explanation also what the token holds, and every check before it."""
    partner = await story.connected_partner(scope="locations")
    refused = await partner.calls("GET /resources/v1")
    assert refused.status == 403
    told = (await asks_why(story, refused, authorization=as_app(partner))).json()
    assert told["id"] == refused.header("x-request-id")
    assert (told["status"], told["type"], told["message"]) == (403, refused.json()["type"], refused.json()["message"])
    assert told["decision"] == "refused"
    assert failed(told) == ["scope"]
    assert [check["check"] for check in told["checks"]] == [
        "request", "operation", "credential", "rate", "scheme", "network", "scope",
    ]  # fmt: skip
    assert told["call"]["operations"] == ["GET /resources/v1"]
    assert told["call"]["path"] is None
    assert told["would_pass"] == {
        "scopes": ["resources.readonly", "resources"],
        "rule": "resources.readonly or resources",
        "held": ["locations"],
    }
    assert told["caller"]["client_id"] == partner.client_id
    assert told["caller"]["proven"] is True


async def test_it_is_there_right_after_the_refusal(story: Story) -> None:
    """Nothing was written yet, and nobody has waited: asking writes what is noted."""
    customer = await story.network("North")
    for _ in range(3):
        refused = await story.check("GET /resources/v1", authorization=basic(customer.client_id, "wrong"))
        assert (await asks_why(story, refused, authorization=as_pair(customer))).status == 200


async def test_an_expired_token_says_when_and_what_to_do(story: Story) -> None:
    """A stranger hears one sentence for all; the app hears which of its five cases it was."""
    partner = await story.connected_partner()
    expires_at = story.clock.now() + HOUR
    story.clock.pass_minutes(61)
    refused = await partner.calls("GET /resources/v1")
    assert refused.status == 401
    cause = (await asks_why(story, refused, authorization=as_app(partner))).json()["cause"]
    assert cause["name"] == "expired"
    assert "refresh" in cause["text"]
    assert cause["at"].startswith("2027-01-15T09:00:00")
    assert expires_at > 0


async def test_a_revoked_grant_says_when_and_by_whose_hand(story: Story) -> None:
    """By the app itself, by its user, by the operator: the kind of who did it, never a name."""
    ways: dict[str, Any] = {}
    for by in ("client", "user", "operator"):
        partner = await story.connected_partner(owner=f"{by}@north.example")
        story.clock.pass_minutes(2)
        if by == "client":
            await partner.revokes_properly()
        elif by == "user":
            browser = await story.signs_in(f"{by}@north.example")
            page = await browser.open("/account/apps")
            await browser.submit(page, action="/account/apps/disconnect")
        else:
            registration = Registration(store=story.house.store, clock=story.clock, mint=story.house.mint)
            (newest, *_) = await story.house.store.list_grants()
            await registration.revoke_grant(newest.id, origin=OPERATOR)
        refused = await partner.calls("GET /resources/v1")
        ways[by] = (await asks_why(story, refused, authorization=as_app(partner))).json()["cause"]
    assert {by: cause["by"] for by, cause in ways.items()} == {by: by for by in ways}
    assert {cause["name"] for cause in ways.values()} == {"grant_revoked"}
    assert all(cause["at"] is not None for cause in ways.values())


async def test_a_network_outside_the_grant_is_told_apart_from_one_that_was_taken_away(story: Story) -> None:
    """The answer is the same for all; the app learns whether its user never chose it, dropped it, or lost the role."""
    north, south = await story.network("North"), await story.network("South")
    other = await story.network("Other", owner="other@other.example")
    third = await story.network("Third", owner="third@third.example")
    await story.operator.give_role(OWNER, network_id=third.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(networks=[north.id, south.id, third.id])
    (grant,) = await story.house.store.list_grants()
    await story.house.store.drop_network(
        user_id=grant.user_id,
        client_id=grant.client_id,
        network_id=south.id,
        now=story.clock.now(),
        audit=story.an_audit_row("network.disconnected"),
    )
    await story.operator.give_role(OWNER, network_id=third.id, role="member", origin=OPERATOR)
    causes = {}
    for network in (south, other, third):
        refused = await partner.calls("GET /resources/v1", network=network.id)
        assert refused.status == 403
        told = (await asks_why(story, refused, authorization=as_app(partner))).json()
        causes[network.id] = told["cause"]["name"]
        assert told["would_pass"] == {"networks": [north.id]}
    assert causes == {south.id: "network_dropped", other.id: "not_in_grant", third.id: "network_closed"}


async def test_where_the_document_has_no_such_path_the_path_is_kept_without_its_query(story: Story) -> None:
    """A query holds what it likes; it is never kept. Nor are control characters, nor values of ours in a path."""
    partner = await story.connected_partner()
    token = partner.held.access_token
    refused = await story.check(
        f"GET /nothing/{token}/x?secret=canary", authorization=f"Bearer {partner.held.access_token}"
    )
    assert refused.status == 404
    told = (await asks_why(story, refused, authorization=as_app(partner))).json()
    assert told["call"]["path"].startswith("/nothing/fdat_…")
    assert "canary" not in str(told)
    assert failed(told)[0] == "operation"


async def test_a_user_agent_is_one_printable_line(story: Story) -> None:
    """LK-03: whatever a caller calls itself, it ends no line and hides nothing."""
    customer = await story.network("North")
    headers = [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-uri", "/resources/v1"),
        ("authorization", basic(customer.client_id, "wrong")),
        ("user-agent", "x\x1b[31m\r\ny" + customer.client_secret + "z" * 500),
    ]
    refused = await call(story.app, "GET", "/_frontdesk/check", headers=headers, peer=GATE)
    told = (await asks_why(story, refused, authorization=as_pair(customer))).json()
    agent = told["call"]["user_agent"]
    assert agent.isprintable()
    assert len(agent) <= 200
    assert customer.client_secret not in agent


async def test_every_so_many_allowed_calls_one_is_kept(story: Story) -> None:
    """So that "it worked yesterday" can be looked at too."""
    partner = await story.connected_partner()
    story.explaining.notes._until_next = 3  # type: ignore[union-attr]
    ids = [(await partner.calls("GET /resources/v1")).header("x-request-id") or "" for _ in range(5)]
    found = [(await asks_why(story, name, authorization=as_app(partner))).status for name in ids[:5]]
    assert found == [404, 404, 200, 404, 404]
    story.clock.pass_seconds(1)
    told = (await asks_why(story, ids[2], authorization=as_app(partner))).json()
    assert (told["decision"], told["cause"], told["would_pass"]) == ("allowed", None, {})
    assert {check["result"] for check in told["checks"]} == {"passed"}


async def test_a_noisy_caller_is_told_when_to_come_back(story: Story) -> None:
    """And asking why costs none of the calls."""
    customer = await story.network("North")
    for _ in range(10):
        assert await customer.is_let_in("GET /resources/v1")
    refused = await customer.calls("GET /resources/v1")
    assert refused.status == 429
    told = (await asks_why(story, refused, authorization=as_pair(customer))).json()
    assert told["would_pass"] == {"after_seconds": int(refused.header("retry-after") or 0)}
    assert failed(told) == ["rate", "scheme", "network", "scope"]


async def test_asking_is_limited_too(story: Story) -> None:
    """Five a second for each reader, and the sixth is told when."""
    customer = await story.network("North")
    replies = [await asks_why(story, "0" * 22, authorization=as_pair(customer)) for _ in range(6)]
    assert [reply.status for reply in replies] == [404] * 5 + [429]
    assert replies[-1].header("retry-after") == "1"
    story.clock.pass_seconds(1)
    assert (await asks_why(story, "0" * 22, authorization=as_pair(customer))).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_decisions_are_only_read(story: Story, method: str) -> None:
    """Another method is told which there are."""
    reply = await call(story.app, method, "/_frontdesk/decisions/" + "0" * 22)
    assert (reply.status, reply.header("allow")) == (405, "GET, HEAD")


async def test_strangers_are_asked_who_they_are(story: Story) -> None:
    """Without a credential, with a wrong one, with two: nothing is looked up."""
    customer = await story.network("North")
    refused = await customer.calls("GET /resources/v1", network="0190b3a0-0000-7000-8000-00000000000f")
    for authorization in (None, "Bearer x", basic(customer.client_id, "wrong"), basic("nobody", "x"), "Basic %%"):
        reply = await asks_why(story, refused, authorization=authorization)
        assert (reply.status, reply.json()["type"]) == (401, "unauthenticated")
        assert reply.all("www-authenticate") == [
            'Basic realm="frontdesk", charset="UTF-8"',
            'Bearer realm="frontdesk"',
        ]
    twice = f"{as_pair(customer)}, {as_pair(customer)}"
    assert (await asks_why(story, refused, authorization=twice)).status == 400


async def test_a_proxy_that_may_not_ask_is_explained_to_the_operator(story: Story) -> None:
    """And so is one that asks wrongly: whoever sets a proxy up has only the id in its log."""
    found = []
    for peer, headers in (("203.0.113.9", []), (GATE, [("x-forwarded-method", "GET")])):
        refused = await call(story.app, "GET", "/_frontdesk/check", headers=headers, peer=peer)
        assert refused.status in (400, 403)
        told = await story.explaining.explanations.find(refused.header("x-request-id") or "", Operator())
        assert isinstance(told, dict)
        found.append((told["type"], told["call"]["path"], told["call"]["address"], failed(told)[0]))
    assert found == [
        ("forbidden", "/_frontdesk/check", "203.0.113.9", "request"),
        ("invalidRequest", "/_frontdesk/check", GATE, "request"),
    ]


async def test_an_api_that_does_not_answer_is_no_fault_of_the_caller(story: Story) -> None:
    """Every check passed; what failed is behind the gateway."""
    partner = await story.connected_partner()
    bearer = [("authorization", f"Bearer {partner.held.access_token}")]
    refused = await call(story.app, "GET", "/resources/v1", headers=bearer)
    assert refused.status == 502  # no API is configured
    told = (await asks_why(story, refused, authorization=as_app(partner))).json()
    assert failed(told) == ["api"]
    assert (told["cause"], told["would_pass"], told["caller"]["proven"]) == (None, {}, True)


async def test_what_came_over_plain_http_is_explained_too() -> None:
    """The credential travelled in the open: the call was refused before it was looked at."""
    story = await Story.begin(MemoryStore(), public_url="https://desk.example", trusted_proxies=(GATE,))
    customer = await story.network("North")
    direct = await call(story.app, "GET", "/resources/v1", headers=[("authorization", as_pair(customer))])
    asked = [("x-forwarded-method", "GET"), ("x-forwarded-uri", "/resources/v1"), ("x-forwarded-proto", "http")]
    forwarded = await call(story.app, "GET", "/_frontdesk/check", headers=asked, peer=GATE)
    for refused in (direct, forwarded):
        assert (refused.status, refused.json()["message"]) == (400, "Use https.")
        told = await story.explaining.explanations.find(refused.header("x-request-id") or "", Operator())
        assert isinstance(told, dict)
        assert failed(told)[0] == "request"
    by_open_wire = await asks_why(story, direct, authorization=as_pair(customer))
    assert by_open_wire.status == 400


async def test_a_network_in_the_path_that_is_not_the_calls_own_is_told(tmp_path: Path) -> None:
    """TN-06: the answer says that the network is not open; the explanation, that the path named another one."""
    document = json.loads(API.read_text())
    document["paths"]["/networks/{networkId}/rooms"] = {
        "get": {"parameters": [{"name": "networkId", "in": "path", "required": True, "schema": {"type": "string"}}]}
    }
    (tmp_path / "api.json").write_text(json.dumps(document))
    story = await Story.begin(
        MemoryStore(), openapi=tmp_path / "api.json", network_parameters=("path:networks/{networkId}",)
    )
    north, south = await story.network("North"), await story.network("South")
    partner = await story.connected_partner(networks=[north.id, south.id])
    by_pair = await north.calls(f"GET /networks/{south.id}/rooms")
    by_grant = await partner.calls(f"GET /networks/{south.id}/rooms", network=north.id)
    for refused, proof in ((by_pair, as_pair(north)), (by_grant, as_app(partner))):
        assert (refused.status, refused.json()["type"]) == (403, "networkForbidden")
        told = (await asks_why(story, refused, authorization=proof)).json()
        assert told["cause"]["name"] == "other_network_in_target"
        assert south.id not in str(told["call"])
