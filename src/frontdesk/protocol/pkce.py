"""Proof that who redeems a code is who asked for it: S256 only. RFC 7636, RFC 9700 §2.1.1."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

from frontdesk.protocol.errors import Reason

METHODS = ("S256",)

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def judge_challenge(challenge: str | None, method: str | None, *, required: bool) -> Reason | None:
    """Why an authorize request's PKCE parameters are refused. A missing method means `plain` (RFC 7636 §4.3)."""
    if challenge is None:
        if method is not None:
            return Reason.AUTHORIZE_CHALLENGE_MALFORMED
        return Reason.AUTHORIZE_CHALLENGE_REQUIRED if required else None
    if method not in METHODS:
        return Reason.AUTHORIZE_CHALLENGE_METHOD
    if not _CHALLENGE.fullmatch(challenge) or not _is_canonical(challenge):
        return Reason.AUTHORIZE_CHALLENGE_MALFORMED
    return None


def judge_verifier(verifier: str | None, challenge: str | None) -> Reason | None:
    """Why a verifier does not redeem a code with this challenge; one that was never announced is a downgrade."""
    if challenge is None:
        return Reason.VERIFIER_UNASKED if verifier is not None else None
    if verifier is None:
        return Reason.VERIFIER_MISSING
    if not _VERIFIER.fullmatch(verifier):
        return Reason.VERIFIER_WRONG
    digest = urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=")
    return None if hmac.compare_digest(digest, challenge.encode("ascii")) else Reason.VERIFIER_WRONG


def _is_canonical(challenge: str) -> bool:
    # 43 characters carry 258 bits for a digest of 256: the last two must be zero.
    return challenge[-1] in "AEIMQUYcgkosw048"
