"""Which refused calls are sent again, and after how long: pure. RFC 6585 §4 (429), RFC 9110 §9.2.2, §15.6.4 (503)."""

from dataclasses import dataclass

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
RETRIED = frozenset({429, 503})
SPREAD = 0.5  # seconds; doubled with every try


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One answer that came instead of what was asked for. `tries` counts how often the call was sent until now."""

    method: str
    can_replay: bool
    status: int
    retry_after: float | None
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Send it once more after `wait` seconds. `costs`: only if the budget pays for it."""

    wait: float
    costs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`tries` in all, none after an answer that asks for more than `longest_wait` seconds; `methods` are repeated."""

    tries: int = 4
    longest_wait: float = 60.0
    methods: frozenset[str] = IDEMPOTENT


def judge(refused: Refused, rule: Rule, *, chance: float) -> Again | None:
    """Decide about one answer; None hands it to the caller. `chance` is drawn anew for each, 0 up to but not 1.

    A 429 may be repeated whatever the method: it says that nothing was done. Chance is added to what the answer asks
    for and never taken away, so that nobody comes early and not all come at once. Nor does anybody come early who was
    asked for more than they care to wait: they get the answer.
    """
    if refused.status not in RETRIED or not refused.can_replay or refused.tries >= rule.tries:
        return None
    if refused.status != 429 and refused.method.upper() not in rule.methods:
        return None
    asked = refused.retry_after
    if asked is not None and asked > rule.longest_wait:
        return None
    spread = min(rule.longest_wait, SPREAD * 2**refused.tries) * chance
    # A 429 with its time is the server's own plan for us; anything else may be an outage that tries make worse.
    return Again(wait=(asked or 0.0) + spread, costs=refused.status != 429 or asked is None)
