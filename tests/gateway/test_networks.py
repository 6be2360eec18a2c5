"""The networks that a caller may use now."""

import json
from typing import Any

import pytest

from frontdesk.protocol.records import Edge
from gateway.desk import DOCUMENT, FOREIGN, NORTH, SOUTH, Desk, all_of, call, document_with, network
from gateway.test_checks import standing
from gateway.upstream import RawApi

pytestmark = pytest.mark.anyio

NORTH_LINE = {"id": NORTH, "title": "North"}
SOUTH_LINE = {"id": SOUTH, "title": "South"}


async def listed(desk: Desk, authorization: bytes, *headers: tuple[bytes, bytes]) -> Any:
    """The networks that the answer lists."""
    answer = await desk.gateway().handle(call("GET", "/networks/v1", authorization, *headers))
    assert answer.status == 200
    assert all_of(answer, "cache-control") == ["no-store"]
    return json.loads(answer.body)["networks"]


async def test_a_customer_sees_its_own(desk: Desk) -> None:
    """Whatever else the owner has."""
    assert await listed(desk, desk.basic()) == [NORTH_LINE]


async def test_a_partner_sees_the_live_edges_of_its_grant(desk: Desk) -> None:
    """Not those dropped, and not those where the user lost the role."""
    assert await listed(desk, desk.bearer()) == [NORTH_LINE, SOUTH_LINE]
    assert await listed(desk, desk.bearer(), network(SOUTH)) == [NORTH_LINE, SOUTH_LINE]
    assert await listed(desk, desk.bearer(networks=(SOUTH,))) == [SOUTH_LINE]
    assert await listed(desk, desk.bearer(edges=(Edge(network_id=NORTH), Edge(network_id=SOUTH, dropped_at=1)))) == [
        NORTH_LINE
    ]
    assert await listed(desk, desk.bearer(networks=(NORTH, FOREIGN))) == [NORTH_LINE]
    desk.lose_role(NORTH)
    assert await listed(desk, desk.bearer()) == [SOUTH_LINE]


async def test_the_api_answers_where_it_is_told_to(desk: Desk, api: RawApi) -> None:
    """serve_networks = false; by default Frontdesk answers, and the API hears nothing."""
    async with standing(desk, api) as gateway:
        await gateway.handle(call("GET", "/networks/v1", desk.basic()))
        assert api.calls == []
    async with standing(desk, api, serve_networks=False) as gateway:
        await gateway.handle(call("GET", "/networks/v1", desk.basic()))
        assert len(api.calls) == 1


async def test_served_networks_are_added_to_a_document_without_them(desk: Desk) -> None:
    """serve_networks = true; by default what the document does not list stays unknown."""
    document = document_with({"/rooms/v1": DOCUMENT["paths"]["/rooms/v1"]})
    request = call("GET", "/networks/v1", desk.bearer())
    assert (await desk.gateway(document).handle(request)).status == 404
    answer = await desk.gateway(document, serve_networks=True).handle(request)
    assert json.loads(answer.body) == {"networks": [NORTH_LINE, SOUTH_LINE]}
