"""Taking a scope back from an app, or all of it but a smaller one: what goes with it, and what stays."""

from collections.abc import Mapping, Set

from frontdesk.protocol.scopes import Inclusion, Scopes, implied


def judge_taking(
    scope: str, *, leave: str, given: Scopes, inclusion: Inclusion, known: Set[str] | None
) -> Mapping[str, str] | None:
    """Each scope that is taken with what is left of it, or ""; None where it was not given or cannot be left so.

    What the scope includes goes with it, unless it was given beside the scope by something that stays. `known`: all
    scopes that there are; None or none where nobody knows.
    """
    part = implied((scope,), inclusion)
    if scope not in given or (leave and (leave == scope or leave not in part or (known and leave not in known))):
        return None
    stays = implied(tuple(other for other in given if other not in part), inclusion) | implied((leave,), inclusion)
    return {other: "" for other in given if other in part and other not in stays} | {scope: leave}
