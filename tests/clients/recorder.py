"""An API that keeps what it was sent, byte by byte, and answers as real ones do."""

import json
import socketserver
import threading
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from clients.replies import answer_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One call as it arrived; the framing of its body taken off."""

    method: str
    target: str
    headers: list[tuple[str, str]]  # lower-case names
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        headers = [list(pair) for pair in self.headers]
        return {"method": self.method, "target": self.target, "headers": headers, "body": self.body.decode("latin-1")}

    @classmethod
    def read(cls, said: dict[str, Any]) -> "Heard":
        """From another process."""
        headers = [(name, value) for name, value in said["headers"]]
        return cls(method=said["method"], target=said["target"], headers=headers, body=said["body"].encode("latin-1"))


class _Handler(socketserver.StreamRequestHandler):
    server: "Recorder"

    def handle(self) -> None:
        while line := self.rfile.readline():
            method, target, _ = line.decode("latin-1").rstrip("\r\n").split(" ")
            headers = []
            while (header := self.rfile.readline().decode("latin-1").rstrip("\r\n")) != "":
                name, _, value = header.partition(":")
                headers.append((name.lower(), value.strip(" \t")))
            body = self._body(dict(headers))
            self.server.heard.append(Heard(method=method, target=target, headers=headers, body=body))
            self._answer(method, target)

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(headers.get("content-length", "0")))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        return body

    def _answer(self, method: str, target: str) -> None:
        status, headers, body = answer_to(target)
        if status not in (204, 304):
            headers = [*headers, ("Content-Length", str(len(body)))]
        head = f"HTTP/1.1 {status} As it is\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
        self.wfile.write(head.encode("utf-8") + (b"" if method == "HEAD" else body))


class Recorder(socketserver.ThreadingTCPServer):
    """Listens on a free loopback port, in threads of its own."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[Heard] = []
        self.port = int(self.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self) -> list[Heard]:
        """What was heard since the last time."""
        heard, self.heard = self.heard, []
        return heard

    def stop(self) -> None:
        """Close the port."""
        self.shutdown()
        self.server_close()


def take_from(port: int) -> list[Heard]:
    """The same from an app in another process, which tells it on a path of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/heard")
        return [Heard.read(said) for said in json.loads(connection.getresponse().read())]
    finally:
        connection.close()
