"""How records lie in columns: which networks a grant's packed edges lead to."""

from itertools import product

from frontdesk.storage.columns import drop_edge, leads_to, live_edges

# Ids made of few different bytes are also found where one edge ends and the next begins.
NETWORKS = [bytes(one) + b"\0" * 8 for one in product((0, 1), repeat=8)][:40]


def test_an_edge_is_found_where_an_edge_lies_and_nowhere_else() -> None:
    """A live edge leads to its network; a dropped one, and bytes that only look like an id, lead nowhere."""
    for place, network in enumerate(NETWORKS):
        others = [one for one in NETWORKS if one != network]
        raw = live_edges(b"".join([*others[:place], network, *others[place:]]))
        assert leads_to(raw, network)
        dropped = drop_edge(raw, network, 1_800_000_000_000_000)  # type: ignore[arg-type]
        assert dropped is not None
        assert not leads_to(dropped, network)
        assert not leads_to(live_edges(b"".join(others)), network)
    assert leads_to(live_edges(NETWORKS[3], frozenset(NETWORKS[3:4])), NETWORKS[3])
    assert not leads_to(b"", NETWORKS[0])
