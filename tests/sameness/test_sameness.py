"""One decision, whichever way in: generated calls over the whole document get from each what the oracle says."""

from collections import Counter
from dataclasses import replace

import pytest

from sameness.differences import CHANGED, REFUSED, expect, judge
from sameness.generator import generate
from sameness.street import WAYS, Street

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

QUICK, ALL = 2_500, 20_000
SEED = 20261130


async def compare(street: Street, way: str, *, count: int, seed: int) -> tuple[list[str], set[str]]:
    """What a way answers otherwise than it may, in words; and the reasons of the differences that it needed."""
    asked = street.ways[way]
    calls = list(generate(street.materials, count=count, seed=seed))
    calls = [call for call in calls if asked.reads_messages or not call.is_broken]
    answers = await asked.decide(calls)
    wrong, needed = list(getattr(asked, "faults", [])), set()
    for call in calls:
        judged = judge(way, call, answers[call.number], street.oracle)
        needed |= {difference.why for difference in judged.by if judged.is_right}
        if not judged.is_right:
            said = (expect(call, street.oracle), answers[call.number])
            wrong.append(f"{call.rows} {call.render(b'api.example')!r}\n  expected {said[0]}\n  answered {said[1]}")
    return wrong, needed


@pytest.mark.parametrize("way", WAYS)
async def test_each_way_in_decides_as_the_oracle_says(street: Street, way: str) -> None:
    """GW, HS, HT, TN, BT and UN: status, type, the operation reached, and who is named to the API."""
    wrong, _ = await compare(street, way, count=QUICK, seed=SEED)
    assert not wrong, f"{len(wrong)} of {QUICK} with seed {SEED}:\n" + "\n".join(wrong[:10])


@pytest.mark.sweep
@pytest.mark.parametrize("way", WAYS)
async def test_twenty_thousand_calls_are_decided_alike(street: Street, way: str) -> None:
    """The same with more; and no difference is permitted that does not exist."""
    wrong, needed = await compare(street, way, count=ALL, seed=SEED + 1)
    assert not wrong, f"{len(wrong)} of {ALL} with seed {SEED + 1}:\n" + "\n".join(wrong[:10])
    assert {each.why for each in (*REFUSED, *CHANGED) if way in each.ways} == needed


async def test_the_calls_touch_everything(street: Street) -> None:
    """Every operation, every credential, every row, and each outcome of the contract, many times."""
    calls = list(generate(street.materials, count=QUICK, seed=SEED))
    verdicts = {call.number: expect(call, street.oracle) for call in calls}
    admitted = Counter(operation for verdict in verdicts.values() for operation in verdict.operations)
    rows = Counter(row for call in calls for row in call.rows)
    outcomes = Counter((verdict.status, verdict.type) for verdict in verdicts.values())
    assert {f"{method} {path}" for method, path in street.materials.operations} - admitted.keys() == set()
    assert {credential.what for credential in street.materials.credentials} <= rows.keys()
    assert all(rows[row] > 3 for row in ("GW-01", "GW-18", "HS-02", "HT-08", "TN-04", "BT-04", "UN-05"))
    assert len(outcomes) >= 10
    assert all(count > 10 for outcome, count in outcomes.items() if outcome[1]), outcomes


async def test_the_comparison_finds_what_is_wrong(street: Street) -> None:
    """An oracle that believes in other scopes, or in another network, disagrees at once: agreement means something."""
    for change in ({"scopes": ()}, {"networks": {}}, {"subject": "somebody"}):
        holders = {key: replace(holder, **change) for key, holder in street.oracle.holders.items()}
        mistaken = replace(street, oracle=type(street.oracle)(holders, street.document))
        wrong, _ = await compare(mistaken, "in process", count=500, seed=SEED)
        assert len(wrong) > 10, change


def test_no_difference_lets_more_through() -> None:
    """What refuses by itself names nobody and reaches nothing; in this process nothing stands before us."""
    assert all(not answer.operations and not answer.said for each in REFUSED for answer in each.answers)
    assert all("in process" not in each.ways for each in (*REFUSED, *CHANGED))
