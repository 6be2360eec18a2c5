"""Keep-alive connections that are known to reach one worker each, and blunt requests over them."""

import base64
import http.client
import json
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
        self._connection.request(method, target, body=body or None, headers=headers or {})
        answer = self._connection.getresponse()
        sent = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, headers=sent, body=answer.read())

    def post(self, target: str, fields: dict[str, str]) -> Reply:
        """POST a form."""
        return self.ask("POST", target, FORM, urlencode(fields).encode())

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

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def basic(client_id: str, secret: str) -> str:
    """The Authorization header of a Basic pair (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def wire_each_worker(port: int, workers: int, *, tries: int = 400) -> list[Wire]:
    """One connection to every worker, in the order of their numbers.

    Connections that reach a worker twice stay open until all are found, so that an idle worker gets its turn.
    """
    found: dict[int, Wire] = {}
    spare: list[Wire] = []
    try:
        while len(found) < workers:
            if len(spare) >= tries:
                raise AssertionError(f"{tries} connections reached only the workers {sorted(found)}")
            wire = Wire(port)
            number = wire.worker()
            if number in found:
                spare.append(wire)
            else:
                found[number] = wire
    finally:
        for wire in spare:
            wire.close()
    return [found[number] for number in sorted(found)]
