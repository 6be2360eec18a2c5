"""PKCE: S256 or nothing (attack rows PK)."""

import hashlib
from base64 import urlsafe_b64encode

import pytest

from frontdesk.protocol.errors import Reason
from frontdesk.protocol.pkce import judge_challenge, judge_verifier

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B

CHALLENGES = [
    ("none", None, None, False, None),
    ("S256", CHALLENGE, "S256", False, None),
    ("PK-04", CHALLENGE, "plain", False, Reason.AUTHORIZE_CHALLENGE_METHOD),
    ("PK-05", CHALLENGE, None, False, Reason.AUTHORIZE_CHALLENGE_METHOD),
    ("PK-07", CHALLENGE, "s256", False, Reason.AUTHORIZE_CHALLENGE_METHOD),
    ("PK-07", CHALLENGE, "S512", False, Reason.AUTHORIZE_CHALLENGE_METHOD),
    ("PK-07", CHALLENGE, "plain\ngarbage", False, Reason.AUTHORIZE_CHALLENGE_METHOD),
    ("PK-09", CHALLENGE + "=", "S256", False, Reason.AUTHORIZE_CHALLENGE_MALFORMED),
    ("PK-09", CHALLENGE[:-1], "S256", False, Reason.AUTHORIZE_CHALLENGE_MALFORMED),
    ("PK-09", "+" + CHALLENGE[1:], "S256", False, Reason.AUTHORIZE_CHALLENGE_MALFORMED),
    ("PK-09", CHALLENGE[:-1] + "N", "S256", False, Reason.AUTHORIZE_CHALLENGE_MALFORMED),
    ("PK-10", None, None, True, Reason.AUTHORIZE_CHALLENGE_REQUIRED),
    ("method alone", None, "S256", False, Reason.AUTHORIZE_CHALLENGE_MALFORMED),
]


@pytest.mark.parametrize(("row", "challenge", "method", "required", "reason"), CHALLENGES)
def test_a_challenge_is_s256_or_refused(
    row: str, challenge: str | None, method: str | None, required: bool, reason: Reason | None
) -> None:
    """`plain` is refused in each of its spellings, a missing method included (RFC 7636 §4.3)."""
    assert judge_challenge(challenge, method, required=required) is reason


def _challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


VERIFIERS = [
    ("PK-01", VERIFIER, CHALLENGE, None),
    ("PK-01", VERIFIER[:-1] + "x", CHALLENGE, Reason.VERIFIER_WRONG),
    ("PK-02", None, CHALLENGE, Reason.VERIFIER_MISSING),
    ("PK-06", CHALLENGE, CHALLENGE, Reason.VERIFIER_WRONG),
    ("PK-08", "a" * 42, _challenge_of("a" * 42), Reason.VERIFIER_WRONG),
    ("PK-08", "a" * 43, _challenge_of("a" * 43), None),
    ("PK-08", "a" * 128, _challenge_of("a" * 128), None),
    ("PK-08", "a" * 129, _challenge_of("a" * 129), Reason.VERIFIER_WRONG),
    ("PK-08", "a" * 42 + "!", _challenge_of("a" * 42 + "!"), Reason.VERIFIER_WRONG),
    ("no challenge", None, None, None),
    ("downgrade", VERIFIER, None, Reason.VERIFIER_UNASKED),
]


@pytest.mark.parametrize(("row", "verifier", "challenge", "reason"), VERIFIERS)
def test_a_verifier_redeems_its_own_challenge_only(
    row: str, verifier: str | None, challenge: str | None, reason: Reason | None
) -> None:
    """RFC 7636 §4.6; a verifier that was never announced is refused too (RFC 9700 §2.1.1)."""
    assert judge_verifier(verifier, challenge) is reason
