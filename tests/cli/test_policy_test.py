"""`frontdesk policy test`, as it is typed."""

from typing import Any

import pytest
import yaml

from cli.policy_reader import Reader, clean_document
from cli.policy_reader import reader as reader
from frontdesk.cli.policy.expectations import REASONS
from frontdesk.protocol.errors import wire

TABLE = """
- {call: GET /rooms/v1, expect: 401 unauthenticated}
- {call: GET /rooms/v1, with: {scheme: basic}, expect: allow}
- {call: GET /rooms/v1, with: {scheme: basic, network: none}, expect: allow}
- {call: GET /rooms/v1, with: {scheme: basic, network: other}, expect: 403 networkForbidden}
- {call: GET /rooms/v1, with: {scheme: oauth2, scopes: rooms.readonly}, expect: allow}
- {call: GET /rooms/v1, with: {scheme: oauth2, scopes: [rooms]}, expect: allow}
- {call: POST /rooms/v1, with: {scheme: oauth2, scopes: rooms.readonly}, expect: 403 insufficientScope}
- {call: POST /rooms/v1, with: {scheme: oauth2, scopes: rooms, network: none}, expect: 400 networkRequired}
- {call: POST /rooms/v1, with: {scheme: oauth2, scopes: rooms, network: other}, expect: 403}
- {call: POST /rooms/v1, with: {scheme: oauth2, scopes: rooms, role: member}, expect: 403 networkForbidden}
- {call: GET /networks/v1, with: {scheme: oauth2, network: none}, expect: allow}
- {call: GET /networks/v1, with: {scheme: oauth2, role: none, network: none}, expect: allow}
- {call: DELETE /rooms/v1, expect: 405}
- {call: get /rooms/v1, expect: 405}
- {call: GET /nowhere, expect: 404 unknownOperation}
- {call: GET /rooms//v1, expect: 400 invalidRequest}
- {call: "GET /rooms/v1?access_token=x", expect: 400}
- {call: "GET /rooms/v1?limit=1", with: {scheme: basic}, expect: allow}
"""


def test_a_table_that_is_met_ends_with_0(reader: Reader) -> None:
    """Every kind of caller and refusal that a document can make a difference to."""
    (reader.folder / "table.yaml").write_text(TABLE)
    name = reader.writes(clean_document())
    assert reader.types("test", name, "table.yaml") == (0, "All 18 expectations are met.\n", "")
    assert reader.gets("test", name, "table.yaml") == {"ok": True, "expectations": 18, "failed": []}


def test_what_differs_is_told_and_ends_with_1(reader: Reader) -> None:
    """Each way round: let in against a refusal, another refusal, and refused against being let in."""
    rows = """
- {call: GET /rooms/v1, with: {scheme: basic}, expect: 403 schemeForbidden}
- {call: POST /rooms/v1, with: {scheme: oauth2, scopes: rooms.readonly}, expect: allow}
- {call: GET /nowhere, expect: 405}
- {call: GET /rooms/v1, with: {scheme: basic}, expect: allow}
"""
    (reader.folder / "table.yaml").write_text(rows)
    name = reader.writes(clean_document())
    code, out, _ = reader.types("test", name, "table.yaml")
    assert code == 1
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "NO CALL WITH EXPECTED GOT",
        "1 GET /rooms/v1 basic, network own 403 schemeForbidden allow",
        "2 POST /rooms/v1 rooms.readonly, owner, network own allow 403 insufficientScope",
        "3 GET /nowhere none 405 404 unknownOperation",
        "",
        "3 of 4 expectations are not met.",
    ]
    answer = reader.gets("test", name, "table.yaml", code=1)
    assert answer["failed"][0] == {
        "number": 1, "call": "GET /rooms/v1", "expected": "403 schemeForbidden", "got": "allow",
    }  # fmt: skip


