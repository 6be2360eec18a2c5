"""Signing in from a command line: the answer comes to a port of this machine, or is pasted back. RFC 8252 §7.3, §8.3.

The app is registered as a native one with `http://127.0.0.1/callback`: whatever port is free, the path stays.
"""

import contextlib
import queue
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from urllib.parse import urlsplit

from frontdesk_client.connect import Connect
from frontdesk_client.connect.callback import is_about, read_callback
from frontdesk_client.errors import AuthorizationFailed
from frontdesk_client.tokens import Tokens

_PAGE = b"<!doctype html><title>Signed in</title><p>This is done here. Go back to your command line: it goes on there."
_STRANGE = b"This is no answer to the sign-in that is waited for."


def sign_in(
    connect: Connect,
    name: str = "default",
    *,
    show: Callable[[str], None],
    ask: Callable[[str], str],
    browser: bool,
    seconds: float = 300,
    prompt: str | None = None,
) -> Tokens:
    """Connect somebody who sits at a terminal; the tokens are then in the store.

    `show` prints a line, `ask` prints a question and reads a line. With `browser`, one is opened here and its answer
    waited for; without (`can_open_browser` tells), or where the redirect URI is not this machine's, the person opens
    the link anywhere and pastes the address that they end at, whether or not a page is there.
    """
    local = is_local(connect.redirect_uri)
    with _listening(connect.redirect_uri) if local and browser else contextlib.nullcontext() as listener:
        where = listener.address if listener else _pasted_from(connect.redirect_uri)
        begun = connect.start(name, redirect_uri=where, prompt=prompt)
        if listener is not None:
            listener.expect(begun.state)  # before the browser: some programs only come back when theirs is closed
        if listener is not None and webbrowser.open(begun.url):
            show(f"Sign in in the browser that opens now. If none does, open this here:\n{begun.url}")
            answer = listener.wait(seconds=seconds)
        else:
            show(f"Open this link in any browser, on any machine:\n{begun.url}")
            if local:
                show("The page that you end at cannot be reached, and need not be.")
            answer = ask("Paste its whole address here: ")
        return connect.finish(answer, begun.ticket, name)


def can_open_browser(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a browser that opens here would be seen by whoever typed: not in CI, over SSH or without a display."""
    if any(environment.get(name) for name in ("CI", "SSH_CONNECTION", "SSH_TTY")):
        return False
    if platform in ("darwin", "win32") or environment.get("BROWSER"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def is_local(redirect_uri: str) -> bool:
    """Whether answers go to a port of this machine that this program may take: none is named, or one above 1023."""
    parts = urlsplit(redirect_uri)
    return parts.scheme == "http" and parts.hostname == "127.0.0.1" and (parts.port is None or parts.port > 1023)


class Listener:
    """Takes one answer at 127.0.0.1, at one path, with one state; whatever else arrives is turned away."""

    def __init__(self, redirect_uri: str) -> None:
        """At its port, or at a free one where it names none."""
        parts = urlsplit(redirect_uri)
        self._path = parts.path or "/"
        self._state: str | None = None
        self._answers: queue.Queue[str] = queue.Queue()
        self._taking = threading.Lock()
        self._server = _Server(("127.0.0.1", parts.port or 0), self._handler())
        self._host = f"127.0.0.1:{self._server.server_address[1]}"
        self.address: str = f"http://{self._host}{self._path}{'?' if parts.query else ''}{parts.query}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def expect(self, state: str) -> None:
        """Take the first answer with this state from now on."""
        self._state = state
        self._thread.start()

    def wait(self, *, seconds: float) -> str:
        """The query of that answer; `AuthorizationFailed` where none comes in time."""
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            raise AuthorizationFailed(f"No answer came within {seconds:.0f} seconds. Start again.") from None

    def close(self) -> None:
        """Free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def _take(self, target: str, host: str | None) -> bool:
        """Whether this request is the answer, the first of its kind."""
        path, _, query = target.partition("?")
        # Another Host: a page elsewhere whose name was made to mean this machine.
        if host != self._host or path != self._path:
            return False
        with self._taking:
            try:
                if self._state is None or not is_about(read_callback(query), self._state):
                    return False
            except AuthorizationFailed:
                return False
            self._state = None
        self._answers.put(query)
        return True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            timeout = 5  # seconds that one connection may take; browsers open some that they never use

            def do_GET(self) -> None:
                """One answer, or something else."""
                taken = take(self.path, self.headers.get("Host"))
                self.send_response(200 if taken else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", "default-src 'none'")
                self.send_header("Cache-Control", "no-store")
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(_PAGE if taken else _STRANGE)

            def log_message(self, *_: object) -> None:
                """Nothing: the line holds the code."""

        return Handler


class _Server(ThreadingMixIn, TCPServer):
    daemon_threads = True
    allow_reuse_address = False
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A connection that breaks is its own affair."""


@contextlib.contextmanager
def _listening(redirect_uri: str) -> Iterator[Listener]:
    listener = Listener(redirect_uri)
    try:
        yield listener
    finally:
        listener.close()


def _pasted_from(redirect_uri: str) -> str:
    """Where the browser ends, without anybody there: a port that hardly anything uses, so that nothing answers."""
    parts = urlsplit(redirect_uri)
    if not is_local(redirect_uri) or parts.port is not None:
        return redirect_uri
    return parts._replace(netloc="127.0.0.1:49151").geturl()
