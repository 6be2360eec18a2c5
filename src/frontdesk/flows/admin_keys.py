"""The keys of the administration API: what `frontdesk admin-key` does, and who a caller's key says they are.

A key is shown once and stored as a keyed digest. It opens what the operator may do, so that it may be narrowed to
reading and to a time, and its every change is written down under `operator:<id>`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.operator import Objection, read_title
from frontdesk.protocol.ids import DAY, HOUR, AdminKeyId, Micros, read_uuid
from frontdesk.protocol.records import AdminKey, AuditEvent

MOST = 100
LONGEST_DAYS = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshAdminKey:
    """A key in the clear: the only moment in which it can be told."""

    key: AdminKey
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminKeys:
    """Makes, lists, revokes and proves keys."""

    store: Store
    clock: Clock
    mint: Mint

    async def add(
        self, name: str, *, read_only: bool = False, days: int | None = None, origin: Origin
    ) -> FreshAdminKey | Objection:
        """A new key. `read_only`: it changes nothing. `days`: how long it lives; None: until it is revoked."""
        named = read_title(name, what="name")
        if isinstance(named, Objection):
            return named
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            return Objection(problem=f"a key lives 1 to {LONGEST_DAYS} days, not {days}")
        now = self.clock.now()
        key_id = AdminKeyId(self.mint.new_id())
        value = self.mint.new_admin_key(key_id)
        key = AdminKey(
            id=key_id,
            name=named,
            digest=self.mint.digest(value),
            created_at=now,
            expires_at=Micros(now + days * DAY) if days is not None else None,
            read_only=read_only,
        )

        audit = self._audit("admin_key.created", key, now, origin)
        if not await self.store.add_admin_key(key=key, most=MOST, audit=audit):
            return Objection(
                problem=f"there are {MOST} administration keys already",
                hint="revoke those that nobody uses: 'frontdesk admin-key list'",
            )
        return FreshAdminKey(key=key, value=value)

    async def list_all(self) -> Sequence[AdminKey]:
        """All of them, the oldest first; those that have expired too."""
        return await self.store.list_admin_keys()

    async def revoke(self, key_id: str, *, origin: Origin) -> AdminKey | Objection:
        """Refuse a key from now on."""
        identity = read_uuid(key_id)
        key = await self.store.find_admin_key(AdminKeyId(identity)) if identity is not None else None
        if key is None:
            return _no_key()
        audit = self._audit("admin_key.revoked", key, self.clock.now(), origin)

        if not await self.store.revoke_admin_key(key_id=key.id, audit=audit):
            return _no_key()
        return key

    async def prove(self, value: str) -> AdminKey | None:
        """Whose key this is; None where it is none, is revoked or has expired, at the same cost."""
        key_id = self.mint.read_admin_key(value)
        key = await self.store.find_admin_key(key_id) if key_id is not None else None
        now = self.clock.now()
        if not self.mint.proves(value, key.digest if key is not None else None) or key is None or not key.is_alive(now):
            return None
        is_old = key.digest[0] != self.mint.making_digest
        if is_old or key.last_used_at is None or now - key.last_used_at >= HOUR:
            digest = self.mint.digest(value) if is_old else key.digest
            await self.store.touch_admin_key(key_id=key.id, replaces=key.digest, digest=digest, now=now)
        return key

    def _audit(self, action: str, key: AdminKey, now: Micros, origin: Origin) -> AuditEvent:
        return AuditEvent(
            at=now,
            action=action,
            actor=origin.operator,
            address=origin.address,
            request_id=origin.request_id,
            detail=f"{key.name} ({key.id})",
        )


def _no_key() -> Objection:
    return Objection(
        problem="no administration key with this id", hint="list them with 'frontdesk admin-key list'", missing=True
    )
