"""The parts of `frontdesk try`: forms, facts, the choice of operations, and the document that is the same table."""

from pathlib import Path

import pytest

from frontdesk.cli.trying.document import write_document
from frontdesk.cli.trying.facts import ABSENT, Facts, why_absent
from frontdesk.cli.trying.forms import find_form, read_forms
from frontdesk.cli.trying.mailbox import Mailbox
from frontdesk.cli.trying.operations import Chooser
from frontdesk.cli.trying.steps import Ask
from frontdesk.cli.trying.table import TABLE
from frontdesk.gateway.document import read_document
from frontdesk.gateway.policy import compile_policy
from frontdesk.protocol.scopes import CONTRACT

DOCUMENT = Path(__file__).parents[2] / "docs" / "contract.md"

PAGE = """
<form action="/a" method="post"><input type="hidden" name="form_token" value="t">
<input type="checkbox" name="network" value="n1" checked><input type="checkbox" name="network" value="n2">
<button name="decision" value="deny">Deny</button><button name="decision" value="allow">Allow</button></form>
<form action="/b"><input name="email" value="a@b.example"></form>
"""


def test_the_document_is_what_the_table_gives() -> None:
    """Whoever changes a step runs `make contract`."""
    assert DOCUMENT.read_text(encoding="utf-8") == write_document()


def test_every_step_has_a_name_of_its_own_and_wants_something() -> None:
    """A step that nothing can fail would be no step."""
    steps = [step for group in TABLE for step in group.steps]
    assert len({step.name for step in steps}) == len(steps) > 150
    for step in steps:
        assert step.wants or not isinstance(step.action, Ask), step.name
    for group in TABLE:
        assert group.example in {"", *(step.name for step in group.steps)}, group.title


def test_a_form_is_filled_in_as_a_browser_would() -> None:
    """Hidden fields travel along; a box that is not named counts as not ticked; a button sends its own value."""
    form = find_form(PAGE, "decision")
    assert form is not None
    assert form.fill([("network", "n2"), ("network", "n3"), ("decision", "allow")]) == (
        "form_token=t&network=n2&network=n3&decision=allow"
    )
    assert form.fill([("decision", "deny")]) == "form_token=t&decision=deny"
    assert form.buttons == [("decision", "deny"), ("decision", "allow")]
    assert [form.action for form in read_forms(PAGE)] == ["/a", "/b"]
    assert find_form(PAGE, "code") is None


def test_facts_are_told_to_the_server_and_shown_by_name() -> None:
    """Paths and scopes as they are, all else by name; an answer that echoes a value is cleaned of it."""
    facts = Facts(known={"client_secret": "fdcs_abcdefgh", "path_call": "/resources/v1", "scope": "a b"})
    assert facts.fill("{path_call}?{scope} {client_secret}") == "/resources/v1?a b fdcs_abcdefgh"
    assert facts.show("{path_call}?{scope} {client_secret} {code}") == "/resources/v1?a b <client secret> <code>"
    assert facts.redact("400 fdcs_abcdefgh") == "400 <client secret>"
    assert "fdcs_" not in repr(facts)
    assert facts.missing("{scope}", "{code} {client_secret}") == "code"
    assert why_absent("code") == "no earlier step gave the code"
    assert why_absent("method_basic_only") == ABSENT["path_basic_only"]


def test_mails_to_others_and_of_before_are_left_alone(tmp_path: Path) -> None:
    """The folder is the server's: only what came to made-up addresses since the run began is removed."""
    (tmp_path / "1.eml").write_text("To: owner@m.frontdesk-try.invalid\nSubject: 111111\n\nold")
    mailbox = Mailbox(tmp_path)
    (tmp_path / "2.eml").write_text("To: olga@real.example\nSubject: 222222\n\nhers")
    (tmp_path / "3.eml").write_text("To: owner@m.frontdesk-try.invalid\nSubject: hello\n\n333333 is it")
    assert mailbox.holds_mail_to("owner@m.frontdesk-try.invalid")
    mailbox.clear("m.frontdesk-try.invalid")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.eml", "2.eml"]


def chooser(paths: dict[str, object], *, may_write: bool = False, base: str = "") -> Chooser:
    """A choice from a made-up document."""
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": f"https://api.example{base}"}],
        "components": {
            "securitySchemes": {
                "B": {"type": "http", "scheme": "basic"},
                "O": {
                    "type": "oauth2",
                    "flows": {"authorizationCode": {"scopes": {"a": "", "a.readonly": "", "b": ""}}},
                },
            }
        },
        "paths": paths,
    }
    return Chooser(policy=compile_policy(read_document(document)), base=base, inclusion=CONTRACT, may_write=may_write)


def operation(*security: dict[str, list[str]]) -> dict[str, object]:
    """An operation with this security."""
    return {"security": list(security), "responses": {}}


BASIC: dict[str, list[str]] = {"B": []}


def test_one_operation_of_each_kind_is_chosen() -> None:
    """With the base path before each; two scopes of which neither includes the other."""
    choice = chooser(
        {
            "/both/v1": {"get": operation(BASIC, {"O": ["a.readonly", "a"]})},
            "/both/v1/{id}": {"get": operation(BASIC, {"O": ["a"]})},
            "/narrow/v1": {"get": operation(BASIC, {"O": ["b"]})},
            "/read/v1": {"get": operation({"O": ["a.readonly"]})},
            "/any/v1": {"get": operation({"O": []})},
            "/basic/v1": {"get": operation(BASIC)},
            "/post/v1": {"post": operation(BASIC)},
            "/x/{id}/end": {"post": operation(BASIC)},
            "/x/items/{id}": {"delete": operation(BASIC)},
        },
        base="/api",
    ).choose()
    assert choice.scopes == ("a", "b")
    facts = choice.facts
    assert facts["path_call"] == "/api/both/v1"
    assert facts["path_narrow"] == "/api/narrow/v1"
    assert facts["path_readonly"] == "/api/read/v1"
    assert facts["path_any_token"] == "/api/any/v1"
    assert facts["path_oauth_only"] == "/api/read/v1"
    assert facts["path_basic_only"] == "/api/basic/v1"
    assert (facts["path_unlisted"], facts["method_unlisted"]) == ("/api/post/v1", "GET")
    assert (facts["path_overlap"], facts["method_s_overlap"]) == ("/api/x/items/end", "POST DELETE")


@pytest.mark.parametrize("may_write", [True, False])
def test_what_writes_is_chosen_on_a_server_of_ones_own_only(may_write: bool) -> None:
    """There a refusal that fails changes nothing of anybody's."""
    choice = chooser({"/w/v1": {"post": operation({"O": ["a"]})}}, may_write=may_write).choose()
    assert ("path_oauth_only" in choice.facts) is may_write
    assert choice.scopes == ()


def test_the_scopes_of_somebody_elses_app_are_kept() -> None:
    """The call is one that its first scope opens, the narrow one needs another that it has."""
    paths: dict[str, object] = {
        "/a/v1": {"get": operation(BASIC, {"O": ["a"]})},
        "/b/v1": {"get": operation(BASIC, {"O": ["b"]})},
    }
    choice = chooser(paths).choose(("b", "a"))
    assert choice.scopes == ("b", "a")
    assert (choice.facts["path_call"], choice.facts["path_narrow"]) == ("/b/v1", "/a/v1")
    assert "path_narrow" not in chooser(paths).choose(("b",)).facts
