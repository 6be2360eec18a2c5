"""Form reading (attack rows PP)."""

import pytest

from frontdesk.protocol.forms import Form, read_form

FORMS = [
    ("empty", b"", {}, ()),
    ("plain", b"a=1&b=2", {"a": "1", "b": "2"}, ()),
    ("plus and escape", b"a=x+y%20z%2B", {"a": "x y z+"}, ()),
    ("no value is not sent", b"a=&b", {}, ()),
    ("PP-01", b"a=1&a=2", {"a": "1"}, ("a",)),
    ("PP-01", b"a=&a=2", {"a": "2"}, ("a",)),
    ("PP-01", b"a=1&%61=2", {"a": "1"}, ("a",)),
    ("PP-05", b"code[]=x&scope[a]=b", {"code[]": "x", "scope[a]": "b"}, ()),
    ("unicode", "a=\u00e9".encode() + b"%C3%A9", {"a": "\u00e9\u00e9"}, ()),
    ("equals in value", b"a=b=c", {"a": "b=c"}, ()),
]


@pytest.mark.parametrize(("row", "raw", "values", "repeated"), FORMS)
def test_a_form_is_read_and_what_repeats_is_told(
    row: str, raw: bytes, values: dict[str, str], repeated: tuple[str, ...]
) -> None:
    """Nothing wins silently: a repeated name is reported beside its first value."""
    assert read_form(raw) == Form(values=values, repeated=frozenset(repeated))


@pytest.mark.parametrize("raw", [b"a=%", b"a=%g1", b"a=%1", b"a=%+1", b"a=%ff", b"%ff=1", b"a=1&" * 101])
def test_a_broken_form_is_none(raw: bytes) -> None:
    """Broken escapes, bytes that are no UTF-8 and more than a hundred fields (PP-15) are refused as a whole."""
    assert read_form(raw) is None