def test_settings_take_part(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a role lets apps do, which roles count and what a scope list means are settings."""
    row = {"call": "POST /rooms/v1", "with": {"scheme": "oauth2", "scopes": "rooms", "role": "member"}}
    (reader.folder / "table.yaml").write_text(yaml.safe_dump([{**row, "expect": "403 insufficientScope"}]))
    name = reader.writes(clean_document())
    assert reader.types("test", name, "table.yaml")[0] == 1
    monkeypatch.setenv("FRONTDESK_PICKER_ROLES", "owner,administrator,member")
    monkeypatch.setenv("FRONTDESK_ROLE_SCOPES", "member: *.readonly")
    assert reader.types("test", name, "table.yaml")[0] == 0


@pytest.mark.parametrize(
    ("text", "error", "hint"),
    [
        ("[]", "is not a list of expectations", "begin each"),
        ("a: 1", "is not a list of expectations", "begin each"),
        ("- 1", "expectation 1 is not a mapping", "call, with, expect"),
        ("- {cal: GET /a, expect: allow}", "'cal' means nothing here", "did you mean 'call'?"),
        ("- {expect: allow}", "call is missing", "add it"),
        ("- {call: /a, expect: allow}", "is not a method and a path", "GET /rooms/v1/7"),
        ("- {call: GET /a}", "expect is missing", "add it"),
        ("- {call: GET /a, expect: alow}", "never makes 'alow'", "allow, or one of"),
        ("- {call: GET /a, expect: 200}", "never makes '200'", "allow, or one of"),
        ("- {call: GET /a, expect: 403 insufficentScope}", "called 'insufficentScope'", "'insufficientScope'?"),
        ("- {call: GET /a, expect: 401 insufficientScope}", "never makes '401 insuff", "403 insufficientScope"),
        ("- {call: GET /a, expect: [allow]}", "expect is not a text", "quotes"),
        ("- {call: GET /a, with: {schema: basic}, expect: allow}", "'schema' means nothing", "'scheme'?"),
        ("- {call: GET /a, with: {scheme: baisc}, expect: allow}", "scheme is 'baisc'", "'basic'?"),
        ("- {call: GET /a, with: {scopes: a}, expect: allow}", "scheme is missing", "add it"),
        ("- {call: GET /a, with: {scheme: basic, scopes: a}, expect: allow}", "only a token has scopes", "oauth2"),
        ("- {call: GET /a, with: {scheme: oauth2, role: boss}, expect: allow}", "role is 'boss'", "owner"),
        ("- {call: GET /a, with: {scheme: oauth2, network: ours}, expect: allow}", "network is 'ours'", "own"),
        ("- {call: GET /a, with: {scheme: oauth2, scopes: 'a\"'}, expect: allow}", "no scope", "separated"),
        ("- {call: GET /a, expect: allow", "line 2, column 1", "YAML"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(reader: Reader, text: str, error: str, hint: str) -> None:
    """A misspelt row would be a test that tests nothing."""
    (reader.folder / "table.yaml").write_text(text)
    code, out, said = reader.types("test", reader.writes(clean_document()), "table.yaml")
    assert (code, out) == (1, "")
    first, second = said.splitlines()
    assert error in first
    assert hint in second


def test_a_missing_table_is_told_with_its_name(reader: Reader) -> None:
    """In words."""
    assert "table.yaml: No such file" in reader.types("test", reader.writes(clean_document()), "table.yaml")[2]


def test_every_refusal_of_a_document_can_be_expected(reader: Reader) -> None:
    """And the table of the documentation runs."""
    rows: list[Any] = [
        {"call": "GET /nowhere", "expect": f"{wire(reason).status} {wire(reason).code}"} for reason in REASONS
    ]
    (reader.folder / "table.yaml").write_text(yaml.safe_dump(rows))
    answer = reader.gets("test", reader.writes(clean_document()), "table.yaml", code=1)
    assert {row["got"] for row in answer["failed"]} == {"404 unknownOperation"}
    assert len(answer["failed"]) == len(REASONS) - 1
