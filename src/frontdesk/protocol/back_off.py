"""Whether an app waits when it is told to: what its rate-limited calls say of it. RFC 6585 §4, RFC 9110 §10.2.3."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from frontdesk.protocol.explanations import NotedDecision
from frontdesk.protocol.ids import SECOND, Micros

LEAST_WAIT = SECOND  # no Retry-After that is sent is shorter
UNDER_WAY = SECOND // 5  # a call that comes so soon after the first refusal had left before that was read

# Who is told to wait, and with what: a wait beyond the least is of a limit that only these operations may have.
Waiting: TypeAlias = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """`limited`: calls that were answered 429, as far as they were noted; `pressed`: those that came too soon again."""

    limited: int
    pressed: int
    last_at: Micros | None


def judge_back_off(limited: Sequence[NotedDecision]) -> BackOff:
    """Read one app's rate-limited calls, in any order. Each grant waits for itself."""
    waits: dict[Waiting, tuple[Micros, Micros]] = {}  # told at first, and to wait until
    pressed, last_at = 0, None
    for call in sorted(limited, key=lambda noted: noted.at):
        caller, last_at = call.grant_id or call.credential, call.at
        keys: tuple[Waiting, Waiting] = ((caller, ()), (caller, call.operations))
        pressed += any(_presses(waits.get(key), call.at) for key in keys)
        wait = max(LEAST_WAIT, call.retry_after * SECOND)
        key = keys[wait > LEAST_WAIT]
        told_at, until = waits.get(key, (call.at, call.at))
        waits[key] = told_at if call.at < until else call.at, Micros(max(until, call.at + wait))
    return BackOff(limited=len(limited), pressed=pressed, last_at=last_at)


def _presses(wait: tuple[Micros, Micros] | None, at: Micros) -> bool:
    return wait is not None and at - wait[0] >= UNDER_WAY and at < wait[1]
