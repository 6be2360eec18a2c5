"""A small real API behind the gateway: it answers with what it was sent, so that tests see what the gateway says."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Echo(BaseHTTPRequestHandler):
    """Every method and path: 200 with method, target, headers (a list, nothing joined) and body.

    `?wait=2` in the target makes it take two seconds.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        """Read the body by its length and say it all back."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(float(parse_qs(urlsplit(self.path).query).get("wait", ["0"])[0]))
        said = {
            "method": self.command,
            "target": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": body.decode("latin-1"),
        }
        text = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Silence: the tests look at answers."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # with five, whoever comes in a crowd is dropped by the kernel and waits for seconds


class Upstream:
    """The echo API on a free loopback port, in threads of its own."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), Echo)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
