"""What a browser keeps while it is away to sign in, so that its answer is known for its own. RFC 9700 §4.7.

A ticket holds no secret: it is signed for one state, one name and one instant at which it ends. The PKCE verifier and
the nonce are derived from the key and the state, so that they are kept nowhere.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One sign-in that was begun. `state` is what the answer must bring back."""

    state: str = field(repr=False)
    expires_at: datetime


def make_key(material: bytes) -> bytes:
    """The key of this module, apart from whatever else the material is used for."""
    return hmac.digest(material, b"frontdesk-client: sign-ins", "sha256")


def write_ticket(key: bytes, ticket: Ticket, *, bound_to: tuple[str, ...]) -> str:
    """As the browser keeps it: characters that a cookie may hold. `bound_to` is signed and not written."""
    said = f"{_VERSION}.{ticket.state}.{int(ticket.expires_at.timestamp())}"
    return f"{said}.{_sign(key, said, bound_to)}"


def read_ticket(key: bytes, text: str, *, bound_to: tuple[str, ...]) -> Ticket | None:
    """A ticket that `write_ticket` wrote with this key, bound to the same; else None. Its age is not judged."""
    said, _, signature = text.rpartition(".")
    parts = said.split(".")
    if not text.isascii() or not hmac.compare_digest(signature, _sign(key, said, bound_to)):
        return None
    if len(parts) != 3 or parts[0] != _VERSION:
        return None
    return Ticket(state=parts[1], expires_at=datetime.fromtimestamp(int(parts[2]), UTC))


def derive(key: bytes, purpose: str, state: str) -> str:
    """A value of 256 bits in 43 characters that only the key's holder can make: a PKCE verifier, a nonce."""
    return encode(hmac.digest(key, f"{purpose}:{state}".encode(), "sha256"))


def challenge_of(verifier: str) -> str:
    """The S256 challenge. RFC 7636 §4.2."""
    return encode(hashlib.sha256(verifier.encode()).digest())


def encode(value: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _sign(key: bytes, said: str, bound_to: tuple[str, ...]) -> str:
    # Each part with its length before it: ("ab", "c") and ("a", "bc") are not the same.
    parts = [part.encode() for part in ("ticket", said, *bound_to)]
    return encode(hmac.digest(key, b"".join(b"%d:%s" % (len(part), part) for part in parts), "sha256"))
