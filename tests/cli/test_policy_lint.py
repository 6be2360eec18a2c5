"""`frontdesk policy lint` and `show`, as they are typed."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.policy_reader import HEADER, READ, Reader, clean_document
from cli.policy_reader import reader as reader
from gateway.desk import DOCUMENT

REFERENCE_FINDINGS = [
    ("write-open-to-readonly", "error", "PUT /visitors/visits/v1/{id} "),
    ("templates-ambiguous", "warning", "GET /billing/invoices/v1/items/items fits both "),
    ("templates-ambiguous", "warning", "PATCH /billing/invoices/v1/items/void fits both "),
    ("read-needs-write", "warning", "GET /transactions/credits/v1 "),
    ("read-needs-write", "warning", "GET /transactions/day_passes/v1 "),
    ("scope-undeclared", "warning", "the scope 'benefits.create' "),
    ("scope-undeclared", "warning", "the scope 'floors.readonly' "),
    ("scope-undeclared", "warning", "the scope 'floors' "),
    ("network-header-uneven", "warning", "the header spacebring-network-id is declared on 169 of 187 operations "
     "and required on 1 (GET /events/v1/{id}); 17 that need it do not declare it"),
]  # fmt: skip


def test_the_reference_document_has_these_defects_and_no_other(reader: Reader, reference_document: Path) -> None:
    """Each was looked at by hand: a write open to readers, two reads closed to them, three scopes nobody declared,
    a header that is sometimes named, and two pairs of paths of which a call can fit both."""
    answer = reader.gets("lint", str(reference_document), code=1)
    found = [(each["code"], each["severity"], each["words"]) for each in answer["findings"]]
    assert len(found) == len(REFERENCE_FINDINGS)
    for (code, severity, words), expected in zip(found, REFERENCE_FINDINGS, strict=True):
        assert (code, severity) == expected[:2]
        assert words.startswith(expected[2])


def test_the_places_of_findings_are_in_the_document(reader: Reader, reference_document: Path) -> None:
    """A JSON pointer (RFC 6901) that leads somewhere, for editors and scripts."""
    whole = json.loads(reference_document.read_text())
    for finding in reader.gets("lint", str(reference_document), code=1)["findings"]:
        value = whole
        for token in finding["place"].removeprefix("#/").split("/"):
            key = token.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]


def test_a_clean_document_ends_with_0_even_if_strict(reader: Reader) -> None:
    """In words, and as JSON."""
    name = reader.writes(clean_document())
    assert reader.types("lint", name, "--strict") == (0, "Nothing is wrong.\n", "")
    assert reader.gets("lint", name) == {"ok": True, "findings": []}


def test_warnings_end_with_1_only_if_strict(reader: Reader) -> None:
    """A build may choose how much it minds."""
    document = clean_document()
    document["paths"]["/rooms/v1"]["get"]["security"] = [{"OAuth": ["rooms"]}]
    document["paths"]["/rooms/v1/{id}"] = {"get": {"security": READ, "parameters": [HEADER]}}
    name = reader.writes(document)
    code, out, _ = reader.types("lint", name)
    assert code == 0
    assert out.splitlines()[0].startswith("warning: GET /rooms/v1 reads and needs rooms")
    assert out.splitlines()[-1] == "0 errors, 1 to look at."
    assert reader.gets("lint", name, "--strict", code=1)["ok"] is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        ("openapi: 3.0.3\npaths: {}\n", "lists no operation"),
        ("openapi: '2.0'\n", "not understood"),
        ("openapi: 3.0.3\npaths: {/a: {get: {security: 1}}}\n", "not a list"),
    ],
)
def test_a_document_that_cannot_be_read_is_a_finding_too(reader: Reader, text: str, words: str) -> None:
    """A build reads one form of answer, whatever is wrong."""
    (reader.folder / "api.yaml").write_text(text)
    (finding,) = reader.gets("lint", "api.yaml", code=1)["findings"]
    assert (finding["code"], finding["severity"]) == ("refused", "error")
    assert words in finding["words"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"/oauth2/token": {"get": {"security": READ, "parameters": [HEADER]}}}, "Frontdesk serves /oauth2 itself"),
        ({"/networks/v1": {"get": {"security": READ}}}, "role_scopes names the scope 'doors'"),
    ],
)
def test_what_keeps_a_server_from_starting_is_found_though_no_rule_names_it(
    reader: Reader, change: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document without errors is one that a server starts under."""
    if "doors" in words:
        monkeypatch.setenv("FRONTDESK_ROLE_SCOPES", "member: doors")
    document = clean_document()
    document["paths"] |= change
    findings = reader.gets("lint", reader.writes(document), code=1)["findings"]
    assert words in findings[0]["words"]


def test_show_prints_what_opens_each_operation(reader: Reader) -> None:
    """One row an operation, its base before it."""
    document = {**DOCUMENT, "servers": [{"url": "https://x/v2"}]}
    code, out, _ = reader.types("show", reader.writes(document))
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "GET /v2/rooms/v1 basic or oauth2 rooms|rooms.readonly needed" in lines
    assert "GET /v2/networks/v1 basic or oauth2 not needed" in lines
    assert "GET /v2/both/v1 nothing needed" in lines
    assert "GET /v2/open/v1 public needed" in lines


def test_show_prints_the_limits_of_the_document(reader: Reader) -> None:
    """Where it writes one; elsewhere the credential's own counts."""
    document = clean_document()
    document["paths"]["/rooms/v1"]["post"]["x-frontdesk-rate-limit"] = {"requests": 2, "per": "minute"}
    name = reader.writes(document)
    assert "2 in 60 s, for POST /rooms/v1" in reader.types("show", name, "--method", "POST")[1]
    limits = {each["method"]: each["limit"] for each in reader.gets("show", name, "--path", "/rooms")["operations"]}
    assert limits == {"GET": None, "POST": "2 in 60 s, for POST /rooms/v1"}


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        (["--path", "private"], ["/private/v1", "/private/v1/{name}"]),
        (["--method", "put"], ["/rooms/v1/{id}"]),
        (["--scope", "rooms.readonly"], ["/rooms/v1", "/rooms/v1/{id}"]),
        (["--scheme", "none"], ["/both/v1", "/keys/v1"]),
        (["--scheme", "public"], ["/open/v1", "/public/v1/{name}"]),
        (["--scheme", "oauth2", "--path", "v1/{", "--method", "GET"], ["/rooms/v1/{id}"]),
        (["--path", "nowhere"], []),
    ],
)
def test_show_can_be_narrowed(reader: Reader, words: list[str], paths: list[str]) -> None:
    """By path, method, scope and scheme, together."""
    shown = reader.gets("show", reader.writes(DOCUMENT), *words)["operations"]
    assert [each["path"] for each in shown] == paths


def test_show_says_what_must_be_held_together(reader: Reader) -> None:
    """One scope of each set; as JSON, a list of lists."""
    document = clean_document()
    document["components"]["securitySchemes"] |= {"Id": {"type": "openIdConnect", "openIdConnectUrl": "https://x"}}
    both = [{"OAuth": ["rooms", "rooms.readonly"], "Id": ["staff"]}]
    document["paths"]["/rooms/v1"]["get"]["security"] = both
    name = reader.writes(document)
    assert "oauth2 rooms|rooms.readonly and staff" in reader.types("show", name)[1]
    (shown, _) = reader.gets("show", name, "--path", "/rooms")["operations"]
    assert shown["alternatives"] == [{"scheme": "oauth2", "needs": [["rooms", "rooms.readonly"], ["staff"]]}]
