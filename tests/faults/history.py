"""What happened, seen from outside, and what may not have happened: the checker of every fault run.

Clients write down each operation with its start, its end and its outcome. `judge` then finds every breach of three
laws: nothing acknowledged is lost (I1), nothing ended is revived (I2), a code gives at most one success and a second
valid try kills what the first one gave (I3). An unknown outcome may turn out either way, but must stay that way.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum


class Outcome(Enum):
    """How an operation looked to its caller."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # no answer, or one that promises nothing (503)


class What(Enum):
    """The operations that the laws speak of."""

    ISSUE = "issue"  # a credential was handed out
    END = "end"  # a credential was revoked, regenerated, disconnected or blocked
    USE = "use"  # a credential was tried
    REDEEM = "redeem"  # a code was exchanged; `gives` is the credential it would issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One operation on one subject. Times are seconds of one monotonic clock."""

    what: What
    subject: str
    start: float
    end: float
    outcome: Outcome
    gives: str = ""

    def precedes(self, other: "Event") -> bool:
        """Whether it was over before the other began; two that overlap may have happened in either order."""
        return self.end < other.start


@dataclass(slots=True)
class Note:
    """An operation that is going on: its caller says how it ended."""

    outcome: Outcome = Outcome.UNKNOWN


@dataclass(slots=True)
class History:
    """Everything that the clients of one run saw."""

    events: list[Event] = field(default_factory=list)

    @contextmanager
    def note(self, what: What, subject: str, *, gives: str = "") -> Iterator[Note]:
        """Write down the operation done inside; one that raises stays unknown, and the exception goes on."""
        note = Note()
        start = time.monotonic()
        try:
            yield note
        finally:
            self.events.append(
                Event(
                    what=what,
                    subject=subject,
                    start=start,
                    end=time.monotonic(),
                    outcome=note.outcome,
                    gives=gives,
                )
            )

    def judge(self) -> list[str]:
        """Every breach, in words; empty: all laws held."""
        by_subject: dict[str, list[Event]] = defaultdict(list)
        for event in sorted(self.events, key=lambda event: event.start):
            by_subject[event.subject].append(event)
        for code, credential, replay in self._replays():
            by_subject[credential].append(_end_by_replay(credential, replay, code))
        breaches: list[str] = []
        for subject, events in by_subject.items():
            breaches += _judge_credential(subject, events)
            breaches += _judge_code(subject, events)
        return breaches

    def _replays(self) -> Iterator[tuple[str, str, Event]]:
        """Each try of a code that began after an earlier success was over: it must have killed the credential."""
        tries = [event for event in self.events if event.what is What.REDEEM]
        for first in tries:
            if first.outcome is not Outcome.YES:
                continue
            for second in tries:
                if second.subject == first.subject and first.precedes(second):
                    yield first.subject, first.gives, second


def _end_by_replay(credential: str, replay: Event, code: str) -> Event:
    outcome = Outcome.YES if replay.outcome is Outcome.NO else Outcome.UNKNOWN
    return Event(what=What.END, subject=credential, start=replay.start, end=replay.end, outcome=outcome, gives=code)


def _judge_credential(subject: str, events: list[Event]) -> Iterator[str]:
    issues = [event for event in events if event.what is What.ISSUE and event.outcome is Outcome.YES]
    ends = [event for event in events if event.what is What.END]
    uses = [event for event in events if event.what is What.USE]
    accepted = [use for use in uses if use.outcome is Outcome.YES]
    refused = [use for use in uses if use.outcome is Outcome.NO and _any_precedes(issues, use)]
    for use in accepted:
        if _any_precedes([end for end in ends if end.outcome is Outcome.YES], use):
            yield f"revived (I2): {subject} was accepted after its end was acknowledged"
        if _any_precedes(refused, use):
            yield f"revived (I2): {subject} was refused, and accepted again later"
    for use in refused:
        if not any(end.start < use.end for end in ends):
            yield f"lost (I1): {subject} was issued, never ended, and refused"


def _any_precedes(earlier: list[Event], event: Event) -> bool:
    return any(one.precedes(event) for one in earlier)


def _judge_code(subject: str, events: list[Event]) -> Iterator[str]:
    successes = [event for event in events if event.what is What.REDEEM and event.outcome is Outcome.YES]
    if len(successes) > 1:
        yield f"used twice (I3): {subject} gave {len(successes)} successful answers"
