"""The names things go by: each kind of id is its own type, so that none passes for another."""

import re
from functools import lru_cache
from typing import NewType

# Canonical lower-case UUID text (RFC 9562 §4); storage keeps the 16 bytes.
NetworkId = NewType("NetworkId", str)
UserId = NewType("UserId", str)
GrantId = NewType("GrantId", str)
CodeId = NewType("CodeId", str)
SessionId = NewType("SessionId", str)
ChallengeId = NewType("ChallengeId", str)

# `fdci_…` for a partner's app, `fdni_…` for a network's Basic pair, `fdri_…` for an API that asks what tokens are
# worth; imported ids keep their form.
ClientId = NewType("ClientId", str)
CredentialId = NewType("CredentialId", str)
ResourceServerId = NewType("ResourceServerId", str)
AdminKeyId = NewType("AdminKeyId", str)
RESOURCE_SERVER_ID = "fdri_"

# Microseconds since 1970-01-01 UTC. Alive means `now < expires_at`.
Micros = NewType("Micros", int)

# A keyed digest: one byte of key id, then HMAC-SHA256(key, SHA-256(value)).
Digest = NewType("Digest", bytes)

# A lower-cased e-mail address with its domain as A-label.
Email = NewType("Email", str)

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def read_uuid(text: str) -> str | None:
    """Canonical form of a UUID written with hyphens, in either case; anything else is None."""
    lowered = text.lower() if len(text) == 36 and text.isascii() else ""
    return lowered if _UUID.fullmatch(lowered) else None


def uuid_text(raw: bytes) -> str:
    """The canonical text of 16 bytes."""
    h = raw.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


@lru_cache(maxsize=4_096)
def uuid_bytes(text: str) -> bytes:
    """The 16 bytes of a canonical UUID text; ValueError where it is none. One walk asks for the same id many times."""
    raw = bytes.fromhex(text.replace("-", ""))
    if len(raw) != 16:
        raise ValueError("not a UUID")
    return raw
