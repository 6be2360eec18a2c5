"""A real HTTP server on loopback that answers what a test tells it to, and remembers what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


class Answering:
    """`said[path]` is (status, headers, object for JSON); `asked` is what came: (method, target, form)."""

    def __init__(self) -> None:
        """On a free port; every path is 404 until it is told."""
        self.said: dict[str, tuple[int, dict[str, str], Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        told = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                told.asked.append((self.command, self.path, dict(parse_qsl(body))))
                status, headers, said = told.said.get(self.path.partition("?")[0], (404, {}, {}))
                text = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def answering() -> Iterator[Answering]:
    """One server, for as long as it is needed."""
    server = Answering()
    try:
        yield server
    finally:
        server.stop()


TOKENS = {"access_token": "fdat_new", "refresh_token": "fdrt_new", "expires_in": 3600, "scope": "resources"}
