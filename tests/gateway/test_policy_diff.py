"""What another document would allow and refuse, and whom of those who call it would cut off."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.gateway.policy import Policy
from frontdesk.gateway.policy_diff import compare
from frontdesk.gateway.policy_impact import find_cut_off, fingerprint_of, judge_kind
from frontdesk.protocol.access import opens
from frontdesk.protocol.call_counts import CallCount, CallKind
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.scopes import CONTRACT, Inclusion, implied
from gateway.desk import document_with, policy_of

SCHEMES: dict[str, Any] = {
    "Basic": {"type": "http", "scheme": "basic"},
    "OAuth": {"type": "oauth2", "flows": {"implicit": {"scopes": dict.fromkeys(("rooms", "rooms.readonly"), "")}}},
    "Id": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example"},
}
BOTH = [{"Basic": []}, {"OAuth": ["rooms", "rooms.readonly"]}]


def policy(paths: dict[str, Any], **more: Any) -> Policy:
    """Paths with methods and their security."""
    written = {
        path: {method: {"security": security} for method, security in methods.items()}
        for path, methods in paths.items()
    }
    options = {name: more.pop(name) for name in ("scope_match",) if name in more}
    return policy_of(document_with(written, components={"securitySchemes": SCHEMES}, **more), **options)


def one(security: Any, **more: Any) -> Policy:
    """One operation."""
    return policy({"/a": {"get": security}}, **more)


@pytest.mark.parametrize(
    ("old", "new", "allowed", "refused"),
    [
        (BOTH, BOTH, (), ()),
        (BOTH, BOTH[::-1], (), ()),
        (BOTH, [{"OAuth": ["rooms.readonly"]}, {"Basic": []}], (), ()),
        (BOTH, [{"Basic": []}, {"OAuth": ["rooms"]}], (), ("a token with only rooms.readonly may no longer call it",)),
        ([{"OAuth": ["rooms"]}], [{"OAuth": ["rooms", "rooms.readonly"]}],
         ("a token with only rooms.readonly may now call it",), ()),
        ([{"OAuth": []}], [{"OAuth": ["rooms"]}], (), ("a token without any scope may no longer call it",)),
        ([{"OAuth": ["rooms"]}], [{"OAuth": []}], ("a token without any scope may now call it",), ()),
        (BOTH, [{"OAuth": ["rooms", "rooms.readonly"]}], (), ("HTTP Basic may no longer be used",)),
        (BOTH, [{"Basic": []}], (), ("a bearer token may no longer be used",)),
        ([{"Basic": []}], BOTH, ("a bearer token may now be used",), ()),
        (BOTH, [], ("anybody may now call it without a credential",), ()),
        ([{}], BOTH, (), ("anybody may no longer call it without a credential",)),
        ([{"OAuth": ["rooms"], "Id": ["a"]}], [{"OAuth": ["rooms"]}], ("a token with only rooms may now call it",), ()),
        ([{"OAuth": ["rooms"]}], [{"OAuth": ["rooms"], "Id": ["a", "b"]}], (),
         ("a token with only rooms may no longer call it",)),
        ([{"OAuth": ["a", "b"]}], [{"OAuth": ["b", "c"]}], ("a token with only c may now call it",),
         ("a token with only a may no longer call it",)),
        ([{"OAuth": ["rooms"]}], [{"OAuth": ["rooms"], "Basic": []}], (), ("a bearer token may no longer be used",)),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(old: Any, new: Any, allowed: tuple[str, ...], refused: tuple[str, ...]) -> None:
    """For callers of every kind; what is decided as before is not told."""
    changes = compare(one(old), one(new), CONTRACT)
    if not allowed and not refused:
        assert changes == ()
        return
    (change,) = changes
    assert (change.operation, change.kind) == ("GET /a", "changed")
    assert (change.allowed, change.refused) == (allowed, refused)


def test_operations_come_and_go() -> None:
    """A path or a method that is gone, and a new one with what opens it."""
    old = policy({"/a": {"get": BOTH, "put": BOTH}, "/b": {"get": BOTH}})
    new = policy({"/a": {"get": BOTH}, "/c": {"post": [{"OAuth": ["rooms"]}, {"Basic": []}], "get": [{"OAuth": []}]}})
    told = [(change.kind, change.operation, change.allowed + change.refused) for change in compare(old, new, CONTRACT)]
    assert told == [
        ("removed", "PUT /a", ("it is not listed any more: every call gets 405",)),
        ("removed", "GET /b", ("it is not listed any more: every call gets 404",)),
        ("added", "GET /c", ("it is new, and open to any bearer token",)),
        ("added", "POST /c", ("it is new, and open to a bearer token with rooms, HTTP Basic",)),
    ]


def test_another_name_of_a_parameter_changes_nothing() -> None:
    """And a template that takes all the calls of another takes nothing away."""
    old = policy({"/a/{id}": {"get": BOTH}})
    assert compare(old, policy({"/a/{roomId}": {"get": BOTH}}), CONTRACT) == ()
    (wider,) = compare(old, policy({"/{kind}/{id}": {"get": BOTH}}), CONTRACT)
    assert (wider.kind, wider.refused) == ("added", ())


def test_a_more_specific_path_takes_calls_from_another() -> None:
    """It is told only where these are then decided otherwise."""
    old = policy({"/a/{id}": {"get": BOTH}})
    assert compare(old, policy({"/a/{id}": {"get": BOTH}, "/a/me": {"get": BOTH}}), CONTRACT) == ()
    (change,) = compare(old, policy({"/a/{id}": {"get": BOTH}, "/a/me": {"get": [{"Basic": []}]}}), CONTRACT)
    assert (change.operation, change.kind) == ("GET /a/me", "added")
    assert change.allowed == ("it takes over what was GET /a/{id} until now",)
    assert change.refused == ("a bearer token may no longer be used",)


def test_bases_and_the_meaning_of_scope_lists_count() -> None:
    """A document is compared as it is compiled."""
    moved = compare(one(BOTH), one(BOTH, servers=[{"url": "/v2"}]), CONTRACT)
    assert [(change.kind, change.operation) for change in moved] == [("removed", "GET /a"), ("added", "GET /v2/a")]
    either, every = one([{"OAuth": ["a", "b"]}]), one([{"OAuth": ["a", "b"]}], scope_match="all")
    (change,) = compare(either, every, CONTRACT)
    assert change.refused == ("a token with only a may no longer call it", "a token with only b may no longer call it")


scopes = st.lists(st.sampled_from(("a", "b", "c", "a.readonly")), max_size=3, unique=True)
securities = st.lists(
    st.dictionaries(st.sampled_from(sorted(SCHEMES)), scopes, min_size=1, max_size=3), min_size=1, max_size=3
)


@settings(max_examples=400, deadline=None)
@given(securities, securities, st.booleans())
def test_nothing_is_lost_or_won_in_silence(old: Any, new: Any, needs_all: bool) -> None:
    """For every token and a Basic pair: where the decision changes, that direction is told, and no other."""
    match = {"scope_match": "all" if needs_all else "any"}
    before, after = one(old, **match), one(new, **match)
    changes = compare(before, after, CONTRACT)
    tokens = [tuple(s for s, bit in zip("abc", f"{mask:03b}", strict=True) if bit == "1") for mask in range(8)]
    tokens += [(*token, "a.readonly") for token in tokens]
    pairs = [tuple("basic" in each.operations[0].schemes for each in (before, after))]
    for token in tokens:
        held = implied(token)
        pairs.append((opens(before.operations[0], held), opens(after.operations[0], held)))
    assert any(change.allowed for change in changes) is ((False, True) in pairs)
    assert any(change.refused for change in changes) is ((True, False) in pairs)


def kind(scheme: str = "oauth2", scopes: str = "rooms.readonly", operation: str = "GET /a") -> CallKind:
    """Calls of somebody."""
    return CallKind(scheme=scheme, client_id="c" if scheme else "", operation=operation, scopes=scopes)


@pytest.mark.parametrize(
    ("calls", "security", "why"),
    [
        (kind(), BOTH, ""),
        (kind(scopes="rooms"), [{"OAuth": ["rooms.readonly"]}], ""),
        (kind(), [{"OAuth": ["rooms"]}], "it takes rooms, and the token held rooms.readonly"),
        (kind(scopes=""), BOTH, "it takes rooms or rooms.readonly, and the token held no scope"),
        (kind(scopes="x"), [{"OAuth": ["a", "b"], "Id": ["c"]}, {"OAuth": ["d"]}],
         "it takes (a or b) and c, or d, and the token held x"),
        (kind(scopes="*"), [{"OAuth": ["rooms"]}], ""),
        (kind(scopes="*"), [{"Basic": []}], "it does not take bearer tokens"),
        (kind("basic", ""), BOTH, ""),
        (kind("basic", ""), [{"OAuth": []}], "it does not take HTTP Basic"),
        (kind("basic", ""), [{"OAuth": [], "Basic": []}], "it does not take HTTP Basic"),
        (kind("", ""), [{}], ""),
        (kind("", ""), BOTH, "it needs a credential"),
        (kind(), [], ""),
        (kind(operation="PUT /a"), BOTH, "the document lists the path without this method"),
        (kind(operation="GET /b"), BOTH, "the document does not list it"),
        (kind(operation="GET /{x}"), BOTH, "the document does not list it"),
        (kind(operation="GET /a//b"), BOTH, "the document does not list it"),
    ],
)  # fmt: skip
def test_calls_that_were_let_in_are_judged_anew(calls: CallKind, security: Any, why: str) -> None:
    """By what was held then. Sets of scopes that were not told apart are given the benefit of the doubt."""
    assert judge_kind(one(security), calls, CONTRACT) == why


def test_calls_are_found_under_other_names_of_parameters() -> None:
    """And where two paths are as specific as each other, both must let them in."""
    new = policy({"/i/{id}/void": {"get": BOTH}, "/i/items/{n}": {"get": [{"Basic": []}]}})
    assert judge_kind(new, kind(operation="GET /i/{invoiceId}/void"), CONTRACT) == ""
    assert judge_kind(new, kind(operation="GET /i/items/{itemId}"), CONTRACT) == "it does not take bearer tokens"


def test_only_those_who_lose_something_are_found() -> None:
    """With how often they called."""
    lost = CallCount(kind=kind(), calls=7, last_at=Micros(5))
    kept = CallCount(kind=kind(scopes="rooms"), calls=9, last_at=Micros(5))
    (found,) = find_cut_off(one([{"OAuth": ["rooms"]}]), [kept, lost], CONTRACT)
    assert found.count is lost


def test_the_fingerprint_is_of_what_is_decided() -> None:
    """Words, order and names of parameters' documents may differ; a scope, a path or what includes what may not."""
    plain = fingerprint_of(one(BOTH), CONTRACT)
    assert fingerprint_of(one(BOTH[::-1], info={"title": "Other", "version": "2"}), CONTRACT) == plain
    others = [
        fingerprint_of(one(BOTH[:1]), CONTRACT),
        fingerprint_of(one(BOTH, servers=[{"url": "/v2"}]), CONTRACT),
        fingerprint_of(one(BOTH, scope_match="all"), CONTRACT),
        fingerprint_of(one(BOTH), Inclusion()),
        fingerprint_of(policy({"/a": {"put": BOTH}}), CONTRACT),
        fingerprint_of(policy({"/a": {"get": BOTH, "put": BOTH}}), CONTRACT),
    ]
    assert len({plain, *others}) == len(others) + 1
