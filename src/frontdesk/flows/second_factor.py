"""The second factor: an app's code after the mailbox's, set up, asked for, switched off. RFC 6238; OWASP ASVS 6.3.3.

Who signs in with a passkey is not asked: the device has verified its person itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from frontdesk.flows.budgets import budget_keys, key_in_use
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_letters import render_recovery_letter, render_second_factor_letter
from frontdesk.flows.signin import CodeFault, CodeRefused, Device, SignedIn, SignIn
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.hours import Happening
from frontdesk.protocol.ids import Micros, UserId
from frontdesk.protocol.records import AuditEvent, Proof, Session, User
from frontdesk.protocol.second_factor import (
    RECOVERY_CODES,
    SECRET_BYTES,
    SecondFactor,
    digest_of_recovery,
    find_step,
    make_recovery_code,
    read_recovery_code,
    render_otpauth,
    render_secret,
)
from frontdesk.protocol.signin import read_login_code, session_fresh
from frontdesk.protocol.store import LoginOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What an app is told, and what the page carries until a first code proves that it was."""

    secret: str = field(repr=False)
    address: str = field(repr=False)  # otpauth:
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactors:
    """Sets up, judges and forgets second factors."""

    store: Store
    clock: Clock
    mint: Mint
    sign_ins: SignIn
    notices: Notices

    async def find(self, user: User) -> SecondFactor | None:
        """A user's, with the number of recovery codes left."""
        return await self.store.find_second_factor(user.id)

    def begin(self, user: User, session: Session) -> SetUp | Refusal:
        """A new secret for an app. Refused without a fresh sign-in."""
        if not session_fresh(session, now=self.clock.now()):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        return self._set_up(user, sha256(self.mint.new_secret("fdtf_").encode()).digest()[:SECRET_BYTES], session)

    def resume(self, user: User, session: Session, sealed: str) -> SetUp | None:
        """The same again, for a page whose code was mistyped; None where it is another session's."""
        secret = self._opened(session, sealed)
        return self._set_up(user, secret, session) if secret is not None else None

    async def enable(
        self, user: User, session: Session, *, sealed: str, typed: str, origin: Origin
    ) -> tuple[str, ...] | Refusal:
        """Ask for the app's code from now on; the recovery codes, to be shown once. Told by mail."""
        now = self.clock.now()
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        secret, code = self._opened(session, sealed), read_login_code(typed)
        step = find_step(secret, code, now=now) if secret is not None and code is not None else None
        if secret is None or step is None:
            return Refusal(reason=Reason.SECOND_CODE_WRONG)
        codes = self._new_codes()
        factor = SecondFactor(
            user_id=user.id,
            sealed=self._keep(user.id, secret),
            last_step=step,
            created_at=now,
            codes_left=len(codes),
        )

        audit = _audit("second_factor.enabled", user, origin, now)
        if not await self.store.enable_second_factor(factor=factor, recovery=_digests(user, codes), audit=audit):
            return Refusal(reason=Reason.SECOND_FACTOR_THERE)
        self._tell(user, "enabled", origin, now)
        return codes

    async def renew_codes(self, user: User, session: Session, *, origin: Origin) -> tuple[str, ...] | Refusal:
        """New recovery codes in the place of all earlier ones, to be shown once. Told by mail."""
        now, codes = self.clock.now(), self._new_codes()
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        audit = _audit("second_factor.codes_renewed", user, origin, now)
        if not await self.store.replace_recovery_codes(user_id=user.id, recovery=_digests(user, codes), audit=audit):
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        self._tell(user, "renewed", origin, now)
        return codes

    async def disable(self, user: User, session: Session, *, origin: Origin) -> Refusal | None:
        """Be content with the code from the mailbox again. Told by mail."""
        now = self.clock.now()
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        audit = _audit("second_factor.disabled", user, origin, now)
        if not await self.store.disable_second_factor(user_id=user.id, audit=audit):
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        self._tell(user, "disabled", origin, now)
        return None

    async def finish(
        self,
        sealed: str,
        typed: str,
        *,
        browser: str,
        device: Device | None,
        replaces: Session | None,
        origin: Origin,
    ) -> SignedIn | CodeRefused:
        """The second step of a sign-in: six digits from the app, or a recovery code, after the mailbox's code."""
        user_id = self.sign_ins.unseal_first_step(sealed, browser=browser)
        user = await self.store.find_user(user_id) if user_id is not None else None
        if user is None or user.blocked_at is not None:
            return CodeRefused(fault=CodeFault.EXPIRED)
        code, recovery = read_login_code(typed), read_recovery_code(typed)
        if code is None and recovery is None:
            return CodeRefused(fault=CodeFault.MALFORMED)
        factor, now = await self.store.find_second_factor(user.id), self.clock.now()
        secret = self.mint.unseal(_purpose(user.id), factor.sealed, lasting=True) if factor is not None else None

        tried = await self.store.try_second_factor(
            user_id=user.id,
            step=find_step(secret, code, now=now) if secret is not None and code is not None else None,
            sealed=self._keep(user.id, secret) if secret is not None else "",
            recovery=digest_of_recovery(user.id, recovery) if recovery is not None else None,
            budget_key=await key_in_use(self.store, budget_keys(self.mint, f"second-factor\n{user.id}")),
            now=now,
            audit=_audit("second_factor.recovered", user, origin, now),
        )
        if tried.outcome is not LoginOutcome.RIGHT:
            self.sign_ins.note(Happening.SECOND_WRONG)
        if tried.outcome is LoginOutcome.BLOCKED:
            return CodeRefused(fault=CodeFault.BLOCKED, blocked_until=tried.blocked_until)
        if tried.outcome is LoginOutcome.WRONG:
            return CodeRefused(fault=CodeFault.WRONG, blocked_until=tried.blocked_until)
        if tried.recovered and factor is not None:
            left = factor.codes_left - 1
            self.notices.own(
                "second_factor",
                user,
                lambda head, seen: render_recovery_letter(left, head=head, seen=seen),
                now=now,
                origin=origin,
            )
        return await self.sign_ins.admit(user, Proof.CODE_AND_APP, device=device, replaces=replaces, origin=origin)

    def _set_up(self, user: User, secret: bytes, session: Session) -> SetUp:
        content = json.dumps([session.id, secret.hex()]).encode()
        return SetUp(
            secret=render_secret(secret),
            address=render_otpauth(secret, product=self.notices.head.product, email=user.email),
            sealed=self.mint.seal("second-factor-set-up", content),
        )

    def _opened(self, session: Session, sealed: str) -> bytes | None:
        content = self.mint.unseal("second-factor-set-up", sealed)
        whose, secret = json.loads(content) if content is not None else ("", "")
        return bytes.fromhex(secret) if whose == session.id else None

    def _keep(self, user_id: UserId, secret: bytes) -> str:
        # Sealed anew at each use, so that it moves on with the keys long before they retire.
        return self.mint.seal(_purpose(user_id), secret, lasting=True)

    def _new_codes(self) -> tuple[str, ...]:
        return tuple(make_recovery_code(self.mint.new_secret("fdrc_").encode()) for _ in range(RECOVERY_CODES))

    def _tell(self, user: User, what: str, origin: Origin, now: Micros) -> None:
        self.notices.own(
            "second_factor",
            user,
            lambda head, seen: render_second_factor_letter(what, head=head, seen=seen),
            now=now,
            origin=origin,
        )


def _purpose(user_id: UserId) -> str:
    """What a secret is sealed for: this user, so that it is of no use in another's row."""
    return f"second-factor\n{user_id}"


def _digests(user: User, codes: Sequence[str]) -> list[bytes]:
    return [digest_of_recovery(user.id, code.replace("-", "")) for code in codes]


def _audit(action: str, user: User, origin: Origin, now: Micros) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=f"user:{user.id}",
        user_id=user.id,
        address=origin.address,
        request_id=origin.request_id,
    )
