"""Who a browser is signed in as: server-side rows behind a cookie. D15; OWASP ASVS 7.3 and 7.4."""

from dataclasses import dataclass, field

from frontdesk.flows.needs import Clock, Mint, Origin, Store, StoreUnavailable
from frontdesk.protocol.ids import MINUTE, SessionId
from frontdesk.protocol.records import AuditEvent, Proof, Session, User
from frontdesk.protocol.signin import session_alive

# A row is written at most this often while somebody clicks about: far below the 12 idle hours that it feeds.
TOUCH_EVERY = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A new session with the cookie value that proves it: the only moment in which it can be told."""

    session: Session
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Opens, recognises and ends sessions."""

    store: Store
    clock: Clock
    mint: Mint

    async def recognise(self, token: str) -> tuple[Session, User] | None:
        """The live session that a cookie value proves, and its user; a blocked user has none."""
        session_id = self.mint.read_session_token(token)
        session = await self.store.find_session(session_id) if session_id is not None else None
        if session is None or not self.mint.proves(token, session.digest):
            return None
        now = self.clock.now()
        if not session_alive(session, now=now):
            return None
        user = await self.store.find_user(session.user_id)
        if user is None or user.blocked_at is not None:
            return None

        if now >= session.last_seen_at + TOUCH_EVERY:
            await self._touch(session)
        return session, user

    def stands(self, session: Session, user: User) -> bool:
        """Whether what was recognised before is the very same and alive, with no need to note that it was seen."""
        glance, now = self.store.glance(), self.clock.now()
        return (
            glance.session(session.id) is session
            and glance.user(user.id) is user
            and now < session.last_seen_at + TOUCH_EVERY
            and session_alive(session, now=now)
        )

    async def open(
        self, user: User, *, replaces: Session | None, origin: Origin, proof: Proof = Proof.CODE
    ) -> OpenedSession:
        """A new session under a new id, whatever the browser held before (no fixation); the one it replaces ends."""
        now = self.clock.now()
        session_id = SessionId(self.mint.new_id())
        token = self.mint.new_session_token(session_id)
        session = Session(
            id=session_id,
            user_id=user.id,
            digest=self.mint.digest(token),
            signed_in_at=now,
            last_seen_at=now,
            address=origin.address,
            browser=origin.agent.browser,
            system=origin.agent.system,
            proof=proof,
        )
        audit = AuditEvent(
            at=now,
            action="session.started",
            actor=f"user:{user.id}",
            user_id=user.id,
            address=origin.address,
            request_id=origin.request_id,
        )

        await self.store.start_session(
            session=session, replaces=replaces.id if replaces is not None else None, audit=audit
        )
        return OpenedSession(session=session, token=token)

    async def end(self, session: Session) -> None:
        """Sign out: the cookie's value proves nothing from now on."""
        await self.store.end_session(session_id=session.id)

    async def _touch(self, session: Session) -> None:
        try:
            await self.store.touch_session(session_id=session.id, now=self.clock.now())
        except StoreUnavailable:
            # A disk that takes no writes must not lock readers out; an untouched session only ends sooner.
            return
