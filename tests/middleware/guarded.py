"""Real servers with an app that has a desk before it, and a blunt client for them."""

import http.client
import os
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from servers.house import House
from servers.processes import BIN, Running, clean_environment, free_port, new_folder, ordinary_user, wait_until
from servers.wires import Reply

API = Path(__file__).with_name("api.json")
HERE = Path(__file__).parent
SECRET = "only-this-suite-knows"

SPEAKS = {"starlette": "asgi", "fastapi": "asgi", "django-asgi": "asgi", "plain-asgi": "asgi"}
SPEAKS |= {"flask": "wsgi", "django": "wsgi", "plain-wsgi": "wsgi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way to run an app with a desk: `local flask@werkzeug`."""

    desk: str
    framework: str
    server: str

    @classmethod
    def read(cls, text: str) -> "Kind":
        """From its name."""
        desk, _, rest = text.partition(" ")
        framework, _, server = rest.partition("@")
        return cls(desk=desk, framework=framework, server=server)

    @property
    def is_wsgi(self) -> bool:
        """Whether the app is one."""
        return SPEAKS[self.framework] == "wsgi"

    def command(self, port: int) -> list[str]:
        """The words that start its server."""
        match self.server:
            case "uvicorn":
                # By itself it believes X-Forwarded-For from loopback, where the callers of this suite are.
                return [str(BIN / "uvicorn"), "echoing:app", "--port", str(port), "--no-proxy-headers"]
            case "granian":
                words = ["--interface", SPEAKS[self.framework], "--port", str(port), "echoing:app"]
                return [str(BIN / "granian"), *words]
            case "gunicorn":  # the app is imported before the workers are forked
                workers = "1" if self.framework == "plain-wsgi" else "4"  # one memory for what was heard
                words = ["--preload", "--workers", workers, "--bind", f"127.0.0.1:{port}", "echoing:app"]
                return [str(BIN / "gunicorn"), *words]
            case _:
                return [sys.executable, str(HERE / "echoing.py")]


class GuardedApp:
    """One running server; `house` is where its desk is, or asks."""

    def __init__(self, kind: Kind, house: House | None, **settings: str) -> None:
        self.kind = kind
        self.folder = new_folder("app")
        self.port = free_port()
        told = {
            "PYTHONPATH": f"{HERE}:{HERE.parent}:{os.environ.get('PYTHONPATH', '')}",
            "ECHO_FRAMEWORK": kind.framework,
            "ECHO_DESK": kind.desk,
            "ECHO_SERVER": kind.server,
            "ECHO_PORT": str(self.port),
            "ECHO_SECRET": SECRET,
        }
        environment = clean_environment(told)
        if house is not None:
            local = {"FRONTDESK_OPENAPI": str(house.openapi)} if kind.desk == "local" else {}
            environment = house.environment({**told, "ECHO_REMOTE": house.url, **local}) | settings
        self.running = Running(
            kind.command(self.port), log=self.folder / "app.log", environment=environment, prefix=ordinary_user()
        )
        try:
            wait_until(self._answers, seconds=30, what=f"{kind}")
        except BaseException:
            self.leave()
            raise

    def _answers(self) -> bool:
        if self.running.process.poll() is not None:
            raise RuntimeError(f"{self.kind} ended:\n{self.running.words()}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def leave(self) -> None:
        """End it, and take its folder away."""
        self.running.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Reply):
    """An answer with every header that came, in order."""

    lines: tuple[tuple[str, str], ...]

    def told(self) -> Any:
        """What the app says that it was told."""
        return self.json()


def send(
    url: str,
    method: str,
    target: str,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    *,
    has_length: bool = True,
) -> Heard:
    """One request as it is written here, on a connection of its own; Host is added unless one is given."""
    port = urlsplit(url).port or 80
    lines = [(name, value) for name, value in headers]
    if not any(name.lower() == "host" for name, _ in lines):
        lines.insert(0, ("Host", f"127.0.0.1:{port}"))
    lines.append(("Connection", "close"))
    if body and has_length:
        lines.append(("Content-Length", str(len(body))))
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(head.encode("latin-1") + body)
        answer = HTTPResponse(wire, method=method)
        answer.begin()
        content = answer.read()
    pairs = tuple((name.lower(), value) for name, value in answer.getheaders())
    return Heard(status=answer.status, headers=dict(pairs), body=content, lines=pairs)
