"""Signs assertions to the API, and publishes the keys to check them with. RFC 7515 §3.1, RFC 7518 §3.4, RFC 7638.

The signature is made with `cryptography` itself: of the 59 us that a JOSE library takes for each, 24 go into reading
a header that is always the same. Reading and checking a JWS is never done here.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from frontdesk.protocol.assertions import ALGORITHM, TYPE
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.tokens import base64url
from frontdesk.runtime.keyring import Key, KeyRing
from frontdesk.runtime.signing_order import find_signing, list_published

_ID_LENGTH = 16  # bytes of an assertion's id
_COORDINATE = 32  # bytes of r, s, x and y
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKeys:
    """The public keys as a JWK set (RFC 7517 §5). `etag` is the same wherever the keys are."""

    document: bytes
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signer:
    """One key, ready to sign: `header` is the encoded JOSE header that all it signs begins with."""

    header: str
    public: dict[str, str]  # its JWK
    make_signature: Callable[[bytes], tuple[int, int]] = field(repr=False)  # r and s

    def sign(self, claims: bytes) -> bytes:
        """The compact JWS over claims in JSON."""
        said = f"{self.header}.{base64url(claims)}".encode("ascii")
        r, s = self.make_signature(said)
        return said + b"." + base64url(r.to_bytes(_COORDINATE) + s.to_bytes(_COORDINATE)).encode("ascii")


class Signing:
    """The signing keys of one process. `load` hands it new ones; it is told the time, and draws ids from `random`."""

    def __init__(self, ring: KeyRing, *, random: Callable[[int], bytes]) -> None:
        """Nothing is computed before the first assertion is asked for."""
        self._random = random
        self._signers: dict[bytes, _Signer] = {}
        self.load(ring)

    def load(self, ring: KeyRing) -> None:
        """Sign with these keys from now on."""
        self._keys = ring.sign
        held = {key.secret for key in ring.sign}
        self._signers = {secret: signer for secret, signer in self._signers.items() if secret in held}

    def new_id(self) -> str:
        """128 random bits: an assertion's `jti`."""
        return base64url(self._random(_ID_LENGTH))

    def sign(self, claims: bytes, *, now: Micros) -> bytes:
        """A compact JWS over claims in JSON, with the key that signs at `now`. LookupError without any key."""
        key = find_signing(self._keys, now=now)
        if key is None:
            raise LookupError("no key signs")
        return self._signer(key).sign(claims)

    def publish(self, *, now: Micros) -> PublishedKeys:
        """The keys that verify at `now`, the signing or next one first; of each only the public part."""
        listed = [self._signer(key).public for key in list_published(self._keys, now=now)]
        document = _encode({"keys": listed})
        return PublishedKeys(document=document, etag=f'"{hashlib.sha256(document).hexdigest()[:32]}"')

    def _signer(self, key: Key) -> _Signer:
        signer = self._signers.get(key.secret)
        if signer is None:
            signer = self._signers[key.secret] = _prepare(key)
        return signer


def _prepare(key: Key) -> _Signer:
    # Imported late, as everywhere: a command that signs nothing starts without it.
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    private, algorithm = derive_private_key(int.from_bytes(key.secret), SECP256R1()), ECDSA(SHA256())

    def make_signature(said: bytes) -> tuple[int, int]:
        return decode_dss_signature(private.sign(said, algorithm))

    point = private.public_key().public_numbers()
    named = {
        "crv": "P-256",
        "kty": "EC",
        "x": base64url(point.x.to_bytes(_COORDINATE)),
        "y": base64url(point.y.to_bytes(_COORDINATE)),
    }
    # RFC 7638 §3: these members, in this order. Named by what it is, a key never goes by another's name.
    kid = base64url(hashlib.sha256(_encode(named)).digest())
    return _Signer(
        header=base64url(_encode({"alg": ALGORITHM, "kid": kid, "typ": TYPE})),
        public={**named, "kid": kid, "use": "sig", "alg": ALGORITHM},
        make_signature=make_signature,
    )
