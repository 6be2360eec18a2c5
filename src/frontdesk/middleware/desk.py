"""What both middlewares need of a desk, and the one border where its troubles become answers."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Protocol

from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.refusals import render_bug, render_refusal
from frontdesk.gateway.target import Target
from frontdesk.gateway.vigil import Watch
from frontdesk.middleware.caller import Caller
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.rate_limits import Allowances
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.randomness import Randomness
from frontdesk.runtime.request_ids import RequestIds
from frontdesk.runtime.witness import log_trouble
from frontdesk.web.edge import Edge


class DeskError(Exception):
    """A desk cannot be opened. The text says what is wrong; `hint` what to do about it, where that is known."""

    def __init__(self, problem: str, hint: str = "") -> None:
        """In words for whoever runs the app."""
        super().__init__(f"{problem}; {hint}" if hint else problem)
        self.problem = problem
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A call that the app may have, and what it is told with it."""

    target: Target
    identity: Headers = field(repr=False)  # every identity header, empty ones included
    caller: Caller | None  # None: it is let through unproven, because the policy is only watched
    request_id: str  # the call's name where it was decided
    is_private: bool | None  # whether its answer must be kept from shared caches; None: not known, only varying
    keeps_authorization: bool = False
    allowances: Allowances = ()  # what the limits that counted it leave


class Desk(Protocol):
    """Judges calls. `LocalDesk` asks the store of this machine, `RemoteDesk` a running Frontdesk."""

    @property
    def intake(self) -> "Intake":
        """How a call is taken in."""

    @property
    def identity(self) -> IdentityWriter:
        """What keeps callers' own identity headers from the app."""

    async def open(self) -> None:
        """Make it ready in the running loop; nothing where it is already. DeskError where that cannot be."""

    async def aclose(self) -> None:
        """Write what was noted and let go of everything; nothing where it is not open."""

    def lists(self, target: Target) -> bool:
        """Whether the document has this path, as far as the desk knows. It is not opened for that."""

    def watch(self, request: Request, end: Callable[[Refusal], None]) -> Watch | None:
        """Ask about a call that was let in for as long as it lasts, and `end` it; None where that cannot be asked."""

    async def judge(self, request: Request) -> Allowed | Answer:
        """Let a call through, or give the answer that the caller gets instead. It opens the desk where that is due."""


class Intake:
    """Takes calls in: names them, and settles who is at the other end."""

    def __init__(self, *, trusted_proxies: tuple[str, ...]) -> None:
        """`trusted_proxies`: addresses or networks whose X-Forwarded-For and -Proto are believed."""
        self._edge = Edge(trusted=tuple(ip_network(proxy) for proxy in trusted_proxies))
        self._new_id, self._process = _new_ids(), os.getpid()

    def take(self, *, method: str, target: bytes, headers: Headers, client: str | None, https: bool) -> Request:
        """One call, without its body. `client` is what the server says of the other end; `headers` in lower case."""
        hop = client if client is not None and _is_address(client) else None
        request = Request(
            method=method,
            target=target,
            headers=headers,
            peer=hop,
            hop=hop,
            https=https,
            request_id=self._name(),
        )
        self._edge.settle(request)
        return request

    def _name(self) -> str:
        if self._process != os.getpid():  # servers fork after they have imported the app: no two may give the same
            self._new_id, self._process = _new_ids(), os.getpid()
        return self._new_id()


def _new_ids() -> RequestIds:
    return RequestIds(SystemClock(), random=Randomness())


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


async def ask(desk: Desk, request: Request) -> Allowed | Answer:
    """The desk's word; where it has none the call is refused, whatever the trouble."""
    try:
        return await desk.judge(request)
    except (StoreUnavailable, DeskError, TimeoutError, OSError) as trouble:
        log_trouble(request.request_id, trouble)
        return out_of_order(request.request_id)
    except Exception as bug:  # noqa: BLE001 - the one border: everything else becomes a plain 500
        log_trouble(request.request_id, bug)
        return render_bug(request.request_id)


def out_of_order(request_id: str) -> Answer:
    """503: nothing could be proven."""
    return render_refusal(Refusal(reason=Reason.OUT_OF_ORDER, retry_after=1), request_id=request_id)
