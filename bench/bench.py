"""Measures Frontdesk beside the floor, in rounds that take turns, and prints operations per CPU second as ratios."""

import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from fill import fill
from front import start_front
from machine import HERE, Run, Server, load
from nginx import nginx_version
from seed import Sizes
from upstream import start_api
from works import CHECKED, REFRESHED, Work, ask, make_works, write_lines

sys.path.insert(0, str(HERE.parent / "tests"))
from servers.processes import BIN, clean_environment, free_port, new_folder, ordinary_user

API = HERE.parent / "tests" / "servers" / "api.json"
HELP_SECONDS = 0.3


def wish(name: str, default: int) -> int:
    """A number from the environment."""
    return int(os.environ.get(name, default))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long, how often, over how much."""

    seconds: int
    rounds: int
    connections: int
    sizes: Sizes
    only: tuple[str, ...]


def read_plan() -> Plan:
    """The plan that the environment asks for."""
    rounds = wish("ROUNDS", 3)
    return Plan(
        seconds=wish("SECS", 8),
        rounds=rounds,
        connections=wish("CONNS", 32),
        sizes=Sizes(
            networks=wish("NETWORKS", 10_000),
            grants=wish("GRANTS", 100_000),
            rounds=rounds + 1,  # one pool for the warm-up
            to_revoke=wish("TO_REVOKE", 45_000),
        ),
        only=tuple(word for word in os.environ.get("ONLY", "").split(",") if word),
    )


def start_floor(folder: Path) -> Server:
    """Granian with raw ASGI, one worker."""
    port = free_port()
    command = [str(BIN / "granian"), "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--loop", "uvloop", "--no-ws", "--log-level", "error", "floor:app"]
    return Server(command, port, folder / "floor.log", clean_environment({}), [])


def start_frontdesk(folder: Path, data: Path, api: Server, **told: str) -> Server:
    """One worker on the filled store before the API, as an operator starts it; `told` is more of its environment."""
    port = free_port()
    command = [str(BIN / "frontdesk"), "serve", "--data", str(data), "--port", str(port), "--workers", "1"]
    command += ["--upstream", f"http://127.0.0.1:{api.port}", "--openapi", str(API)]
    environment = {"FRONTDESK_CHECK_PEERS": "127.0.0.1", "FRONTDESK_MAIL": f"file://{folder / 'mail'}", **told}
    server = Server(command, port, folder / "frontdesk.log", clean_environment(environment), list(ordinary_user()))
    server.behind.append(api)
    while ask(port, "GET", "/readyz", {})[0] != 200:  # it listens before it is ready
        time.sleep(0.1)
    return server


def measure(
    plan: Plan, floor: Server, frontdesk: Server, front: Server, works: list[Work], folder: Path
) -> dict[str, list[Run]]:
    """A warm-up, then rounds: the floor, then each workload. Ends the run at the first wrong answer."""
    hello = {"REQUESTS": str(write_lines(folder / "hello.tsv", ["GET\t/\t\t"]))}
    found: dict[str, list[Run]] = {}
    for round_ in range(-1, plan.rounds):
        seconds = plan.seconds if round_ >= 0 else min(4, plan.seconds)  # to fill what is remembered
        runs = {"floor": load(floor, "cycle.lua", min(3, seconds), plan.connections, hello, flows=False)}
        for work in works:
            server = front if work.is_in_front else frontdesk
            _prove(work, server, round_, done=False)
            spell = min(seconds, work.seconds or seconds)
            told = work.environment(round_)
            runs[work.name] = load(server, work.script, spell, plan.connections, told, flows=work.flows)
            _prove(work, server, round_, done=True)
        for name, run in runs.items():
            if run.faults:
                raise SystemExit(
                    f"bench: error: {name}: {run.faults}\n{frontdesk.log.read_text(errors='replace')[-2000:]}"
                )
            if round_ >= 0:
                found.setdefault(name, []).append(run)
                print(f"  round {round_ + 1}: {name:16s} {run.rate:9,.0f}/s", file=sys.stderr, flush=True)
    return found


def _prove(work: Work, server: Server, round_: int, *, done: bool) -> None:
    wrong = work.proof(server.port, round_, done)
    if wrong:
        raise SystemExit(f"bench: error: {work.name} answers wrongly: {wrong}")


def help_seconds() -> float:
    """CPU seconds of `frontdesk --help`, the best of five."""
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(BIN / "frontdesk"), "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def print_table(works: list[Work], found: dict[str, list[Run]]) -> None:
    """One row a workload: medians over the rounds."""
    floor = statistics.median(run.per_cpu for run in found["floor"])
    print(
        f"\n{'work':16s} {'per second':>10s} {'per CPU s':>10s} {'ratio':>6s} {'must':>5s} {'goal':>5s}"
        f" {'p50 ms':>7s} {'p99 ms':>7s} {'limit':>5s}  verdict"
    )
    for name in ("floor", *(work.name for work in works)):
        runs = found[name]
        work = next((work for work in works if work.name == name), None)
        per_cpu, p99 = statistics.median(run.per_cpu for run in runs), statistics.median(run.p99 for run in runs)
        ratio = per_cpu / floor
        row = f"{name:16s} {statistics.median(run.rate for run in runs):10,.0f} {per_cpu:10,.0f} {ratio:6.2f}"
        row += f" {work.must:5.2f} {work.goal:5.2f}" if work else f" {'':5s} {'':5s}"
        row += f" {statistics.median(run.p50 for run in runs):7.2f} {p99:7.2f}"
        print(row + (f" {work.p99:5.0f}  {_verdict(work, ratio, p99)}" if work else ""))


def _verdict(work: Work, ratio: float, p99: float) -> str:
    words = "goal reached" if ratio >= work.goal else "must reached" if ratio >= work.must else "BELOW must"
    return words if p99 < work.p99 else f"{words}, p99 ABOVE its limit"


def print_terms(plan: Plan, version: str) -> None:
    """Under which conditions the figures hold, and what they do not say."""
    sizes = plan.sizes
    print(
        f"\n{version}, CPython {platform.python_version()}, nginx {nginx_version()}, {os.cpu_count()} CPUs:"
        f" servers on core 0, wrk -t1"
        f" -c{plan.connections} on core 1.\nSQLite, durable commits, one worker; all checks, limits and audit on."
        f" {sizes.grants:,} grants that live on, {sizes.networks:,} networks.\nRefresh and introspection go round"
        f" {REFRESHED} grants, a check round {CHECKED:,} credentials, code flows round all owners;\nrevocations carry"
        f" client authentication. {plan.rounds} rounds of {plan.seconds} s (revoke at most 3), medians.\nratio ="
        " operations per CPU second of the server, against the floor's (granian, raw ASGI, one worker)\nof the same"
        " rounds. Every answer of a run was right, or the run had ended.\nNot measured: PostgreSQL, TLS, more"
        " than one worker, slow disks."
    )


def main() -> None:
    """Fill, start, measure, print."""
    plan = read_plan()
    folder = new_folder("bench")
    try:
        seed = fill(folder / "data", plan.sizes)
        servers = [start_floor(folder), start_api(folder)]
        floor, api = servers
        try:
            servers.append(server := start_frontdesk(folder, folder / "data", api))
            servers.append(front := start_front(folder, server, api))
            idle = server.memory()[0]
            works = make_works(seed, folder)
            works = [work for work in works if not plan.only or any(word in work.name for word in plan.only)]
            found = measure(plan, floor, server, front, works, folder)
            busy = server.memory()[0]
        finally:
            for one in servers:
                one.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print_table(works, found)
    spent = help_seconds()
    print(f"\nworker memory (PSS): idle {idle:.0f} MB (under 80), busy {busy:.0f} MB (under 100)")
    print(f"frontdesk --help: {spent:.2f} s of CPU (under {HELP_SECONDS})")
    print_terms(plan, f"frontdesk {metadata.version('frontdesk')}")


if __name__ == "__main__":
    main()
