"""Logos of apps as files of our own: under a name that is their hash, kept by browsers for a year. ATTACKS CS-06.

Whoever looks at them is not told apart: no cookie is read or set, and nothing is asked of the app's own servers.
"""

from dataclasses import dataclass

from frontdesk.flows.app_logos import AppLogos, Logo
from frontdesk.protocol.http import Answer, Request
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.web.asgi import Receive, Scope, Send, send_answer

_UNKEPT = (b"cache-control", b"no-store")
_SHIELDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"referrer-policy", b"no-referrer"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoApp:
    """Answers what is below `/_frontdesk/logos/`."""

    logos: AppLogos

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the store."""
        came: Request = scope["frontdesk"]
        await send_answer(await self._answer(came, scope["path_params"]["name"]), send, head=came.method == "HEAD")

    async def _answer(self, came: Request, name: str) -> Answer:
        if came.method not in ("GET", "HEAD"):
            return Answer(status=405, headers=[(b"allow", b"GET, HEAD"), _UNKEPT])
        try:
            logo = await self.logos.find(name)
        except StoreUnavailable:
            return Answer(status=503, headers=[(b"retry-after", b"1"), _UNKEPT])
        return _show(logo) if logo is not None else Answer(status=404, headers=[_UNKEPT, *_SHIELDS])


def _show(logo: Logo) -> Answer:
    headers = [
        (b"content-type", logo.media_type.encode()),
        (b"cache-control", b"public, max-age=31536000, immutable"),
        *_SHIELDS,
    ]
    return Answer(status=200, headers=headers, body=logo.body)
