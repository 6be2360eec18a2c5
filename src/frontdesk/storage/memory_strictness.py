"""The in-memory twin of what strict clients need."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ClientId, Digest, GrantId
from frontdesk.protocol.records import AuditEvent, Profile
from frontdesk.protocol.weak_forms import WeakUse
from frontdesk.storage.memory_state import MemoryState


class MemoryStrictness(MemoryState):
    """Rotation, profiles, and which weak forms are in use."""

    async def confirm_successor(self, *, grant_id: GrantId, generation: int, digest: Digest) -> bool:
        """Put the next refresh token in the current one's place."""
        grant = self.grants.get(grant_id)
        if grant is None or grant.generation != generation - 1 or grant.revoked_at is not None:
            return False
        self._reach("rotate.before_commit")
        first = grant.refresh_digest if grant.first_digest is None else grant.first_digest
        self.grants[grant_id] = replace(grant, generation=generation, refresh_digest=digest, first_digest=first)
        self._reach("rotate.after_commit")
        return True

    async def set_client_profile(
        self, *, client_id: ClientId, profile: Profile, require_pkce: bool, audit: AuditEvent
    ) -> bool:
        """Treat an app more strictly or less."""
        client = self.clients.get(client_id)
        if client is None or (profile is Profile.COMPAT and not client.is_confidential):
            return False
        self.clients[client_id] = replace(client, profile=profile, require_pkce=require_pkce)
        self._note(audit)
        return True

    async def count_weak_forms(self, *, uses: Sequence[WeakUse]) -> None:
        """Add uses to what was counted before."""
        for use in uses:
            before = self.weak_forms.get((use.client_id, use.form), use)
            if use.client_id in self.clients:
                self.weak_forms[use.client_id, use.form] = replace(
                    use,
                    first_at=min(use.first_at, before.first_at),
                    last_at=max(use.last_at, before.last_at),
                    uses=use.uses + (before.uses if before is not use else 0),
                )

    async def list_weak_forms(self, *, of: Sequence[ClientId] | None = None) -> Sequence[WeakUse]:
        """What was counted, of these apps or of all."""
        wanted = self.clients.keys() if of is None else self.clients.keys() & set(of)
        return [use for key, use in sorted(self.weak_forms.items()) if key[0] in wanted]
