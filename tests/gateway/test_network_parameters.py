"""Which parameters name a network, by setting and by extension (TN-06): found where they are, or refused at once."""

from typing import Any

import pytest

from frontdesk.gateway.document import DocumentError
from frontdesk.protocol.network_places import NetworkPlaces, PathPlace
from gateway.desk import NORTH, Desk, call, document_with, network, outcome, policy_of

NAME = "x-frontdesk-network-parameter"
OPEN: dict[str, Any] = {"security": [{"Basic": []}, {"OAuth": []}]}
ASKS: dict[str, Any] = {**OPEN, "parameters": [{"name": "networkId", "in": "query"}]}
PATHS: dict[str, Any] = {
    "/networks/{id}/rooms": {"get": OPEN},
    "/networks/{networkId}": {"get": OPEN},
    "/rooms/{id}": {"get": ASKS},
    "/rooms": {"get": OPEN},
}


def places_of(paths: dict[str, Any], *entries: str, **changes: Any) -> dict[str, NetworkPlaces | None]:
    """Where each template's GET names the network."""
    policy = policy_of(document_with(paths, **changes), network_parameters=entries)
    return {each.template: each.network_places for each in policy.operations}


def test_without_the_setting_nothing_is_looked_at() -> None:
    """The default."""
    assert set(places_of(PATHS).values()) == {None}


def test_a_path_parameter_is_found_by_its_name() -> None:
    """Wherever it stands."""
    assert places_of(PATHS, "path:networkId") == {
        "/networks/{id}/rooms": None,
        "/networks/{networkId}": NetworkPlaces(path=(PathPlace(from_end=1),)),
        "/rooms/{id}": None,
        "/rooms": None,
    }


def test_a_path_parameter_is_found_by_what_stands_before_it() -> None:
    """Where APIs call every parameter {id}."""
    found = places_of(PATHS, "path:networks/{id}")
    assert found["/networks/{id}/rooms"] == NetworkPlaces(path=(PathPlace(from_end=2),))
    assert found["/rooms/{id}"] is None


def test_a_query_parameter_is_looked_for_on_every_operation() -> None:
    """A server may read one that the document forgot to declare; a name without a kind stands for path and query."""
    assert {places.query for places in places_of(PATHS, "query:networkId").values() if places} == {("networkId",)}
    found = places_of(PATHS, "networkId")
    assert found["/networks/{networkId}"] == NetworkPlaces(path=(PathPlace(from_end=1),), query=("networkId",))
    assert found["/rooms"] == NetworkPlaces(query=("networkId",))


def test_part_of_a_segment() -> None:
    """Text around the id is cut off; two parameters in one segment cannot be told apart."""
    found = places_of({"/n-{networkId}.json": {"get": OPEN}}, "path:networkId")
    assert found["/n-{networkId}.json"] == NetworkPlaces(path=(PathPlace(from_end=1, around=(("n-", ".json"),)),))
    with pytest.raises(DocumentError, match="cannot be taken apart"):
        places_of({"/{networkId}.{format}": {"get": OPEN}}, "path:networkId")


def test_an_operation_says_it_for_itself() -> None:
    """In the setting's place: another parameter, several, or none."""
    paths = {
        "/a/{id}": {"get": {**OPEN, NAME: "path:id"}},
        "/b/{id}": {"get": {**OPEN, NAME: ["id", "query:tenant"]}},
        "/c/{networkId}": {"get": {**OPEN, NAME: []}},
        "/d": {"get": {**OPEN, NAME: "tenant"}},
    }
    assert places_of(paths, "path:networkId") == {
        "/a/{id}": NetworkPlaces(path=(PathPlace(from_end=1),)),
        "/b/{id}": NetworkPlaces(path=(PathPlace(from_end=1),), query=("tenant",)),
        "/c/{networkId}": None,
        "/d": NetworkPlaces(query=("tenant",)),
    }


