"""Hashes made elsewhere: which are read, and that none is read whose check would cost too much (CA-20)."""

import pytest

from frontdesk.protocol.foreign_secrets import (
    Argon2Hash,
    BcryptHash,
    Pbkdf2Hash,
    Sha256Hash,
    judge_hash,
    read_hash,
    read_plain_sha256,
)

B64 = "A" * 43 + "="
BCRYPT = "." * 53


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"pbkdf2_sha256$1200000$abcDEF0123$${B64}".replace("$$", "$"), Pbkdf2Hash),
        ("pbkdf2_sha1$150000$salt$" + "A" * 27 + "=", Pbkdf2Hash),
        ("$pbkdf2-sha256$i=25000,l=32$VI1K2hsmvxq1Urky3DQY/w$gE/SJ29k8+Esw5fJdxUrJHewh+hUkKhYhlMJjRzFjDQ", Pbkdf2Hash),
        ("$pbkdf2-sha256$i=1000,l=128$e8/arsEf4cvQihdNgqj0Nw$5xQQKNTyeTHx2Ld5/JDE7A", Pbkdf2Hash),
        (f"$2a$10${BCRYPT}", BcryptHash),
        (f"$2b$12${BCRYPT}", BcryptHash),
        (f"$2y$14${BCRYPT}", BcryptHash),
        (f"bcrypt$$2b$12${BCRYPT}", BcryptHash),
        (f"bcrypt_sha256$$2b$12${BCRYPT}", BcryptHash),
        ("argon2$argon2id$v=19$m=102400,t=2,p=8$c29tZXNhbHRzYWx0$" + "A" * 43, Argon2Hash),
        ("sha256$" + "0f" * 32, Sha256Hash),
    ],
)
def test_each_form_is_read(text: str, kind: type) -> None:
    """As Django, Hydra, Doorkeeper and the bcrypt libraries write them; a repr shows nothing of them."""
    found = read_hash(text)
    assert isinstance(found, kind)
    assert judge_hash(text)
    assert "salt" not in repr(found)
    assert text[-10:] not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "pbkdf2_sha256$0$salt$" + B64,
        "pbkdf2_sha256$3000001$salt$" + B64,
        "pbkdf2_sha256$99999999999$salt$" + B64,
        "pbkdf2_sha256$1000$$" + B64,
        "pbkdf2_sha256$1000$salt$" + "A" * 27 + "=",
        "pbkdf2_sha256$1000$salt$" + "A" * 44 + "=",
        "pbkdf2_sha256$1000$salt$" + B64 + "\n",
        "pbkdf2_sha512$1000$salt$" + B64,
        "$pbkdf2-sha256$i=1000$c2FsdHNhbHQ$" + "A" * 43,
        "$pbkdf2-sha256$i=2000000,l=64$c2FsdHNhbHQ$" + "A" * 86,  # two blocks cost twice
        "$pbkdf2-sha224$i=1000,l=32$c2FsdHNhbHQ$" + "A" * 43,
        f"$2a$15${BCRYPT}",
        f"$2a$03${BCRYPT}",
        f"$2x$10${BCRYPT}",
        f"$2a$10${BCRYPT}.",
        "argon2$argon2id$v=19$m=1048576,t=2,p=8$c29tZXNhbHRzYWx0$" + "A" * 43,
        "argon2$argon2id$v=19$m=102400,t=6,p=8$c29tZXNhbHRzYWx0$" + "A" * 43,
        "argon2$argon2id$v=19$m=64,t=2,p=9$c29tZXNhbHRzYWx0$" + "A" * 43,
        "argon2$argon2i$v=19$m=512,t=2,p=2$c29tZXNhbHRzYWx0$" + "A" * 43,
        "scrypt$16384$salt$8$1$" + B64,
        "md5$salt$" + "0" * 32,
        "sha256$" + "0F" * 32,
        "sha256$" + "0f" * 31,
        "pbkdf2_sha256$1000$" + "s" * 600 + "$" + B64,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Another form, a damaged one, and one whose check would take longer than about a second."""
    assert not judge_hash(text)


def test_the_limits_are_exact() -> None:
    """The last that is read, beside the first that is not."""
    assert judge_hash("pbkdf2_sha256$3000000$salt$" + B64)
    assert judge_hash("$pbkdf2-sha256$i=1500000,l=64$c2FsdHNhbHQ$" + "A" * 86)
    assert not judge_hash("$pbkdf2-sha256$i=1500001,l=64$c2FsdHNhbHQ$" + "A" * 86)
    assert judge_hash("$argon2id$v=19$m=131072,t=4,p=1$c29tZXNhbHRzYWx0$" + "A" * 43)


def test_a_plain_sha256_is_read_as_bytes() -> None:
    """Our own digest is made of it at once: nothing slow remains."""
    assert read_plain_sha256("sha256$" + "0f" * 32) == b"\x0f" * 32
    assert read_plain_sha256("0f" * 32) is None
