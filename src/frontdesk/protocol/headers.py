"""Reading the Authorization and network headers: one of each, in one spelling. RFC 9110 §11, RFC 7617, RFC 6750 §2."""

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Headers
from frontdesk.protocol.ids import NetworkId, read_uuid

MAX_CREDENTIAL = 4_096
_UUID_LENGTH = 36

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TOKEN68 = re.compile(rb"[A-Za-z0-9\-._~+/]+=*")


class CallHeaders(NamedTuple):
    """The two headers that decide a call, once it is certain that each was sent at most once."""

    authorization: bytes | None = None
    network: NetworkId | None = None

    def __repr__(self) -> str:
        """Without the credential."""
        return f"CallHeaders(network={self.network!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicPair:
    """User name and password of HTTP Basic, decoded once (RFC 7617), never form-decoded here."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerToken:
    """A bearer token's text, not looked at yet."""

    value: str = field(repr=False)


Credential: TypeAlias = BasicPair | BearerToken


def read_call_headers(headers: Headers, network_header: bytes) -> CallHeaders | Refusal:
    """Find both headers or refuse what is doubled, joined by commas, spelt otherwise or malformed (check 1).

    `network_header` is the lower-case name. Spellings that a server behind may take for it (`_`, `.`) are refused,
    since the value that we did not check might be the one it reads.
    """
    authorization: bytes | None = None
    network: bytes | None = None
    for name, value in headers:
        if name == b"authorization":
            if authorization is not None:
                return Refusal(reason=Reason.TWO_CREDENTIALS)
            authorization = value
        elif name == network_header:
            if network is not None:
                return Refusal(reason=Reason.DOUBLED_HEADER)
            network = value
        elif len(name) == len(network_header) and name.replace(b"_", b"-").replace(b".", b"-") == network_header:
            return Refusal(reason=Reason.DOUBLED_HEADER, detail="the network header in another spelling")
    if authorization is not None:
        if b"," in authorization:
            return Refusal(reason=Reason.TWO_CREDENTIALS)
        if not authorization.isascii() or b"\n" in authorization or b"\r" in authorization:
            return Refusal(reason=Reason.MALFORMED_REQUEST, detail="Authorization is not one line of ASCII")
    if network is None:
        return CallHeaders(authorization)
    network_id = _read_network(network) if len(network) == _UUID_LENGTH else None
    if network_id is not None:
        return CallHeaders(authorization, network_id)
    # Two that were joined on their way, or none at all.
    return Refusal(reason=Reason.DOUBLED_HEADER if b"," in network else Reason.MALFORMED_NETWORK_ID)


@lru_cache(maxsize=8_192)
def _read_network(value: bytes) -> NetworkId | None:
    """Remembered: callers name the same networks again and again."""
    network_id = read_uuid(value.decode("latin-1"))
    return NetworkId(network_id) if network_id is not None else None


def read_credential(authorization: bytes) -> Credential | None:
    """Basic or Bearer, scheme in any case, one or more spaces; None where it is neither or malformed."""
    scheme, space, rest = authorization.partition(b" ")
    rest = rest.lstrip(b" ")
    if not space or not rest or len(rest) > MAX_CREDENTIAL:
        return None
    match scheme.lower():
        case b"bearer":
            return BearerToken(value=rest.decode("ascii")) if _TOKEN68.fullmatch(rest) else None
        case b"basic":
            return read_basic(rest)
        case _:
            return None


def read_basic(encoded: bytes) -> BasicPair | None:
    """Decode what follows `Basic `: strict base64, UTF-8, no control characters, split at the first colon."""
    if len(encoded) % 4:  # Python's reader takes more padding than there should be
        return None
    try:
        text = b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    user, colon, password = text.partition(":")
    if not colon or not user or _CONTROL.search(text):
        return None
    return BasicPair(user=user, password=password)
