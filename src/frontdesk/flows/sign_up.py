"""Signing up as a partner by somebody who has no account: a link to the mailbox, opened in the browser that asked.

Nothing is stored before the mailbox is proven. Whether somebody has an account is told to the mailbox alone: the page,
its time and the count of mails are the same.
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec

from frontdesk.flows.budgets import budget_keys, key_in_use
from frontdesk.flows.letters import Circumstances
from frontdesk.flows.mail_quota import MailQuota
from frontdesk.flows.needs import Clock, Mint, Origin, PostOffice, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.partner_letters import render_known_letter, render_sign_up_letter
from frontdesk.flows.sessions import OpenedSession, Sessions
from frontdesk.protocol.ids import HOUR, Email, Micros, UserId
from frontdesk.protocol.languages import ENGLISH_CODE
from frontdesk.protocol.records import AuditEvent, Session, User

LINK_LIFETIME = HOUR
CONFIRM = "/partner/sign-up/confirm"
MAILS_AN_HOUR = 300  # of each worker, to whomever: somebody else's list of addresses is not ours to write to
_PURPOSE = "partner-sign-up"
_EVERYBODY = Email("everybody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a link says: who wants an account, in which browser, until when."""

    email: Email
    browser: str = field(repr=False)
    expires_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """Sends links and opens accounts. `is_open`: strangers may sign up at all."""

    store: Store
    clock: Clock
    mint: Mint
    post: PostOffice
    notices: Notices
    sessions: Sessions
    is_open: bool
    quota: MailQuota = field(default_factory=lambda: MailQuota(an_hour=MAILS_AN_HOUR))

    async def ask(self, email: Email, *, browser: str, origin: Origin, language: str = ENGLISH_CODE) -> None:
        """Send a link to the mailbox, as far as mails go: one a minute and five an hour to it, and from one address.

        It is written in the `language` of the page on which the address was typed, or in the one its owner chose.
        """
        if not self.is_open:
            return
        now = self.clock.now()
        known = await self.store.find_user_by_email(email)
        seen = Circumstances(now=now, address=origin.address)
        wish = Wish(email=email, browser=browser, expires_at=Micros(now + LINK_LIFETIME))
        query = urlencode({"request": self.mint.seal(_PURPOSE, msgspec.msgpack.encode(wish))})
        link = f"{self.notices.head.issuer}{CONFIRM}?{query}"
        if known is None:
            letter = render_sign_up_letter(link=link, head=self.notices.head, seen=seen)
        else:
            letter = render_known_letter(head=self.notices.head, seen=seen)

        for whose in (f"sign-up-from\n{origin.address}", f"sign-up-to\n{email}"):
            key = await key_in_use(self.store, budget_keys(self.mint, whose))
            if not await self.store.start_login(budget_key=key, login_code=None, now=now):
                return
        is_welcome = known is None or known.blocked_at is None
        if is_welcome and self.quota.admit("sign_up", _EVERYBODY, now=now) is not None:
            chosen = known.language if known is not None else ""
            self.post.post(email, letter.subject, letter.text, language=chosen or language)

    def read(self, request: str, *, browser: str) -> Wish | None:
        """What a link says; None where it was changed, is late, or is another browser's."""
        content = self.mint.unseal(_PURPOSE, request) if self.is_open else None
        if content is None:
            return None
        wish = msgspec.msgpack.decode(content, type=Wish)
        return wish if wish.browser == browser and self.clock.now() < wish.expires_at else None

    async def confirm(self, wish: Wish, *, replaces: Session | None, origin: Origin) -> OpenedSession | None:
        """Open the account and a session in it; None where there is one by now: a link signs in once at most."""
        now = self.clock.now()
        user = User(id=UserId(self.mint.new_id()), email=wish.email, created_at=now)
        audit = AuditEvent(
            at=now,
            action="user.signed_up",
            actor=f"user:{user.id}",
            user_id=user.id,
            address=origin.address,
            request_id=origin.request_id,
        )
        if not await self.store.add_user(user=user, audit=audit):
            return None
        return await self.sessions.open(user, replaces=replaces, origin=origin)
