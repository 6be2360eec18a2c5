"""A real nginx as the API behind: for each set of templates a server whose locations say which one was taken."""

import re
import socket
from collections.abc import Sequence
from urllib.parse import unquote

from fuzz.templates import in_order
from servers.needs import need
from servers.processes import Running, clean_environment, free_port, new_folder, ordinary_user, wait_until

CONFIG = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr emerg;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; default_type text/plain; keepalive_requests 100000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{servers}
}}
"""


def _location(number: int, template: str) -> str:
    pieces = re.split(r"(\{\w+\})", template)
    if len(pieces) == 1:
        return f'    location = "{unquote(template)}" {{ return 200 "{number}"; }}'
    pattern = "".join("[^/]+" if piece.startswith("{") else re.escape(unquote(piece)) for piece in pieces)
    return f'    location ~ "^{pattern}$" {{ return 200 "{number}"; }}'


class NginxBehind:
    """Locations for several sets of templates; `served` asks over one connection, many at a time."""

    def __init__(self, sets: Sequence[Sequence[str]]) -> None:
        self._sets = [list(templates) for templates in sets]
        self._folder, self._port = new_folder("nginx-behind"), free_port()
        servers = []
        for number, templates in enumerate(self._sets):
            lines = [_location(templates.index(each), each) for each in in_order(templates)]
            name = f"set{number}.example"
            servers.append(
                f"  server {{ listen 127.0.0.1:{self._port}; server_name {name};\n    location / {{ return 404; }}\n"
                + "\n".join(lines) + "\n  }"
            )  # fmt: skip
        config = self._folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=self._folder, servers="\n".join(servers)))
        self._running = Running(
            [need("nginx"), "-p", str(self._folder), "-c", str(config), "-e", "stderr"],
            log=self._folder / "nginx.log",
            environment=clean_environment({}),
            prefix=ordinary_user(),
        )
        wait_until(self._answers, seconds=15, what="nginx")
        self._socket = socket.create_connection(("127.0.0.1", self._port))
        self._reader = self._socket.makefile("rb")

    def _answers(self) -> bool:
        if self._running.process.poll() is not None:
            raise RuntimeError(f"nginx ended:\n{self._running.words()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def served(self, number: int, paths: Sequence[bytes]) -> list[set[str]]:
        """For each path sent to a set's server, the template whose location was taken."""
        found: list[set[str]] = []
        for start in range(0, len(paths), 100):
            found += self._ask(number, paths[start : start + 100])
        return found

    def _ask(self, number: int, paths: Sequence[bytes]) -> list[set[str]]:
        found: list[set[str]] = []
        while len(found) < len(paths):
            head = b" HTTP/1.1\r\nHost: set%d.example\r\n\r\n" % number
            self._socket.sendall(b"".join(b"GET " + path + head for path in paths[len(found) :]))
            for _ in paths[len(found) :]:
                status, body, is_open = self._read()
                found.append({self._sets[number][int(body)]} if status == 200 else set())
                if not is_open:  # a target that nginx cannot read ends the connection: go on behind it
                    self._socket.close()
                    self._socket = socket.create_connection(("127.0.0.1", self._port))
                    self._reader = self._socket.makefile("rb")
                    break
        return found

    def _read(self) -> tuple[int, bytes, bool]:
        status = int(self._reader.readline().split()[1])
        length, is_open = 0, True
        while line := self._reader.readline().strip().lower():
            if line.startswith(b"content-length:"):
                length = int(line[15:])
            is_open = is_open and line != b"connection: close"
        return status, self._reader.read(length), is_open

    def stop(self) -> None:
        """End it."""
        self._reader.close()
        self._socket.close()
        self._running.kill()
