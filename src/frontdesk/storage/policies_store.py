"""The verbs that loading another policy needs, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.call_counts import CallCount, CallKind, Day
from frontdesk.protocol.ids import CredentialId, Micros
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import accepted_policies, call_counts
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class PolicyVerbs:
    """What `frontdesk.flows.needs_policies.PolicyStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def count_calls(
        self, *, day: Day, counts: Sequence[CallCount], pairs: Sequence[tuple[CredentialId, int]] = ()
    ) -> None:
        """Add calls of a day to what was counted before."""
        await self._writer.write(call_counts.count_calls(day=day, counts=counts, pairs=pairs), long=True)

    async def list_calls(self, *, since: Day) -> Sequence[CallCount]:
        """All that was counted from that day on."""
        return await self._reader.read_long(call_counts.list_calls(since=since))

    async def forget_calls(self, *, kinds: Sequence[CallKind]) -> None:
        """Forget that there were calls of these kinds."""
        await self._writer.write(call_counts.forget_calls(kinds=kinds), long=True)

    async def accept_policy(self, *, fingerprint: bytes, now: Micros, audit: AuditEvent) -> None:
        """Let a policy be loaded whomever it cuts off."""
        await self._writer.write(accepted_policies.accept_policy(fingerprint=fingerprint, now=now, audit=audit))

    async def is_policy_accepted(self, fingerprint: bytes, now: Micros) -> bool:
        """Whether somebody agreed to it."""
        return await self._reader.read(accepted_policies.is_policy_accepted, fingerprint, now)
