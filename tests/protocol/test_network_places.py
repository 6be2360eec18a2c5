"""Which network a target names (TN-06): read once, in one way, or refused."""

import pytest

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.network_places import NetworkPlaces, PathPlace, read_targeted

N1 = "0190b3a0-0000-7000-8000-000000000001"
N2 = "0190b3a0-0000-7000-8000-000000000002"
PATH = NetworkPlaces(path=(PathPlace(from_end=2),))
QUERY = NetworkPlaces(query=("networkId",))
BOTH = NetworkPlaces(path=(PathPlace(from_end=1),), query=("networkId",))
NESTED = NetworkPlaces(query=("filter[network_id]",))

READ = [
    ("path", PATH, f"/networks/{N1}/rooms", b"", (N1,)),
    ("upper case", PATH, f"/networks/{N1.upper()}/rooms", b"", (N1,)),
    ("below a base", PATH, f"/api/v2/networks/{N1}/rooms", b"", (N1,)),
    (
        "part of a segment",
        NetworkPlaces(path=(PathPlace(from_end=1, around=(("n-", ".json"),)),)),
        f"/n-{N1}.json",
        b"",
        (N1,),
    ),
    ("query", QUERY, "/rooms", f"a=1&networkId={N1}&b=2".encode(), (N1,)),
    ("no query", QUERY, "/rooms", b"", ()),
    ("another parameter", QUERY, "/rooms", f"network={N1}&networkIds={N2}&myNetworkId={N2}".encode(), ()),
    ("the same twice over", BOTH, f"/{N1}", f"networkId={N1}".encode(), (N1,)),
    ("two networks", BOTH, f"/{N1}", f"networkId={N2}".encode(), (N1, N2)),
    ("escaped value", QUERY, "/rooms", f"networkId=%30{N1[1:]}".encode(), (N1,)),
    ("in brackets", NESTED, "/rooms", f"filter%5Bnetwork_id%5D={N1}".encode(), (N1,)),
    ("other brackets", NESTED, "/rooms", f"filter[room_id]={N2}&filter={N2}".encode(), ()),
]
MALFORMED = [
    ("word in the path", PATH, "/networks/north/rooms", b""),
    ("braces", PATH, f"/networks/%7B{N1}%7D/rooms", b""),
    ("empty", QUERY, "/rooms", b"networkId="),
    ("no value", QUERY, "/rooms", b"networkId"),
    ("comma list", QUERY, "/rooms", f"networkId={N1},{N2}".encode()),
    ("without hyphens", QUERY, "/rooms", f"networkId={N1.replace('-', '')}".encode()),
    ("blank", QUERY, "/rooms", f"networkId=+{N1}".encode()),
    ("64 kB", QUERY, "/rooms", b"networkId=" + b"a" * 65_536),
]
AMBIGUOUS = [
    ("twice", f"networkId={N1}&networkId={N2}"),
    ("twice the same", f"networkId={N1}&networkId={N1}"),
    ("twice, escaped", f"networkId={N1}&network%49d={N2}"),
    ("case", f"networkid={N2}"),
    ("an array", f"networkId[]={N2}"),
    ("beside an array", f"networkId={N1}&networkId%5B0%5D={N2}"),
    ("an operator", f"networkId[in]={N2}"),
    ("a blank before", f"+networkId={N2}"),
    ("a NUL behind", f"networkId%00={N2}"),
    ("behind a semicolon", f"a=1;networkId={N2}"),
    ("before a semicolon", f"networkId={N2};a=1"),
]


@pytest.mark.parametrize(("places", "path", "query", "expected"), [row[1:] for row in READ], ids=[r[0] for r in READ])
def test_a_target_names_networks(places: NetworkPlaces, path: str, query: bytes, expected: tuple[str, ...]) -> None:
    """Each once, in canonical form."""
    assert read_targeted(places, path, query) == expected


@pytest.mark.parametrize(("places", "path", "query"), [row[1:] for row in MALFORMED], ids=[r[0] for r in MALFORMED])
def test_what_is_no_id_is_refused(places: NetworkPlaces, path: str, query: bytes) -> None:
    """400, as for the header."""
    read = read_targeted(places, path, query)
    assert isinstance(read, Refusal)
    assert read.reason is Reason.MALFORMED_NETWORK_ID


@pytest.mark.parametrize("query", [row[1] for row in AMBIGUOUS], ids=[row[0] for row in AMBIGUOUS])
def test_what_two_servers_may_read_in_two_ways_is_refused(query: str) -> None:
    """Doubled, or in a spelling that a lenient server takes for the parameter."""
    read = read_targeted(QUERY, "/rooms", query.encode())
    assert isinstance(read, Refusal)
    assert read.reason is Reason.AMBIGUOUS_NETWORK_PARAMETER


def test_names_that_mean_the_same_are_told_by_underscores_and_hyphens_too() -> None:
    """PHP reads `network.id` and `network id` as `network_id`."""
    for name in ("network.id", "network-id", "network+id", "Network_Id"):
        read = read_targeted(NetworkPlaces(query=("network_id",)), "/", f"{name}={N2}".encode())
        assert isinstance(read, Refusal), name
