"""What an answer proves. A hole needs positive evidence: a call that was carried out, or a mark that arrived."""

import json
from dataclasses import dataclass
from enum import StrEnum

from frontdesk.cli.attacking.shots import Heard
from frontdesk.protocol.errors import Reason, wire

_TYPES = {wire(reason).code for reason in Reason}


class Verdict(StrEnum):
    """How an attack ended."""

    HELD = "held"  # refused, or without effect
    THROUGH = "through"
    UNCLEAR = "unclear"  # neither carried out nor refused in a form that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One attack's end, and what it is concluded from."""

    row: str  # of the attack catalogue
    attack: str
    verdict: Verdict
    status: int
    evidence: str
    advice: str = ""  # what to do, where it got through


def refusal_of(heard: Heard) -> str:
    """The `type` of a refusal in Frontdesk's form; empty where it is none."""
    try:
        said = json.loads(heard.body)
    except ValueError:
        return ""
    if heard.status < 400 or not isinstance(said, dict) or set(said) != {"message", "type"}:
        return ""
    return said["type"] if said["type"] in _TYPES else ""


def must_be_refused(heard: Heard, page: Heard | None = None) -> tuple[Verdict, str]:
    """A call that nobody may make, or that could mean two: carried out, it is a hole.

    `page` is what Frontdesk's pages say of a path that they do not have.
    """
    if heard.let_in:
        return Verdict.THROUGH, f"{heard.status}: the call was carried out"
    word = refusal_of(heard)
    if word:
        return Verdict.HELD, f"{heard.status} {word}"
    if heard.status == 0:
        return Verdict.HELD, "hung up"
    if heard.status in (301, 302, 307, 308, 400, 401, 403, 405, 413, 414, 421, 426, 431, 501, 505):
        return Verdict.HELD, f"{heard.status} of the proxy"
    if page is not None and heard.status == page.status and page.policy and heard.policy == page.policy:
        return Verdict.HELD, f"{heard.status}, a page of Frontdesk's"
    return Verdict.UNCLEAR, f"{heard.status}, in nobody's form that is known here: see whether your API has answered"


def must_not_succeed(heard: Heard) -> tuple[Verdict, str]:
    """A call of which every answer but yes will do."""
    if heard.let_in:
        return Verdict.THROUGH, f"{heard.status}: it was done"
    return Verdict.HELD, f"{heard.status} {refusal_of(heard)}".rstrip() if heard.status else "hung up"


def must_not_arrive(heard: Heard, needles: tuple[str, ...] = ()) -> tuple[Verdict, str]:
    """A call whose mark the API must not see. Only for APIs that say what they were sent."""
    body = heard.body.lower()
    for needle in needles:
        if heard.let_in and needle.lower().encode("latin-1") in body:
            return Verdict.THROUGH, "the API was sent it"
    if heard.let_in:
        return Verdict.HELD, "taken away"
    return must_not_succeed(heard)


def must_arrive(heard: Heard, needles: tuple[str, ...]) -> tuple[Verdict, str]:
    """A call whose answer must show these, if it is carried out at all."""
    if not heard.let_in:
        return must_not_arrive(heard)
    body = heard.body.lower()
    missing = [needle for needle in needles if needle.lower().encode("latin-1") not in body]
    if missing:
        return Verdict.THROUGH, f"the API was not sent {missing[0]}"
    return Verdict.HELD, "arrived whole"
