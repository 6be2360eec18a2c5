"""Signing in with a passkey, and looking after one's own. W3C WebAuthn Level 3; OWASP ASVS 6.3.3, 6.7; ATTACKS OT-13.

A challenge travels with the page, sealed and bound to its browser; once a right signature came for it, it is spent.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.needs_passkeys import PasskeyJudge
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_letters import render_passkey_letter, render_renamed_letter
from frontdesk.flows.signin import Device, SignedIn, SignIn
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.hours import Happening
from frontdesk.protocol.ids import Digest, Micros, UserId, uuid_bytes
from frontdesk.protocol.passkeys import CHALLENGE_LIFETIME, PASSKEYS_PER_USER, Passkey, read_passkey_name
from frontdesk.protocol.records import AuditEvent, Proof, Session, User
from frontdesk.protocol.signin import session_fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a page asks a browser for: the question as JSON, and the challenge as the form carries it."""

    question: str
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A challenge that was unsealed: it is this browser's, for this use, and young enough."""

    text: str = field(repr=False)
    expires_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """Makes, uses and forgets passkeys; without a judge (the extra is not installed) it offers none."""

    store: Store
    clock: Clock
    mint: Mint
    judge: PasskeyJudge | None
    sign_ins: SignIn
    notices: Notices

    async def list_own(self, user: User) -> Sequence[Passkey]:
        """A user's passkeys, oldest first."""
        return await self.store.list_passkeys(user.id)

    async def offer_making(self, user: User, session: Session) -> Offer | Refusal:
        """What to ask a browser that shall make one. Refused without a fresh sign-in, and beyond twenty of them."""
        if self.judge is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if not session_fresh(session, now=self.clock.now()):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        known = await self.store.list_passkeys(user.id)
        if len(known) >= PASSKEYS_PER_USER:
            return Refusal(reason=Reason.TOO_MANY_PASSKEYS)
        text = self.mint.new_client_id("fdpc_")
        return Offer(
            question=self.judge.ask_to_make(user, text, known=known), sealed=self._seal("make", session.id, text)
        )

    async def add(
        self, user: User, session: Session, *, sealed: str, answer: str, name: str, origin: Origin
    ) -> Passkey | Refusal:
        """Keep what the browser made, under a name that its owner will know it by; told by mail."""
        now = self.clock.now()
        challenge = self._unseal("make", session.id, sealed)
        if self.judge is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        called = read_passkey_name(name)
        if called is None:
            return Refusal(reason=Reason.NAME_UNFIT)
        made = self.judge.judge_made(answer, challenge.text) if challenge is not None else None
        if made is None:
            return Refusal(reason=Reason.PASSKEY_REFUSED)
        passkey = Passkey(
            id=made.id,
            user_id=user.id,
            name=called,
            public_key=made.public_key,
            sign_count=made.sign_count,
            synced=made.synced,
            created_at=now,
        )

        audit = _audit("passkey.added", user.id, origin, now)
        if not await self.store.add_passkey(passkey=passkey, limit=PASSKEYS_PER_USER, audit=audit):
            return Refusal(reason=Reason.PASSKEY_REFUSED)
        self._tell(user, passkey, origin, now, added=True)
        return passkey

    async def remove(self, user: User, session: Session, passkey_id: bytes, *, origin: Origin) -> Refusal | None:
        """Forget one; told by mail. Refused without a fresh sign-in, and where it is not this user's."""
        now = self.clock.now()
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        passkey = await self.store.find_passkey(passkey_id)
        audit = _audit("passkey.removed", user.id, origin, now)
        removed = await self.store.remove_passkey(user_id=user.id, passkey_id=passkey_id, audit=audit)
        if passkey is None or not removed:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        self._tell(user, passkey, origin, now, added=False)
        return None

    async def rename(
        self, user: User, session: Session, passkey_id: bytes, *, name: str, origin: Origin
    ) -> Refusal | None:
        """Call one otherwise; told by mail. Refused as removing is, and with a name that shows nothing."""
        now, called = self.clock.now(), read_passkey_name(name)
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        if called is None:
            return Refusal(reason=Reason.NAME_UNFIT)
        passkey = await self.store.find_passkey(passkey_id)
        audit = _audit("passkey.renamed", user.id, origin, now)
        renamed = await self.store.rename_passkey(user_id=user.id, passkey_id=passkey_id, name=called, audit=audit)
        if passkey is None or not renamed:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        letter = partial(render_renamed_letter, before=passkey.name, after=called)
        self.notices.own("passkey", user, lambda head, seen: letter(head=head, seen=seen), now=now, origin=origin)
        return None

    def offer_sign_in(self, browser: str) -> Offer | None:
        """What to ask a browser in which somebody shall sign in; None where passkeys are not offered."""
        if self.judge is None:
            return None
        text = self.mint.new_client_id("fdpc_")
        return Offer(question=self.judge.ask_to_sign(text), sealed=self._seal("sign", browser, text))

    async def sign_in(
        self,
        browser: str,
        *,
        sealed: str,
        answer: str,
        device: Device | None,
        replaces: Session | None,
        origin: Origin,
    ) -> SignedIn | Refusal:
        """Sign in whoever's passkey signed this browser's challenge; the device verified the person itself."""
        challenge = self._unseal("sign", browser, sealed)
        signature = self.judge.read_signature(answer) if self.judge is not None and challenge is not None else None
        if self.judge is None or challenge is None or signature is None:
            return self._refused()
        passkey = await self.store.find_passkey(signature.passkey_id)
        if passkey is None or signature.user_handle not in (None, uuid_bytes(passkey.user_id)):
            return self._refused()
        sign_count = self.judge.judge_signature(signature, passkey, challenge.text)
        user = await self.store.find_user(passkey.user_id)
        if sign_count is None or user is None or user.blocked_at is not None:
            return self._refused()

        used = await self.store.use_passkey(
            passkey=passkey,
            challenge=Digest(sha256(challenge.text.encode()).digest()),  # random, so that no key is needed
            expires_at=challenge.expires_at,
            sign_count=sign_count,
            now=self.clock.now(),
        )
        if not used:
            return self._refused()
        return await self.sign_ins.admit(user, Proof.PASSKEY, device=device, replaces=replaces, origin=origin)

    def _refused(self) -> Refusal:
        self.sign_ins.note(Happening.PASSKEY_REFUSED)
        return Refusal(reason=Reason.PASSKEY_REFUSED)

    def _seal(self, use: str, bound_to: str, text: str) -> str:
        content = [use, bound_to, text, self.clock.now() + CHALLENGE_LIFETIME]
        return self.mint.seal("passkey-challenge", json.dumps(content).encode())

    def _unseal(self, use: str, bound_to: str, sealed: str) -> Challenge | None:
        content = self.mint.unseal("passkey-challenge", sealed)
        if content is None:
            return None
        made_for, whose, text, expires_at = json.loads(content)
        if (made_for, whose) != (use, bound_to) or self.clock.now() >= expires_at:
            return None
        return Challenge(text=text, expires_at=Micros(expires_at))

    def _tell(self, user: User, passkey: Passkey, origin: Origin, now: Micros, *, added: bool) -> None:
        self.notices.own(
            "passkey",
            user,
            lambda head, seen: render_passkey_letter(passkey.name, added=added, head=head, seen=seen),
            now=now,
            origin=origin,
        )


def _audit(action: str, user_id: UserId, origin: Origin, now: Micros) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=f"user:{user_id}",
        user_id=user_id,
        address=origin.address,
        request_id=origin.request_id,
    )
