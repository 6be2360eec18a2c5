"""From a raw request to a yes or a no, in the contract's order: what is malformed, what is unknown, then who may."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from frontdesk.gateway.policy import Operations, Policy
from frontdesk.gateway.target import Target, read_target
from frontdesk.protocol.access import Admission, Operation
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.headers import read_call_headers
from frontdesk.protocol.http import Headers, Request
from frontdesk.protocol.ids import Micros, NetworkId

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
MAX_TARGET = 16 * 1024
_REMEMBERED_TARGET = 256

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class Door(Protocol):
    """Checks 3 to 7 of the contract: `flows.check.CheckFlow`."""

    async def check(
        self,
        *,
        authorization: bytes | None,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        now: Micros,
        address: str | None = None,
    ) -> Admission | Refusal:
        """Admit or refuse a call to these operations. `address` is the caller's, where it is known."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Micros:
        """Microseconds since 1970 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A call that may go on: who makes it, to which operations, under which one reading of its target."""

    admission: Admission
    operations: Operations
    target: Target


class Checker:
    """Judges calls by the policy in force."""

    def __init__(self, *, policy: Policy, door: Door, clock: Clock, network_header: bytes) -> None:
        """`network_header` is the lower-case name."""
        self.policy = policy
        self._door = door
        self._clock = clock
        self._network_header = network_header
        # Most calls ask for what was asked for before. Bounded in number, and by the targets' length.
        self._remembered = lru_cache(maxsize=4_096)(self._find)

    async def check_call(
        self, method: str, raw_target: bytes, headers: Headers, *, peer: str | None = None
    ) -> Passed | Refusal:
        """Decide one call. Raises StoreUnavailable where nothing can be proven."""
        sizes = judge_sizes(raw_target, headers)
        if sizes is not None:
            return sizes
        find = self._remembered if len(raw_target) <= _REMEMBERED_TARGET else self._find
        target, operations = find(method, raw_target)
        if isinstance(target, Refusal):
            return target
        call = read_call_headers(headers, self._network_header)
        if isinstance(call, Refusal):
            return call
        if isinstance(operations, Refusal):
            return operations
        admission = await self._door.check(
            authorization=call.authorization,
            network=call.network,
            operations=operations,
            now=self._clock.now(),
            address=peer,
        )
        if isinstance(admission, Refusal):
            return admission
        return Passed(admission=admission, operations=operations, target=target)

    def _find(self, method: str, raw_target: bytes) -> tuple[Target | Refusal, Operations | Refusal]:
        """The one reading of a target, and what it means by the policy; a refused target means nothing."""
        target = read_target(raw_target)
        if isinstance(target, Refusal):
            return target, target
        return target, self.policy.match(method, target)


def judge_sizes(raw_target: bytes, headers: Headers) -> Refusal | None:
    """Refuse what is too large before anything else looks at it."""
    total = len(raw_target)
    for name, value in headers:
        total += len(name) + len(value)
    if len(headers) > MAX_HEADERS or total > MAX_HEADER_BYTES or len(raw_target) > MAX_TARGET:
        return Refusal(reason=Reason.HEADERS_TOO_LARGE)
    return None


def judge_message(request: Request) -> Refusal | None:
    """Refuse what we would otherwise have to guess at when passing it on. RFC 9112 §3.2 and §6, RFC 9110 §7.8."""
    host = lengths = encodings = 0
    for name, value in request.headers:
        if name == b"host":
            host += 1
            if not _HOST.fullmatch(value):
                return _malformed("Host is malformed")
        elif name == b"content-length":
            lengths += 1
        elif name == b"transfer-encoding":
            encodings += 1
            if value.strip().lower() != b"chunked":
                return _malformed("a transfer coding other than chunked")
        elif name == b"upgrade":
            return _malformed("a change of protocol")
        elif not value.isascii() and not _is_utf8(value):
            return _malformed("a header that is not UTF-8")
    if host != 1:
        return _malformed("not exactly one Host")
    if lengths + encodings > 1:
        return _malformed("more than one framing of the body")
    return None


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _malformed(detail: str) -> Refusal:
    return Refusal(reason=Reason.MALFORMED_REQUEST, detail=detail)
