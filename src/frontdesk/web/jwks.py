"""The public keys that assertions to the API are checked with. RFC 7517 §5 and §8.5, RFC 9111 §5.2.2."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from frontdesk.protocol.assertions import JWKS_MAX_AGE
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.ids import SECOND


class PublishedKeys(Protocol):
    """A JWK set as it goes out."""

    @property
    def document(self) -> bytes:
        """Its JSON."""

    @property
    def etag(self) -> str:
        """The same for the same keys, on every worker and host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JwksEndpoint:
    """`GET /.well-known/jwks.json`: the same for everybody, whatever a request says."""

    publish: Callable[[], PublishedKeys]

    async def answer(self, request: Request) -> Answer:
        """The keys in force now; 304 where they are known."""
        if request.method not in ("GET", "HEAD"):
            return Answer(status=405, headers=[(b"allow", b"GET, HEAD"), (b"cache-control", b"no-store")])
        keys = self.publish()
        etag = keys.etag.encode("ascii")
        headers: Headers = [
            (b"content-type", b"application/jwk-set+json"),
            (b"cache-control", b"public, max-age=%d" % (JWKS_MAX_AGE // SECOND)),
            (b"etag", etag),
            (b"x-content-type-options", b"nosniff"),
        ]
        known = [tag.strip().removeprefix(b"W/") for tag in b",".join(request.all(b"if-none-match")).split(b",")]
        if etag in known or b"*" in known:
            return Answer(status=304, headers=headers)
        return Answer(status=200, headers=headers, body=keys.document)
