"""The operator's walks over keys: list, rotate, retire, restore, destroy; beside a server that runs. DESIGN D2, D8.

A change is made in steps, each durable before the next, so that a crash between any two breaks nothing: a key that is
to make is first one that only reads, and every process is told, before any process may be handed what it made.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from frontdesk.flows.needs import Clock, Failpoint, Mint, Origin, Store
from frontdesk.flows.needs_keys import KeyCupboard
from frontdesk.flows.operator import Objection
from frontdesk.protocol.assertions import STAYS_AFTER
from frontdesk.protocol.ids import HOUR, MINUTE, SECOND, Micros
from frontdesk.protocol.keys import PURPOSES, KeyFacts, KeyState, KeyUse, render_announcement
from frontdesk.protocol.records import AuditEvent

BATCH = 200
FAILPOINTS = ("keys.first_written", "keys.first_announced", "keys.second_written", "keys.second_announced")

# How long what a key made lives where nobody ends it, and what that is; of digests and sealed secrets the store knows.
LIFETIMES: Mapping[str, tuple[int, str]] = {
    "mac": (HOUR, "access tokens"),
    "seal": (30 * MINUTE, "sign-ins in flight"),
    "cookie": (12 * HOUR, "forms on open pages, and browsers' trust"),
    "sign": (STAYS_AFTER, "assertions to the API"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key, and what stands or falls with it as far as the store can tell."""

    facts: KeyFacts
    uses: tuple[KeyUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """What was done to a key; `ended` what had hung on it."""

    facts: KeyFacts
    ended: tuple[KeyUse, ...] = ()
    moved: int = 0  # secrets that were sealed again under the making key


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyKeeping:
    """What the operator may do to keys. `hold` keeps everybody else from changing the key file meanwhile."""

    store: Store
    clock: Clock
    mint: Mint
    tell: Callable[[], Sequence[KeyFacts]]
    hold: Callable[[], AbstractContextManager[KeyCupboard]]
    lifetimes: Mapping[str, tuple[int, str]] = field(default_factory=lambda: LIFETIMES)
    failpoint: Failpoint | None = None

    async def list_keys(self) -> list[KnownKey]:
        """Every key with what hangs on it."""
        uses = await self.store.count_key_uses(now=self.clock.now())
        return [KnownKey(facts=facts, uses=_uses_of(facts, uses)) for facts in self.tell()]

    async def rotate(self, purpose: str, *, origin: Origin) -> list[KeyChange] | Objection:
        """Let a new key make; what the old one made is good as before. "all" is every purpose at once."""
        if purpose not in (*PURPOSES, "all"):
            return _no_purpose(purpose)
        with self.hold() as cupboard:
            has_vault = any(facts.purpose == "vault" for facts in cupboard.tell())
            if purpose == "vault" and not has_vault:
                return Objection(
                    problem="the keys of the vault were destroyed", hint="secrets are shown once, when they are made"
                )
            uses = await self.store.count_key_uses(now=self.clock.now())
            fresh = []
            for one in PURPOSES if purpose == "all" else (purpose,):
                if one != "vault" or has_vault:
                    taken = {use.key_id for use in uses if use.purpose == one}
                    fresh.append((one, cupboard.add(one, taken=taken)))
            self._reach("keys.first_written")
            return await self._put_first(cupboard, fresh, "keys.rotated", origin)

    async def retire(self, purpose: str, key_id: int, *, is_sure: bool, origin: Origin) -> KeyChange | Objection:
        """Let a key prove nothing from now on, anywhere; refused while something hangs on it, unless `is_sure`."""
        with self.hold() as cupboard:
            facts = _find(cupboard, purpose, key_id)
            if isinstance(facts, Objection):
                return facts
            if facts.state is KeyState.MAKING:
                return Objection(
                    problem=f"{purpose} {key_id} is the key that makes", hint=f"run 'frontdesk keys rotate {purpose}'"
                )
            uses = _uses_of(facts, await self.store.count_key_uses(now=self.clock.now()))
            objection = self._hangs_on(facts, uses, cupboard.tell())
            if objection is not None and not is_sure and facts.state is not KeyState.RETIRED:
                return objection
            cupboard.retire(purpose, key_id)
            self._reach("keys.first_written")
            detail = f"{purpose} {key_id}" + (f": {render_uses(uses)} ended" if uses else "")
            await self._announce(cupboard, self._audit("keys.retired", origin, detail))
            return KeyChange(facts=_facts(cupboard, purpose, key_id), ended=uses)

    async def restore(self, purpose: str, key_id: int, *, origin: Origin) -> KeyChange | Objection:
        """Take the last step back: a retired key reads again, one that only reads makes again."""
        with self.hold() as cupboard:
            facts = _find(cupboard, purpose, key_id)
            if isinstance(facts, Objection):
                return facts
            if facts.state is KeyState.MAKING:
                return Objection(problem=f"{purpose} {key_id} is the key that makes: there is nothing to restore")
            if facts.state is not KeyState.RETIRED:
                return (await self._put_first(cupboard, [(purpose, key_id)], "keys.restored", origin))[0]
            cupboard.bring_back(purpose, key_id)
            self._reach("keys.first_written")
            await self._announce(cupboard, self._audit("keys.restored", origin, f"{purpose} {key_id}: reads"))
            return KeyChange(facts=_facts(cupboard, purpose, key_id))

    async def destroy(self, purpose: str, key_id: int, *, is_sure: bool, origin: Origin) -> KeyChange | Objection:
        """Forget a retired key for good."""
        with self.hold() as cupboard:
            facts = _find(cupboard, purpose, key_id)
            if isinstance(facts, Objection):
                return facts
            if facts.state is not KeyState.RETIRED:
                return Objection(
                    problem=f"{purpose} {key_id} is in force", hint=f"run 'frontdesk keys retire {purpose} {key_id}'"
                )
            if not is_sure:
                return Objection(problem="a destroyed key cannot be restored", hint="to destroy it all the same: --yes")
            cupboard.destroy(purpose, key_id)
            self._reach("keys.first_written")
            await self._announce(cupboard, self._audit("keys.destroyed", origin, f"{purpose} {key_id}"))
            return KeyChange(facts=facts)

    async def destroy_vault(self, *, is_sure: bool, origin: Origin) -> int | Objection:
        """From sealed to once: forget the vault's keys and every sealed secret, for good; how many there were."""
        if not is_sure:
            return Objection(
                problem="without the vault no owner can ever see a secret again, and there is no way back",
                hint="to destroy it all the same: --yes",
            )
        with self.hold() as cupboard:
            cupboard.destroy_vault()
            self._reach("keys.first_written")
            return await self.store.forget_sealed_secrets(
                announcement=render_announcement(cupboard.tell()),
                audit=self._audit("keys.destroyed", origin, "vault"),
            )

    async def _put_first(
        self, cupboard: KeyCupboard, chosen: Sequence[tuple[str, int]], action: str, origin: Origin
    ) -> list[KeyChange]:
        """Let keys make that read: once every process knows them."""
        await self._announce(cupboard, None)
        self._reach("keys.first_announced")
        for purpose, key_id in chosen:
            cupboard.put_first(purpose, key_id)
        self._reach("keys.second_written")
        detail = ", ".join(_begins(_facts(cupboard, purpose, key_id)) for purpose, key_id in chosen)
        await self._announce(cupboard, self._audit(action, origin, detail))
        self._reach("keys.second_announced")
        return [
            KeyChange(
                facts=_facts(cupboard, purpose, key_id),
                moved=await self._seal_again(key_id) if purpose == "vault" else 0,
            )
            for purpose, key_id in chosen
        ]

    async def _announce(self, cupboard: KeyCupboard, audit: AuditEvent | None) -> None:
        await self.store.announce_keys(announcement=render_announcement(cupboard.tell()), audit=audit)
        self.store.glance()  # this process, too, has to learn of it

    async def _seal_again(self, key_id: int) -> int:
        """Move the sealed secrets under the vault's making key; those whose key is gone stay as they are."""
        moved, after = 0, None
        while batch := await self.store.list_sealed_under_others(key_id=key_id, after=after, limit=BATCH):
            after = batch[-1][0]
            again = []
            for network_id, version, sealed in batch:
                secret = self.mint.reveal_secret(network_id, version, sealed)
                fresh = self.mint.keep_secret(network_id, version, secret) if secret is not None else None
                if fresh is not None:
                    again.append((network_id, version, sealed, fresh))
            moved += await self.store.seal_again(secrets=again)
        return moved

    def _hangs_on(self, facts: KeyFacts, uses: Sequence[KeyUse], keys: Sequence[KeyFacts]) -> Objection | None:
        """Why a key should not retire yet."""
        name = f"{facts.purpose} {facts.id}"
        if uses:
            return Objection(
                problem=f"with {name} would end: {render_uses(uses)}",
                hint=_WAYS_OUT.get(facts.purpose, "") + "; to end them: --yes",
            )
        if facts.purpose not in self.lifetimes or facts.state is KeyState.NEW:
            return None
        lifetime, what = self.lifetimes[facts.purpose]
        making = next(key for key in keys if key.purpose == facts.purpose and key.state is KeyState.MAKING)
        last = self._find_last(facts, making)
        if self.clock.now() >= last + lifetime:
            return None
        until = datetime.fromtimestamp((last + lifetime) // SECOND, UTC)
        return Objection(
            problem=f"{what} made under {name} may live until {until:%Y-%m-%d %H:%M:%S} UTC, and would end",
            hint="wait until then; to end them now: --yes",
        )

    def _find_last(self, facts: KeyFacts, making: KeyFacts) -> Micros:
        """When a key that reads made something for the last time."""
        if making.makes_from is not None:
            return making.makes_from
        # After a way back nobody knows when.
        return _read_time(making.made_at) if making.made_at > facts.made_at else self.clock.now()

    def _audit(self, action: str, origin: Origin, detail: str) -> AuditEvent:
        return AuditEvent(
            at=self.clock.now(),
            action=action,
            actor="operator",
            address=origin.address,
            request_id=origin.request_id,
            detail=detail,
        )

    def _reach(self, step: str) -> None:
        if self.failpoint is not None:
            self.failpoint(step)


_WAYS_OUT = {
    "digest": "what is used moves to the new key by itself (see 'frontdesk keys list')",
    "vault": "run 'frontdesk keys rotate vault', which seals them again",
}


def render_uses(uses: Sequence[KeyUse]) -> str:
    """Uses as people read them: "3 grants, 1 app"."""
    return ", ".join(f"{use.count} {use.kind if use.count != 1 else use.kind.removesuffix('s')}" for use in uses)


def _uses_of(facts: KeyFacts, uses: Sequence[KeyUse]) -> tuple[KeyUse, ...]:
    return tuple(use for use in uses if (use.purpose, use.key_id) == (facts.purpose, facts.id))


def _find(cupboard: KeyCupboard, purpose: str, key_id: int) -> KeyFacts | Objection:
    if purpose not in PURPOSES:
        return _no_purpose(purpose)
    for facts in cupboard.tell():
        if (facts.purpose, facts.id) == (purpose, key_id):
            return facts
    return Objection(problem=f"there is no key {purpose} {key_id}", hint="see them with 'frontdesk keys list'")


def _facts(cupboard: KeyCupboard, purpose: str, key_id: int) -> KeyFacts:
    return next(facts for facts in cupboard.tell() if (facts.purpose, facts.id) == (purpose, key_id))


def _begins(facts: KeyFacts) -> str:
    name = f"{facts.purpose} {facts.id}"
    if facts.makes_from is None:
        return f"{name}: makes"
    return f"{name}: signs from {datetime.fromtimestamp(facts.makes_from // SECOND, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _no_purpose(purpose: str) -> Objection:
    return Objection(problem=f'there are no keys for "{purpose}"', hint=f"a purpose is {', '.join(PURPOSES)}")


def _read_time(text: str) -> Micros:
    return Micros(int(datetime.fromisoformat(text).timestamp()) * SECOND)
