"""The ways in: the checker in this process, and whatever listens on a port with the API behind it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote

from frontdesk.gateway.gateway import Gateway
from frontdesk.protocol.errors import Refusal, wire
from oracle.calls import NETWORK_HEADER, SAID, CallOracle, Verdict
from sameness.api import Api, Arrival
from sameness.calls import Call
from sameness.odd_headers import LIE
from sameness.wire import Reply, Wires

NAMES = [f"x-frontdesk-{name}".encode() for name in SAID[:-1]] + [NETWORK_HEADER.encode()]
_OURS = (b"authorization", b"x-frontdesk-", b"x-forwarded-", b"x-real-ip", b"forwarded", b"true-client-ip")


class Way(Protocol):
    """One way in."""

    name: str
    reads_messages: bool  # whether it is asked about what is no call at all

    async def decide(self, calls: Sequence[Call]) -> dict[int, Verdict]:
        """What becomes of each call, by its number."""


def say(headers: Sequence[tuple[bytes, bytes]]) -> tuple[str, ...]:
    """The identity as the API reads it, in the order of SAID; more than one value of a name is shown as such."""
    found: dict[bytes, list[str]] = {name: [] for name in NAMES}
    for name, value in headers:
        plain = name.lower().replace(b"_", b"-").replace(b".", b"-")
        if plain in found and value:
            found[plain].append(value.decode("latin-1"))
    return tuple(" | ".join(values) for values in found.values())


@dataclass(slots=True, kw_only=True)
class InProcess:
    """`Checker.check_call`, as an app asks it that has parsed the message itself."""

    gateway: Gateway
    name: str = "in process"
    reads_messages: bool = False

    async def decide(self, calls: Sequence[Call]) -> dict[int, Verdict]:
        """One after the other."""
        return {call.number: await self._decide(call) for call in calls}

    async def _decide(self, call: Call) -> Verdict:
        checker, identity = self.gateway.checker, self.gateway.forward_auth.identity
        passed = await checker.check_call(call.method, call.target, call.read_headers(), request_id="r", peer="::1")
        if isinstance(passed, Refusal):
            outside = wire(passed.reason)
            return Verdict(outside.status, outside.code if call.method != "HEAD" else "")
        said = identity.identity(passed.admission, request_id="r", method=call.method, target=passed.target)
        reached = frozenset(f"{operation.method} {operation.template}" for operation in passed.operations)
        return Verdict(200, "", reached, say(said))


@dataclass(slots=True, kw_only=True)
class Served:
    """Whatever listens on a port, with `api` behind it."""

    name: str
    port: int
    api: Api
    oracle: CallOracle
    reads_messages: bool = True
    faults: list[str] = field(default_factory=list)  # what must never be, whatever was decided

    async def decide(self, calls: Sequence[Call]) -> dict[int, Verdict]:
        """All at once, over a few connections."""
        self.api.arrivals.clear()
        replies = await Wires(self.port).ask(calls)
        await asyncio.sleep(0.05)  # what reached the API although its caller was refused
        arrived: dict[int, list[Arrival]] = {}
        for arrival in self.api.arrivals:
            arrived.setdefault(arrival.number, []).append(arrival)
        if -1 in arrived:
            self.faults.append(f"reached the API without its name: {arrived[-1][:3]}")
        return {call.number: self._verdict(call, replies[call.number], arrived.get(call.number, [])) for call in calls}

    def _verdict(self, call: Call, reply: Reply, arrivals: list[Arrival]) -> Verdict:
        status = reply.status
        if len(arrivals) > (1 if status == 200 else 0):
            self.faults.append(f"{call.rows} {call.render(b'')!r}: {status}, and reached the API {len(arrivals)} times")
        if status != 200 or not arrivals:
            return Verdict(status, reply.type)
        arrival = arrivals[0]
        for name, value in arrival.headers:
            plain = name.lower().replace(b"_", b"-").replace(b".", b"-")
            if plain == b"authorization" or (LIE in value and plain.startswith(_OURS)):
                self.faults.append(f"{call.rows} {name!r}: {value!r} reached the API")
        method, target, _ = arrival.line.decode("latin-1").split(" ", 2)
        served = self.oracle.operations(method, unquote(target.partition("?")[0])) or frozenset()
        same_method = method == call.method
        return Verdict(200, "", served if same_method else frozenset({method}), say(arrival.headers))
