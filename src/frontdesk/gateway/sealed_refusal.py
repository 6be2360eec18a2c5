"""A refusal that travels through nginx in a header, and comes back unchanged to be written out.

nginx's auth_request passes on only 2xx, 401 and 403. So the check says 403 with this header, and nginx's error page
asks `/_frontdesk/refusal` to render it (see docs of the module ngx_http_auth_request_module, `auth_request_set`).
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.rate_limits import Allowances

HEADER = b"x-frontdesk-refusal"
MAX_SEALED = 8_192
_PURPOSE = "gateway refusal"


class _Content(msgspec.Struct, array_like=True):
    reason: str
    request_id: str
    allow: tuple[str, ...]
    scopes: tuple[str, ...]
    schemes: tuple[str, ...]
    retry_after: int
    allowances: Allowances = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSeal:
    """Writes and reads that header. The mint's: `mac` is a proof over (purpose, content), `checks_mac` checks one."""

    mac: Callable[[str, str], str]
    checks_mac: Callable[[str, str, str], bool]

    def write(self, refusal: Refusal, *, request_id: str) -> bytes:
        """The header's value; what stays inside (`detail`) does not travel."""
        content = _Content(
            refusal.reason.name,
            request_id,
            refusal.allow,
            refusal.scopes,
            refusal.schemes,
            refusal.retry_after,
            refusal.allowances,
        )
        text = urlsafe_b64encode(msgspec.json.encode(content)).decode("ascii")
        return f"{text}.{self.mac(_PURPOSE, text)}".encode("ascii")

    def read(self, value: bytes) -> tuple[Refusal, str] | None:
        """The refusal and its request id; None unless this installation wrote it."""
        text, dot, proof = value.partition(b".")
        if not dot or len(value) > MAX_SEALED or not value.isascii():
            return None
        if not self.checks_mac(_PURPOSE, text.decode("ascii"), proof.decode("ascii")):
            return None
        try:
            content = msgspec.json.decode(urlsafe_b64decode(text), type=_Content)
            reason = Reason[content.reason]
        except (binascii.Error, msgspec.DecodeError, KeyError):  # written by another version of us
            return None
        refusal = Refusal(
            reason=reason,
            allow=content.allow,
            scopes=content.scopes,
            schemes=content.schemes,
            retry_after=content.retry_after,
            allowances=content.allowances,
        )
        return refusal, content.request_id
