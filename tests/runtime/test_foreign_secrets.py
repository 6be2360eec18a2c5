"""Checking foreign hashes: right against the makers' own examples, beside the event loop, and in turn (CA-20)."""

import asyncio
import hashlib
import os
import threading
import time
from base64 import b64encode

import bcrypt
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password

from frontdesk.protocol.foreign_secrets import ForeignHash, Pbkdf2Hash, read_hash
from frontdesk.runtime.foreign_secrets import WAITING, WAITING_EACH, SlowChecks, matches

SECRET = "s3cret" * 21  # as long as django-oauth-toolkit makes them


@pytest.fixture(scope="module")
def django() -> None:
    """Django's hashers, quick ones."""
    if not django_settings.configured:
        django_settings.configure(
            PASSWORD_HASHERS=[
                "django.contrib.auth.hashers.PBKDF2PasswordHasher",
                "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
                "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
                "django.contrib.auth.hashers.BCryptPasswordHasher",
            ]
        )


def known(text: str) -> ForeignHash:
    """The hash, which must be readable."""
    found = read_hash(text)
    assert found is not None
    return found


@pytest.mark.parametrize("hasher", ["pbkdf2_sha256", "pbkdf2_sha1", "bcrypt_sha256"])
def test_what_django_hashed_is_checked(django: None, hasher: str) -> None:
    """By the real package, with the iterations that it sets by default."""
    text = make_password(SECRET, hasher=hasher)
    assert text.startswith(hasher)
    assert matches(known(text), SECRET)
    assert not matches(known(text), SECRET[:-1])
    assert not matches(known(text), "")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        # The examples in fosite's store, with what they are hashes of.
        ("$2a$10$IxMdI6d.LIRZPpSfEwNoeu4rY3FhDREsxFJXikcgdRRAStxUlsuEO", "foobar"),
        ("$2y$10$X51gLxUQJ.hGw1epgHTE5u0bt64xM0COU7K9iAp.OFg8p2pUd.1zC", "foobaz"),
        ("$2a$10$A7M8b65dSSKGHF0H2sNkn.9Z0hT8U1Nv6OWPV3teUUaczXkVkxuDS", "encoded&password"),
    ],
)
def test_what_hydra_hashed_with_bcrypt_is_checked(text: str, secret: str) -> None:
    """Documented pairs of secret and hash."""
    assert matches(known(text), secret)
    assert not matches(known(text), secret + "x")


def test_what_hydra_hashed_with_pbkdf2_is_checked() -> None:
    """The form of its hasher (unpadded base64, 16 bytes of salt, 32 of key), and RFC 7914's vector (§11) beneath."""
    derived = bytes.fromhex(
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
        "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"
    )
    assert matches(Pbkdf2Hash(function="sha256", iterations=80_000, salt=b"NaCl", expected=derived), "Password")
    salt = bytes(range(16))
    raw = hashlib.pbkdf2_hmac("sha256", b"client secret", salt, 25_000, 32)
    parts = [b64encode(part).decode().rstrip("=") for part in (salt, raw)]
    text = f"$pbkdf2-sha256$i=25000,l=32${parts[0]}${parts[1]}"
    assert matches(known(text), "client secret")
    assert not matches(known(text), "client secreT")


def test_argon2id_is_checked() -> None:
    """Made by argon2's own algorithm, in the form that Django writes."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    derived = Argon2id(salt=b"somesaltsomesalt", length=32, iterations=2, lanes=4, memory_cost=1024).derive(b"secret")
    salt, expected = (b64encode(part).decode().rstrip("=") for part in (b"somesaltsomesalt", derived))
    text = f"argon2$argon2id$v=19$m=1024,t=2,p=4${salt}${expected}"
    assert matches(known(text), "secret")
    assert not matches(known(text), "Secret")


def test_bcrypt_reads_72_bytes_as_it_did_where_it_was_made() -> None:
    """What follows never counted there; a NUL byte and half a surrogate pair are wrong, not an error."""
    text = bcrypt.hashpw(SECRET.encode()[:72], bcrypt.gensalt(4)).decode()
    assert matches(known(text), SECRET)
    for wrong in ("a\0b", "\ud800", "x" * 5_000):
        assert not matches(known(text), wrong)


class Desk:
    """A check that takes as long as the test wants."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.seen: list[str] = []
        self.niceness: list[int] = []

    def check(self, _known: ForeignHash, secret: str) -> bool:
        """Wait for the test, then say yes to "right"."""
        self.go.wait(10)
        self.seen.append(secret)
        self.niceness.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return secret == "right"


