"""The command line and a network's secret: whether it is kept, and that its owner hears of a new one."""

import email
import email.policy
import json
import os
from pathlib import Path

import apsw
import pytest

from frontdesk.assemble.house import DATABASE_FILE
from frontdesk.cli.main import run

OWNER = "olena@northside.example"


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the machine's."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, str]]:
    """What a command answers as JSON, with nothing beside it."""
    capsys.readouterr()
    assert run([*words, "--data", "data", "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    document: dict[str, dict[str, str]] = json.loads(said.out)
    return document


def sealed(folder: Path) -> list[object]:
    """What the database holds of each network's secret to show it again."""
    with apsw.Connection(str(folder / "data" / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY) as connection:
        return [kept for (kept,) in connection.execute("SELECT sealed_secret FROM credentials").fetchall()]


def test_a_new_secret_is_kept_sealed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The default: what is stored is neither the secret nor a part of it; a regenerated one replaces it."""
    made = answer(capsys, "network", "add", "Northside", "--owner", OWNER)
    (first,) = sealed(tmp_path)
    assert isinstance(first, str)
    assert made["credential"]["client_secret"][5:20] not in first
    answer(capsys, "credential", "regenerate", made["network"]["id"])
    (second,) = sealed(tmp_path)
    assert isinstance(second, str)
    assert second != first


def test_a_house_that_tells_once_keeps_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`secrets = once`: only the digest; changing to it forgets each secret as its pair is regenerated."""
    made = answer(capsys, "network", "add", "Northside", "--owner", OWNER)
    monkeypatch.setenv("FRONTDESK_SECRETS", "once")
    answer(capsys, "network", "add", "Southside", "--owner", OWNER)
    assert sorted(kept is None for kept in sealed(tmp_path)) == [False, True]
    answer(capsys, "credential", "regenerate", made["network"]["id"])
    assert sealed(tmp_path) == [None, None]


def test_the_owner_is_told_of_the_operators_regeneration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One mail, without the secret, sent before the command ends."""
    monkeypatch.setenv("FRONTDESK_MAIL", (tmp_path / "mail").as_uri())
    made = answer(capsys, "network", "add", "Northside", "--owner", OWNER)
    assert list((tmp_path / "mail").glob("*.eml")) == []
    fresh = answer(capsys, "credential", "regenerate", made["network"]["id"])
    (file,) = (tmp_path / "mail").glob("*.eml")
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (letter["To"], letter["Subject"]) == (OWNER, "Frontdesk: API credentials of Northside regenerated")
    text = letter.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert "By: those who run this service, at its command line" in text
    assert fresh["credential"]["client_secret"] not in file.read_text()


def test_without_mail_set_up_nothing_is_shown_beside_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`mail = console:` is for a server that is tried out; whoever types a command need not read the owner's mail."""
    made = answer(capsys, "network", "add", "Northside", "--owner", OWNER)
    assert answer(capsys, "credential", "regenerate", made["network"]["id"])["credential"]["client_id"]
