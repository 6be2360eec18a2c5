"""Scopes: reading, covering, bitmaps (attack rows SC)."""

import pytest

from frontdesk.protocol.scopes import implied, mask_of, missing, pick, read_scopes, render_scopes

READ = [
    ("SC-01", "a b", ("a", "b")),
    ("SC-01", "a,b", ("a", "b")),
    ("SC-01", "a, b", ("a", "b")),
    ("SC-01", "a,,b", ("a", "b")),
    ("SC-01", " ,a b, ", ("a", "b")),
    ("SC-02", "b a", ("b", "a")),
    ("SC-03", "a b a", ("a", "b")),
    ("SC-05", "", ()),
    ("SC-06", " ".join(f"s{n}" for n in range(10_000)), None),
    ("SC-06", "a" * 1_000_000, None),
    ("SC-07", 'a"b', None),
    ("SC-07", "a\\b", None),
    ("SC-07", "a\x07", None),
    ("SC-07", "a\tb", None),
    ("SC-07", "res\u043eurces", None),
    ("SC-07", "a\uff0cb", None),
    ("SC-07", "a\u00a0b", None),
]


@pytest.mark.parametrize(("row", "text", "scopes"), READ, ids=lambda value: str(value)[:30])
def test_scopes_are_read_in_order_once_each(row: str, text: str, scopes: tuple[str, ...] | None) -> None:
    """Spaces and commas separate; an illegal character or an absurd size refuses the whole."""
    assert read_scopes(text) == scopes


def test_x_includes_x_readonly_and_nothing_else() -> None:
    """SC-11: no prefix, no substring, no chain."""
    assert implied(("resources",)) == {"resources", "resources.readonly"}
    assert implied(("resources.readonly",)) == {"resources.readonly"}
    assert missing(["resource", "resources.", "resources.readonly.x", "Resources"], ("resources",)) == (
        "resource",
        "resources.",
        "resources.readonly.x",
        "Resources",
    )
    assert missing(["resources.readonly"], ("resources",)) == ()


def test_a_bitmap_counts_along_the_list_it_was_made_for() -> None:
    """What a token's bitmap names is what was put in, in the list's order."""
    along = ("c", "a", "b")
    assert pick(along, mask_of(("b", "c", "unknown"), along)) == ("c", "b")
    assert render_scopes(("c", "b")) == "c b"
