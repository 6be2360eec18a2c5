"""Refresh tokens issued elsewhere: what one can look like, and what it is known by."""

from hashlib import sha256

import pytest

from frontdesk.protocol.foreign_tokens import could_be_foreign, mark_signature, read_signature_hash


@pytest.mark.parametrize(
    ("token", "could"),
    [
        ("a" * 16, True),
        ("a" * 15, False),
        ("a" * 4096, True),
        ("a" * 4097, False),
        ("ü" * 20, False),
        ("a" * 20 + "\n", False),
    ],
)
def test_what_no_server_would_issue_is_not_looked_for(token: str, could: bool) -> None:
    """Visible ASCII of 16 to 4,096 characters (RFC 6749 §A.17)."""
    assert could_be_foreign(token) is could


def test_a_signature_is_known_by_a_hash_that_no_token_can_have() -> None:
    """Hydra's database holds signatures: one of them, sent as a token, must not be found."""
    signature = "s" * 43
    found = read_signature_hash(f"ory_rt_key.{signature}")
    assert found == mark_signature(sha256(signature.encode()).digest())
    assert found == read_signature_hash(f"another.key.{signature}")
    assert found != sha256(signature.encode()).digest()


@pytest.mark.parametrize("token", ["nodots", ".signature", "key.", "."])
def test_a_token_without_two_parts_has_no_signature(token: str) -> None:
    """Nothing to know it by but all of it."""
    assert read_signature_hash(token) is None
