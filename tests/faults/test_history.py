"""The checker itself: it finds each kind of breach, and calls no lawful history one."""

import pytest

from faults.history import Event, History, Outcome, What

YES, NO, UNKNOWN = Outcome.YES, Outcome.NO, Outcome.UNKNOWN


def happened(*steps: tuple[What, str, Outcome], gives: str = "grant") -> History:
    """One after the other, none overlapping."""
    events = [
        Event(what=what, subject=subject, start=2.0 * number, end=2.0 * number + 1, outcome=outcome, gives=gives)
        for number, (what, subject, outcome) in enumerate(steps)
    ]
    return History(events=events)


ISSUE, END, USE, REDEEM = What.ISSUE, What.END, What.USE, What.REDEEM
G, C = "grant", "code"

UNLAWFUL = {
    "lost": [(ISSUE, G, YES), (USE, G, NO)],
    "lost after an unrelated end": [(ISSUE, G, YES), (END, "other", YES), (USE, G, NO)],
    "revived": [(ISSUE, G, YES), (END, G, YES), (USE, G, YES)],
    "an unknown end that changed its mind": [(ISSUE, G, YES), (END, G, UNKNOWN), (USE, G, NO), (USE, G, YES)],
    "used twice": [(REDEEM, C, YES), (REDEEM, C, YES)],
    "replay killed nothing": [(REDEEM, C, YES), (ISSUE, G, YES), (REDEEM, C, NO), (USE, G, YES)],
}
LAWFUL = {
    "a quiet life": [(ISSUE, G, YES), (USE, G, YES), (END, G, YES), (USE, G, NO)],
    "an unknown end that happened": [(ISSUE, G, YES), (END, G, UNKNOWN), (USE, G, NO), (USE, G, NO)],
    "an unknown end that did not": [(ISSUE, G, YES), (END, G, UNKNOWN), (USE, G, YES), (USE, G, YES)],
    "an unknown issue": [(ISSUE, G, UNKNOWN), (USE, G, NO)],
    "an outage in between": [(ISSUE, G, YES), (USE, G, UNKNOWN), (USE, G, YES)],
    "a replay": [(REDEEM, C, YES), (ISSUE, G, YES), (REDEEM, C, NO), (USE, G, NO)],
    "a replay that got no answer": [(REDEEM, C, YES), (ISSUE, G, YES), (REDEEM, C, UNKNOWN), (USE, G, YES)],
    "a lost exchange, then a second": [(REDEEM, C, UNKNOWN), (REDEEM, C, YES)],
}


@pytest.mark.parametrize("steps", UNLAWFUL.values(), ids=UNLAWFUL)
def test_a_breach_is_found(steps: list[tuple[What, str, Outcome]]) -> None:
    """Each law broken once, and nothing else wrong."""
    assert happened(*steps).judge()


@pytest.mark.parametrize("steps", LAWFUL.values(), ids=LAWFUL)
def test_a_lawful_history_has_no_breach(steps: list[tuple[What, str, Outcome]]) -> None:
    """Unknown outcomes may be either, as long as they stay that way."""
    assert happened(*steps).judge() == []


def test_what_overlaps_may_have_happened_in_either_order() -> None:
    """A use that was under way while the end was acknowledged may have been judged before it."""
    end = Event(what=END, subject=G, start=1.0, end=3.0, outcome=YES)
    use = Event(what=USE, subject=G, start=2.0, end=4.0, outcome=YES)
    assert History(events=[end, use]).judge() == []


def test_an_operation_that_raises_is_unknown() -> None:
    """A connection that breaks tells nothing; the exception reaches the caller."""
    history = History()
    with pytest.raises(ConnectionResetError), history.note(END, G):
        raise ConnectionResetError
    assert [event.outcome for event in history.events] == [UNKNOWN]
