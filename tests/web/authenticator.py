"""A device that keeps passkeys, in software: it answers a page's question as a browser would. W3C WebAuthn Level 3."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from frontdesk.testing.browser import ISSUER
from frontdesk.testing.wire import Reply

_QUESTION = re.compile(r'data-question="([^"]*)"')
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def question_of(page: Reply) -> dict[str, object]:
    """What a page asks the browser for."""
    found = _QUESTION.search(page.text)
    assert found is not None, page.text[:400]
    question: dict[str, object] = json.loads(unescape(found.group(1)))
    return question


@dataclass(slots=True, kw_only=True)
class Authenticator:
    """One device with one key. `flags`: what it says of the person before it."""

    origin: str = ISSUER
    host: str = "desk.example"
    passkey_id: bytes = b"passkey-0123456789"
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    uses: int = 0
    user_handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, question: dict[str, object]) -> str:
        """A new passkey, for `navigator.credentials.create`."""
        self.user_handle = _bytes(question["user"]["id"])  # type: ignore[index]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.passkey_id).to_bytes(2, "big") + self.passkey_id + cbor2.dumps(public)
        data = self._data(self.flags | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", question)
        return self._answer({"clientDataJSON": _text(client), "attestationObject": _text(attestation)})

    def signs(self, question: dict[str, object], *, kind: str = "webauthn.get") -> str:
        """A signature, for `navigator.credentials.get`."""
        self.uses += int(self.counts)
        client, data = self._client(kind, question), self._data(self.flags)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": _text(client),
                "authenticatorData": _text(data),
                "signature": _text(signature),
                "userHandle": _text(self.user_handle),
            }
        )

    def _data(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes((flags,)) + self.uses.to_bytes(4, "big")

    def _client(self, kind: str, question: dict[str, object]) -> bytes:
        said = {"type": kind, "challenge": question["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> str:
        key = _text(self.passkey_id)
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": response})


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
