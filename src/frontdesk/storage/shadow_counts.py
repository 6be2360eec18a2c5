"""What would have been refused while nothing is enforced: one row a day, caller, operation and reason."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Micros
from frontdesk.protocol.shadow import ShadowCount
from frontdesk.storage.verbs import Verb

COUNT = """
INSERT INTO shadow_counts (day, caller, operation, reason, first_at, last_at, calls, example)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (day, caller, operation, reason) DO UPDATE SET
    first_at = CASE WHEN excluded.first_at < shadow_counts.first_at
        THEN excluded.first_at ELSE shadow_counts.first_at END,
    example = CASE WHEN excluded.last_at >= shadow_counts.last_at THEN excluded.example ELSE shadow_counts.example END,
    last_at = CASE WHEN excluded.last_at > shadow_counts.last_at THEN excluded.last_at ELSE shadow_counts.last_at END,
    calls = shadow_counts.calls + excluded.calls
"""
LIST = """
SELECT day, caller, operation, reason, first_at, last_at, calls, example FROM shadow_counts WHERE day >= $1
ORDER BY day, caller, operation, reason
"""
FORGET = "DELETE FROM shadow_counts RETURNING day"


def count_shadow(*, counts: Sequence[ShadowCount]) -> Verb[None]:
    """Add to what was counted."""
    for one in counts:
        yield (
            COUNT,
            (one.day, one.caller, one.operation, one.reason, one.first_at, one.last_at, one.calls, one.example),
        )


def list_shadow(*, since_day: int) -> Verb[list[ShadowCount]]:
    """All that was counted from a day on."""
    return [
        ShadowCount(
            day=day,
            caller=caller,
            operation=operation,
            reason=reason,
            first_at=Micros(first),
            last_at=Micros(last),
            calls=calls,
            example=example,
        )
        for day, caller, operation, reason, first, last, calls, example in (yield LIST, (since_day,))
    ]


def forget_shadow() -> Verb[int]:
    """Begin anew."""
    return len((yield FORGET, ()))
