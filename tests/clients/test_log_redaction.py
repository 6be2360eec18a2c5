"""The log snippets of docs/proxies on a real nginx: no token reaches a log, whether a revocation works or fails."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdesk.runtime.leak_files import Found, Tally, scan
from servers.needs import need
from servers.partner import Town
from servers.processes import Running, clean_environment, free_port, new_folder, ordinary_user, wait_until
from servers.wires import Wire

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/proxies/README.md"
CONFIG = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream frontdesk {{ server 127.0.0.1:{desk}; }}
  upstream nobody {{ server 127.0.0.1:{nobody}; }}
{logging}
  server {{
    listen 127.0.0.1:{port};
{revoking}
    location / {{ proxy_pass http://frontdesk; }}
  }}
}}
"""


class LoggingNginx:
    """One nginx that logs; `snippets` are put in their places, as the document shows them."""

    def __init__(self, desk: int, *, logging: str, revoking: str) -> None:
        self.folder = new_folder("nginx-logs")
        self.port = free_port()
        text = CONFIG.format(
            folder=self.folder, desk=desk, nobody=free_port(), port=self.port, logging=logging, revoking=revoking
        )
        (self.folder / "nginx.conf").write_text(text.replace("/var/log/nginx", str(self.folder)))
        self.running = Running(
            [need("nginx"), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr"],
            log=self.folder / "stderr.log",
            environment=clean_environment({}),
            prefix=ordinary_user(),
        )
        wait_until(self._answers, what="nginx")

    def _answers(self) -> bool:
        if self.running.process.poll() is not None:
            raise RuntimeError(f"nginx ended:\n{self.running.words()}")
        try:
            Wire(self.port).ask("GET", "/livez")
        except OSError:
            return False
        return True

    def found(self) -> list[str]:
        """Every value of ours in any of its logs, as `frontdesk scan` finds it."""
        return [item.hit.value for item in scan((str(self.folder),), Tally()) if isinstance(item, Found)]


def _snippets() -> tuple[str, str]:
    chapter = DOCUMENT.read_text().split("## Keep tokens out of your logs")[1].split("\n## ")[0]
    logging, revoking = re.findall(r"```nginx\n(.*?)```", chapter, re.DOTALL)
    return logging, revoking


@pytest.fixture
def started() -> Iterator[list[LoggingNginx]]:
    """What was started, to be ended."""
    servers: list[LoggingNginx] = []
    yield servers
    for server in servers:
        server.running.kill()


def _uses(town: Town, nginx: LoggingNginx) -> list[str]:
    """Revoke by query, twice, and make the mistakes of RF-15; the tokens that were sent."""
    wire = Wire(nginx.port)
    tokens = town.app.connect(Wire(town.house.port), town.person(), [town.places[0].id])
    encoded = tokens.refresh.replace("_", "%5F")
    assert wire.ask("POST", f"/oauth2/revoke?token={tokens.access}").status == 200
    assert wire.ask("POST", f"/oauth2/revoke?token={encoded}").status == 200
    assert wire.ask("GET", f"/resources/v1?access_token={tokens.access}").status == 400
    assert wire.ask("GET", f"/resources/v1?x=1&Access_Token={encoded}").status in (400, 401)
    return [tokens.access, tokens.refresh]


def test_without_the_snippet_the_log_holds_tokens_and_scan_finds_them(town: Town, started: list[LoggingNginx]) -> None:
    """What the snippet is for; and LK-08's other side: a scan of a real log finds each value."""
    started.append(LoggingNginx(town.house.port, logging="access_log /var/log/nginx/access.log;", revoking=""))
    access, refresh = _uses(town, started[0])
    wait_until(lambda: len(started[0].found()) == 4, what="the log")
    assert set(started[0].found()) == {access, refresh}


def test_with_the_snippet_no_token_reaches_a_log(town: Town, started: list[LoggingNginx]) -> None:
    """RV-16 at the proxy: method, path and status are logged, and no value of ours."""
    logging, revoking = _snippets()
    started.append(LoggingNginx(town.house.port, logging=logging, revoking=revoking))
    _uses(town, started[0])
    log = started[0].folder / "access.log"
    wait_until(lambda: log.read_text().count("/resources/v1") == 2, what="the log")
    assert log.read_text().count('"POST /oauth2/revoke?[cut] HTTP/1.1" 200') == 2
    assert log.read_text().count('"GET /resources/v1?[cut] HTTP/1.1"') == 2
    assert started[0].found() == []


def test_nor_where_the_revocation_fails(town: Town, started: list[LoggingNginx]) -> None:
    """The dangerous case: the desk is away, the token lives. nginx's error log must not print the request line."""
    logging, revoking = _snippets()
    tokens = town.app.connect(Wire(town.house.port), town.person(), [town.places[0].id])
    for place, is_clean in ((revoking, True), ("", False)):
        if not place:
            place = "location = /oauth2/revoke { proxy_pass http://nobody; }"
        nginx = LoggingNginx(town.house.port, logging=logging, revoking=place.replace("//frontdesk", "//nobody"))
        started.append(nginx)
        assert Wire(nginx.port).ask("POST", f"/oauth2/revoke?token={tokens.refresh}").status == 502
        wait_until(lambda log=nginx.folder / "access.log": "502" in log.read_text(), what="the log")
        assert (nginx.found() == []) is is_clean
