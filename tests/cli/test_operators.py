"""`frontdesk operator`: the set-up link of an empty folder, and who the operators are."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from frontdesk.cli.main import run
from frontdesk.protocol.hours import Happening, HourCount, WorkerMail, hour_of
from frontdesk.runtime.clock import SystemClock
from frontdesk.storage import open_sqlite

LINK = re.compile(r"http://127\.0\.0\.1:8000/operator/setup/fdsl_[A-Za-z0-9_-]{22}")


def types(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    capsys.readouterr()
    code = run(["operator", *words, "--data", str(data)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_first_thing_an_installation_has_is_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Even where there is no data folder yet; only the link is on stdout, and each is another."""
    data = tmp_path / "data"
    code, out, err = types(capsys, data, "link")
    assert (code, LINK.fullmatch(out.strip()) is not None) == (0, True)
    assert "works once" in err
    code, again, _ = types(capsys, data, "link", "--json")
    assert LINK.fullmatch(json.loads(again)["link"])
    assert json.loads(again)["link"] != out.strip()


def test_operators_are_added_listed_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not twice, and never the last one."""
    types(capsys, tmp_path, "link")
    assert "Nobody yet" in types(capsys, tmp_path, "list")[2]
    for address in ("one@desk.example", "two@desk.example"):
        assert types(capsys, tmp_path, "add", address)[:2] == (0, f"{address} is now an operator.\n")
    assert types(capsys, tmp_path, "add", "one@desk.example")[0] == 1
    found = json.loads(types(capsys, tmp_path, "list", "--json")[1])["operators"]
    assert {row["email"] for row in found} == {"one@desk.example", "two@desk.example"}
    assert types(capsys, tmp_path, "remove", "one@desk.example")[0] == 0
    code, _, err = types(capsys, tmp_path, "remove", "two@desk.example")
    assert (code, "is the last operator" in err) == (1, True)
    assert types(capsys, tmp_path, "remove", "nobody@desk.example")[0] == 1


def test_mail_and_sign_ins_can_be_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As tables for people and as JSON for scripts; of a place where nothing happened yet, that."""
    types(capsys, tmp_path, "link")
    code, out, _ = types(capsys, tmp_path, "health")
    assert (code, out.splitlines()) == (
        0,
        ["mail: 0 sent, 0 waiting, 0 lost; last sent never", "Nobody signed in, or tried to."],
    )
    now = SystemClock().now()
    mail = WorkerMail(worker=0, waiting=2, seen_at=now, trouble="it is away", trouble_at=now)
    counts = [HourCount(hour=hour_of(now), what=Happening.CODE_WRONG, times=4)]

    async def write() -> None:
        store = await open_sqlite(tmp_path / "frontdesk.db", create=False)
        await store.note_hours(counts=counts, mail=mail)
        await store.aclose()

    asyncio.run(write())
    shown = types(capsys, tmp_path, "health")[1]
    assert "0 sent, 2 waiting" in shown
    assert ": it is away" in shown
    assert "code_wrong 4" in shown
    said = json.loads(types(capsys, tmp_path, "health", "--json")[1])
    assert said["mail"]["last_failure"] == "it is away"
    assert said["signing_in"]["hours"][0]["failures"] == {"code_wrong": 4}
