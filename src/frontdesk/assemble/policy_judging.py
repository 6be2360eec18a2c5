"""May this policy be put in force? Not one that cuts off clients who call, unless somebody agreed to it."""

from dataclasses import dataclass

from frontdesk.assemble.house import House
from frontdesk.assemble.live_calls import list_live, name_caller
from frontdesk.gateway.policy import Policy
from frontdesk.gateway.policy_impact import CutOff, find_cut_off, fingerprint_of
from frontdesk.settings import inclusion_of

SHOWN = 10  # of the calls that would be cut off


class PolicyRefused(Exception):  # noqa: N818 - a no to the operator, not a bug
    """The document can be the policy, and would cut off clients who call."""

    def __init__(self, problem: str, *, hint: str) -> None:
        """What would happen, and what to do."""
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A policy that may be put in force, and the calls that it refuses with somebody's agreement."""

    policy: Policy
    cut_off: tuple[CutOff, ...]


async def judge_policy(house: House, policy: Policy) -> Judged:
    """Let a policy in unless it cuts somebody off that called in the last thirty days. Raises PolicyRefused.

    What somebody agreed to (`frontdesk policy accept`) is let in whatever it does.
    """
    inclusion = inclusion_of(house.settings)
    cut_off = find_cut_off(policy, await list_live(house), inclusion)
    if cut_off:
        accepted = await house.store.is_policy_accepted(fingerprint_of(policy, inclusion), house.clock.now())
        if not accepted:
            raise await _refusal(house, cut_off)
    return Judged(policy=policy, cut_off=cut_off)


async def _refusal(house: House, cut_off: tuple[CutOff, ...]) -> PolicyRefused:
    worst = sorted(cut_off, key=lambda one: -one.count.calls)[:SHOWN]
    lines = [
        f"{await name_caller(house, one.count.kind)}: {one.count.kind.operation} "
        f"({one.count.calls} {'call' if one.count.calls == 1 else 'calls'}): {one.why}"
        for one in worst
    ]
    if len(cut_off) > SHOWN:
        lines.append(f"and {len(cut_off) - SHOWN} more")
    callers = len({(one.count.kind.scheme, one.count.kind.client_id) for one in cut_off})
    who = "1 caller" if callers == 1 else f"{callers} callers"
    return PolicyRefused(
        "\n".join([f"the document would cut off {who} of the last 30 days", *lines]),
        hint=f"correct it, or agree with 'frontdesk policy accept {house.settings.openapi}'",
    )
