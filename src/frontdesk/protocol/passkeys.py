"""Passkeys: keys that people's devices keep for them, and when one of them signs somebody in. W3C WebAuthn Level 3."""

import unicodedata
from dataclasses import dataclass, field

from frontdesk.protocol.ids import HOUR, Micros, UserId

PASSKEYS_PER_USER = 20
CHALLENGE_LIFETIME = HOUR  # a sign-in page may lie open for a while
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One of a user's passkeys. Its private half never leaves the device, or the vault that syncs it (`synced`)."""

    id: bytes = field(repr=False)
    user_id: UserId
    name: str
    public_key: bytes = field(repr=False)
    sign_count: int
    synced: bool
    created_at: Micros
    last_used_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What a device made, its proof judged."""

    id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    synced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a device answered a challenge with, not judged yet: which passkey it names, and whose it says it is."""

    passkey_id: bytes = field(repr=False)
    user_handle: bytes | None = field(repr=False)
    content: str = field(repr=False)


def counts_on(known: int, said: int) -> bool:
    """Whether a signature counter moves on; a device that never counts always says 0 (WebAuthn §6.1.1).

    One that goes back, or stands still, was copied or played again.
    """
    return said > known or (said == 0 and known == 0)


def read_passkey_name(text: str) -> str | None:
    """What a person calls it: one line, nothing invisible; None where nothing or too much is left."""
    shown = "".join(character for character in text if unicodedata.category(character)[0] != "C" or character == " ")
    name = " ".join(shown.split())
    return name if 0 < len(name) <= NAME_LENGTH else None
