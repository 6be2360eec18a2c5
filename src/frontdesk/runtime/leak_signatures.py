"""Who may report leaks: public keys from a file, and the signatures that they prove. ECDSA P-256 with SHA-256.

The file is what GitHub serves at https://api.github.com/meta/public_keys/secret_scanning, saved as it is:

    {"public_keys": [{"key_identifier": "…", "key": "-----BEGIN PUBLIC KEY-----…", "is_current": true}]}

or PEM, each key below a line `key_identifier: …`. It is read once, at the start, and nothing is ever fetched.
"""

import base64
import binascii
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

MAX_FILE = 256 * 1024
MAX_KEYS = 100
MAX_SIGNATURE = 128  # characters of base64; the DER form of two 256-bit numbers takes 96

_NAMED = re.compile(
    r"^key_identifier:[ \t]*([\x21-\x7e]{1,128})[ \t]*\r?\n\s*"
    r"(-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----)",
    re.MULTILINE | re.DOTALL,
)


class LeakKeysError(Exception):
    """The file of public keys cannot be used: what is wrong, and what to do."""

    def __init__(self, problem: str) -> None:
        """One line, without a full stop."""
        super().__init__(problem)
        self.problem = problem
        self.hint = (
            "save https://api.github.com/meta/public_keys/secret_scanning there, or PEM below 'key_identifier:' lines"
        )


class LeakSignatures:
    """The keys of those who may report."""

    def __init__(self, keys: "dict[str, EllipticCurvePublicKey]") -> None:
        """By their identifiers. Use `read_leak_keys`."""
        self._keys = keys

    def proves(self, key_identifier: str, signature: str, body: bytes) -> bool:
        """Whether the holder of this key signed exactly these bytes."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        key = self._keys.get(key_identifier)
        if key is None or len(signature) > MAX_SIGNATURE:
            return False
        try:
            key.verify(base64.b64decode(signature, validate=True), body, ECDSA(SHA256()))
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def read_leak_keys(path: Path) -> LeakSignatures:
    """Read the file. Raises LeakKeysError where it cannot be used, or holds no key."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise LeakKeysError(f"cannot read leak_keys, {path}: {error.strerror or error}") from error
    try:
        if len(content) > MAX_FILE:
            raise ValueError("it is too large")
        text = content.decode("ascii")
        named = _read_json(text) if text.lstrip().startswith("{") else _NAMED.findall(text)
        if not named or len(named) > MAX_KEYS:
            raise ValueError("it holds no key" if not named else "it holds too many keys")
        keys = {identifier: _read_key(pem) for identifier, pem in named}
        if len(keys) != len(named):
            raise ValueError("two keys have one identifier")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise LeakKeysError(f"leak_keys, {path}, cannot be used: {_flaw(error)}") from error
    return LeakSignatures(keys)


def _read_json(text: str) -> list[tuple[str, str]]:
    listed = json.loads(text)["public_keys"]
    if not isinstance(listed, list):
        raise TypeError
    named = [(item["key_identifier"], item["key"]) for item in listed]
    if not all(isinstance(part, str) and part for pair in named for part in pair):
        raise TypeError
    return named


def _read_key(pem: str) -> "EllipticCurvePublicKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem.encode("ascii"))
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("a key is no PEM public key") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("a key is not of the curve P-256")
    return key


def _flaw(error: Exception) -> str:
    return str(error) if type(error) is ValueError else "it has another form"
