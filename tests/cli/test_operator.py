"""What may be typed: titles, addresses, ids, redirect URIs and scopes, judged before anything is stored."""

import pytest

from frontdesk.flows.operator import MAX_TITLE, Objection, read_address, read_network_id, read_title
from frontdesk.flows.registration import MAX_REDIRECT_URIS, read_client_scopes, read_redirect_uris

KNOWN = frozenset({"locations", "locations.readonly", "resources"})


@pytest.mark.parametrize(
    "text", ["Northside", "Kaffeehaus Süd", "コワーキング", "تجربة", "می‌خواهم", "👩‍💻 Hub", "a" * MAX_TITLE]
)
def test_titles_that_people_write_are_kept(text: str) -> None:
    """Every script, and the two joiners that some need."""
    assert read_title(text, what="title") == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the title is empty"),
        ("   ", "the title is empty"),
        ("a" * (MAX_TITLE + 1), "longer than 120"),
        ("North\nside", "U+000A"),
        ("North\x1b[31mside", "U+001B"),
        ("evil\u202etxt", "U+202E"),
        ("in\u2066visible", "U+2066"),
        ("zero\u200bwidth", "U+200B"),
        ("half \ud800 pair", "U+D800"),
        ("line\u2028break", "U+2028"),
    ],
)
def test_titles_that_deceive_are_refused(text: str, problem: str) -> None:
    """Control and direction-changing characters would be shown to people on the consent page."""
    judged = read_title(text, what="title")
    assert isinstance(judged, Objection)
    assert problem in judged.problem


def test_a_title_is_trimmed_and_composed() -> None:
    """Two spellings of one title are one title (NFC)."""
    assert read_title("  Su\u0308d ", what="title") == "Süd"


def test_addresses_are_lower_cased_and_refused_in_words() -> None:
    """As sign-in compares them (contract, Login)."""
    assert read_address("Olena@Northside.EXAMPLE") == "olena@northside.example"
    refused = read_address("olena\x1b@x")
    assert isinstance(refused, Objection)
    assert "\x1b" not in refused.problem


def test_a_network_id_is_a_uuid() -> None:
    """Canonical form is lower-case; anything else is refused with a way to find the right one."""
    assert read_network_id("0192F0C1-0000-7000-8000-000000000001") == "0192f0c1-0000-7000-8000-000000000001"
    refused = read_network_id("acme")
    assert isinstance(refused, Objection)
    assert "frontdesk network list" in refused.hint


def test_redirect_uris_are_judged_one_by_one() -> None:
    """At least one, each fit to be matched byte for byte, none twice."""
    https = "https://app.example/callback"
    assert read_redirect_uris([https, https, "http://localhost:8001/callback"]) == (
        https,
        "http://localhost:8001/callback",
    )
    for refused in ([], ["http://app.example/callback"], [https, "https://app.example/*"], ["app\x1b[0m"]):
        judged = read_redirect_uris(refused)
        assert isinstance(judged, Objection)
        assert judged.problem.isprintable()
    many = [f"https://app.example/{number}" for number in range(MAX_REDIRECT_URIS + 1)]
    assert isinstance(read_redirect_uris(many), Objection)


def test_scopes_are_known_ones_where_a_document_says_which_exist() -> None:
    """A scope that the document lacks is refused with the nearest; without a document any well-formed one will do."""
    assert read_client_scopes("resources,locations.readonly", known=KNOWN) == ("resources", "locations.readonly")
    assert read_client_scopes("anything at.all", known=frozenset()) == ("anything", "at.all")
    wrong = read_client_scopes("resourcs", known=KNOWN)
    assert isinstance(wrong, Objection)
    assert wrong.hint == 'did you mean "resources"?'
    assert isinstance(read_client_scopes(" ", known=KNOWN), Objection)
    assert isinstance(read_client_scopes('a"b', known=KNOWN), Objection)
