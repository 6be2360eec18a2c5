"""What loading another policy needs of the store: who called what, and what the operator agreed to."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.call_counts import CallCount, CallKind, Day
from frontdesk.protocol.ids import CredentialId, Micros
from frontdesk.protocol.records import AuditEvent


class PolicyStore(Protocol):
    """Counts of calls, and policies that may be loaded although they cut somebody off."""

    async def count_calls(
        self, *, day: Day, counts: Sequence[CallCount], pairs: Sequence[tuple[CredentialId, int]] = ()
    ) -> None:
        """Add calls of a day to what was counted before; `pairs` are those calls again, by the Basic pair they used.

        Beyond `MOST_SETS` sets of scopes of one client, operation and day, further ones count as `OTHER_SETS`. No
        cache must learn of it.
        """

    async def list_calls(self, *, since: Day) -> Sequence[CallCount]:
        """All that was counted from that day on, of every day together, by kind."""

    async def forget_calls(self, *, kinds: Sequence[CallKind]) -> None:
        """Forget that there were calls of these kinds: the policy in force refuses them, and somebody agreed to it."""

    async def accept_policy(self, *, fingerprint: bytes, now: Micros, audit: AuditEvent) -> None:
        """Let a policy be loaded whomever it cuts off, for `ACCEPTED_FOR` from now on."""

    async def is_policy_accepted(self, fingerprint: bytes, now: Micros) -> bool:
        """Whether somebody agreed to it, and not too long ago."""
