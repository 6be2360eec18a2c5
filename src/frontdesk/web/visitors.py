"""Who stands before a page: a browser, and the person signed in there. ATTACKS ST-13, ST-16, ST-18."""

import re
from dataclasses import dataclass, field

from frontdesk.flows.needs import Mint
from frontdesk.flows.sessions import OpenedSession, Sessions
from frontdesk.flows.signin import DEVICE_LIFETIME, Device, SignIn
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.records import Session, User
from frontdesk.protocol.signin import SESSION_LIFETIME
from frontdesk.web.cookies import BROWSER, DEVICE, HOST_PREFIX, SESSION, read_cookies, render_cookie

KNOWN = 4_096
BROWSER_LIFETIME = 365 * 24 * 3600  # seconds
_BROWSER = re.compile(r"fdbr_[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A browser by its cookie, and its live session; `new_browser` when the cookie has still to be set."""

    browser: str = field(repr=False)
    session: Session | None
    user: User | None
    new_browser: bool
    device: Device | None = None
    is_operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """Recognises visitors by their cookies, and writes those cookies."""

    sessions: Sessions
    sign_in: SignIn
    mint: Mint
    https: bool
    # Signed-in visitors by a keyed hash of their cookies, good while session and user are the very same records.
    _known: dict[bytes, Visitor] = field(default_factory=dict, repr=False)

    async def recognise(self, cookie_header: bytes | None) -> Visitor:
        """The visitor behind a Cookie header; raises StoreUnavailable rather than guess that nobody is signed in."""
        trace = self.mint.trace(cookie_header or b"")
        known = self._known.get(trace)
        if known is not None and known.session is not None and known.user is not None:
            if self.sessions.stands(known.session, known.user):
                return known
            del self._known[trace]
        visitor = await self._recognise(cookie_header)
        if visitor.session is not None and not visitor.new_browser:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[trace] = visitor
        return visitor

    async def _recognise(self, cookie_header: bytes | None) -> Visitor:
        self.mint.freshen()  # before any cookie or form of this request is read
        cookies = read_cookies(cookie_header)
        prefix = HOST_PREFIX if self.https else ""
        browser = cookies.get(prefix + BROWSER, "")
        known = _BROWSER.fullmatch(browser) is not None
        token = cookies.get(prefix + SESSION)
        # A session without its browser's cookie would be bound to nothing: forms and requests name the browser.
        found = await self.sessions.recognise(token) if token is not None and known else None
        user = found[1] if found is not None else None
        sealed = cookies.get(prefix + DEVICE)
        return Visitor(
            browser=browser if known else self.mint.new_client_id("fdbr_"),
            session=found[0] if found is not None else None,
            user=user,
            new_browser=not known,
            device=self.sign_in.unseal_device(sealed) if sealed is not None else None,
            # Asked after the user was read: making or unmaking an operator changes the user's record in memory.
            is_operator=user is not None and await self.sessions.store.is_operator(user.id),
        )

    def browser_cookie(self, browser: str) -> bytes:
        """The Set-Cookie value that names a browser for a year."""
        return render_cookie(BROWSER, browser, max_age=BROWSER_LIFETIME, https=self.https)

    def session_cookie(self, opened: OpenedSession) -> bytes:
        """The Set-Cookie value that proves a session; the row decides when it ends."""
        return render_cookie(SESSION, opened.token, max_age=SESSION_LIFETIME // SECOND, https=self.https)

    def no_session_cookie(self) -> bytes:
        """The Set-Cookie value that forgets a session."""
        return render_cookie(SESSION, "", max_age=0, https=self.https)

    def device_cookie(self, device: Device) -> bytes:
        """The Set-Cookie value of a trusted device."""
        return render_cookie(
            DEVICE, self.sign_in.seal_device(device), max_age=DEVICE_LIFETIME // SECOND, https=self.https
        )
