"""The in-memory twin of storage/identities.py."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Micros, UserId
from frontdesk.protocol.provider import Identity, LinkedIdentity, Unlinked, is_last_way_in
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.memory_state import MemoryState


class MemoryIdentities(MemoryState):
    """Who is who at the provider's own sign-in."""

    async def find_identity(self, identity: Identity) -> UserId | None:
        """The user whom an identity stands for."""
        key = (identity.issuer, identity.subject)
        return None if key in self.unlinked_identities else self.identities.get(key)

    async def link_identity(self, *, identity: Identity, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Let it stand for this user from now on."""
        user = self.users.get(user_id)
        taken = (identity.issuer, identity.subject) in self.identities
        has_one = any(issuer == identity.issuer and held == user_id for (issuer, _), held in self.identities.items())
        if user is None or user.blocked_at is not None or taken or has_one:
            return False
        self.identities[identity.issuer, identity.subject] = user_id
        self.linked_at[identity.issuer, identity.subject] = now
        self._note(audit)
        return True

    async def list_identities(self, user_id: UserId) -> Sequence[LinkedIdentity]:
        """A user's."""
        return [
            LinkedIdentity(
                issuer=key[0],
                subject=key[1],
                linked_at=self.linked_at[key],
                unlinked_at=self.unlinked_identities.get(key),
            )
            for key, held in sorted(self.identities.items())
            if held == user_id
        ]

    async def unlink_identity(
        self, *, user_id: UserId, issuer: str, subject: str, now: Micros, audit: AuditEvent
    ) -> Unlinked:
        """It stands for this user no more."""
        user, key = self.users.get(user_id), (issuer, subject)
        if user is None:
            return Unlinked.GONE
        passkeys = sum(passkey.user_id == user_id for passkey in self.passkeys.values())
        linked = [one for one in await self.list_identities(user_id) if one.unlinked_at is None]
        if is_last_way_in(user.email, passkeys=passkeys, others=len(linked) - 1):
            return Unlinked.LAST
        if key not in [(one.issuer, one.subject) for one in linked]:
            return Unlinked.GONE
        self.unlinked_identities[key] = now
        self._note(audit)
        return Unlinked.DONE

    async def forget_identity(self, *, user_id: UserId, issuer: str, subject: str, audit: AuditEvent) -> bool:
        """Forget one that was unlinked."""
        key = (issuer, subject)
        if self.identities.get(key) != user_id or key not in self.unlinked_identities:
            return False
        del self.identities[key], self.unlinked_identities[key]
        self._note(audit)
        return True
