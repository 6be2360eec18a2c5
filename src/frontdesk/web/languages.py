"""Which language a page is shown in: the person's own choice, then this browser's, then what it asks for."""

from dataclasses import dataclass
from functools import lru_cache

from frontdesk.protocol.http import Request
from frontdesk.protocol.languages import OFFERED, Language, choose_language
from frontdesk.protocol.records import User
from frontdesk.web.cookies import HOST_PREFIX, LANGUAGE, read_cookies, render_cookie

COOKIE_LIFETIME = 365 * 24 * 3600  # seconds
_MAX_HEADER = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongues:
    """The languages that this installation speaks, and how a browser's is found out and kept."""

    https: bool
    offered: tuple[str, ...] = OFFERED

    def of(self, came: Request, user: User | None = None) -> Language:
        """The language of the answer to a request."""
        if user is not None and user.language in self.offered:
            return _choose((user.language,), "", self.offered)
        cookies = read_cookies(b"; ".join(came.all(b"cookie")) or None)
        kept = cookies.get((HOST_PREFIX if self.https else "") + LANGUAGE, "")
        accepted = (came.first(b"accept-language") or b"")[:_MAX_HEADER].decode("latin-1")
        return _choose((kept,) if kept in self.offered else (), accepted, self.offered)

    def cookie(self, code: str) -> bytes:
        """The Set-Cookie value that keeps a choice for those who are not signed in."""
        return render_cookie(LANGUAGE, code, max_age=COOKIE_LIFETIME, https=self.https)


@lru_cache(maxsize=256)
def _choose(chosen: tuple[str, ...], accepted: str, offered: tuple[str, ...]) -> Language:
    return choose_language(chosen=chosen, accepted=accepted, offered=offered)
