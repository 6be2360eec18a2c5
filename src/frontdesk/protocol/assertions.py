"""What a signed assertion says: who makes one call to the API, by us alone. RFC 7519, RFC 8725 §3.11, DESIGN D10.

A compact JWS (RFC 7515 §3.1) of one fixed kind: ES256, an explicit type, and a key that its `kid` names among those
at `JWKS_PATH`. Every claim is always there; one without a value is an empty text.
"""

from frontdesk.protocol.access import Admission
from frontdesk.protocol.ids import MINUTE, SECOND, Micros

ALGORITHM = "ES256"
TYPE = "fd-assertion+jwt"  # never taken for a JWT of another use, nor another for it
JWKS_PATH = "/.well-known/jwks.json"

LIFETIME = 60 * SECOND
JWKS_MAX_AGE = 60 * SECOND  # how long a reader may keep the keys: so long does a withdrawn one live on
# A new key is published so long before it signs: libraries keep a key set for up to ten minutes, whatever we say.
SIGNS_AFTER = 15 * MINUTE
# A key that signs no more stays published so long: its last assertion's life, and clocks that differ.
STAYS_AFTER = LIFETIME + 2 * MINUTE

TEXTS = ("iss", "aud", "sub", "network", "client_id", "scheme", "scope", "role", "htm", "path", "jti")
TIMES = ("iat", "exp")  # seconds


def claims_of(
    admission: Admission, *, issuer: str, audience: str, method: str, path: str, now: Micros, jti: str
) -> dict[str, str | int]:
    """What is said of one admitted call: `path` is its normal form as it goes upstream, without the query."""
    issued_at = now // SECOND
    return {
        "iss": issuer,
        "aud": audience,
        "sub": admission.subject,
        # As in the headers: an operation that needs no network is about none.
        "network": (admission.network_id or "") if not admission.networkless else "",
        "client_id": admission.client_id,
        "scheme": admission.scheme,
        "scope": " ".join(admission.scopes),
        "role": admission.role.value if admission.role is not None else "",
        "htm": method,
        "path": path,
        "iat": issued_at,
        "exp": issued_at + LIFETIME // SECOND,
        "jti": jti,
    }
