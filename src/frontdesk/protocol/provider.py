"""What the provider's own sign-in may say of somebody, and what of that counts. OpenID Connect Core §3.1.3.7."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Any

from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import MINUTE, SECOND, Email, Micros

REQUEST_LIFETIME = 30 * MINUTE
LEEWAY = MINUTE  # that two clocks may be apart
MAX_SUBJECT = 255


class ProviderAway(Exception):  # noqa: N818 - an outage, not a mistake
    """The provider does not answer, or not as one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody as the provider knows them. `email` is None where it did not vouch for one."""

    issuer: str
    subject: str
    email: Email | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedIdentity:
    """An account elsewhere that signs somebody in; with `unlinked_at` it does so no more, and is not linked anew."""

    issuer: str
    subject: str = field(repr=False)
    linked_at: Micros
    unlinked_at: Micros | None = None

    @property
    def handle(self) -> str:
        """What forms and addresses call it: the name that the issuer gave somebody is theirs."""
        return sha256(f"{self.issuer}\n{self.subject}".encode()).hexdigest()[:32]


class Unlinked(Enum):
    """What came of unlinking one."""

    DONE = "done"
    GONE = "gone"  # there is no such one, or it was unlinked before
    LAST = "last"  # nothing else lets its person in


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An authorization request on its way: what its answer must fit, and where somebody goes afterwards."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    carried: Mapping[str, str] = field(repr=False)


def is_last_way_in(email: Email, *, passkeys: int, others: int) -> bool:
    """Whether nothing lets somebody in but one linked account: no passkey, no other one, no mailbox that can exist.

    A code by mail is always offered, but an address under `.invalid` is nobody's to read (RFC 6761 §6.4).
    """
    return not passkeys and not others and email.rpartition(".")[2] == "invalid"


def read_claims(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: Micros) -> Identity | None:
    """Who a signed ID token speaks of; None unless it is this provider's, for us, for this request, and alive."""
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    subject = claims.get("sub")
    times = [claims.get(name) for name in ("exp", "iat")]
    if claims.get("iss") != issuer or client_id not in audiences or claims.get("nonce") != nonce:
        return None
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        return None
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        return None
    if not all(isinstance(at, int | float) and not isinstance(at, bool) for at in times):
        return None
    expires, issued = (int(at * SECOND) for at in times if at is not None)
    if now >= expires + LEEWAY or issued > now + LEEWAY:
        return None
    vouched = claims.get("email_verified") is True
    email = read_email(claims["email"]) if vouched and isinstance(claims.get("email"), str) else None
    return Identity(issuer=issuer, subject=subject, email=email)
