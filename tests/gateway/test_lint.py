"""What `policy lint` finds, and what looks alike and is no fault."""

import re
from pathlib import Path
from typing import Any

import pytest

from frontdesk.gateway.document import read_document
from frontdesk.gateway.lint import Code, Finding, Severity, Subject, lint
from frontdesk.protocol.scopes import CONTRACT, Inclusion
from gateway.desk import document_with

HEADER = {"name": "Spacebring-Network-Id", "in": "header", "schema": {"type": "string"}}
REQUIRED = {**HEADER, "required": True}
OTHER = {"name": "x", "in": "query"}
SCHEMES: dict[str, Any] = {
    "Basic": {"type": "http", "scheme": "basic"},
    "OAuth": {
        "type": "oauth2",
        "flows": {"authorizationCode": {"scopes": {"rooms.readonly": "Read rooms", "rooms": "Read and write rooms"}}},
    },
    "Sign-in": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example"},
    "Key": {"type": "apiKey", "in": "header", "name": "X-Key"},
}
READ = [{"Basic": []}, {"OAuth": ["rooms.readonly", "rooms"]}]
WRITE = [{"Basic": []}, {"OAuth": ["rooms"]}]


def operation(security: Any = READ, *parameters: Any, **more: Any) -> dict[str, Any]:
    """An operation that declares the network header, unless it is given other parameters."""
    said = {} if security is None else {"security": security}
    return {**said, "parameters": [*(parameters or [HEADER])], **more}


def found(
    paths: dict[str, Any],
    *,
    inclusion: Inclusion = CONTRACT,
    needs_all: bool = False,
    alone: bool = False,
    **changes: Any,
) -> tuple[Finding, ...]:
    """Everything that is found in a document with these paths, under ordinary settings.

    Unless it stands `alone`, operations are added that use the declared scopes as they should be used.
    """
    document = document_with(dict(paths), **{"components": {"securitySchemes": SCHEMES}, **changes})
    if not alone:
        reading = [{"Basic": []}, {"OAuth": ["rooms.readonly"]}] if needs_all else READ
        document["paths"]["/used"] = {"get": operation(reading), "put": operation(WRITE)}
    return lint(
        Subject(
            document=read_document(document),
            inclusion=inclusion,
            needs_all=needs_all,
            public=frozenset({"GET /health"}),
            networkless=frozenset({"GET /networks/v1"}),
            network_header="spacebring-network-id",
        )
    )


