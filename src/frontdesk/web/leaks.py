"""POST /_frontdesk/leaks: reports of leaked tokens, in the form of GitHub's secret scanning partner program.

The body is a JSON array of {token, type, url, source}; two headers carry the id of a public key and a signature over
the body as it was sent. Nothing is parsed or looked up before the signature is proven.
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol

import msgspec

from frontdesk.flows.leaks import Leaks, Report
from frontdesk.protocol.errors import Reason, Refusal, wire
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.leaks import read_place
from frontdesk.web.oauth import only, origin_of

MAX_BODY = 1024 * 1024
MAX_REPORTS = 1_000

KEY_IDENTIFIER = b"github-public-key-identifier"
SIGNATURE = b"github-public-key-signature"


class Signatures(Protocol):
    """Knows the public keys of those who may report: `runtime.leak_signatures.LeakSignatures`."""

    def proves(self, key_identifier: str, signature: str, body: bytes) -> bool:
        """Whether the holder of this key signed exactly these bytes."""


class _Match(msgspec.Struct):
    """One match of a report; what else it holds does not matter."""

    token: str
    type: str = ""
    url: str | None = None

    def __repr__(self) -> str:
        # The token may still live, and the address may hold another.
        return f"_Match(type={self.type!r})"


_read_matches = msgspec.json.Decoder(list[_Match]).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakEndpoint:
    """Where secret-scanning services report what they found."""

    leaks: Leaks
    signatures: Signatures
    is_https: bool

    async def report(self, request: Request) -> Answer:
        """Take a signed report in, and say of each match whether it was one of our values."""
        if request.method != "POST":
            return only(b"POST")
        matches = self._read(request)
        if isinstance(matches, Refusal):
            return _refuse(matches.reason, request)
        reports = [Report(token=match.token, place=read_place(match.url or "")) for match in matches]
        ours = await self.leaks.report(reports, origin=origin_of(request))
        return _answer(
            200,
            request,
            [
                {
                    # Never the token itself: an answer may be logged on its way.
                    "token_hash": hashlib.sha256(match.token.encode("utf-8", "surrogatepass")).hexdigest(),
                    "token_type": match.type,
                    "label": "true_positive" if is_ours else "false_positive",
                }
                for match, is_ours in zip(matches, ours, strict=True)
            ],
        )

    def _read(self, request: Request) -> list[_Match] | Refusal:
        if self.is_https and not request.https:
            return Refusal(reason=Reason.API_OVER_PLAIN_HTTP)
        if not self._is_signed(request):
            return Refusal(reason=Reason.UNSIGNED_REPORT)
        try:
            matches = _read_matches(request.body)
        except (msgspec.DecodeError, RecursionError):
            return Refusal(reason=Reason.MALFORMED_REPORT)
        return matches if len(matches) <= MAX_REPORTS else Refusal(reason=Reason.BODY_TOO_LARGE)

    def _is_signed(self, request: Request) -> bool:
        identifiers, signatures = request.all(KEY_IDENTIFIER), request.all(SIGNATURE)
        if len(identifiers) != 1 or len(signatures) != 1:
            return False
        return self.signatures.proves(
            identifiers[0].decode("latin-1"), signatures[0].decode("latin-1"), bytes(request.body)
        )


def _refuse(reason: Reason, request: Request) -> Answer:
    said = wire(reason)
    return _answer(said.status, request, {"message": said.message, "type": said.code})


def _answer(status: int, request: Request, document: object) -> Answer:
    headers: Headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request.request_id.encode()),
    ]
    return Answer(status=status, headers=headers, body=_encode(document))