TEXT = "sha256$" + "0f" * 32


@pytest.mark.anyio
async def test_clients_take_turns() -> None:
    """One client's line is not before another's: each has one check, then it is the next one's turn."""
    desk = Desk()
    line = SlowChecks(check=desk.check)
    asked = [asyncio.create_task(line.check("a", TEXT, f"a{number}")) for number in range(3)]
    asked += [asyncio.create_task(line.check("b", TEXT, f"b{number}")) for number in range(2)]
    await asyncio.sleep(0.05)
    desk.go.set()
    assert await asyncio.gather(*asked) == [False] * 5
    assert desk.seen == ["a0", "b0", "a1", "b1", "a2"]


@pytest.mark.anyio
async def test_a_long_line_is_turned_away_and_the_same_secret_is_checked_once() -> None:
    """Four places a client; a client's parallel calls with one secret are one check, and share its answer."""
    desk = Desk()
    line = SlowChecks(check=desk.check)
    asked = [asyncio.create_task(line.check("a", TEXT, "right")) for _ in range(20)]
    await asyncio.sleep(0.05)
    asked += [asyncio.create_task(line.check("a", TEXT, f"w{number}")) for number in range(WAITING_EACH)]
    await asyncio.sleep(0.05)
    desk.go.set()
    assert await asyncio.gather(*asked) == [True] * 20 + [False] * (WAITING_EACH - 1) + [None]
    assert desk.seen.count("right") == 1


@pytest.mark.anyio
async def test_there_is_one_line_for_all_and_it_ends() -> None:
    """Whoever comes when it is full is told to come again; afterwards there is room again."""
    desk = Desk()
    line = SlowChecks(check=desk.check)
    asked = [asyncio.create_task(line.check(f"c{number}", TEXT, "right")) for number in range(WAITING)]
    await asyncio.sleep(0.05)
    assert await line.check("late", TEXT, "right") is None
    desk.go.set()
    assert await asyncio.gather(*asked) == [True] * WAITING
    assert await line.check("late", TEXT, "right") is True


@pytest.mark.anyio
async def test_whoever_hangs_up_takes_nobody_s_answer_along() -> None:
    """The check goes on for the others, and a fault of it reaches those who wait."""
    desk = Desk()
    line = SlowChecks(check=desk.check)
    gone, stays = (asyncio.create_task(line.check("a", TEXT, "right")) for _ in range(2))
    await asyncio.sleep(0.05)
    gone.cancel()
    desk.go.set()
    assert await stays is True

    def fails(_known: ForeignHash, _secret: str) -> bool:
        raise MemoryError

    broken = SlowChecks(check=fails)
    with pytest.raises(MemoryError):
        await broken.check("a", TEXT, "right")
    with pytest.raises(MemoryError):
        await broken.check("a", TEXT, "right")


@pytest.mark.anyio
async def test_the_loop_goes_on_while_a_hash_is_checked() -> None:
    """The thread gives way: it has a lower priority than the loop's, and holds no lock that the loop needs."""
    desk = Desk()
    desk.go.set()
    mine = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert await SlowChecks(check=desk.check).check("a", TEXT, "right") is True
    assert desk.niceness[0] > mine
    slow = "pbkdf2_sha256$1200000$salt$" + "A" * 43 + "="
    checked = asyncio.create_task(SlowChecks().check("a", slow, "wrong"))
    longest, turns = 0.0, 0
    while not checked.done():
        before = time.perf_counter()
        await asyncio.sleep(0)
        longest, turns = max(longest, time.perf_counter() - before), turns + 1
    assert checked.result() is False
    assert turns > 100
    assert longest < 0.2
