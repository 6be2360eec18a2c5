"""Keep-alive connections that are known to reach one worker each, and blunt requests over them."""

import base64
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, read whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Wire:
    """One connection, never reopened: a request on a closed one raises instead of reaching another worker."""

    def __init__(self, port: int, *, timeout: float = 30) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._connection.auto_open = False
        self._connection.connect()

    def ask(self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Reply:
        """Send one request and read its answer."""
        self.begin(method, target, headers, body)
        return self.finish()

    def begin(self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Send one request."""
        self._connection.request(method, target, body=body or None, headers=headers or {})

    def finish(self) -> Reply:
        """Read the answer to what was sent."""
        answer = self._connection.getresponse()
        sent = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, headers=sent, body=answer.read())

    def post(self, target: str, fields: dict[str, str]) -> Reply:
        """POST a form."""
        return self.ask("POST", target, FORM, urlencode(fields).encode())

    def post_as(self, cookies: str, origin: str, target: str, content: str) -> Reply:
        """Send a page's form as a signed-in browser would."""
        said = {"Cookie": cookies, "Origin": origin, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
        return self.ask("POST", target, {**FORM, **said}, content.encode())

    def call(self, token: str, network: str | None, target: str = "/resources/v1") -> Reply:
        """One API call with a bearer token."""
        named = {"spacebring-network-id": network} if network else {}
        return self.ask("GET", target, {"Authorization": f"Bearer {token}", **named})

    def call_basic(self, client_id: str, secret: str, target: str = "/resources/v1") -> Reply:
        """One API call with a network's Basic pair."""
        return self.ask("GET", target, {"Authorization": basic(client_id, secret)})

    def worker(self) -> int:
        """Which worker is at the other end, as `/livez` tells loopback callers."""
        return int(self.ask("GET", "/livez").json()["worker"])

    @property
    def own_port(self) -> int:
        """The port at our end."""
        return int(self._connection.sock.getsockname()[1])

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def basic(client_id: str, secret: str) -> str:
    """The Authorization header of a Basic pair (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def spread_wires(port: int, workers: int, each: int = 1, *, tries: int = 1000) -> dict[int, list[Wire]]:
    """`each` connections to every worker, by its number (from 1).

    Connections that a worker has too many of stay open until all are found, so that an idle worker gets its turn. On a
    loaded machine the worker that answered last is awake and takes the next one too: a pause lets it fall asleep.
    """
    found: dict[int, list[Wire]] = {}
    spare: list[Wire] = []
    try:
        while len(found) < workers or any(len(wires) < each for wires in found.values()):
            if len(spare) >= tries:
                raise AssertionError(f"{tries} connections too many, only { {k: len(v) for k, v in found.items()} }")
            if len(spare) > tries // 10:
                time.sleep(0.005)
            wire = Wire(port)
            wires = found.setdefault(wire.worker(), [])
            (wires if len(wires) < each else spare).append(wire)
    finally:
        for wire in spare:
            wire.close()
    return found


def wire_each_worker(port: int, workers: int) -> list[Wire]:
    """One connection to every worker, in the order of their numbers."""
    found = spread_wires(port, workers)
    return [found[number][0] for number in sorted(found)]
