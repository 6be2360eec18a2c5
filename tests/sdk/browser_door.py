"""A browser with somebody before it, for other processes: they name a link, it approves, and says where it ended."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

# What $BROWSER is: it opens the link at the door, and goes on to where it leads, as a browser does.
SCRIPT = """
import os, sys, urllib.parse, urllib.request
urllib.request.urlopen(os.environ["DOOR"] + "/?go=1&link=" + urllib.parse.quote(sys.argv[1], safe=""))
"""


class BrowserDoor:
    """`GET /?link=…` gives the address that the person ends at; with `go=1` that address is opened too."""

    def __init__(self, approve: Callable[[str], str]) -> None:
        one_at_a_time = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            """One approval."""

            def do_GET(self) -> None:
                """Approve, and say where it ended."""
                asked = parse_qs(urlsplit(self.path).query)
                with one_at_a_time:
                    address = approve(asked["link"][0])
                self.send_response(200)
                self.end_headers()
                self.wfile.write(address.encode())
                if "go" in asked:
                    urlopen(address).close()

            def log_message(self, *_: object) -> None:
                """Nothing: the line holds a code."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Close it."""
        self._server.shutdown()
        self._server.server_close()
