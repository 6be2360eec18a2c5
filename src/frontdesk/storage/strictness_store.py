"""The verbs of strict clients, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, Digest, GrantId
from frontdesk.protocol.records import AuditEvent, Profile
from frontdesk.protocol.weak_forms import WeakUse
from frontdesk.storage import clients, grants, weak_forms
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class StrictnessVerbs:
    """What `frontdesk.flows.needs_strictness.StrictnessStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def confirm_successor(self, *, grant_id: GrantId, generation: int, digest: Digest) -> bool:
        """Put the next refresh token in the current one's place."""
        verb = grants.confirm_successor(grant_id=grant_id, generation=generation, digest=digest)
        return await self._writer.write(verb, step="rotate")

    async def set_client_profile(
        self, *, client_id: ClientId, profile: Profile, require_pkce: bool, audit: AuditEvent
    ) -> bool:
        """Treat an app more strictly or less."""
        verb = clients.set_client_profile(client_id=client_id, profile=profile, require_pkce=require_pkce, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def count_weak_forms(self, *, uses: Sequence[WeakUse]) -> None:
        """Add uses to what was counted before."""
        await self._writer.write(weak_forms.count_weak_forms(uses=uses), long=True)

    async def list_weak_forms(self, *, of: Sequence[ClientId] | None = None) -> Sequence[WeakUse]:
        """What was counted, of these apps or of all."""
        return await self._reader.read_long(weak_forms.list_weak_forms(of))
