"""Servers on one core, load on another, and what they cost: processes, CPU seconds and memory from /proc."""

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVER_CORE, LOAD_CORE = "0", "1"
TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """One server, pinned to the servers' core, with all its children."""

    def __init__(
        self, command: list[str], port: int, log: Path, environment: dict[str, str], prefix: list[str]
    ) -> None:
        self.port, self.log = port, log
        self.behind: list[Server] = []  # servers whose work is part of what this one costs
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                ["taskset", "-c", SERVER_CORE, *prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=HERE,
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        for _ in range(400):
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(
            f"bench: error: no server on port {self.port}:\n{self.log.read_text(errors='replace')[-3000:]}"
        )

    def stop(self) -> None:
        """End it and its children."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def cpu(self) -> float:
        """CPU seconds used so far by all its processes and those behind it, user and system."""
        return sum(_cpu(pid) for pid in family(self.process.pid)) + sum(server.cpu() for server in self.behind)

    def memory(self) -> list[float]:
        """PSS of each of its processes in MB, largest first."""
        return sorted((_pss(pid) for pid in family(self.process.pid)), reverse=True)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(_fields(stat)[1]), []).append(int(stat.parent.name))
        except OSError:
            continue
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def _fields(stat: Path) -> list[str]:
    return stat.read_text().rsplit(")", 1)[1].split()


def _cpu(pid: int) -> float:
    try:
        fields = _fields(Path(f"/proc/{pid}/stat"))
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a workload. Latencies are milliseconds; `per_cpu` is operations per CPU second of the server."""

    rate: float
    per_cpu: float
    p50: float
    p99: float
    faults: str  # what went wrong; empty where every answer was right


def load(server: Server, script: str, seconds: int, connections: int, told: dict[str, str], *, flows: bool) -> Run:
    """Drive one server with wrk on the load core and weigh what it cost."""
    before = server.cpu()
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
    done = subprocess.run(
        [*command, "-s", str(HERE / "lua" / script), f"http://127.0.0.1:{server.port}"],
        capture_output=True,
        text=True,
        env={**os.environ, "LUA_FOLDER": str(HERE / "lua"), **told},
    )
    spent = server.cpu() - before
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise SystemExit(f"bench: error: wrk said nothing useful:\n{done.stdout}{done.stderr}")
    said = json.loads(line.removeprefix("RESULT "))
    operations = said["good"] if flows else said["requests"]
    return Run(
        rate=operations / said["seconds"],
        per_cpu=operations / max(spent, 1 / TICK),
        p50=said["p50"] / 1000,
        p99=said["p99"] / 1000,
        faults=_faults(said),
    )


def _faults(said: dict[str, object]) -> str:
    named = {
        "bad": "wrong answers",
        "dry": "after the requests ran out",
        "status": "refused",
        "socket": "socket errors",
    }
    words = [f"{said[name]} {text}" for name, text in named.items() if said[name]]
    return ", ".join(words) + (f" ({said['sample']})" if said["sample"] else "")
