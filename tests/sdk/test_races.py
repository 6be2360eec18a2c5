"""64 threads, 64 tasks and 16 processes with one connection, before a real server whose replies get lost."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from frontdesk_client import FileStore, Tokens

from sdk.crowd import Member, Place
from sdk.lossy_proxy import LossyProxy, TokenCalls
from servers.partner import App, Town
from servers.wires import Wire

CROWD = Path(__file__).with_name("crowd.py")
LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=200)


@pytest.mark.parametrize("profile", ["compat", "strict"])
@pytest.mark.timeout(300)
def test_a_crowd_with_one_ended_token_refreshes_once(busy_town: Town, tmp_path: Path, profile: str) -> None:
    """A short run of the one below."""
    run(busy_town, tmp_path, profile, rounds=4, processes=4)


@pytest.mark.sweep
@pytest.mark.parametrize("profile", ["compat", "strict"])
@pytest.mark.timeout(3600)
def test_a_large_crowd_with_one_ended_token_refreshes_once_a_round(
    busy_town: Town, tmp_path: Path, profile: str
) -> None:
    """A hundred rounds with 5 % of replies lost: one refresh in flight, and one call for each expiry and lost reply.

    In every second round nobody's clock says that the token ended: the API refuses it. No request fails, and a
    server that rotates never sees a refresh token twice.
    """
    calls = run(busy_town, tmp_path, profile, rounds=100, processes=16)
    print(f"\n{profile}: {calls}")


def run(town: Town, folder: Path, profile: str, *, rounds: int, processes: int) -> TokenCalls:
    """All rounds, judged; what the proxy counted."""
    app = town.app if profile == "compat" else town.strict_app()
    proxy = LossyProxy(town.house.port, loss=0.05)
    try:
        place = connect(town, app, folder / "tokens", proxy.url)
        with crowd(place, processes) as children:
            meet(place, children, rounds)
    finally:
        proxy.stop()
    calls = proxy.token_calls
    assert calls.most_at_once == 1
    assert set(calls.statuses) == {200}  # so no invalid_grant
    assert calls.seen == rounds + calls.lost
    assert proxy.lost > rounds
    return calls


def connect(town: Town, app: App, folder: Path, url: str) -> Place:
    """A new connection, kept in a folder; its tokens end in an hour."""
    harbour = town.places[0]
    got = app.connect(Wire(town.house.port), town.person(), [harbour.id])
    now = datetime.now(UTC)
    held = Tokens(
        access_token=got.access, refresh_token=got.refresh, made_at=now, expires_at=now + timedelta(seconds=3600)
    )
    FileStore(folder).save("default", held)
    return Place(
        url=url,
        folder=str(folder),
        client_id=app.client_id,
        client_secret=app.client_secret,
        network=harbour.id,
    )


@contextmanager
def crowd(place: Place, count: int) -> Iterator[list["subprocess.Popen[str]"]]:
    """So many processes that are ready."""
    with ExitStack() as stack:
        children = []
        for _ in range(count):
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            child = stack.enter_context(subprocess.Popen([sys.executable, str(CROWD)], **pipes))
            stack.callback(child.kill)
            children.append(child)
            tell(child, json.dumps(asdict(place)))
        assert {hear(child) for child in children} == {"ready"}
        yield children


def meet(place: Place, children: list["subprocess.Popen[str]"], rounds: int) -> None:
    """Round for round, everybody asks at once with a token that has ended, or that the API refuses."""
    member, store = Member(place), FileStore(place.folder)
    loop = asyncio.new_event_loop()
    with httpx2.Client(timeout=60, limits=LIMITS) as client:
        others = httpx2.AsyncClient(timeout=60, limits=LIMITS)
        for number in range(rounds):
            refused = number % 2 == 1
            # An hour later the token has ended by everybody's clock. In between, a token that was tampered with.
            turn = {"hours": number // 2 + 1, "anew": refused}
            if refused:
                spoil(store)
            member.turn(**turn)
            for child in children:
                tell(child, json.dumps(turn))
            asking = loop.run_in_executor(None, member.ask_by_threads, client, 64)
            tasks = loop.run_until_complete(member.ask_by_tasks(others, 64))
            statuses = tasks + loop.run_until_complete(asking)
            for child in children:
                statuses += json.loads(hear(child))
            assert set(statuses) == {200}, f"round {number}: {statuses}"
        loop.run_until_complete(others.aclose())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def spoil(store: FileStore) -> None:
    """Put a token in the store that looks fresh, and that the API does not know."""
    held = store.load("default")
    assert held is not None
    store.save("default", replace(held, access_token=held.access_token[:-12] + "x" * 12))


def tell(child: "subprocess.Popen[str]", line: str) -> None:
    """A line to a process."""
    assert child.stdin is not None
    child.stdin.write(line + "\n")
    child.stdin.flush()


def hear(child: "subprocess.Popen[str]") -> str:
    """A line from it."""
    assert child.stdout is not None
    return child.stdout.readline().strip()
