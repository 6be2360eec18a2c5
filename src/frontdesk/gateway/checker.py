"""From a raw request to a yes or a no, in the contract's order: what is malformed, what is unknown, then who may."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, TypeAlias

import msgspec

from frontdesk.gateway.policy import Operations, Policy
from frontdesk.gateway.target import Target, read_target
from frontdesk.gateway.websocket.handshake import judge_handshake
from frontdesk.protocol.access import Admission, Operation
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.headers import CallHeaders, read_call_headers
from frontdesk.protocol.http import Headers, Request
from frontdesk.protocol.ids import Micros, NetworkId
from frontdesk.protocol.network_places import Targeted, read_targeted
from frontdesk.protocol.rate_limits import Allowances
from frontdesk.protocol.store import StoreUnavailable

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
MAX_TARGET = 16 * 1024
_REMEMBERED_TARGET = 256

_OUT_OF_ORDER = Refusal(reason=Reason.OUT_OF_ORDER)
# What stays refused while nothing is enforced: two readers could read it in two ways, or it is too large to be read.
NEVER_LET_THROUGH = frozenset({Reason.HEADERS_TOO_LARGE, Reason.AMBIGUOUS_TARGET, Reason.MALFORMED_REQUEST})
# While nothing is enforced nobody is told who calls: what was refused proves nobody.
_NOBODY = Admission(
    caller=None, scheme="", network_id=None, role=None, subject="", client_id="", scopes=(), networkless=True
)

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class Door(Protocol):
    """Checks 3 to 7 of the contract: `flows.check.CheckFlow`."""

    def key(
        self,
        authorization: bytes,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        targeted: tuple[NetworkId, ...],
    ) -> Any:
        """Under what the decision about a call is kept. No credential can be read in it."""

    def recall(self, key: Any, now: Micros, address: str | None) -> tuple[Admission, Allowances] | Refusal | None:
        """What `check` would say, where that is known without waiting; a refusal has counted nothing."""

    async def check(
        self,
        *,
        authorization: bytes | None,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        now: Micros,
        address: str | None = None,
        targeted: tuple[NetworkId, ...] = (),
    ) -> tuple[Admission, Allowances] | Refusal:
        """Admit or refuse a call to these operations, and say what its limits leave.

        `address` is the caller's, where it is known; `targeted` are the networks that the target names.
        """

    async def recheck(
        self,
        *,
        authorization: bytes | None,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        now: Micros,
        address: str | None = None,
        targeted: tuple[NetworkId, ...] = (),
    ) -> tuple[Admission, Allowances] | Refusal:
        """The same for a call that goes on since it was admitted: no limit counts it once more."""


Ask: TypeAlias = Callable[..., Awaitable[tuple[Admission, Allowances] | Refusal]]  # one of the Door's two


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Micros:
        """Microseconds since 1970 UTC."""


class Passed(msgspec.Struct, frozen=True, kw_only=True):  # a ninth of what a frozen dataclass takes to make
    """A call that may go on: who makes it, to which operations, under which one reading of its target.

    `refused` is why it would have been refused, where the policy is watched and not enforced: it then goes on as the
    caller sent it, in nobody's name, and `operations` may be empty.
    """

    admission: Admission
    operations: Operations
    target: Target
    refused: Refusal | None = None
    allowances: Allowances = ()  # what the limits that counted it leave; nothing where it is only watched


class Meant(NamedTuple):
    """What a call comes to, read and found well-formed: nothing is decided yet."""

    target: Target
    operations: Operations
    targeted: tuple[NetworkId, ...]
    headers: CallHeaders


class Call(NamedTuple):
    """A call with a credential, read under one policy. It can be kept: the credential is not in it."""

    target: Target
    operations: Operations
    key: Any  # the Door's
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call as it was asked about: what is known before anything is decided."""

    method: str
    target: bytes = field(repr=False)  # raw
    headers: Headers = field(repr=False)
    peer: str | None  # the caller's address, where it is known
    request_id: str
    let_through: bool = False  # it goes on although it is refused


