"""The verbs about leaked tokens and secrets, as methods."""

from collections.abc import Mapping, Sequence

from frontdesk.protocol.ids import CodeId, Digest, Micros, SessionId
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import leaks
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class LeakVerbs:
    """What `frontdesk.flows.needs_leaks.LeakStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def find_secret_holders(self, prefix: str, digests: Sequence[Digest]) -> Mapping[Digest, str]:
        """Whose secrets these are."""
        return await self._reader.read_long(leaks.find_secret_holders(prefix, digests))

    async def replace_leaked_secret(
        self, prefix: str, *, holder: str, replaces: Digest, digest: Digest, now: Micros, audit: AuditEvent
    ) -> bool:
        """End an app's or resource server's secret."""
        verb = leaks.replace_leaked_secret(
            prefix, holder=holder, replaces=replaces, digest=digest, now=now, audit=audit
        )
        return await self._writer.write(verb, urgent=True)

    async def void_code(self, *, code_id: CodeId, now: Micros, audit: AuditEvent) -> bool:
        """End a pending code."""
        return await self._writer.write(leaks.void_code(code_id=code_id, now=now, audit=audit), urgent=True)

    async def end_leaked_session(self, *, session_id: SessionId, audit: AuditEvent) -> bool:
        """End a session."""
        return await self._writer.write(leaks.end_leaked_session(session_id=session_id, audit=audit), urgent=True)

    async def note_once(self, *, audit: AuditEvent, since: Micros) -> bool:
        """Write something down, once in a while."""
        return await self._writer.write(leaks.note_once(audit=audit, since=since))
