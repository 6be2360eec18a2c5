"""`frontdesk dev`: where everything is, what a folder keeps, and that nothing is left behind."""

import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.test_demo_parts import ask
from servers.processes import BIN, clean_environment, family, free_port, new_folder, ordinary_user
from servers.wires import basic

Said = dict[str, Any]


@contextmanager
def demo(*words: str, folder: Path | None = None) -> Iterator[Said]:
    """A demo until the block ends; ended by Ctrl-C, with 130, no process left and nothing complained of."""
    environment = clean_environment({"TMPDIR": str(folder)} if folder else {})
    process = subprocess.Popen(
        [*ordinary_user(), str(BIN / "frontdesk"), "dev", "--json", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield json.loads(line)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert family(process.pid) == []
    assert process.stderr.read().replace("frontdesk: port 8000 is taken; using", "").strip(" 0123456789\n") == ""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of the user that the demo runs as."""
    made = new_folder("dev")
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_everything_answers_and_nothing_is_left(folder: Path) -> None:
    """Four servers, three networks with Basic pairs that open their own network only; then an empty folder."""
    with demo("--port", str(free_port()), folder=folder) as said:
        assert set(said) == {"url", "partner", "mailbox", "api", "data", "person", "networks", "app"}
        assert said["url"].startswith("http://127.0.0.1:")
        assert said["partner"].startswith("http://localhost:")
        assert ask(said["partner"])[0] == 200
        assert "No mail yet" in ask(said["mailbox"])[2]
        assert [network["title"] for network in said["networks"]] == [
            "Northside Coworking",
            "Harbour Studios",
            "The Old Mill",
        ]
        mine, other = said["networks"][:2]
        proof = basic(mine["client_id"], mine["client_secret"])
        locations = f"{said['url']}/locations/v1"
        assert "Northside Coworking, ground floor" in ask(locations, authorization=proof)[2]
        assert ask(locations, authorization=proof, spacebring_network_id=other["id"])[0] == 403
        assert ask(locations)[0] == 401
        assert Path(said["data"]).parent == folder
    assert list(folder.iterdir()) == []


def test_a_named_folder_keeps_the_demo(folder: Path) -> None:
    """The second run has the same networks and pairs, and an app for the port that it has now."""
    data = folder / "data"
    with demo("--data", str(data), "--port", str(free_port())) as first:
        pass
    with demo("--data", str(data), "--port", str(free_port())) as second:
        assert second["networks"] == first["networks"]
        mine = second["networks"][0]
        proof = basic(mine["client_id"], mine["client_secret"])
        assert ask(f"{second['url']}/locations/v1", authorization=proof)[0] == 200
    assert (data / "demo.json").stat().st_mode & 0o777 == 0o600


def test_a_real_data_folder_is_refused(folder: Path) -> None:
    """The demo's people and secrets must not get into a front desk that is in use."""
    data = str(folder / "data")
    run = [*ordinary_user(), str(BIN / "frontdesk")]
    environment = clean_environment({})
    subprocess.run(
        [*run, "network", "add", "N", "--owner", "o@x.example", "--data", data],
        check=True,
        capture_output=True,
        env=environment,
    )
    refused = subprocess.run([*run, "dev", "--data", data], capture_output=True, text=True, env=environment, timeout=30)
    assert refused.returncode == 1
    assert "holds a front desk that is no demo" in refused.stderr


def test_a_taken_port_is_refused_where_it_was_asked_for(folder: Path) -> None:
    """And nothing is made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = subprocess.run(
            [str(BIN / "frontdesk"), "dev", "--port", port],
            capture_output=True,
            text=True,
            timeout=30,
            env=clean_environment({"TMPDIR": str(folder)}),
        )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[0] == f"frontdesk: error: port {port} is taken"
    assert list(folder.iterdir()) == []


def test_the_usual_port_gives_way_to_the_next_free_one() -> None:
    """Without --port a newcomer gets a demo all the same, on a port that it says."""
    with demo() as first, demo() as second:
        assert first["url"] != second["url"]
        assert ask(f"{second['url']}/readyz")[0] == 200
