"""Who may report leaks: the file of public keys, and the signatures that they prove."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from frontdesk.runtime.leak_signatures import LeakKeysError, read_leak_keys

# What GitHub signed itself: its documentation's example of a report, and the key that it was signed with.
GITHUB_KEY_ID = "bcb53661c06b4728e59d897fb6165d5c9cda0fd9cdf9d09ead458168deb7518c"
GITHUB_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd
AjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==
-----END PUBLIC KEY-----
"""
GITHUB_BODY = (
    b'[{"source":"commit","token":"some_token","type":"some_type","url":"https://example.com/base-repo-url/"}]'
)
GITHUB_SIGNATURE = "MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg=="


def _pem(key: object) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()  # type: ignore[attr-defined]


def _json_of(*named: tuple[object, object]) -> str:
    return json.dumps(
        {"public_keys": [{"key_identifier": name, "key": key, "is_current": True} for name, key in named]}
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the keys are."""
    return tmp_path / "keys"


@pytest.mark.parametrize(
    "content", [_json_of((GITHUB_KEY_ID, GITHUB_KEY)), f"key_identifier: {GITHUB_KEY_ID}\n{GITHUB_KEY}"]
)
def test_github_s_own_example_is_proven(file: Path, content: str) -> None:
    """The form is theirs to the byte: key, signature and body of a real report, from JSON and from PEM."""
    file.write_text(content)
    keys = read_leak_keys(file)
    assert keys.proves(GITHUB_KEY_ID, GITHUB_SIGNATURE, GITHUB_BODY)
    assert not keys.proves(GITHUB_KEY_ID, GITHUB_SIGNATURE, GITHUB_BODY + b"\n")
    assert not keys.proves(GITHUB_KEY_ID, GITHUB_SIGNATURE[:-4], GITHUB_BODY)
    assert not keys.proves("another", GITHUB_SIGNATURE, GITHUB_BODY)
    assert not keys.proves(GITHUB_KEY_ID, "A" * 100_000, GITHUB_BODY)
    assert not keys.proves(GITHUB_KEY_ID, " " + GITHUB_SIGNATURE, GITHUB_BODY)


def test_several_keys_each_prove_their_own(file: Path) -> None:
    """Services rotate their keys: the file may hold several."""
    one, two = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    file.write_text(f"# reporters\nkey_identifier: one\n{_pem(one)}\nkey_identifier: two\r\n\n{_pem(two)}")
    keys = read_leak_keys(file)
    for name, key in (("one", one), ("two", two)):
        signature = base64.b64encode(key.sign(b"body", ECDSA(SHA256()))).decode()
        assert [keys.proves(other, signature, b"body") for other in ("one", "two")] == [name == "one", name == "two"]


BROKEN = [
    ("", "it holds no key"),
    ("{}", "it has another form"),
    ("{", "it has another form"),
    ('{"public_keys": []}', "it holds no key"),
    ('{"public_keys": {}}', "it has another form"),
    (_json_of(("a", 1)), "it has another form"),
    (_json_of((None, GITHUB_KEY)), "it has another form"),
    (_json_of(("a", "x")), "a key is no PEM public key"),
    (_json_of(("a", GITHUB_KEY), ("a", GITHUB_KEY)), "two keys have one identifier"),
    (GITHUB_KEY, "it holds no key"),
    ("ü", "it has another form"),
    ("x" * 300_000, "it is too large"),
    (_json_of(("a", _pem(generate_private_key(SECP384R1())))), "a key is not of the curve P-256"),
    (_json_of(("a", _pem(generate_rsa_key(65537, 2048)))), "a key is not of the curve P-256"),
    (_json_of(*((str(number), GITHUB_KEY) for number in range(101))), "it holds too many keys"),
]


@pytest.mark.parametrize(("content", "flaw"), BROKEN, ids=[flaw for _, flaw in BROKEN])
def test_a_file_that_cannot_be_used_is_told(file: Path, content: str, flaw: str) -> None:
    """At the start, in one sentence with the file's name and what to do: never a silent endpoint without keys."""
    file.write_text(content)
    with pytest.raises(LeakKeysError) as refused:
        read_leak_keys(file)
    assert refused.value.problem == f"leak_keys, {file}, cannot be used: {flaw}"
    assert "public_keys/secret_scanning" in refused.value.hint


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    """So is a missing one."""
    with pytest.raises(LeakKeysError, match="cannot read leak_keys"):
        read_leak_keys(file)