def codes(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Code and place of each."""
    return [(finding.code.word, finding.place) for finding in findings]


def schemes(**more: Any) -> dict[str, Any]:
    """The components, with more schemes."""
    return {"securitySchemes": {**SCHEMES, **more}}


def oauth(*scopes: str) -> dict[str, Any]:
    """An oauth2 scheme that declares these."""
    return {"type": "oauth2", "flows": {"authorizationCode": {"scopes": dict.fromkeys(scopes, "words")}}}


AT_A = "#/paths/~1a"
FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = {
    "nothing says what opens it": (
        {"/a": {"get": operation(None)}}, {}, [("security-missing", f"{AT_A}/get")],
    ),
    "a scheme without a definition": (
        {"/a": {"get": operation([{"Basik": []}])}}, {}, [("scheme-undefined", f"{AT_A}/get/security/0/Basik")],
    ),
    "a scheme without a definition, for all": (
        {"/a": {"get": operation(None)}}, {"security": [{"Basik": []}]}, [("scheme-undefined", "#/security/0/Basik")],
    ),
    "a pair and a token in one request": (
        {"/a": {"get": operation([{"Basic": [], "OAuth": ["rooms"]}])}}, {},
        [("and-for-or", f"{AT_A}/get/security/0")],
    ),
    "a pair and a token in one request, beside another way": (
        {"/a": {"get": operation([{"Basic": []}, {"Basic": [], "OAuth": ["rooms.readonly"]}])}}, {},
        [("and-for-or", f"{AT_A}/get/security/1")],
    ),
    "only a key": (
        {"/a": {"get": operation([{"Key": []}])}}, {},
        [("closed", f"{AT_A}/get/security"), ("scheme-unmet", "#/components/securitySchemes/Key")],
    ),
    "a key beside a pair": (
        {"/a": {"get": operation([{"Key": []}, {"Basic": []}])}}, {},
        [("scheme-unmet", "#/components/securitySchemes/Key")],
    ),
    "a key and a token in one request": (
        {"/a": {"get": operation([{"Key": [], "OAuth": ["rooms"]}])}}, {},
        [("closed", f"{AT_A}/get/security"), ("scheme-unmet", "#/components/securitySchemes/Key")],
    ),
    "roles of a pair": (
        {"/a": {"get": operation([{"Basic": ["admin"]}])}}, {},
        [("roles-unchecked", f"{AT_A}/get/security/0/Basic")],
    ),
    "a TRACE": ({"/a": {"trace": operation()}}, {}, [("method-unoffered", f"{AT_A}/trace")]),
    "a write that is open to all": (
        {"/a": {"post": operation([])}}, {}, [("write-open-to-all", f"{AT_A}/post/security")],
    ),
    "a write whose credential is a matter of taste": (
        {"/a": {"delete": operation([{}, {"OAuth": ["rooms"]}])}}, {},
        [("write-open-to-all", f"{AT_A}/delete/security")],
    ),
    "a write for those who read": (
        {"/a": {"put": operation()}}, {}, [("write-open-to-readonly", f"{AT_A}/put/security")],
    ),
    "a write for those who read, by the spelling of others": (
        {"/a": {"patch": operation([{"GH": ["read:org"]}])}, "/b": {"get": operation([{"GH": ["read:org"]}])}},
        {"components": schemes(GH=oauth("read:org"))},
        [("write-open-to-readonly", f"{AT_A}/patch/security")],
    ),
    "a write for those who read, by all the scopes": (
        {"/a": {"put": operation([{"OAuth": ["rooms.readonly"]}])}}, {"needs_all": True},
        [("write-open-to-readonly", f"{AT_A}/put/security")],
    ),
    "a write for whoever has a token": (
        {"/a": {"post": operation([{"OAuth": []}])}}, {}, [("write-open-to-any-token", f"{AT_A}/post/security")],
    ),
    "a read for those who write": (
        {"/a": {"get": operation(WRITE)}}, {}, [("read-needs-write", f"{AT_A}/get/security")],
    ),
    "a read for those who write, by the spelling of others": (
        {"/a": {"get": operation([{"GH": ["rooms:write"]}])}, "/b": {"get": operation([{"GH": ["rooms:read"]}])}},
        {"components": schemes(GH=oauth("rooms:read", "rooms:write"))},
        [("read-needs-write", f"{AT_A}/get/security")],
    ),
    "a read that needs both": (
        {"/a": {"get": operation()}}, {"needs_all": True}, [("read-needs-write", f"{AT_A}/get/security")],
    ),
    "a scope that nobody can ask for": (
        {"/a": {"get": operation([{"Sign-in": ["a b"]}])}}, {},
        [("scope-malformed", f"{AT_A}/get/security/0/Sign-in/0")],
    ),
    "a declared scope that nobody can ask for": (
        {"/a": {"get": operation([{"X": ["a b"]}])}}, {"components": schemes(X=oauth("a b"))},
        [("scope-malformed", f"{AT_A}/get/security/0/X/0")],
    ),
    "a scope that is not declared": (
        {"/a": {"get": operation([{"OAuth": ["doors"]}]), "put": operation([{"OAuth": ["doors"]}])}}, {},
        [("scope-undeclared", f"{AT_A}/get/security/0/OAuth/0")],
    ),
    "a scope that another scheme declares": (
        {"/a": {"get": operation([{"X": ["doors"], "OAuth": ["doors", "rooms.readonly"]}])}},
        {"components": schemes(X=oauth("doors"))},
        [("scope-undeclared", f"{AT_A}/get/security/0/OAuth/0")],
    ),
    "a scope that opens nothing": (
        {}, {"components": schemes(X=oauth("doors"))}, [("scope-unused", "#/components/securitySchemes/X/flows")],
    ),
    "two names of one parameter": (
        {"/a/{x}": {"get": operation()}, "/a/{y}": {"put": operation(WRITE)}}, {},
        [("templates-identical", "#/paths/~1a~1{y}/put")],
    ),
    "two bases that meet": (
        {"/v1/a": {"servers": [{"url": "/"}], "get": operation()}, "/a": {"put": operation(WRITE)}},
        {"servers": [{"url": "/v1"}]},
        [("templates-identical", f"{AT_A}/put")],
    ),
    "two paths neither of which is more specific": (
        {"/i/{id}/void": {"patch": operation(WRITE)}, "/i/items/{id}": {"patch": operation(WRITE)}}, {},
        [("templates-ambiguous", "#/paths/~1i~1items~1{id}/patch")],
    ),
    "the same, under two bases once": (
        {"/i/{id}/void": {"patch": operation(WRITE)}, "/i/items/{id}": {"patch": operation(WRITE)}},
        {"servers": [{"url": "/v1"}, {"url": "/v2"}]},
        [("templates-ambiguous", "#/paths/~1i~1items~1{id}/patch")],
    ),
    "half literals that meet": (
        {"/f/{a}-{b}": {"get": operation()}, "/f/{c}.txt": {"get": operation()}}, {},
        [("templates-ambiguous", "#/paths/~1f~1{c}.txt/get")],
    ),
    "a path that nothing matches": (
        {"/a/../b": {"get": operation()}}, {}, [("template-unmatched", "#/paths/~1a~1..~1b")],
    ),
    "no network header anywhere": (
        {"/a": {"get": operation(READ, OTHER)}}, {"alone": True},
        [("network-header-missing", "#/paths")],
    ),
    "no network header somewhere": (
        {"/a": {"get": operation(READ, {"name": "spacebring-network-id", "in": "query"})}}, {},
        [("network-header-uneven", f"{AT_A}/get")],
    ),
    "the network header required somewhere": (
        {"/a": {"get": operation(READ, REQUIRED)}}, {}, [("network-header-uneven", f"{AT_A}/get")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("paths", "changes", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_where_it_is(
    paths: dict[str, Any], changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Exactly it, and nothing else about the same document."""
    findings = found(paths, **changes)
    assert sorted(codes(findings)) == sorted(expected)
    assert all(finding.words and finding.hint for finding in findings)


NEAR_MISSES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an operation that a setting names as public": ({"/health": {"get": operation(None)}}, {}),
    "security for all": ({"/a": {"get": operation(None)}}, {"security": READ}),
    "a read that is open on purpose": ({"/a": {"get": operation([])}}, {}),
    "a read with a credential or without": ({"/a": {"get": operation([{}, *READ])}}, {}),
    "a preflight": ({"/a": {"options": operation([])}}, {}),
    "two bearer schemes in one request": (
        {"/a": {"get": operation([{"Sign-in": [], "OAuth": ["rooms.readonly"]}])}}, {}),
    "a key that nothing asks for": ({"/a": {"get": operation()}}, {}),
    "a question by POST": ({"/rooms/search": {"post": operation()}, "/rooms:batchGet": {"post": operation()}}, {}),
    "a write that needs a reading and a writing scope": ({"/a": {"put": operation()}}, {"needs_all": True}),
    "a write that two schemes guard, one of them for readers": (
        {"/a": {"put": operation([{"OAuth": ["rooms"], "Sign-in": ["rooms.readonly"]}])}}, {}),
    "a scope whose name only begins like reading": (
        {"/a": {"put": operation([{"X": ["readers"]}])}}, {"components": schemes(X=oauth("readers"))}),
    "a write for any token where nothing has scopes": (
        {"/a": {"post": operation([{"OAuth": []}])}}, {"alone": True, "components": schemes(OAuth=oauth())}),
    "a read that writers may do too": ({"/a": {"get": operation([{"OAuth": ["rooms", "rooms.readonly"]}])}}, {}),
    "a read for any token": ({"/a": {"get": operation([{"OAuth": []}])}}, {}),
    "a read for one scope or another, one of them reading": (
        {"/a": {"get": operation([{"OAuth": ["rooms"]}, {"OAuth": ["rooms.readonly"]}])}}, {}),
    "a read that needs a scope without a twin": (
        {"/a": {"get": operation([{"X": ["reports"]}])}}, {"components": schemes(X=oauth("reports"))}),
    "a declared scope that is used by what it includes": (
        {"/a": {"get": operation([{"X": ["doors.readonly"]}])}},
        {"components": schemes(X=oauth("doors.readonly", "doors"))}),
    "scopes of the sign-in": ({}, {"components": schemes(X=oauth("openid", "profile", "offline_access"))}),
    "scopes that are declared at the provider's address": ({"/a": {"get": operation([{"Sign-in": ["doors"]}])}}, {}),
    "a literal beside a parameter": ({"/a/me": {"get": operation()}, "/a/{id}": {"get": operation()}}, {}),
    "other methods": (
        {"/i/{id}/void": {"patch": operation(WRITE)}, "/i/items/{id}": {"get": operation()}}, {}),
    "a third path that is more specific than both": (
        {"/i/{id}/void": {"get": operation()}, "/i/items/{id}": {"get": operation()},
         "/i/items/void": {"get": operation()}}, {}),
    "half literals that never meet": ({"/f/{a}.json": {"get": operation()}, "/f/{a}.xml": {"get": operation()}}, {}),
    "a half literal beside a parameter": ({"/f/{a}.json": {"get": operation()}, "/f/{a}": {"get": operation()}}, {}),
    "paths of other lengths": ({"/a/{x}": {"get": operation()}, "/a/{x}/{y}": {"get": operation()}}, {}),
    "a slash at the end": ({"/a/": {"get": operation()}, "/a/{x}": {"get": operation()}}, {}),
    "the same path under other bases": (
        {"/a": {"get": operation()}, "/b": {"servers": [{"url": "/v2"}], "get": operation()}},
        {"servers": [{"url": "/v1"}]}),
    "the network header of the path": ({"/a": {"parameters": [HEADER], "get": {"security": READ}}}, {}),
    "the network header by reference": (
        {"/a": {"get": operation(READ, {"$ref": "#/components/parameters/N"})}},
        {"components": {**schemes(), "parameters": {"N": {**HEADER, "name": "spacebring-network-id"}}}}),
    "no network header where no token is taken": (
        {"/a": {"get": operation([{"Basic": []}], OTHER)}}, {}),
    "no network header where none is needed": (
        {"/networks/v1": {"get": operation(READ, OTHER)}}, {}),
    "the network header required wherever only a token will do": (
        {"/a": {"get": operation([{"OAuth": ["rooms.readonly"]}], REQUIRED)},
         "/b": {"get": operation([{"OAuth": ["rooms.readonly"]}], REQUIRED)}}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("paths", "changes"), NEAR_MISSES.values(), ids=NEAR_MISSES)
def test_what_only_looks_like_a_fault_is_not_reported(paths: dict[str, Any], changes: dict[str, Any]) -> None:
    """A check that cries wolf is switched off."""
    assert codes(found(paths, **changes)) == []


def test_other_implied_scopes_say_what_reads() -> None:
    """The setting implied_scopes, not a fixed suffix."""
    inclusion = Inclusion(pairs=(("doors.manage", "doors.peek"),), suffixes=(".peek",))
    components = schemes(X=oauth("doors", "doors.peek"))
    paths = {"/a": {"put": operation([{"X": ["doors.peek"]}])}, "/b": {"get": operation([{"X": ["doors"]}])}}
    assert codes(found(paths, inclusion=inclusion, components=components))[:2] == [
        ("write-open-to-readonly", f"{AT_A}/put/security"),
        ("read-needs-write", "#/paths/~1b/get/security"),
    ]


def test_a_close_name_is_proposed_for_an_undeclared_scope() -> None:
    """Most are typing errors."""
    (finding,) = found({"/a": {"get": operation([{"OAuth": ["room.readonly"]}])}})
    assert finding.hint == "did you mean 'rooms.readonly'?"


def test_errors_come_first() -> None:
    """And every code has its severity in one table."""
    findings = found({"/a": {"get": operation(WRITE), "put": operation()}})
    assert [finding.severity for finding in findings] == [Severity.ERROR, Severity.WARNING]


def test_every_kind_of_fault_has_a_case() -> None:
    """A new code comes with what it finds."""
    covered = {code for _, _, expected in FAULTS.values() for code, _ in expected}
    assert {code.word for code in Code} - covered == {"refused"}


def test_the_documentation_lists_every_kind_of_fault() -> None:
    """With its severity and what it means, as the code says them."""
    text = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (error|warning) \| (.*) \|$", text, re.MULTILINE)
    assert sorted(rows) == sorted((code.word, code.severity.value, code.meaning) for code in Code)
