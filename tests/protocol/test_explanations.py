"""Which check fails for which reason, and what each reader is told: tables that must be whole."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.protocol.access import Alternative, Operation
from frontdesk.protocol.causes import Cause, words_of
from frontdesk.protocol.checks import Check, check_of
from frontdesk.protocol.errors import Reason, wire
from frontdesk.protocol.explanations import NotedDecision, Outcome, scope_rule
from frontdesk.protocol.ids import ClientId, CredentialId, GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.sight import (
    App,
    GrantHolder,
    Operator,
    Owner,
    Pair,
    cause_told,
    check_results,
    describe,
    may_read,
)

NORTH, SOUTH = NetworkId("0190b3a0-0000-7000-8000-000000000001"), NetworkId("0190b3a0-0000-7000-8000-000000000002")
READERS = (
    Operator(),
    App(ClientId("fdci_a")),
    GrantHolder(GrantId("g")),
    Pair(CredentialId("fdni_a")),
    Owner(frozenset({NORTH})),
)
NOTED = NotedDecision(
    request_id="r",
    at=Micros(1_800_000_000_123_456),
    outcome=Outcome.REFUSED,
    reason="NETWORK_FORBIDDEN",
    method="GET",
    operations=("GET /rooms/v1",),
    scheme="oauth2",
    client_id="fdci_a",
    grant_id=GrantId("g"),
    user_id=UserId("u"),
    network_id=NORTH,
    named=NORTH,
    open_networks=(NORTH, SOUTH),
    address="192.0.2.1",
    agent="curl",
)


def test_the_checks_are_those_of_the_contract_in_its_order() -> None:
    """And the API behind them."""
    assert [check.value for check in Check] == [
        "request", "operation", "credential", "rate", "scheme", "network", "scope", "api",
    ]  # fmt: skip


def test_every_reason_that_an_api_call_is_refused_for_has_its_check() -> None:
    """What has a type on the wire that the contract's table of refusals knows has a check; the rest has none."""
    of_contract = {
        "invalidRequest": {Check.REQUEST}, "unknownOperation": {Check.OPERATION}, "methodNotAllowed": {Check.OPERATION},
        "unauthenticated": {Check.CREDENTIAL}, "rateLimited": {Check.RATE}, "schemeForbidden": {Check.SCHEME},
        "networkRequired": {Check.NETWORK}, "networkForbidden": {Check.NETWORK}, "insufficientScope": {Check.SCOPE},
    }  # fmt: skip
    found: dict[str, set[Check]] = {}
    for reason in Reason:
        check = check_of(reason)
        if check is not None:
            found.setdefault(wire(reason).code, set()).add(check)
    assert {code: found[code] for code in of_contract} == of_contract
    assert not {reason for reason in Reason if reason.name.startswith("AUTHORIZE_") and check_of(reason)}


@pytest.mark.parametrize("reason", [reason for reason in Reason if check_of(reason)])
def test_the_first_check_that_fails_stops_the_others(reason: Reason) -> None:
    """All before it passed, none behind it was reached; the API is shown where it was asked."""
    results = [result for _, result in check_results(replace(NOTED, reason=reason.name))]
    at = results.index("failed")
    assert results[:at] == ["passed"] * at
    assert set(results[at + 1 :]) <= {"not reached"}
    assert len(results) == (8 if check_of(reason) is Check.API else 7)


def test_a_reason_of_another_version_is_no_accident() -> None:
    """After going back a version, what the newer one kept is still shown, as far as it is understood."""
    told = describe(replace(NOTED, reason="FROM_THE_FUTURE"), Operator())
    assert (told["status"], told["type"], told["would_pass"]) == (None, None, {})


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_words_that_say_what_happened(cause: Cause) -> None:
    """One or two sentences, none of which is another's."""
    words = words_of(cause)
    assert words[0].isupper()
    assert words.endswith(".")
    assert [other for other in Cause if words_of(other) == words] == [cause]


