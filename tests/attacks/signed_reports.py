"""Somebody who reports leaks as secret-scanning services do: a key pair, a signature over the body as it is sent."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from frontdesk.testing.story import Story
from frontdesk.testing.wire import Reply, call

PATH = "/_frontdesk/leaks"
URL = "https://git.example/octo/repo/blob/1/settings.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """One service with its key."""

    key: EllipticCurvePrivateKey
    identifier: str = "reporter-1"

    @classmethod
    def begin(cls, identifier: str = "reporter-1") -> "Reporter":
        """With a fresh key."""
        return cls(key=generate_private_key(SECP256R1()), identifier=identifier)

    @property
    def pem(self) -> str:
        """The public key."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def writes_keys(self, folder: Path) -> Path:
        """The file that the operator configures."""
        path = folder / "leak-keys.json"
        listed = [{"key_identifier": self.identifier, "key": self.pem, "is_current": True}]
        path.write_text(json.dumps({"public_keys": listed}))
        return path

    def signs(self, body: bytes) -> str:
        """The signature, as it travels."""
        return base64.b64encode(self.key.sign(body, ECDSA(SHA256()))).decode()

    async def reports(self, story: Story, *tokens: str, url: str | None = URL) -> Reply:
        """Report these values, all found in one place."""
        matches = [{"token": token, "type": "frontdesk_token", "url": url, "source": "content"} for token in tokens]
        return await self.sends(story, json.dumps(matches).encode())

    async def sends(
        self, story: Story, body: bytes, *, signed: bytes | None = None, headers: Sequence[tuple[str, str]] = ()
    ) -> Reply:
        """Send these bytes; `signed`: what was signed instead; `headers`: more of them."""
        signature = self.signs(body if signed is None else signed)
        sent = [("github-public-key-identifier", self.identifier), ("github-public-key-signature", signature)]
        return await call(
            story.app, "POST", PATH, headers=[("content-type", "application/json"), *sent, *headers], body=body
        )


def labels(reply: Reply) -> list[str]:
    """The answer's verdicts, in order."""
    assert reply.status == 200, reply.text
    return [item["label"] for item in reply.json()]
