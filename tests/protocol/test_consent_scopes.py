"""What may be left out of what an app asks for, and what a choice gives (RFC 6749 §3.3; SC-15)."""

import pytest

from frontdesk.protocol.consent_scopes import MOST_SPLIT, ScopeChoice, read_request
from frontdesk.protocol.scopes import Inclusion, Scopes

KNOWN = ("rooms", "rooms.readonly", "plans", "plans.readonly", "news.readonly", "keys")


def words(text: str) -> Scopes:
    """Scopes as they are written."""
    return tuple(text.split())


@pytest.mark.parametrize(
    ("asked", "registered", "optional", "required", "levels"),
    [
        ("rooms plans", "rooms plans", "", "rooms plans", []),
        ("rooms plans", "rooms plans", "plans", "rooms", ["plans.readonly plans"]),
        ("rooms plans", "rooms plans", "rooms plans", "", ["rooms.readonly rooms", "plans.readonly plans"]),
        ("news.readonly keys", "news.readonly keys", "news.readonly keys", "", ["news.readonly", "keys"]),
        # What may be left out of `plans` may be left out of its part too; no more is offered than was asked for.
        ("plans.readonly", "plans", "plans", "", ["plans.readonly"]),
        # Reading is required, so that writing is all that may be left out.
        ("plans plans.readonly", "plans plans.readonly", "plans", "plans.readonly", ["plans.readonly plans"]),
        ("plans", "plans plans.readonly", "plans", "", ["plans.readonly plans"]),
        # A required scope that includes an optional one requires it.
        ("plans.readonly", "plans plans.readonly", "plans.readonly", "plans.readonly", []),
        ("plans plans.readonly", "plans", "plans", "", ["plans.readonly plans"]),
    ],
)
def test_what_may_be_left_out(asked: str, registered: str, optional: str, required: str, levels: list[str]) -> None:
    """By the registration alone: what is not named as optional there is required."""
    request = read_request(words(asked), registered=words(registered), optional=words(optional), known=KNOWN)
    assert request.required == words(required)
    assert [choice.levels for choice in request.choices] == [words(each) for each in levels]


@pytest.mark.parametrize(
    ("asked", "optional", "chosen", "given"),
    [
        ("rooms plans", "plans", "", "rooms"),
        ("rooms plans", "plans", "plans", "rooms plans"),
        ("plans rooms", "plans", "plans", "plans rooms"),
        ("rooms plans", "plans", "plans.readonly", "rooms plans.readonly"),
        ("rooms plans plans.readonly", "plans plans.readonly", "plans.readonly", "rooms plans.readonly"),
        ("rooms plans plans.readonly", "plans plans.readonly", "plans", "rooms plans plans.readonly"),
        ("rooms plans", "plans", "plans plans.readonly", "rooms plans"),
        ("rooms plans", "plans", "keys news.readonly PLANS plans.readonly.x", "rooms"),
        ("plans", "plans", "", ""),
        ("news.readonly keys", "news.readonly keys", "keys", "keys"),
    ],
)
def test_what_a_choice_gives(asked: str, optional: str, chosen: str, given: str) -> None:
    """In the order asked for; what was not offered gives nothing, and of several levels the highest counts."""
    request = read_request(words(asked), registered=words(asked), optional=words(optional), known=KNOWN)
    assert request.given(words(chosen)) == words(given)


def test_what_reading_alone_is_required_is_given_unasked() -> None:
    """Where the registration requires reading, less than that cannot be chosen."""
    request = read_request(("plans",), registered=("plans", "plans.readonly"), optional=("plans",), known=KNOWN)
    assert request.choices[0].is_needed
    assert request.given(()) == ("plans.readonly",)
    assert request.given(("plans",)) == ("plans",)


def test_a_level_that_no_operation_knows_is_not_offered() -> None:
    """Nobody could use it."""
    request = read_request(("keys",), registered=("keys",), optional=("keys",), known=KNOWN)
    assert request.choices == (ScopeChoice(name="keys", levels=("keys",), asked=("keys",)),)


def test_endings_are_those_of_the_installation() -> None:
    """Where nothing is included by its ending, each scope is a choice of its own; another ending makes levels."""
    scopes = ("plans", "plans.readonly")
    plain = read_request(scopes, registered=scopes, optional=scopes, known=KNOWN, inclusion=Inclusion())
    assert [choice.levels for choice in plain.choices] == [("plans",), ("plans.readonly",)]
    other = Inclusion(suffixes=(":view",))
    ended = read_request(("plans",), registered=("plans",), optional=("plans",), known=("plans:view",), inclusion=other)
    assert ended.choices[0].levels == ("plans:view", "plans")


def test_a_token_has_room_for_all_that_can_be_given() -> None:
    """Its bitmap counts along what was asked for and what was given instead: no more than a token can tell apart."""
    for number in (MOST_SPLIT, MOST_SPLIT + 1, 200):
        asked = tuple(f"s{n}" for n in range(number))
        parts = tuple(f"{scope}.readonly" for scope in asked)
        request = read_request(asked, registered=asked, optional=asked, known=(*asked, *parts))
        assert len({*asked, *request.given(parts)}) <= 200
