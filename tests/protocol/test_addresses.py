"""E-mail addresses: one canonical text or none (attack rows OT-20, OT-21, EM-01, EM-03, UN-02, UN-05)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.protocol.addresses import read_domain, read_email

READ = [
    ("OT-21", "ada@example.com", "ada@example.com"),
    ("OT-21", "  Ada@Example.COM\t", "ada@example.com"),
    ("OT-21", "ada+spam@example.com", "ada+spam@example.com"),
    ("OT-21", "a.d.a@mail.example.com", "a.d.a@mail.example.com"),
    ("OT-21", "o'brien@example.com", "o'brien@example.com"),
    ("OT-21", "!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"),
    ("OT-21", "ada@localhost", "ada@localhost"),
    ("OT-21", "ada@münchen.example", "ada@xn--mnchen-3ya.example"),
    ("OT-21", "ada@MÜNCHEN.Example", "ada@xn--mnchen-3ya.example"),
    ("OT-21", "ada@xn--mnchen-3ya.example", "ada@xn--mnchen-3ya.example"),
    ("OT-21", "ada@XN--MNCHEN-3YA.example", "ada@xn--mnchen-3ya.example"),
    ("OT-21", "ada@例え.example", "ada@xn--r8jz45g.example"),
    ("OT-21", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 59}", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 59}"),
    ("size", f"{'a' * 65}@example.com", None),
    ("size", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 62}", None),
    ("size", f"ada@{'b' * 64}.com", None),
    ("size", "a" * 1_000_000 + "@example.com", None),
    ("OT-20", "ada\uff20example.com", None),
    ("OT-20", "ada\ufe6bexample.com", None),
    ("OT-20", "ada\uff20evil.com@example.com", None),
    ("OT-20", "ada@example\uff0ecom", None),
    ("OT-20", "ada@example\u3002com", None),
    ("OT-20", "ada@example\uff61com", None),
    ("OT-20", "ada@example\u2024com", None),
    ("OT-20", "ada@\uff45xample.com", None),
    ("OT-20", "\uff41da@example.com", None),
    ("OT-20", "ada\u00a0@example.com", None),
    ("OT-20", "\u00a0ada@example.com", None),
    ("OT-20", "ada@example.com\u3000", None),
    ("OT-20", "ada@exam\u200bple.com", None),
    ("OT-20", "ada@exam\u00adple.com", None),
    ("OT-20", "ada@℀.example", None),
    ("OT-20", "ada@①.example", None),
    ("OT-20", "\u0430da@example.com", None),
    ("UN-02", "ada@ba\u212a.example", None),
    ("UN-02", "\u212aate@example.com", None),
    ("UN-02", "ada@straße.example", None),
    ("UN-02", "ada@STRAẞE.example", None),
    ("UN-02", "ada@\u0130stanbul.example", None),
    ("UN-02", "ada@σας.example", None),
    ("UN-02", "ada@ﬁ.example", None),
    ("UN-02", "ada@mu\u0308nchen.example", None),
    ("EM-01", "ada@example.com\r\nBcc: eve@example.com", None),
    ("EM-01", "ada@example.com\n", None),
    ("EM-01", "ada@example.com\r", None),
    ("EM-01", "\nada@example.com", None),
    ("EM-01", "ada\0@example.com", None),
    ("EM-01", "ada@exam\0ple.com", None),
    ("EM-01", "ada@example.com\x85", None),
    ("EM-01", "ada@example.com\u2028", None),
    ("EM-01", "ada@example.com\x7f", None),
    ("EM-03", "ada@x.example,eve@y.example", None),
    ("EM-03", "ada@x.example;eve@y.example", None),
    ("EM-03", "ada@x.example eve@y.example", None),
    ("EM-03", "ada@x.example%0aeve@y.example", None),
    ("EM-03", "Ada <ada@example.com>", None),
    ("EM-03", "<ada@example.com>", None),
    ("EM-03", "ada@example.com (Ada)", None),
    ("EM-03", '"ada"@example.com', None),
    ("EM-03", '"ada@evil.example"@example.com', None),
    ("EM-03", "ada@@example.com", None),
    ("EM-03", "ada@example.com@evil.example", None),
    ("EM-03", "@hosta.example:ada@hostb.example", None),
    ("EM-03", "mailto:ada@example.com", None),
    ("form", "", None),
    ("form", " ", None),
    ("form", "ada", None),
    ("form", "@example.com", None),
    ("form", "ada@", None),
    ("form", ".ada@example.com", None),
    ("form", "ada.@example.com", None),
    ("form", "a..da@example.com", None),
    ("form", "ada@.example.com", None),
    ("form", "ada@example.com.", None),
    ("form", "ada@example..com", None),
    ("form", "ada@-example.com", None),
    ("form", "ada@example-.com", None),
    ("form", "ada@exam_ple.com", None),
    ("form", "ada@[127.0.0.1]", None),
    ("form", "ada@127.0.0.1", None),
    ("form", "ada@example.com:25", None),
    ("form", "ada@\ud800.example", None),
]


@pytest.mark.parametrize(("row", "text", "email"), READ, ids=lambda value: ascii(value)[:40])
def test_an_address_has_one_canonical_text_or_none(row: str, text: str, email: str | None) -> None:
    """What could be read in two ways, or normalises to something else, is refused."""
    assert read_email(text) == email


@given(st.text(max_size=60))
def test_the_validated_value_is_the_stored_value(text: str) -> None:
    """UN-05: what comes out is ASCII, lower-case, stable, and reads back as itself."""
    for typed in (text, f"ada@{text}", f"{text}@example.com", f"ada@{text}.example"):
        email = read_email(typed)
        if email is not None:
            assert email.isascii()
            assert email == email.lower() == unicodedata.normalize("NFKC", email)
            assert read_email(email) == email
            assert email.count("@") == 1


@given(st.characters(min_codepoint=0x80))
def test_no_other_character_becomes_an_ascii_one(character: str) -> None:
    """OT-20: a character outside ASCII never comes out as an ASCII letter, dot or at-sign."""
    for typed in (f"ada{character}example.com", f"a{character}a@example.com"):
        assert read_email(typed) is None
    domain = read_domain(f"ex{character}mple.example")
    assert domain is None or domain.startswith("xn--")
