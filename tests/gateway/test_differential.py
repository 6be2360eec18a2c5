"""GW-27: whatever the gateway judges as one operation, a server behind it runs as that one, and as no other."""

import re
from typing import Any
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Match, Route

from frontdesk.gateway.target import Target, read_target
from gateway.desk import document_with, policy_of

TEMPLATES = [
    "/rooms/v1", "/rooms/v1/{id}", "/rooms/v1/me", "/rooms/v1/{id}/void", "/rooms/v1/items/{id}", "/{any}/v1/{id}",
    "/users/@me", "/users/{id}", "/files/{name}.json", "/files/{name}", "/things:batch", "/a b", "/café", "/rooms/v2/",
]  # fmt: skip
POLICY = policy_of(document_with({template: {"get": {"security": [{"Basic": []}]}} for template in TEMPLATES}))
PIECES = [
    "/", "//", ".", "..", "/../", "/./", "%2e", "%2E%2e", "%2f", "%2F", "%5c", "\\", ";", ";x=1", "%3b", "#", "%23",
    "?", "%3f", "%00", "%", "%25", "%252e", "%252f", "%61", "%40", "@", ":", "%3A", "me", "items", "void", ".json",
    "%2Ejson", "rooms", "Rooms", "v1", "%761", "users", "a b", "a%20b", "caf%C3%A9", "é", "%c0%ae", "+", "%2B", "~",
    "%7e", "*", "x",
]  # fmt: skip


def route_of(template: str) -> Route:
    """A route of a widely used server framework; a template's parameters are one segment each, as there."""

    async def endpoint(_: Any) -> None:
        raise NotImplementedError

    return Route(template, endpoint, methods=["GET"], name=template)


def order_of(template: str) -> list[int]:
    """Literal segments first, then those with a literal part, then bare parameters."""
    return [0 if "{" not in part else 2 if part.startswith("{") and part.endswith("}") else 1
            for part in template.split("/")]  # fmt: skip


# As an author of such a server must order them.
ROUTES = [route_of(template) for template in sorted(TEMPLATES, key=order_of)]


def served(path: str) -> set[str]:
    """The templates that a server would run for a path that it has decoded: the first route that fits."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    return set(next(([route.name] for route in ROUTES if route.matches(scope)[0] is Match.FULL), []))


def mutated(template: str, parts: list[str | None], cuts: list[int]) -> str:
    """A template with parameters filled in, pieces put in anywhere, and for None a character escaped."""
    text = re.sub(r"\{\w+\}", "7", template)
    for part, cut in zip(parts, cuts, strict=False):
        place = cut % (len(text) + 1)
        if part is None:
            escaped = "".join(f"%{byte:02X}" for byte in text[place : place + 1].encode())
            text = text[:place] + escaped + text[place + 1 :]
        else:
            text = text[:place] + part + text[place:]
    return text


@settings(max_examples=3_000, deadline=None)
@given(
    st.sampled_from(TEMPLATES),
    st.lists(st.none() | st.sampled_from(PIECES), max_size=4),
    st.lists(st.integers(0, 60), min_size=4, max_size=4),
)
def test_gw_27_a_server_never_runs_an_operation_that_was_not_judged(
    template: str, parts: list[str | None], cuts: list[int]
) -> None:
    """On what was sent and on what we would send, decoded once or not at all."""
    raw = mutated(template, parts, cuts).encode()
    target = read_target(raw)
    if not isinstance(target, Target):
        return
    found = POLICY.match("GET", target)
    judged = {operation.template for operation in found} if isinstance(found, tuple) else set()
    if not judged:
        return
    sent = target.normalised.partition(b"?")[0].decode()
    for path in (unquote(sent), unquote(raw.partition(b"?")[0].decode())):
        assert served(path) <= judged, (raw, path, judged)


def test_the_comparison_finds_templates() -> None:
    """The other server does serve these paths: agreement above is not silence."""
    paths = {"/rooms/v1/me": "/rooms/v1/me", "/files/a.json": "/files/{name}.json", "/a b": "/a b"}
    for path, template in paths.items():
        assert served(path) == {template}
