"""Codes of authenticator apps against the published values, and recovery codes (RFC 4226 appendix D, RFC 6238 B)."""

import pytest

from frontdesk.protocol.ids import SECOND, Micros, UserId
from frontdesk.protocol.second_factor import (
    code_of,
    digest_of_recovery,
    find_step,
    make_recovery_code,
    read_recovery_code,
    render_otpauth,
    render_secret,
)

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_published_codes(at: int, code: str) -> None:
    """RFC 6238, appendix B, less the two digits in front."""
    assert code_of(SECRET, at // 30) == code
    assert find_step(SECRET, code, now=Micros(at * SECOND)) == at // 30


@pytest.mark.parametrize(("late", "good"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(late: int, good: bool) -> None:
    """Either way, and no more; the step is the code's own."""
    begins = 1_800_000_000 // 30
    found = find_step(SECRET, code_of(SECRET, begins), now=Micros((begins * 30 + late) * SECOND))
    assert found == (begins if good else None)


def test_what_an_app_is_told() -> None:
    """Names with spaces and signs are quoted; the secret is base32 without padding."""
    address = render_otpauth(b"\0" * 20, product="Front & Desk", email="ada@north.example")
    assert address == (
        "otpauth://totp/Front%20%26%20Desk:ada@north.example"
        "?secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&issuer=Front%20%26%20Desk&digits=6&period=30"
    )
    assert render_secret(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_recovery_codes_are_read_as_people_type_them() -> None:
    """In capitals, with blanks or hyphens or neither; one letter more or less is none."""
    code = make_recovery_code(b"x" * 32)
    bare = code.replace("-", "")
    assert len(bare) == 20
    assert [read_recovery_code(typed) for typed in (code, bare.upper(), f" {code.replace('-', ' ')} ")] == [bare] * 3
    assert [read_recovery_code(typed) for typed in (bare[1:], bare + "a", bare[:-1] + "1", "", "123456")] == [None] * 5


def test_a_recovery_code_is_its_users() -> None:
    """The same code of somebody else is stored as something else."""
    assert digest_of_recovery(UserId("a"), "x" * 20) != digest_of_recovery(UserId("b"), "x" * 20)