def test_the_document_names_every_cause() -> None:
    """Whoever reads a name in an answer must find it there."""
    document = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
    assert [cause.value for cause in Cause if f"`{cause.value}`" not in document] == []


@pytest.mark.parametrize("cause", Cause)
def test_the_operator_is_told_every_cause_and_others_no_more_than_concerns_them(cause: Cause) -> None:
    """That a user is blocked or gone is the operator's; who holds which role is the network's owner's too."""
    hidden = {
        Cause.USER_BLOCKED: {"App": Cause.USER_ENDED, "Owner": Cause.USER_ENDED},
        Cause.USER_GONE: {"App": Cause.USER_ENDED, "Owner": Cause.USER_ENDED},
        Cause.NO_ROLE: {"App": Cause.NETWORK_CLOSED},
    }
    for reader in READERS:
        kind = "App" if isinstance(reader, App | GrantHolder | Pair) else type(reader).__name__
        assert cause_told(cause, reader) is hidden.get(cause, {}).get(kind, cause)


@pytest.mark.parametrize(
    ("changes", "readers"),
    [
        ({}, {"Operator", "App", "GrantHolder", "Owner"}),
        ({"client_id": "fdci_b", "grant_id": None}, {"Operator", "Owner"}),
        ({"client_id": "", "grant_id": None, "network_id": None}, {"Operator"}),
        ({"client_id": "", "grant_id": None, "credential": "fdni_a"}, {"Operator", "Pair", "Owner"}),
        ({"network_id": SOUTH}, {"Operator", "App", "GrantHolder"}),
        ({"network_id": None, "named": NORTH}, {"Operator", "App", "GrantHolder"}),
    ],
)
def test_a_decision_concerns_who_called_and_whose_network_it_was(changes: dict[str, Any], readers: set[str]) -> None:
    """A name in a header alone concerns nobody."""
    noted = replace(NOTED, **changes)
    assert {type(reader).__name__ for reader in READERS if may_read(noted, reader)} == readers


def test_an_empty_id_is_nobodys() -> None:
    """What was not known when it was noted opens nothing to a reader without a name."""
    unknown = replace(NOTED, client_id="", credential="", grant_id=None, network_id=None)
    assert not may_read(unknown, Owner(frozenset()))
    assert not may_read(unknown, Owner(frozenset({NORTH})))


def test_an_owner_sees_the_own_network_only() -> None:
    """Neither which others the grant opens, nor the app's machines."""
    told = describe(NOTED, Owner(frozenset({NORTH})))
    assert told["would_pass"] == {"networks": [NORTH]}
    assert (told["call"]["address"], told["call"]["user_agent"]) == (None, None)
    assert str(SOUTH) not in str(told)
    theirs = describe(replace(NOTED, scheme="basic"), Owner(frozenset({NORTH})))
    assert theirs["call"]["address"] == "192.0.2.1"


def test_times_are_written_to_the_millisecond() -> None:
    """RFC 3339, UTC."""
    assert describe(NOTED, Operator())["at"] == "2027-01-15T08:00:00.123Z"


@pytest.mark.parametrize(
    ("alternatives", "rule"),
    [
        ((), ""),
        ((Alternative(scheme="basic"),), ""),
        ((Alternative(scheme="oauth2"),), ""),
        ((Alternative(scheme="oauth2", needs=(frozenset({"a", "b"}),)),), "b or a"),
        ((Alternative(scheme="oauth2", needs=(frozenset({"a", "b"}), frozenset({"c"}))),), "(b or a) and c"),
        (
            (
                Alternative(scheme="oauth2", needs=(frozenset({"a"}),)),
                Alternative(scheme="oauth2", needs=(frozenset({"c"}),)),
            ),
            "a; or c",
        ),
    ],
)
def test_a_rule_of_scopes_is_said_in_the_documents_order(alternatives: tuple[Alternative, ...], rule: str) -> None:
    """Any of a set, all sets of an alternative, any alternative."""
    operation = Operation(method="GET", template="/x", alternatives=alternatives, shown_scopes=("b", "a"))
    assert scope_rule(operation) == rule
