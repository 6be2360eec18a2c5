"""Failed proofs at the API's door: counted within bounds, told once a minute, and never against a right secret."""

import hashlib
from collections.abc import Iterator

import pytest

from frontdesk.flows import failures as limits_of_failures
from frontdesk.flows.failures import EACH_ADDRESS, EACH_CLIENT, EVENT, Failures
from frontdesk.protocol.ids import MINUTE, CredentialId, Micros
from frontdesk.testing.told import START, Sightings

NORTH = CredentialId("fdni_north")
HERE = "192.0.2.1"


@pytest.fixture
def seen() -> Sightings:
    """What the operator is told."""
    return Sightings()


@pytest.fixture
def failures(seen: Sightings) -> Failures:
    """Nothing has failed yet."""
    return Failures(witness=seen, trace=lambda content: hashlib.sha256(content).digest())


def addresses() -> Iterator[str]:
    """As many as anybody has."""
    return (f"2001:db8::{n:x}" for n in range(1_000_000))


def test_one_client_s_budget_tells_the_operator_once(failures: Failures, seen: Sightings) -> None:
    """From many addresses: one line, with the client and how many failed."""
    for address, _ in zip(addresses(), range(500), strict=False):
        failures.note(NORTH, is_known=True, address=address, now=START)
    assert seen.names() == [EVENT]
    assert seen.events[0][1]["client_id"] == NORTH
    assert seen.events[0][1]["failed_this_minute"] == str(EACH_CLIENT + 1)
    assert failures.total == 500


def test_one_address_s_budget_tells_the_operator_once(failures: Failures, seen: Sightings) -> None:
    """Forged tokens name no client; the address is told."""
    for _ in range(500):
        failures.note(None, is_known=False, address=HERE, now=START)
    assert seen.names() == [EVENT]
    assert seen.events[0][1]["address"] == HERE
    assert seen.events[0][1]["failed_this_minute"] == str(EACH_ADDRESS + 1)


def test_once_a_minute_at_most(failures: Failures, seen: Sightings) -> None:
    """Ten minutes of it are ten lines, each with what the last minute came to."""
    for second in range(600):
        for _ in range(10):
            failures.note(NORTH, is_known=True, address=HERE, now=Micros(START + second * 1_000_000))
    assert len(seen.events) == 10
    assert {facts["failed_last_minute"] for _, facts in seen.events[1:]} == {"600"}


def test_ordinary_mistakes_are_no_news(failures: Failures, seen: Sightings) -> None:
    """Within the budgets nobody is told."""
    for _ in range(EACH_CLIENT):
        failures.note(NORTH, is_known=True, address=HERE, now=START)
    failures.note(NORTH, is_known=True, address=HERE, now=Micros(START + MINUTE))
    assert seen.names() == []


def test_an_unknown_name_is_not_told(failures: Failures, seen: Sightings) -> None:
    """People type their secret where the id belongs: only ids that there are reach a log."""
    for _ in range(50):
        failures.note(CredentialId("fdns_a-secret"), is_known=False, address=HERE, now=START)
    assert seen.names() == [EVENT]
    assert "secret" not in str(seen.events)
    assert "fdns_" not in repr(failures) + str(failures._clients)


def test_an_unknown_id_is_looked_up_again_after_each_commit(failures: Failures) -> None:
    """Over its budget it is nobody's until something changes; within it, and where that cannot be told, it is asked."""
    failures.note_missing(NORTH, 7, START)
    assert not failures.is_missing(NORTH, 7, START)
    for _ in range(EACH_CLIENT):
        failures.note(NORTH, is_known=False, address=HERE, now=START)
    failures.note_missing(NORTH, 0, START)
    assert not failures.is_missing(NORTH, 0, START)
    failures.note_missing(NORTH, 7, START)
    assert failures.is_missing(NORTH, 7, START)
    assert not failures.is_missing(NORTH, 8, START)
    assert not failures.is_missing(CredentialId("fdni_south"), 7, START)
    assert not failures.is_missing(NORTH, 7, Micros(START + MINUTE))


def test_memory_is_bounded(failures: Failures, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ids and addresses are made up; those that were counted first go on being counted."""
    monkeypatch.setattr(limits_of_failures, "KEPT", 100)
    for n, address in zip(range(1_000), addresses(), strict=False):
        failures.note(CredentialId(f"fdni_{n}"), is_known=False, address=address, now=START)
    assert len(failures._clients) == len(failures._addresses) == 100
    for _ in range(EACH_CLIENT + 1):
        failures.note(CredentialId("fdni_0"), is_known=False, address=HERE, now=START)
        failures.note_missing(CredentialId("fdni_0"), 1, START)
    assert failures.is_missing(CredentialId("fdni_0"), 1, START)
    assert failures.total == 1_000 + EACH_CLIENT + 1