class Observer(Protocol):
    """Keeps count of decisions. Called on the answer's path: it takes a note and does nothing slow."""

    def passed(self, passed: Passed, request_id: str, now: Micros) -> None:
        """A call was let in."""

    def refused(self, refusal: Refusal, asked: Asked, operations: Operations, now: Micros) -> None:
        """A call was refused; `operations` are those it meant, empty where that is not known."""


class Checker:
    """Judges calls by the policy in force."""

    def __init__(
        self,
        *,
        policy: Policy,
        door: Door,
        clock: Clock,
        network_header: bytes,
        observers: tuple[Observer, ...] = (),
        enforces: bool = True,
    ) -> None:
        """`network_header` is the lower-case name. Unless it `enforces`, calls are judged and go on all the same."""
        self._door = door
        self._clock = clock
        self._network_header = network_header
        self._observers = observers
        self.enforces = enforces
        self.load(policy)

    def load(self, policy: Policy) -> None:
        """Judge by this policy from now on."""
        self.policy = policy
        # Most calls ask for what was asked for before. Bounded in number, and by the targets' length.
        self._remembered = lru_cache(maxsize=4_096)(self._find)

    def read_call(self, method: str, raw_target: bytes, headers: Headers) -> Call | None:
        """What a call comes to under the policy in force; None: only `check_call` can tell what to say of it."""
        meant = self._read(method, raw_target, headers)
        if not isinstance(meant, Meant):
            return None
        target, operations, targeted, (authorization, network) = meant
        if authorization is None:
            return None
        return Call(target, operations, self._door.key(authorization, network, operations, targeted), self.policy)

    def admit_at_once(self, call: Call, *, request_id: str, peer: str | None) -> Passed | None:
        """Let a call in that is known to be good without waiting; None: `check_call` decides it.

        Until a call is let in, nothing is counted and nobody told. May raise StoreUnavailable.
        """
        now = self._clock.now()
        target, operations, key, policy = call
        known = self._door.recall(key, now, peer) if policy is self.policy else None
        if known is None or isinstance(known, Refusal):
            return None
        admission, left = known
        passed = Passed(
            admission=admission, operations=operations, target=target, allowances=left if self.enforces else ()
        )
        for observer in self._observers:
            observer.passed(passed, request_id, now)
        return passed

    async def check_call(
        self,
        method: str,
        raw_target: bytes,
        headers: Headers,
        *,
        request_id: str,
        peer: str | None = None,
        before: Refusal | None = None,
    ) -> Passed | Refusal:
        """Decide one call. Raises StoreUnavailable where nothing can be proven, unless nothing is enforced.

        `before` is a refusal that whoever asks has found already: it decides.
        """
        now = self._clock.now()
        try:
            outcome, operations = (
                (before, ()) if before is not None else await self._decide(method, raw_target, headers, peer, now)
            )
        except StoreUnavailable:
            outcome, operations = _OUT_OF_ORDER, ()
            if self.enforces:
                asked = Asked(method=method, target=raw_target, headers=headers, peer=peer, request_id=request_id)
                self._tell(outcome, asked, operations, now)
                raise
        if isinstance(outcome, Refusal):
            passed = None if self.enforces else self._let_through(outcome, method, raw_target, operations)
            asked = Asked(
                method=method,
                target=raw_target,
                headers=headers,
                peer=peer,
                request_id=request_id,
                let_through=passed is not None,
            )
            self._tell(outcome, asked, passed.operations if passed is not None else operations, now)
            return passed or outcome
        for observer in self._observers:
            observer.passed(outcome, request_id, now)
        return outcome

    async def recheck(self, request: Request) -> Refusal | None:
        """Why a call that goes on since it was let in would be refused now; nobody is told. May raise StoreUnavailable.

        Judged by the policy of this moment.
        """
        now = self._clock.now()
        outcome, _ = await self._decide(
            request.method, request.target, request.headers, request.peer, now, ask=self._door.recheck
        )
        return outcome if isinstance(outcome, Refusal) else None

    def _tell(self, refusal: Refusal, asked: Asked, operations: Operations, now: Micros) -> None:
        for observer in self._observers:
            observer.refused(refusal, asked, operations, now)

    def _let_through(self, refusal: Refusal, method: str, raw_target: bytes, operations: Operations) -> Passed | None:
        """The call as it goes on although it is refused; None where that would not be safe."""
        if refusal.reason in NEVER_LET_THROUGH:
            return None
        path, _, query = raw_target.partition(b"?")
        target = read_target(path)  # a token in the query is a reason to refuse, and does not make the path ambiguous
        if isinstance(target, Refusal):
            return None
        if not operations:
            meant = self.policy.match(method, target)
            operations = () if isinstance(meant, Refusal) else meant
        return Passed(admission=_NOBODY, operations=operations, target=replace(target, query=query), refused=refusal)

    async def _decide(
        self,
        method: str,
        raw_target: bytes,
        headers: Headers,
        peer: str | None,
        now: Micros,
        *,
        ask: Ask | None = None,
    ) -> tuple[Passed | Refusal, Operations]:
        """The decision, and the operations that the call means as far as they were found."""
        meant = self._read(method, raw_target, headers)
        if not isinstance(meant, Meant):
            return meant
        target, operations, targeted, call = meant
        admitted = await (ask or self._door.check)(
            authorization=call.authorization,
            network=call.network,
            operations=operations,
            now=now,
            address=peer,
            targeted=targeted,
        )
        if isinstance(admitted, Refusal):
            return admitted, operations
        admission, left = admitted
        allowances = left if self.enforces else ()
        return Passed(admission=admission, operations=operations, target=target, allowances=allowances), operations

    def _read(self, method: str, raw_target: bytes, headers: Headers) -> Meant | tuple[Refusal, Operations]:
        """What a call means; or what is wrong with it, and the operations that it means as far as they were found."""
        sizes = judge_sizes(raw_target, headers)
        if sizes is not None:
            return sizes, ()
        find = self._remembered if len(raw_target) <= _REMEMBERED_TARGET else self._find
        target, operations, targeted = find(method, raw_target)
        if isinstance(target, Refusal):
            return target, ()
        call = read_call_headers(headers, self._network_header)
        if isinstance(call, Refusal):
            return call, () if isinstance(operations, Refusal) else operations
        if isinstance(operations, Refusal):
            return operations, ()
        if isinstance(targeted, Refusal):
            return targeted, operations
        return Meant(target, operations, targeted, call)

    def _find(self, method: str, raw_target: bytes) -> tuple[Target | Refusal, Operations | Refusal, Targeted]:
        """The one reading of a target, what it means by the policy, and which networks it names.

        A refused target means nothing.
        """
        target = read_target(raw_target)
        if isinstance(target, Refusal):
            return target, target, ()
        operations = self.policy.match(method, target)
        return target, operations, () if isinstance(operations, Refusal) else _read_targeted(operations, target)


def _read_targeted(operations: Operations, target: Target) -> Targeted:
    """The networks that a target names in the places where its operations have one. The only use of the query."""
    targeted: tuple[NetworkId, ...] = ()
    for operation in operations:
        if operation.network_places is not None:
            read = read_targeted(operation.network_places, target.path, target.query)
            if isinstance(read, Refusal):
                return read
            targeted += read
    return targeted


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
    upgrades = False
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
            upgrades = True
        elif not value.isascii() and not _is_utf8(value):
            return _malformed("a header that is not UTF-8")
    if host != 1:
        return _malformed("not exactly one Host")
    if lengths + encodings > 1:
        return _malformed("more than one framing of the body")
    return judge_handshake(request) if upgrades else None


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _malformed(detail: str) -> Refusal:
    return Refusal(reason=Reason.MALFORMED_REQUEST, detail=detail)
