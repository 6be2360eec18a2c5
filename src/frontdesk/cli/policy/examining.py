"""For `frontdesk doctor`: whether a server would take the document as it is, with those who call."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from frontdesk.cli.examining import Finding, fail, ok
from frontdesk.cli.policy.reading import has_calls, read_policy, walk_house
from frontdesk.cli.speech import Refused
from frontdesk.settings import Settings

if TYPE_CHECKING:
    from frontdesk.assemble import House


def examine_callers(settings: Settings) -> Iterator[Finding]:
    """Whether the document would cut off clients who call: then a running server keeps the one that it has."""
    if settings.openapi is None or not has_calls(settings):
        return
    try:
        policy = read_policy(settings)
    except Refused:
        return  # that it cannot be the policy at all is found elsewhere

    async def walk(house: "House") -> None:
        from frontdesk.assemble.policy_judging import judge_policy

        await judge_policy(house, policy)

    try:
        walk_house(settings, walk)
    except Refused as refused:
        yield fail("callers", refused.problem, refused.hint)
    else:
        yield ok("callers", "the document cuts nobody off who called in the last 30 days")
