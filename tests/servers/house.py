"""A real `frontdesk serve` in a folder of its own, and its administration by the command line."""

import http.client
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from servers.errands import run_errand
from servers.processes import (
    BIN,
    Running,
    clean_environment,
    family,
    find_peer,
    free_port,
    new_folder,
    ordinary_user,
    wait_until,
)
from servers.wires import Wire

API = Path(__file__).with_name("api.json")


class House:
    """Starts, stops and kills one server; its data, mail and port stay the same from start to start."""

    def __init__(self, *, upstream: str, workers: int = 1, openapi: Path = API, **settings: str) -> None:
        self.folder = new_folder("house")
        self.data = self.folder / "data"
        self.mail = self.folder / "mail"
        self.port = free_port()
        self.workers = workers
        self.upstream = upstream
        self.openapi = openapi
        self.settings = settings
        self.words: tuple[str, ...] = ()  # typed besides
        self.admin_key = ""  # to the administration API, where it has one
        self.running: Running | None = None

    @property
    def url(self) -> str:
        """The public origin."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """What every process of this house is told."""
        told = {"FRONTDESK_MAIL": f"file://{self.mail}", "FRONTDESK_DATA": str(self.data)}
        told |= {f"FRONTDESK_{name.upper()}": value for name, value in self.settings.items()}
        return clean_environment(told | dict(extra or {}))

    def command(self) -> list[str]:
        """The words that start the server."""
        words = [str(BIN / "frontdesk"), "serve", "--data", str(self.data), "--port", str(self.port)]
        words += ["--workers", str(self.workers), "--upstream", self.upstream, "--openapi", str(self.openapi)]
        return [*words, *self.words]

    def start(self, environment: Mapping[str, str] | None = None) -> "House":
        """Start it and wait until it is ready."""
        self.running = Running(
            self.command(),
            log=self.folder / "server.log",
            environment=self.environment(environment),
            prefix=ordinary_user(),
        )
        wait_until(self._is_ready, seconds=30, what=f"readiness of {self.folder}")
        return self

    def _is_ready(self) -> bool:
        assert self.running is not None
        if self.running.process.poll() is not None:
            raise RuntimeError(f"the server ended with {self.running.process.returncode}:\n{self.running.words()}")
        return self.get_status("/readyz") == 200

    def get_status(self, path: str) -> int:
        """The status of one GET on a connection of its own; 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def process_behind(self, wire: Wire) -> int:
        """The id of the process that serves a connection."""
        assert self.running is not None
        return find_peer(family(self.running.pid), port=self.port, own_port=wire.own_port)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.running is not None
        return self.running.terminate()

    def kill(self) -> None:
        """kill -9 for all of its processes."""
        if self.running is not None:
            self.running.kill()

    def leave(self) -> None:
        """Kill it and take the folder away."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """One command of the administrator, as whoever runs the tests."""
        return run_errand([*words, "--data", str(self.data)], self.environment(environment))

    def admin(self, *words: str) -> Any:
        """What a command answers with `--json`; it must succeed."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, f"frontdesk {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None
