"""The in-memory twin of what loading another policy needs."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.call_counts import ACCEPTED_FOR, MOST_SETS, OTHER_SETS, CallCount, CallKind, Day, oldest_day
from frontdesk.protocol.ids import CredentialId, Micros
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.memory_state import MemoryState


class MemoryPolicies(MemoryState):
    """Counts of calls, and policies that were agreed to."""

    async def count_calls(
        self, *, day: Day, counts: Sequence[CallCount], pairs: Sequence[tuple[CredentialId, int]] = ()
    ) -> None:
        """Add calls of a day to what was counted before."""
        for client_id, calls in pairs:
            self.credential_calls[client_id, day] = calls + self.credential_calls.get((client_id, day), 0)
        for count in counts:
            kind = self._kind_of(day, count.kind)
            before = self.call_counts.get((day, kind))
            self.call_counts[day, kind] = CallCount(
                kind=kind,
                calls=count.calls + (before.calls if before else 0),
                last_at=max(count.last_at, before.last_at if before else count.last_at),
            )

    def _kind_of(self, day: Day, kind: CallKind) -> CallKind:
        if (day, kind) in self.call_counts:
            return kind
        alike = [other for at, other in self.call_counts if at == day and replace(other, scopes=kind.scopes) == kind]
        return kind if len(alike) < MOST_SETS else replace(kind, scopes=OTHER_SETS)

    async def list_calls(self, *, since: Day) -> Sequence[CallCount]:
        """All that was counted from that day on."""
        found: dict[CallKind, CallCount] = {}
        for (day, kind), count in self.call_counts.items():
            if day >= since:
                other = found.get(kind, CallCount(kind=kind, calls=0, last_at=count.last_at))
                calls, last_at = count.calls + other.calls, max(count.last_at, other.last_at)
                found[kind] = replace(count, calls=calls, last_at=last_at)
        return sorted(
            found.values(), key=lambda one: (one.kind.scheme, one.kind.client_id, one.kind.operation, one.kind.scopes)
        )

    async def forget_calls(self, *, kinds: Sequence[CallKind]) -> None:
        """Forget that there were calls of these kinds."""
        gone = frozenset(kinds)
        self.call_counts = {key: count for key, count in self.call_counts.items() if key[1] not in gone}

    async def accept_policy(self, *, fingerprint: bytes, now: Micros, audit: AuditEvent) -> None:
        """Let a policy be loaded whomever it cuts off."""
        self.accepted_policies[fingerprint] = now
        self._note(audit)

    async def is_policy_accepted(self, fingerprint: bytes, now: Micros) -> bool:
        """Whether somebody agreed to it."""
        at = self.accepted_policies.get(fingerprint)
        return at is not None and at > now - ACCEPTED_FOR

    def _clean_policies(self, now: Micros, limit: int) -> int:
        days = [key for key in self.call_counts if key[0] < oldest_day(now)][: max(0, limit)]
        for key in days:
            del self.call_counts[key]
        stale = [each for each, at in self.accepted_policies.items() if at <= now - ACCEPTED_FOR]
        for each in stale[: max(0, limit - len(days))]:
            del self.accepted_policies[each]
        return len(days) + min(len(stale), max(0, limit - len(days)))
