"""Calling an ASGI app byte for byte: raw targets, doubled headers, nothing tidied on the way. ASGI 3.0."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from frontdesk.web.asgi import AsgiApp, Message

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as it left the app."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The only value of a header; AssertionError where it was sent twice."""
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError(f"{name} was sent {len(values)} times")
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def location(self) -> str:
        """Where it sends the browser; AssertionError where it does not."""
        target = self.header("location")
        if target is None:
            raise AssertionError(f"no redirect: {self.status} {self.body[:200]!r}")
        return target


async def call(
    app: AsgiApp,
    method: str,
    target: str,
    *,
    headers: Iterable[tuple[str, str]] = (),
    form: Iterable[tuple[str, str]] | dict[str, str] | None = None,
    body: bytes = b"",
    peer: str = "192.0.2.7",
    scheme: str = "http",
) -> Reply:
    """Send one request; `target` is the raw path and query, `form` a urlencoded body."""
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if form is not None:
        body = urlencode(form if isinstance(form, dict) else list(form)).encode()
        sent.append((b"content-type", FORM.encode()))
    asked = target.encode("utf-8", "surrogateescape")
    return await exchange(app, method, asked, [(b"host", b"desk.example"), *sent], body, peer=peer, scheme=scheme)


async def exchange(
    app: AsgiApp,
    method: str,
    target: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    *,
    peer: str = "192.0.2.7",
    scheme: str = "http",
) -> Reply:
    """Send one request whose every byte is given, and wait for the whole answer."""
    path, _, query = target.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": (peer, 50_000),
        "server": ("127.0.0.1", 8000),
    }
    incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    outgoing: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        outgoing.append(message)

    await app(scope, receive, send)
    start = next(message for message in outgoing if message["type"] == "http.response.start")
    return Reply(
        status=start["status"],
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]],
        body=b"".join(message.get("body", b"") for message in outgoing if message["type"] == "http.response.body"),
    )
