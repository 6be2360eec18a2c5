"""One signed sentence for each admitted call, for APIs that do not trust their network. DESIGN D10, RFC 9700 §4.13."""

from dataclasses import dataclass
from typing import Protocol

import msgspec

from frontdesk.protocol.access import Admission
from frontdesk.protocol.assertions import claims_of
from frontdesk.protocol.ids import Micros

_encode = msgspec.json.Encoder().encode


class Signer(Protocol):
    """Holds the signing keys: `runtime.signing.Signing`."""

    def new_id(self) -> str:
        """A random text that no other assertion has."""

    def sign(self, claims: bytes, *, now: Micros) -> bytes:
        """A compact JWS over claims in JSON."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Micros:
        """Microseconds since 1970 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertions:
    """Writes assertions for one API, which `audience` names."""

    issuer: str
    audience: str
    signer: Signer
    clock: Clock

    def write(self, admission: Admission, *, method: str, path: str) -> bytes:
        """A fresh assertion for this call alone; empty where nobody was proven: a public operation."""
        if admission.caller is None:
            return b""
        now = self.clock.now()
        claims = claims_of(
            admission,
            issuer=self.issuer,
            audience=self.audience,
            method=method,
            path=path,
            now=now,
            jti=self.signer.new_id(),
        )
        return self.signer.sign(_encode(claims), now=now)
