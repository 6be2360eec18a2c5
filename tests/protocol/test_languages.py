"""In which language somebody is spoken to (RFC 9110 §12.5.4, RFC 4647 §3.4)."""

import pytest

from frontdesk.protocol.languages import LANGUAGES, OFFERED, PSEUDO_CODE, choose_language


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT, en;q=0.8", "de"),
        ("AR-eg", "ar"),
        ("fi, uk;q=0.4, es;q=0.5", "es"),
        ("es;q=0, uk", "uk"),
        ("fi, *;q=0.1, de;q=0.05", "en"),
        ("de;q=abc, fr", "fr"),
        ("de;q=2, fr", "fr"),
        ("zz" + ", de" * 40, "de"),
        ("zz, " * 40 + "de", "en"),
        (";;;,=,q", "en"),
        (PSEUDO_CODE, "en"),
    ],
)
def test_a_browser_is_given_what_it_wants_most(accepted: str, code: str) -> None:
    """Of what there is; a region is served by its language; nonsense by the first."""
    assert choose_language(chosen=(), accepted=accepted).code == code


def test_a_choice_comes_before_what_the_browser_says() -> None:
    """The person's before the cookie's; one that is not offered counts for nothing."""
    assert choose_language(chosen=("uk", "fr"), accepted="de").code == "uk"
    assert choose_language(chosen=("xx", "fr"), accepted="de").code == "fr"
    assert choose_language(chosen=(PSEUDO_CODE,), accepted="de").code == "de"
    assert choose_language(chosen=("uk",), accepted="de", offered=("es", "fr")).code == "es"


def test_every_language_says_its_name_and_direction() -> None:
    """Arabic alone runs from right to left; the pseudo-language is offered to nobody who does not ask."""
    assert [code for code, language in LANGUAGES.items() if language.dir == "rtl"] == ["ar"]
    assert PSEUDO_CODE not in OFFERED
    assert OFFERED == ("en", "uk", "de", "es", "fr", "ar")
