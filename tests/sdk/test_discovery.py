"""What a server or an API says of itself is believed about itself only."""

from collections.abc import Iterator
from typing import Any

import pytest
from frontdesk_client.connect import discover, discover_api, discover_api_async, discover_async
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import DiscoveryFailed, InsecureTransport, TokenEndpointFailed

from sdk.answering import Answering, answering
from servers.partner import Town

SERVER = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


@pytest.fixture
def desk() -> Iterator[Answering]:
    """A server that describes itself well."""
    with answering() as server:
        server.said[SERVER] = (200, {}, metadata(server.url))
        server.said[RESOURCE] = (200, {}, {"resource": server.url, "authorization_servers": [server.url]})
        yield server


def metadata(issuer: str, /, **other: Any) -> dict[str, Any]:
    """A server's own words."""
    said = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/a",
        "token_endpoint": f"{issuer}/t",
        "revocation_endpoint": f"{issuer}/r",
        "authorization_response_iss_parameter_supported": True,
    }
    return said | other


@pytest.mark.anyio
async def test_a_servers_endpoints_are_taken_from_its_metadata(desk: Answering) -> None:
    """RFC 8414; a server that says so must send `iss` in every answer (RFC 9207 §2.3)."""
    expected = Endpoints(
        authorize=f"{desk.url}/a",
        token=f"{desk.url}/t",
        revoke=f"{desk.url}/r",
        networks=f"{desk.url}/networks/v1",
        api=(desk.url,),
        issuer=desk.url,
    )
    assert discover(desk.url) == expected
    assert await discover_async(desk.url) == expected
    assert discover_api(desk.url) == expected
    assert await discover_api_async(desk.url) == expected


def test_the_api_may_be_elsewhere_and_iss_may_be_missing(desk: Answering) -> None:
    """What the document leaves out keeps its usual place; nothing makes the issuer known that sends none."""
    said = metadata(desk.url)
    del said["revocation_endpoint"], said["authorization_response_iss_parameter_supported"]
    desk.said[SERVER] = (200, {}, said)
    found = discover(desk.url, api=("https://api.example",))
    assert found.revoke == f"{desk.url}/oauth2/revoke"
    assert found.networks == "https://api.example/networks/v1"
    assert found.issuer is None


def test_the_well_known_part_goes_before_the_path(desk: Answering) -> None:
    """RFC 8414 §3.1: `https://host/tenant` describes itself under `https://host/.well-known/…/tenant`."""
    issuer = f"{desk.url}/tenant"
    desk.said[f"{SERVER}/tenant"] = (200, {}, metadata(issuer))
    assert discover(issuer).token == f"{issuer}/t"


@pytest.mark.parametrize("other", ["https://evil.example", "{url}/", "{url}/x", "", None, 7])
def test_mx_03_metadata_of_another_issuer_aborts(desk: Answering, other: object) -> None:
    """MX-03: the issuer must be the one that was asked, letter for letter (RFC 8414 §3.3)."""
    named = other.format(url=desk.url) if isinstance(other, str) else other
    desk.said[SERVER] = (200, {}, metadata(desk.url, issuer=named))
    with pytest.raises(DiscoveryFailed, match="another issuer"):
        discover(desk.url)


@pytest.mark.parametrize("other", ["https://evil.example", "{url}/", "{url}/other", "", None])
def test_mx_04_a_document_about_another_resource_aborts(desk: Answering, other: str | None) -> None:
    """MX-04: a token meant for one API is not asked for in another one's name (RFC 9728 §3.3); no server is asked."""
    named = None if other is None else other.format(url=desk.url)
    desk.said[RESOURCE] = (200, {}, {"resource": named, "authorization_servers": [desk.url]})
    with pytest.raises(DiscoveryFailed, match="another resource"):
        discover_api(desk.url)
    assert [target for _, target, _ in desk.asked] == [RESOURCE]


@pytest.mark.parametrize("servers", [None, [], "x", [7], ["http://plain.example"], ["no address"], [""]])
def test_an_api_must_name_a_server_that_can_be_trusted(desk: Answering, servers: object) -> None:
    """An address over https, or on this machine."""
    desk.said[RESOURCE] = (200, {}, {"resource": desk.url, "authorization_servers": servers})
    with pytest.raises(DiscoveryFailed):
        discover_api(desk.url)


@pytest.mark.parametrize("field", ["authorization_endpoint", "token_endpoint", "revocation_endpoint"])
@pytest.mark.parametrize("value", ["http://plain.example/t", "ftp://x/", "/relative", 7, "javascript:alert(1)"])
def test_an_endpoint_without_https_is_refused(desk: Answering, field: str, value: object) -> None:
    """The document itself cannot lead a secret onto an open line."""
    desk.said[SERVER] = (200, {}, metadata(desk.url, **{field: value}))
    with pytest.raises(DiscoveryFailed):
        discover(desk.url)


@pytest.mark.parametrize(
    ("status", "said"), [(404, {}), (500, {}), (200, []), (200, b"<html>"), (200, b"\xff"), (302, {})]
)
def test_a_server_that_says_nothing_is_told_apart(desk: Answering, status: int, said: object) -> None:
    """The original API has no metadata: the message says how to do without. A redirect is not followed."""
    desk.said[SERVER] = (status, {"Location": f"{desk.url}/elsewhere"}, said)
    with pytest.raises(DiscoveryFailed, match=r"Endpoints\.under"):
        discover(desk.url)
    assert len(desk.asked) == 1


@pytest.mark.parametrize(
    "issuer", ["http://plain.example", "https://u:p@host.example", "https://host.example?x=1", "x", ""]
)
def test_what_is_no_issuer_is_not_asked(issuer: str) -> None:
    """RFC 8414 §2: https, and neither a user nor a query; a password in it is not printed."""
    with pytest.raises((DiscoveryFailed, InsecureTransport)) as caught:
        discover(issuer)
    assert ":p@" not in str(caught.value)


def test_nobody_there_is_told_as_such() -> None:
    """And may be tried again."""
    with answering() as server:
        gone = server.url
    with pytest.raises(TokenEndpointFailed):
        discover(gone)


def test_frontdesk_describes_itself(town: Town) -> None:
    """A real one: its endpoints, and that it sends `iss`."""
    found = discover(town.house.url)
    assert found == Endpoints.under(town.house.url, issuer=town.house.url)
