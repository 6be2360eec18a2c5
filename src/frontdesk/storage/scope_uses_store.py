"""The verbs about what scopes are used for, as methods."""

from collections.abc import Mapping, Sequence

from frontdesk.protocol.ids import ClientId, Micros, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.scope_uses import ScopeUse
from frontdesk.storage import scope_uses
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class ScopeUseVerbs:
    """What `frontdesk.flows.needs_scope_uses.ScopeUseStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def note_scope_uses(self, *, uses: Sequence[ScopeUse]) -> None:
        """Write down what was needed."""
        await self._writer.write(scope_uses.note_scope_uses(uses=uses), long=True)

    async def list_scope_uses(self, user_id: UserId) -> Sequence[ScopeUse]:
        """What a user's live grants made use of."""
        return await self._reader.read(scope_uses.list_scope_uses, user_id)

    async def take_connection_scopes(
        self, *, user_id: UserId, client_id: ClientId, taken: Mapping[str, str], now: Micros, audit: AuditEvent
    ) -> bool:
        """Take scopes from all of a connection."""
        verb = scope_uses.take_connection_scopes(
            user_id=user_id, client_id=client_id, taken=taken, now=now, audit=audit
        )
        return await self._writer.write(verb, urgent=True)
