"""Assertions as nobody should accept them, and one that everybody should: every part can be changed."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

from frontdesk.receiving import AssertionVerifier

ISSUER = "https://front.example"
AUDIENCE = "http://api.internal:9000"
NOW = 1_800_000_000


def base64url(raw: bytes) -> str:
    """RFC 4648 §5 without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Hand:
    """A clock that is told the time; it tells the real one and the one that only goes forward."""

    at: float = NOW

    def __call__(self) -> float:
        """The time that was told."""
        return self.at


@dataclass
class Gateway:
    """Somebody with a signing key, and who publishes it."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def kid(self) -> str:
        """The key's name."""
        return self.key.thumbprint()

    @property
    def jwks(self) -> dict[str, Any]:
        """What is published."""
        return {"keys": [{**self.key.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": "ES256"}]}

    def header(self, **changed: Any) -> dict[str, Any]:
        """The JOSE header; None takes a member out."""
        return _less({"alg": "ES256", "kid": self.kid, "typ": "fd-assertion+jwt", **changed})

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of a call to GET /rooms/v1; None takes one out."""
        said = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": "0190b3a0-0000-7000-8000-0000000000a1",
            "network": "0190b3a0-0000-7000-8000-000000000001", "client_id": "fdci_partner", "scheme": "oauth2",
            "scope": "rooms rooms.readonly", "role": "owner", "htm": "GET", "path": "/rooms/v1",
            "iat": NOW, "exp": NOW + 60, "jti": "an-id-of-its-own",
        }  # fmt: skip
        return _less({**said, **changed})

    def says(self, **changed: Any) -> str:
        """A right assertion with changed claims."""
        return self.signs(self.header(), json.dumps(self.claims(**changed)).encode())

    def signs(self, header: dict[str, Any], payload: bytes) -> str:
        """Any header and any payload, with a right ES256 signature over them."""
        said = f"{base64url(json.dumps(header, separators=(',', ':')).encode())}.{base64url(payload)}"
        return self.signs_raw(said)

    def signs_raw(self, said: str) -> str:
        """A right signature over two parts that are written already."""
        model = jws.JWSRegistry.algorithms["ES256"]
        return f"{said}.{base64url(model.sign(said.encode(), self.key))}"

    def verifier(self, hand: Hand | None = None, **more: Any) -> AssertionVerifier:
        """An API that knows this gateway's keys."""
        return AssertionVerifier(issuer=ISSUER, audience=AUDIENCE, jwks=self.jwks, clock=hand or Hand(), **more)


def _less(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}
