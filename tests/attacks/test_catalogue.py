"""The attack catalogue against the tests: every first-priority row is tested by its id, or waits with a reason."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
WAITING = Path(__file__).with_name("waiting.toml")
_ROW = re.compile(r"^\| ([A-Z]{2}-\d{2}) \| (\d) \|", re.MULTILINE)
_NAMED = re.compile(r"\b(?:test_)?([A-Za-z]{2})[-_](\d{2})\b|_([a-z]{2})_(\d{2})(?=_)")


def _waiting() -> dict[str, str]:
    return tomllib.loads(WAITING.read_text())["waiting"]


def _tested() -> set[str]:
    found = set()
    for path in TESTS.rglob("test_*.py"):
        for first, number, second, other in _NAMED.findall(path.read_text()):
            found.add(f"{(first or second).upper()}-{number or other}")
    return found


def test_every_first_priority_row_is_tested_or_waits(needs: Callable[[str], str]) -> None:
    """No row is forgotten: a P1 row whose id is in no test must be in waiting.toml, with what it waits for."""
    catalogue = Path(needs("reference")).parent.parent / "ATTACKS.md"
    rows = {row for row, priority in _ROW.findall(catalogue.read_text()) if priority == "1"}
    missing = sorted(rows - _tested() - _waiting().keys())
    assert not missing, f"neither tested nor waiting: {missing}"


def test_every_row_about_calls_to_the_api_is_tested_or_waits(needs: Callable[[str], str]) -> None:
    """The gateway's rows (GW, HS, HT, BT, and TN about calls) are held to that whatever their priority."""
    catalogue = Path(needs("reference")).parent.parent / "ATTACKS.md"
    rows = {row for row, _ in _ROW.findall(catalogue.read_text()) if row[:2] in ("GW", "HS", "HT", "BT", "TN")}
    missing = sorted(rows - _tested() - _waiting().keys())
    assert len(rows) > 60
    assert not missing, f"neither tested nor waiting: {missing}"


def test_nothing_waits_that_is_tested(needs: Callable[[str], str]) -> None:
    """waiting.toml holds only rows of the catalogue, each with a sentence."""
    catalogue = Path(needs("reference")).parent.parent / "ATTACKS.md"
    rows = {row for row, _ in _ROW.findall(catalogue.read_text())}
    assert set(_waiting()) <= rows
    assert all(reason.strip() for reason in _waiting().values())
