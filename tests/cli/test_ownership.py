"""What root types beside an ordinary user's server must leave no file of root's behind."""

import json
import os
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.house import House
from servers.processes import BIN, clean_environment, new_folder, ordinary_user

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not ordinary_user(), reason="needs root, and nobody to become")

OWNER = ("--owner", "olena@northside.example")


def owners(folder: Path) -> set[str]:
    """Whose the files of a folder are, the folder's own among them."""
    return {pwd.getpwuid(entry.lstat().st_uid).pw_name for entry in (folder, *folder.iterdir())}


def frontdesk(*words: str) -> subprocess.CompletedProcess[str]:
    """One command, as root."""
    return subprocess.run(
        [str(BIN / "frontdesk"), *words], capture_output=True, text=True, timeout=60, env=clean_environment({})
    )


def test_root_becomes_the_owner_of_an_empty_folder() -> None:
    """Keys and database belong to whom the folder was given."""
    data = new_folder("owned")
    done = frontdesk("network", "add", "Northside", *OWNER, "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert owners(data) == {"nobody"}


def test_root_administers_beside_a_running_server_and_leaves_nothing(new_house: Callable[..., House]) -> None:
    """The server goes on writing to its own files, and the change holds on its next request."""
    house = new_house().start()
    added = house.admin("network", "add", "Northside", *OWNER)
    assert house.admin("network", "list")["networks"][0]["id"] == added["network"]["id"]
    assert frontdesk("doctor", "--data", str(house.data), "--json").stdout.startswith('{"ok": true')
    assert owners(house.data) == {"nobody"}
    assert house.stop() == 0


def test_the_doctor_finds_files_that_root_left() -> None:
    """With the command that gives them back."""
    data = new_folder("stray")
    assert frontdesk("network", "add", "Northside", *OWNER, "--data", str(data)).returncode == 0
    (data / "stray").touch()
    report = frontdesk("doctor", "--data", str(data), "--json")
    failed = [one for one in json.loads(report.stdout)["findings"] if one["verdict"] == "fail"]
    assert report.returncode == 1
    assert failed[0]["subject"] == "ownership"
    assert failed[0]["advice"].startswith("run 'chown -R ")
