"""The policy against a slow reading of the same document, for documents and calls that nobody wrote."""

import re
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.gateway.document import read_document
from frontdesk.gateway.policy import compile_policy
from frontdesk.gateway.target import Target, read_target
from frontdesk.protocol.access import opens
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.scopes import implied
from gateway.desk import document_with

METHODS = ("get", "post", "delete", "head")
BASES = ("", "/v1", "/a", "/v1/a")
SEGMENTS = ("a", "b", "items", "void", "{x}", "{y}", "{x}.b", "a{x}", "{x}-{y}")
WORDS = ("a", "b", "items", "void", "ab", "q.b", "x-y", "v1", "-", "zz")
OPEN: dict[str, Any] = {"security": [{"Basic": []}]}

templates = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))
calls = st.tuples(
    st.sampled_from([method.upper() for method in METHODS]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(lambda parts: "/" + "/".join(parts)),
)
listings = st.dictionaries(templates, st.sets(st.sampled_from(METHODS), min_size=1), min_size=1, max_size=8)


def fits(template: str, path: str) -> bool:
    """By a regular expression."""
    pieces = re.split(r"(\{[xy]\})", template)
    pattern = "".join("[^/]+" if piece.startswith("{") else re.escape(piece) for piece in pieces)
    return re.fullmatch(pattern, path) is not None


def beats(one: str, other: str) -> bool:
    """Everything that fits the one fits the other too: a literal, or the same, or a bare parameter beside it."""

    def within(left: str, right: str) -> bool:
        left, right = (re.sub(r"\{[xy]\}", "{}", part) for part in (left, right))
        return "{" not in left or right == "{}" or left == right

    pairs = list(zip(one.split("/"), other.split("/"), strict=True))
    return all(within(*pair) for pair in pairs) and not all(within(right, left) for left, right in pairs)


def naive(paths: dict[str, set[str]], bases: list[str], method: str, path: str) -> Any:
    """The whole templates whose operations must all allow; or the reason and what `Allow` says."""
    fitting = [(base, template) for base, template in product(bases, paths) if fits(base + template, path)]
    best = [one for one in fitting if not any(beats("".join(other), "".join(one)) for other in fitting)]
    if not best:
        return Reason.UNKNOWN_OPERATION
    offered = {one: {each.upper() for each in paths[one[1]]} for one in best}
    for methods in offered.values():
        methods |= {"HEAD"} if "GET" in methods else set()
    chosen = {one for one in best if method in offered[one]}
    return chosen or (Reason.METHOD_NOT_ALLOWED, set().union(*offered.values()))


@settings(max_examples=400, deadline=None)
@given(listings, st.lists(st.sampled_from(BASES), min_size=1, max_size=3, unique=True), st.lists(calls, max_size=25))
def test_a_call_means_what_a_naive_reading_says(
    paths: dict[str, set[str]], bases: list[str], asked: list[tuple[str, str]]
) -> None:
    """Any templates, several of them as specific as each other, under any servers."""
    listed = {template: dict.fromkeys(sorted(methods), OPEN) for template, methods in paths.items()}
    document = document_with(listed, servers=[{"url": base or "/"} for base in bases])
    policy = compile_policy(read_document(document))
    for method, path in asked:
        target = read_target(path.encode())
        assert isinstance(target, Target)
        found = policy.match(method, target)
        expected = naive(paths, bases, method, path)
        if not isinstance(found, Refusal):
            assert {(each.base, each.template) for each in found} == expected, path
        elif found.reason is Reason.METHOD_NOT_ALLOWED:
            assert (found.reason, set(found.allow)) == expected, path
        else:
            assert found.reason == expected, path


SCHEMES: dict[str, Any] = {
    "Basic": {"type": "http", "scheme": "basic"},
    "OAuth": {"type": "oauth2", "flows": {"implicit": {"scopes": {"a": "", "b": ""}}}},
    "Sign-in": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example"},
    "Key": {"type": "apiKey", "in": "query", "name": "k"},
}
BEARERS = ("OAuth", "Sign-in")
scopes = st.lists(st.sampled_from(("a", "b", "c", "a.readonly", "b.readonly")), max_size=3, unique=True)
requirements = st.dictionaries(st.sampled_from(sorted(SCHEMES)), scopes, max_size=3)


def naively_opens(security: list[dict[str, list[str]]], held: set[str] | None, *, needs_all: bool) -> bool:
    """Whether a token with these scopes opens it, or, for None, a Basic pair: the sentence of the OpenAPI text."""

    def meets(scheme: str, wanted: list[str]) -> bool:
        if held is None:
            return scheme == "Basic"
        got = held | {f"{scope}.readonly" for scope in held if not scope.endswith(".readonly")}
        return scheme in BEARERS and (not wanted or (all if needs_all else any)(scope in got for scope in wanted))

    return not security or any(all(meets(*each) for each in requirement.items()) for requirement in security)


@settings(max_examples=600, deadline=None)
@given(st.lists(requirements, max_size=4), scopes, st.booleans())
def test_security_opens_what_a_naive_reading_says(
    security: list[dict[str, list[str]]], held: list[str], needs_all: bool
) -> None:
    """Any alternatives and combinations, under either meaning of a scope list."""
    document = document_with({"/a": {"get": {"security": security}}}, components={"securitySchemes": SCHEMES})
    (operation,) = compile_policy(read_document(document), scope_match="all" if needs_all else "any").operations
    assert opens(operation, implied(tuple(held))) is naively_opens(security, set(held), needs_all=needs_all)
    is_open = "basic" in operation.schemes or "public" in operation.schemes
    assert is_open is naively_opens(security, None, needs_all=needs_all)
