"""A small API with a token endpoint, a real server in threads: it does what a test tells it, and notes what it got."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came. Header names are lower-cased."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class SmallApi:
    """Believes the access tokens in `good` and one refresh token, which a refresh replaces where it `rotates`.

    `troubles` are what the next token calls meet: a status, or 0 for no answer at all. `slowness` is in seconds.
    """

    rotates: bool = False
    good: set[str] = field(default_factory=set, repr=False)
    refresh_token: str = field(default="refresh-0", repr=False)
    secret: str = field(default="the-secret", repr=False)
    refreshes: int = 0
    troubles: list[int] = field(default_factory=list)
    slowness: float = 0.0
    lifetime: int = 3600
    received: list[Received] = field(default_factory=list, repr=False)
    url: str = ""
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _server: ThreadingHTTPServer | None = None

    def start(self) -> "SmallApi":
        """Listen on a free loopback port."""
        self._server = _Server(("127.0.0.1", 0), type("Bound", (_Handler,), {"api": self}))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the port."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def calls_to(self, path: str) -> list[Received]:
        """What came for this path, in order."""
        return [one for one in self.received if one.path == path]

    def answer_token_call(self, form: Mapping[str, str]) -> tuple[int, dict[str, object]]:
        """RFC 6749 §6, at its strictest: a refresh token that was replaced is worth nothing."""
        with self._guard:
            self.refreshes += 1
            if self.troubles:
                return self.troubles.pop(0), {"error": "temporarily_unavailable"}
            if form.get("client_secret") != self.secret:
                return 401, {"error": "invalid_client", "error_description": f"what is {dict(form)}?"}
            if form.get("refresh_token") != self.refresh_token:
                return 400, {"error": "invalid_grant"}
            access = f"access-{self.refreshes}"
            self.good.add(access)
            said: dict[str, object] = {"access_token": access, "expires_in": self.lifetime, "token_type": "Bearer"}
            if self.rotates:
                self.refresh_token = f"refresh-{self.refreshes}"
                said["refresh_token"] = self.refresh_token
        time.sleep(self.slowness)
        return 200, said


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


class _Handler(BaseHTTPRequestHandler):
    api: SmallApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve(self) -> None:
        """Note it, and answer by its path."""
        body = self._read()
        target = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.api.received.append(Received(self.command, target.path, target.query, headers, body))
        if target.path == "/oauth2/token":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            status, said = self.api.answer_token_call(form)
            return self._say(status, said)
        if target.path == "/away":
            return self._say(307, {}, location=parse_qs(target.query)["to"][0])
        if target.path == "/forbidden":
            return self._say(403, {}, challenge='Bearer error="insufficient_scope"')
        if target.path == "/silent":
            return self._say(401, {})
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.api.good or target.path == "/never":
            return self._say(401, {}, challenge='Basic realm="a", Bearer realm="a", error="invalid_token"')
        return self._say(200, {"network": headers.get("spacebring-network-id"), "body": body.decode()})

    do_GET = do_POST = do_PUT = serve  # noqa: N815

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _say(self, status: int, said: Any, *, challenge: str = "", location: str = "") -> None:
        if status == 0:
            self.close_connection = True
            return
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Silence: the tests look at what was received."""
