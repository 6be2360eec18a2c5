"""What is left of a caller's limits, in the answer's headers. draft-ietf-httpapi-ratelimit-headers-11, RFC 9651 §3.1.

`RateLimit-Policy: "default";q=10;w=1` and `RateLimit: "default";r=9;t=1` on every answer to a call that was counted,
whether it was let in or not. One member for each limit that counted the call.
"""

import re
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer, Headers
from frontdesk.protocol.rate_limits import Allowances

POLICY = b"ratelimit-policy"
LEFT = b"ratelimit"
NAMES = (LEFT, POLICY)

_NAME = rb'"((?:[ !#-\[\]-~]|\\["\\])*)"'
_ITEM = _NAME + rb'(?: *;[ ]*[a-z*][a-z0-9_.*-]*(?:=(?:[^",;\x00-\x20\x7f-\xff]+|"(?:[ !#-\[\]-~]|\\["\\])*"))?)*'
_LIST = re.compile(_ITEM + rb"(?:[ \t]*,[ \t]*" + _ITEM + rb")*")
_FIRST_NAMES = re.compile(rb"(?:\A|,)[ \t]*" + _NAME)

Outcome = TypeVar("Outcome", Answer, Refusal, Answer | Refusal)


@lru_cache(maxsize=4_096)
def rate_headers(allowances: Allowances) -> tuple[tuple[bytes, bytes], ...]:
    """Both headers; none where nothing was counted. Remembered: few numbers are left to most callers."""
    if not allowances:
        return ()
    left = ", ".join(f"{quote_name(each.name)};r={each.remaining};t={each.reset}" for each in allowances)
    policy = ", ".join(f"{quote_name(each.name)};q={each.quota};w={each.window}" for each in allowances)
    return (LEFT, left.encode("ascii")), (POLICY, policy.encode("ascii"))


@lru_cache(maxsize=1_024)
def quote_name(name: str) -> str:
    """A limit's name as a String (RFC 9651 §3.3.3), whatever the document's paths are made of."""
    plain = "".join(sign if " " <= sign <= "~" else "?" for sign in name)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def tell_allowances(outcome: Outcome, allowances: Allowances) -> Outcome:
    """An answer to a counted call with our headers, or a refusal that will be written with them.

    What the API says of limits of its own stays beside ours, where it is a list that another can be joined to and
    calls none of its members as we call ours. Anything else in these two headers would make ours unreadable.
    """
    if not allowances:
        return outcome
    if isinstance(outcome, Refusal):
        return replace(outcome, allowances=allowances)
    ours = {quote_name(each.name)[1:-1].encode("ascii") for each in allowances}
    kept: Headers = [
        (name, value) for name, value in outcome.headers if name not in NAMES or _can_stand_beside(value, ours)
    ]
    outcome.headers = [*kept, *rate_headers(allowances)]
    return outcome


def _can_stand_beside(value: bytes, ours: set[bytes]) -> bool:
    return _LIST.fullmatch(value.strip()) is not None and ours.isdisjoint(_FIRST_NAMES.findall(value))