def test_what_is_open_to_everybody_is_not_looked_at() -> None:
    """Who sends no credential is in no network."""
    paths = {"/networks/{networkId}": {"get": {"security": [{}, {"Basic": []}]}}}
    assert places_of(paths, "path:networkId") == {"/networks/{networkId}": None}


@pytest.mark.parametrize("entry", ["path:networkid", "path:rooms/{networkId}", "query:tenant", "tenant"])
def test_a_name_that_the_document_does_not_have_is_refused(entry: str) -> None:
    """It would check nothing, and nobody would know."""
    with pytest.raises(DocumentError, match="network_parameters names"):
        places_of(PATHS, entry)


@pytest.mark.parametrize("written", [None, 5, {"path": "id"}, [5], "", "query:{id}", "path:missing", ["path:id", ""]])
def test_an_extension_that_says_nothing_is_refused(written: Any) -> None:
    """With its place."""
    with pytest.raises(DocumentError) as told:
        places_of({"/a/{id}": {"get": {**OPEN, NAME: written}}})
    assert told.value.place == f"#/paths/~1a~1{{id}}/get/{NAME}"


FOREIGN = "0190b3a0-0000-7000-8000-00000000000f"
ROOMS = f"/networks/{NORTH}/rooms"


@pytest.mark.parametrize("prefix", ["", "/v1", "/api/v2"])
@pytest.mark.anyio
async def test_tn_06_whatever_the_base_path(desk: Desk, prefix: str) -> None:
    """TN-06: the id is found behind any server's path, and compared with the caller's network."""
    document = document_with(PATHS, servers=[{"url": "/"}, {"url": "/v1"}, {"url": "/api/v2"}])
    gateway = desk.gateway(document, network_parameters=("path:networks/{id}",))
    right = await gateway.handle(call("GET", prefix + ROOMS, desk.basic()))
    wrong = await gateway.handle(call("GET", prefix + ROOMS.replace(NORTH, FOREIGN), desk.basic()))
    assert outcome(right)[0] == 502  # let in; there is no API behind
    assert outcome(wrong) == (403, "networkForbidden")


@pytest.mark.anyio
async def test_the_order_of_checks(desk: Desk) -> None:
    """400 before who calls, 403 before the scope; a bearer call is in the network of its header, not of its path."""
    secured = {"security": [{"Basic": []}, {"OAuth": ["rooms"]}]}
    document = document_with({"/networks/{networkId}": {"get": secured}})
    gateway = desk.gateway(document, network_parameters=("path:networkId",))
    reader = desk.bearer(("rooms.readonly",))
    here, there = f"/networks/{NORTH}", f"/networks/{FOREIGN}"
    assert outcome(await gateway.handle(call("GET", "/networks/north"))) == (400, "invalidRequest")
    assert outcome(await gateway.handle(call("GET", there))) == (401, "unauthenticated")
    assert outcome(await gateway.handle(call("GET", there, reader, network(NORTH)))) == (403, "networkForbidden")
    assert outcome(await gateway.handle(call("GET", here, reader, network(NORTH)))) == (403, "insufficientScope")
    assert outcome(await gateway.handle(call("GET", here, desk.bearer()))) == (400, "networkRequired")


@pytest.mark.anyio
async def test_where_no_network_is_needed_the_path_says_which_one_is_meant(desk: Desk) -> None:
    """A networkless operation: without a header, the network in the path must be one of the caller's."""
    document = document_with({"/networks/{networkId}": {"get": OPEN}})
    gateway = desk.gateway(
        document,
        network_parameters=("path:networkId",),
        networkless_operations=("GET /networks/{networkId}",),
    )
    bearer = desk.bearer()
    assert outcome(await gateway.handle(call("GET", f"/networks/{NORTH}", bearer)))[0] == 502
    assert outcome(await gateway.handle(call("GET", f"/networks/{FOREIGN}", bearer))) == (403, "networkForbidden")
