"""How many pages a second one core serves, beside the floor: every page of the console, with many networks and people.

    python bench/pages.py    # by environment: SECS (2), ROUNDS (3, of the floor),
                             # NETWORKS (10,000), PEOPLE (100,000), LANGUAGES (en,uk), ONLY (words of paths)

Every page of the table is asked for, in each state that costs differently and as full as it gets, in English and in
another language. What only sends people on (to and from the provider's own sign-in) is named and not measured.
"""

import asyncio
import os
import shutil
import statistics
import sys
from pathlib import Path

from asks import FILES, NO_PAGES, Ask, asks_of
from bench import API, Plan, read_plan, start_floor, start_frontdesk, wish
from city import City, founder_in
from machine import HERE, Server, load
from upstream import start_api
from works import ask, write_lines

sys.path.insert(0, str(HERE.parent / "tests"))
from frontdesk.assemble import open_house
from frontdesk.settings import Settings
from frontdesk.web.cookies import LANGUAGE
from servers.processes import new_folder

MUST = 0.03  # of the floor
ORIGIN = "http://localhost:8000"  # not what the server listens on: what was begun before it started goes on
# The source's, and one with catalogue, plurals and dates of its own.
LANGUAGES = os.environ.get("LANGUAGES", "en,uk").split(",")


async def fill(data: Path, *, networks: int, people: int) -> City:
    """A city in a new data folder."""
    settings = Settings(data=data, public_url=ORIGIN, partner_sign_up="open", openapi=API)
    async with open_house(settings, create=True) as house:
        return await founder_in(house).found(networks=networks, people=people)


def prove(asked: Ask, frontdesk: Server, cookie: str) -> bytes:
    """What one page is, once; ends the run where it is none."""
    status, body = ask(frontdesk.port, "GET", asked.target, {"Cookie": cookie})
    if status != 200:
        raise SystemExit(f"bench: error: {asked.name} answers {status}")
    return body


def measure(asked: Ask, frontdesk: Server, folder: Path, plan: Plan, seconds: int) -> tuple[float, float, int]:
    """Pages a CPU second in the slower of the languages, its p99 in milliseconds, and the bytes of one."""
    found = []
    for language in LANGUAGES:
        cookie = f"{asked.cookie}; {LANGUAGE}={language}"
        body = prove(asked, frontdesk, cookie)
        told = {"REQUESTS": str(write_lines(folder / "page.tsv", [f"GET\t{asked.target}\tCookie={cookie}\t"]))}
        load(frontdesk, "cycle.lua", 1, plan.connections, told, flows=False)  # to fill what is remembered
        run = load(frontdesk, "cycle.lua", seconds, plan.connections, told, flows=False)
        if run.faults:
            raise SystemExit(f"bench: error: {asked.name}: {run.faults}")
        found.append((run.per_cpu, run.p99, len(body)))
    return min(found)


def run(folder: Path, floor: Server, frontdesk: Server, city: City) -> bool:
    """Measure each, print a row each; whether all are quick enough."""
    plan = read_plan()
    seconds = wish("SECS", 2)
    hello = {"REQUESTS": str(write_lines(folder / "hello.tsv", ["GET\t/\t\t"]))}
    floors = (
        load(floor, "cycle.lua", seconds, plan.connections, hello, flows=False).per_cpu for _ in range(plan.rounds)
    )
    base = statistics.median(floors)
    print(f"{'floor':80s} {base:9,.0f} per CPU second")
    slow, asks = [], asks_of(city)
    for asked in asks:
        prove(asked, frontdesk, asked.cookie)
    print(f"{len(asks)} pages and states answer; no pages, not measured: {', '.join(NO_PAGES)}", flush=True)
    for asked in asks:
        if plan.only and not any(word in asked.name for word in plan.only):
            continue
        per_cpu, p99, size = measure(asked, frontdesk, folder, plan, seconds)
        ratio = per_cpu / base
        word = "a file" if asked.page in FILES else "ok" if ratio >= MUST else "SLOW"
        slow += [asked.name] if word == "SLOW" else []
        print(
            f"{asked.name:80.80s} {per_cpu:9,.0f} {ratio:6.3f} {p99:7.1f} ms {size / 1024:6.1f} kB {word}", flush=True
        )
    print(f"Too slow: {', '.join(slow)}" if slow else f"All serve at least {MUST} of the floor.")
    return not slow


def main() -> int:
    """Fill, start, measure."""
    folder, servers = new_folder("bench-pages"), []
    try:
        data = folder / "data"
        city = asyncio.run(fill(data, networks=wish("NETWORKS", 10_000), people=wish("PEOPLE", 100_000)))
        owner = folder.stat()
        for path in (data, *data.rglob("*")):  # the server does not run as root
            os.chown(path, owner.st_uid, owner.st_gid)
        servers += [floor := start_floor(folder), api := start_api(folder)]
        told = {"FRONTDESK_PUBLIC_URL": ORIGIN, "FRONTDESK_PARTNER_SIGN_UP": "open"}
        servers.append(frontdesk := start_frontdesk(folder, data, api, **told))
        return 0 if run(folder, floor, frontdesk, city) else 1
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
