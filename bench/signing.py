"""What a signed assertion costs: the same checks by a server that signs and one that does not, turn by turn."""

import base64
import http.client
import json
import shutil
import statistics
import sys
import time
from pathlib import Path

from bench import API, wish
from fill import fill
from machine import HERE, Run, Server, load
from seed import Seed, Sizes
from works import CHECKED, Work, ask, make_works

sys.path.insert(0, str(HERE.parent / "tests"))
from servers.processes import BIN, clean_environment, free_port, new_folder, ordinary_user


def start(folder: Path, data: Path, assertion: str) -> Server:
    """One worker on the filled store, without a built-in proxy."""
    port = free_port()
    command = [str(BIN / "frontdesk"), "serve", "--data", str(data), "--port", str(port), "--workers", "1"]
    command += ["--openapi", str(API)]
    told = {"FRONTDESK_CHECK_PEERS": "127.0.0.1", "FRONTDESK_MAIL": f"file://{folder / 'mail'}"}
    told["FRONTDESK_ASSERTION"] = assertion
    log = folder / f"{assertion}.log"
    server = Server(command, port, log, clean_environment(told), list(ordinary_user()))
    while ask(port, "GET", "/readyz", {})[0] != 200:
        time.sleep(0.1)
    return server


def hears_assertion(port: int, seed: Seed) -> bool:
    """Whether a right call is answered with one."""
    pair = base64.b64encode(":".join(seed.basic[-1]).encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    asked = {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/resources/v1", "Authorization": f"Basic {pair}"}
    connection.request("GET", "/_frontdesk/check", headers=asked)
    said = connection.getresponse().getheader("X-Frontdesk-Assertion") or ""
    connection.close()
    if not said:
        return False
    claims = said.split(".")[1]
    path = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["path"]
    return bool(path == "/resources/v1")


def measure(
    works: list[Work], servers: dict[str, Server], rounds: int, seconds: int
) -> dict[tuple[str, str], list[Run]]:
    """A warm-up, then rounds in which the two take turns."""
    found: dict[tuple[str, str], list[Run]] = {}
    for round_ in range(-1, rounds):
        for work in works:
            for assertion, server in servers.items():
                if wrong := work.proof(server.port, round_, False):
                    raise SystemExit(f"bench: error: {work.name}: {wrong}")
                run = load(server, work.script, seconds, 32, work.environment(round_), flows=False)
                if run.faults:
                    raise SystemExit(f"bench: error: {work.name}, assertion {assertion}: {run.faults}")
                if round_ >= 0:
                    found.setdefault((work.name, assertion), []).append(run)
    return found


def main() -> None:
    """Fill, start both, measure, print."""
    rounds, seconds = wish("ROUNDS", 5), wish("SECS", 3)
    folder, servers = new_folder("signing"), dict[str, Server]()
    sizes = Sizes(networks=wish("NETWORKS", CHECKED), grants=wish("GRANTS", CHECKED), rounds=1, to_revoke=1)
    try:
        seed = fill(folder / "data", sizes)
        servers = {word: start(folder, folder / "data", word) for word in ("off", "on")}
        assert [hears_assertion(server.port, seed) for server in servers.values()] == [False, True]
        works = [work for work in make_works(seed, folder) if work.name.startswith("check")]
        found = measure(works, servers, rounds, seconds)
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{'work':14s} {'off, per CPU s':>14s} {'on, per CPU s':>14s} {'on / off':>9s} {'us of CPU more a call':>22s}"
    )
    for work in works:
        off, on = ([run.per_cpu for run in found[work.name, word]] for word in ("off", "on"))
        ratios = [with_ / without for with_, without in zip(on, off, strict=True)]
        more = statistics.median(1e6 / with_ - 1e6 / without for with_, without in zip(on, off, strict=True))
        print(
            f"{work.name:14s} {statistics.median(off):14,.0f} {statistics.median(on):14,.0f}"
            f" {statistics.median(ratios):9.2f} {more:22.1f}"
        )
    print(f"{rounds} rounds of {seconds} s, medians of pairs; both servers on core 0, one at work at a time.")


if __name__ == "__main__":
    main()
