"""Codes from an authenticator app, and the recovery codes for who lost it. RFC 4226 §5, RFC 6238; OWASP ASVS 6.5.

Six digits of HMAC-SHA-1 over the number of the half minute, which is what every such app can do. A step counts once,
and none before it any more.
"""

import hmac
from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote

from frontdesk.protocol.ids import MINUTE, SECOND, Micros, UserId
from frontdesk.protocol.store import LoginOutcome

STEP = 30 * SECOND
DIGITS = 6
DRIFT = 1  # steps that a telephone's clock may be off, either way
SECRET_BYTES = 20
FIRST_STEP_GOOD_FOR = 10 * MINUTE  # between the code from the mailbox and the one from the app
RECOVERY_CODES = 10
_RECOVERY_LENGTH = 20  # base32 characters: 100 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A user's authenticator app; `codes_left` recovery codes were not used yet."""

    user_id: UserId
    sealed: str = field(repr=False)
    last_step: int
    created_at: Micros
    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondTry:
    """What came of a typed code; `recovered` where it was a recovery code."""

    outcome: LoginOutcome
    blocked_until: Micros | None = None
    recovered: bool = False


def find_step(secret: bytes, code: str, *, now: Micros) -> int | None:
    """The step whose code this is, of now and one before and after; None: of none of them."""
    present = now // STEP
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(code_of(secret, step), code):
            found = step
    return found


def code_of(secret: bytes, step: int) -> str:
    """The six digits of a step (RFC 4226 §5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def render_secret(secret: bytes) -> str:
    """A secret as apps take it: base32."""
    return b32encode(secret).decode().rstrip("=")


def render_otpauth(secret: bytes, *, product: str, email: str) -> str:
    """The address that an app reads from a picture or opens from a link."""
    label = quote(f"{product}:{email}", safe="@:")
    return f"otpauth://totp/{label}?secret={render_secret(secret)}&issuer={quote(product)}&digits={DIGITS}&period=30"


def make_recovery_code(random: bytes) -> str:
    """A code of four groups of five letters and digits, from at least 13 random bytes."""
    text = b32encode(sha256(random).digest()).decode().lower()[:_RECOVERY_LENGTH]
    return "-".join(text[at : at + 5] for at in range(0, _RECOVERY_LENGTH, 5))


def read_recovery_code(text: str) -> str | None:
    """The code without what separates its groups; None where it cannot be one."""
    code = "".join(character for character in text.lower() if not character.isspace() and character != "-")
    fits = len(code) == _RECOVERY_LENGTH and all(character in "abcdefghijklmnopqrstuvwxyz234567" for character in code)
    return code if fits else None


def digest_of_recovery(user_id: UserId, code: str) -> bytes:
    """What is stored of a recovery code, in the form that `read_recovery_code` gives."""
    return sha256(f"recovery\n{user_id}\n{code}".encode()).digest()
