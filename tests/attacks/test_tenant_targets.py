"""Another network's id in a call's path or query (row TN-06): compared where the settings or the document name it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attacks.street import HEADER, READ, Street, basic, bearer, outcome, street_with
from frontdesk.testing.story import API

pytestmark = pytest.mark.anyio


@pytest.fixture
async def named(tmp_path: Path) -> AsyncIterator[Street]:
    """An API that takes the network in its paths and queries, too."""
    document = json.loads(API.read_text())
    document["paths"] |= {
        "/networks/{id}/rooms": {"get": {"parameters": [{"name": "networkId", "in": "query"}]}},
        "/rooms/{id}": {"get": {}},
        "/tenants/{tenant}": {"get": {"x-frontdesk-network-parameter": "path:tenant"}},
        "/reports/{networkId}": {"get": {"x-frontdesk-network-parameter": []}},
    }
    file = tmp_path / "api.json"
    file.write_text(json.dumps(document))
    async with street_with(openapi=file, network_parameters=("path:networks/{id}", "query:networkId")) as made:
        yield made


@pytest.mark.parametrize("credential", ["basic", "one network", "two networks"])
async def test_tn_06_another_network_in_path_or_query(named: Street, credential: str) -> None:
    """TN-06: what the settings name as a network must be the call's own; 403 else, and nothing reaches the API."""
    given, headers = {
        "basic": (basic(named.north), ()),
        "one network": (bearer(named.north_only), ()),
        "two networks": (bearer(named.partner), ((HEADER, named.north.id),)),
    }[credential]
    own = named.north.id
    for other in (named.south.id, named.foreign.id, "0190b3a0-0000-7000-8000-00000000dead"):
        for target in (
            f"/networks/{other}/rooms",
            f"/networks/{other.upper()}/rooms",
            f"/networks/%{ord(other[0]):x}{other[1:]}/rooms",
            f"/networks/{own}/rooms?networkId={other}",
            f"/networks/{other}/rooms?networkId={own}",
            f"{READ}?limit=5&networkId={other}",
            f"{READ}?network%49d={other}",
            f"/rooms/1?networkId={other}",
            f"/tenants/{other}",
        ):
            assert outcome(await named.asks(target, given, *headers)) == (403, "networkForbidden"), target
            named.story.clock.pass_seconds(1)
    assert named.reached == []
    for target in (
        f"/networks/{own}/rooms",
        f"/networks/{own.upper()}/rooms?networkId={own}",
        f"{READ}?networkId={own}&startDate[gte]=2026-01-01",
        f"/tenants/{own}",
    ):
        assert outcome(await named.asks(target, given, *headers)) == (200, ""), target
    assert named.reached == [[own.encode()]] * 4


async def test_tn_06_what_is_no_id_or_doubled(named: Street) -> None:
    """TN-06: 400, whoever asks: a server behind might read it in another way."""
    own = named.north.id
    for target in (
        "/networks/north/rooms",
        f"/networks/{own}%20/rooms",
        f"/networks/{own}/rooms?networkId=",
        f"{READ}?networkId={own}&networkId={own}",
        f"{READ}?networkId={own}&networkId={named.south.id}",
        f"{READ}?networkId={own}&networkid={named.south.id}",
        f"{READ}?networkId[]={own}",
        f"{READ}?a=1;networkId={own}",
    ):
        assert outcome(await named.asks(target, basic(named.north))) == (400, "invalidRequest"), target
        named.story.clock.pass_seconds(1)
    assert named.reached == []


async def test_tn_06_what_is_not_named_is_not_touched(named: Street) -> None:
    """TN-06: other parameters mean what they mean to the API, whatever network's id they hold."""
    other = named.south.id
    for target in (
        f"/rooms/{other}",
        f"/reports/{other}?networkId={other}",
        f"{READ}?customerRef={other}&networkRef={other}",
        f"/resources/v1/{other}",
    ):
        assert outcome(await named.asks(target, basic(named.north))) == (200, ""), target
    assert named.api.calls[0].line == f"GET /rooms/{other} HTTP/1.1".encode()


async def test_tn_06_without_the_setting_nothing_is_compared() -> None:
    """TN-06: by default the query takes no part in any decision."""
    async with street_with() as street:
        assert outcome(await street.asks(f"{READ}?networkId={street.south.id}", basic(street.north))) == (200, "")
