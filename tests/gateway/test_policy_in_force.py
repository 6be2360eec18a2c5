"""Another policy takes the place of the one in force, for everything that works with it, in one step."""

from copy import deepcopy
from typing import Any

import pytest

from frontdesk.assemble.front import furnish
from frontdesk.gateway.policy_in_force import PolicyInForce
from frontdesk.protocol.http import Request
from gateway.desk import DOCUMENT, NORTH, Desk, call, network, outcome, policy_of

pytestmark = pytest.mark.anyio


def other_document() -> dict[str, Any]:
    """Rooms are gone, doors are there, and no networks are listed."""
    document = deepcopy(DOCUMENT)
    document["components"]["securitySchemes"]["OAuth"]["flows"]["authorizationCode"]["scopes"] = {"doors": "Open doors"}
    security = [{"Basic": []}, {"OAuth": ["doors"]}]
    document["paths"] = {"/doors/v1": {"get": {"security": security}}}
    document["servers"] = [{"url": "/v2"}]
    return document


async def test_every_part_works_with_the_new_policy(desk: Desk) -> None:
    """Decisions, those remembered too; scopes and their words; the list of networks; the ready-made curl line."""
    furnished = furnish(desk.house, worker=0, policy=policy_of(DOCUMENT))
    in_force, checker = furnished.in_force, furnished.gateway.checker
    basic, token = desk.basic(), desk.bearer(("rooms",))

    async def decide(path: str, authorization: bytes) -> str:
        headers = [(b"authorization", authorization), network(NORTH)]
        found = await checker.check_call("GET", path.encode(), headers, request_id="r")
        return "in" if not hasattr(found, "reason") else found.reason.name

    async def networks() -> tuple[int, str]:
        request: Request = call("GET", "/networks/v1", basic)
        answer = await furnished.gateway.handle(request)
        return (answer.status, "") if answer.status == 200 else outcome(answer)

    assert [await decide("/rooms/v1", basic), await decide("/rooms/v1", token)] == ["in", "in"]
    assert await networks() == (200, "")
    assert (in_force.curl_path(), dict(in_force.scope_texts)) == (
        "/networks/v1", {"rooms.readonly": "Read rooms", "rooms": "Read and write rooms"},
    )  # fmt: skip

    in_force.put(policy_of(other_document()))
    assert [await decide("/rooms/v1", basic), await decide("/rooms/v1", token)] == ["UNKNOWN_OPERATION"] * 2
    assert [await decide("/v2/doors/v1", basic), await decide("/v2/doors/v1", token)] == ["in", "INSUFFICIENT_SCOPE"]
    assert await networks() == (404, "unknownOperation")
    assert (in_force.curl_path(), dict(in_force.scope_texts)) == ("/v2/doors/v1", {"doors": "Open doors"})

    in_force.put(policy_of(DOCUMENT))
    assert [await decide("/rooms/v1", basic), await decide("/rooms/v1", token)] == ["in", "in"]
    assert await networks() == (200, "")


async def test_what_clients_may_ask_for_follows(desk: Desk) -> None:
    """Unless no document is configured: then nobody knows which scopes there are."""
    in_force = PolicyInForce(policy_of(DOCUMENT), has_document=True)
    assert in_force.known_scopes() == {"rooms", "rooms.readonly"}
    in_force.trouble = "an older document is in force"
    in_force.put(policy_of(other_document()))
    assert in_force.known_scopes() == {"doors"}
    assert in_force.trouble == ""
    assert PolicyInForce(policy_of(DOCUMENT), has_document=False).known_scopes() is None
