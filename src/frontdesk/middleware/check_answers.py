"""Reading what a running Frontdesk answers to a question: a whole yes, a whole no, or nothing that may be believed."""

import re
from dataclasses import dataclass, field

import msgspec

from frontdesk.gateway.identity import ASSERTION, HOP_BY_HOP, PREFIX
from frontdesk.gateway.rate_headers import LEFT, NAMES, POLICY
from frontdesk.protocol.http import Answer, Headers
from frontdesk.protocol.rate_limits import Allowance, Allowances

SHADOW = b"x-frontdesk-shadow"
REQUEST_ID = b"x-request-id"

_IDENTITY = tuple(PREFIX + name for name in (b"subject", b"network", b"client", b"scheme", b"scopes", b"role"))
# As we write them ourselves: `"default";r=9;t=1` and `"default";q=10;w=1`, one member for each limit.
_NAME = rb'"((?:[^"\\]|\\.)*)"'
_IS_LEFT = re.compile(_NAME + rb";r=(\d{1,9});t=(\d{1,9})(?:, |\Z)")
_IS_POLICY = re.compile(_NAME + rb";q=(\d{1,9});w=(\d{1,9})(?:, |\Z)")
_ESCAPED = re.compile(r"\\(.)")
_STATUSES = frozenset({400, 401, 403, 404, 405, 413, 429, 431, 503})
# Of a refusal's headers, what is about the desk's own connection, or another server's to write.
_NOT_RELAYED = HOP_BY_HOP | {b"content-length", b"date", b"server", b"x-frontdesk-refusal"}
_UNTRUSTED = "forbidden"  # the desk does not know us: nothing that the caller could have done


class UnreadableAnswerError(OSError):
    """The desk did not say yes or no; the text says what is wrong, for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """The call may pass."""

    identity: Headers = field(repr=False)
    allowances: Allowances
    is_watched: bool  # it would have been refused, where the policy is only watched


class _Refused(msgspec.Struct):
    message: str
    type: str


def read_answer(status: int, headers: Headers, body: bytes, network_header: bytes) -> Yes | Answer:
    """A yes, or the refusal to relay. UnreadableAnswerError for everything else."""
    lowered = [(name.lower(), value) for name, value in headers]
    if status == 200:
        return _read_yes(lowered, network_header)
    if status in _STATUSES:
        return _read_no(status, lowered, body)
    raise UnreadableAnswerError(f"the desk answered {status}")


def _read_yes(headers: Headers, network_header: bytes) -> Yes:
    wanted = (*_IDENTITY, network_header, REQUEST_ID)
    said: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in wanted or name == ASSERTION:
            if name in said:
                raise UnreadableAnswerError(f"the desk said {name.decode()} twice")
            said[name] = value
    missing = [name.decode() for name in wanted if name not in said]
    if missing or not said[REQUEST_ID]:
        raise UnreadableAnswerError(f"the desk left out {', '.join(missing) or 'the request id'}")
    if not all(_is_text(value) for value in said.values()):
        raise UnreadableAnswerError("the desk said what is no text")
    return Yes(
        identity=list(said.items()),
        allowances=_read_allowances(headers),
        is_watched=any(name == SHADOW and value for name, value in headers),
    )


def _read_allowances(headers: Headers) -> Allowances:
    """What the desk says of limits; nothing where it says nothing, or not as we do."""
    said = {name: value for name, value in headers if name in NAMES}
    left, policy = _IS_LEFT.findall(said.get(LEFT, b"")), _IS_POLICY.findall(said.get(POLICY, b""))
    if [name for name, *_ in left] != [name for name, *_ in policy]:
        return ()
    return tuple(
        Allowance(_ESCAPED.sub(r"\1", name.decode("latin-1")), int(quota), int(window), int(remaining), int(reset))
        for (name, remaining, reset), (_, quota, window) in zip(left, policy, strict=True)
    )


def _read_no(status: int, headers: Headers, body: bytes) -> Answer:
    names = {name for name, _ in headers}
    try:
        refused = msgspec.json.decode(body, type=_Refused)
    except msgspec.DecodeError as fault:
        raise UnreadableAnswerError(f"the desk answered {status} without saying why") from fault
    if refused.type == _UNTRUSTED:
        raise UnreadableAnswerError("the desk does not answer this app: look at check_peers and check_secret")
    if REQUEST_ID not in names:
        raise UnreadableAnswerError(f"the desk answered {status} without a request id")
    return Answer(
        status=status, headers=[(name, value) for name, value in headers if name not in _NOT_RELAYED], body=body
    )


def _is_text(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
