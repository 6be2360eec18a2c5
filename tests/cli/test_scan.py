"""`frontdesk scan`: what it prints, how it ends, and what it ends."""

import asyncio
import gzip
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.assemble.house import House, open_house
from frontdesk.cli import scan as scanning
from frontdesk.cli.main import run
from frontdesk.protocol import tokens
from frontdesk.protocol.ids import MINUTE, SECOND, CodeId, GrantId, Micros, SessionId
from frontdesk.protocol.records import AuditEvent, AuthorizationCode, Connection, Edge, Grant, Session
from frontdesk.protocol.store import CodeTaken
from frontdesk.settings import Settings

OWNER = "olena@northside.example"


class Scene:
    """A data folder with one network, one app, and one of everything that can leak."""

    def __init__(self, folder: Path, mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data = folder
        self.mail = mail
        self._capsys = capsys
        self.values: dict[str, str] = {}

    def types(self, *words: str | Path) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command."""
        self._capsys.readouterr()
        code = run([str(word) for word in words])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def gets(self, *words: str | Path) -> dict[str, Any]:
        """The JSON answer of an administrator's command."""
        code, out, err = self.types(*words, "--data", self.data, "--json")
        assert code == 0, err
        answer: dict[str, Any] = json.loads(out)
        return answer

    def fill(self) -> None:
        """Make it all, through the command line where there is a command."""
        network = self.gets("network", "add", "Northside", "--owner", OWNER)
        app = self.gets("app", "add", "Locks", "--redirect-uri", "https://p.example/cb", "--scope", "resources")
        server = self.gets("resource-server", "add", "Bookings")
        self.network_id, self.client_id = network["network"]["id"], app["client_id"]
        self.values["network_secret"] = network["credential"]["client_secret"]
        self.values["client_secret"] = app["client_secret"]
        self.values["resource_server_secret"] = next(
            value for value in json.dumps(server).split('"') if value.startswith("fdrs_")
        )
        asyncio.run(self._connect())

    async def _connect(self) -> None:
        async with open_house(Settings(data=self.data)) as house:
            user = await house.store.find_user_by_email(OWNER)  # type: ignore[arg-type]
            assert user is not None
            for _ in range(2):  # the second consent's code stays unused
                code, value = await self._consent(house, user.id)
                if "refresh_token" not in self.values:
                    await self._exchange(house, code)
            self.values["authorization_code"] = value
            session_id = SessionId(house.mint.new_id())
            self.values["session"] = house.mint.new_session_token(session_id)
            now = house.clock.now()
            session = Session(
                id=session_id,
                user_id=user.id,
                digest=house.mint.digest(self.values["session"]),
                signed_in_at=now,
                last_seen_at=now,
            )
            audit = AuditEvent(at=now, action="session.started", actor="test")
            await house.store.start_session(session=session, replaces=None, audit=audit)

    async def _consent(self, house: House, user_id: Any) -> tuple[AuthorizationCode, str]:
        now, code_id = house.clock.now(), CodeId(house.mint.new_id())
        value = house.mint.new_code(code_id)
        code = AuthorizationCode(
            id=code_id,
            digest=house.mint.digest(value),
            client_id=self.client_id,
            user_id=user_id,
            redirect_uri="https://p.example/cb",
            scopes_asked=("resources",),
            scopes_given=("resources",),
            networks=(self.network_id,),
            code_challenge=None,
            created_at=now,
            expires_at=Micros(now + 5 * MINUTE),
        )
        connection = Connection(
            user_id=user_id,
            client_id=self.client_id,
            redirect_uri=code.redirect_uri,
            scopes_given=code.scopes_given,
            networks_offered=code.networks,
            networks_given=code.networks,
            created_at=now,
            consented_at=now,
        )
        audit = AuditEvent(at=now, action="consent.given", actor="test")
        await house.store.save_consent(code=code, connection=connection, audit=audit)
        return code, value

    async def _exchange(self, house: House, code: AuthorizationCode) -> None:
        now, grant_id = house.clock.now(), GrantId(house.mint.new_id())
        self.values["refresh_token"] = house.mint.new_refresh_token(grant_id)
        grant = Grant(
            id=grant_id,
            user_id=code.user_id,
            client_id=code.client_id,
            stamp=house.mint.new_stamp(),
            scopes_asked=code.scopes_asked,
            scopes_given=code.scopes_given,
            edges=tuple(Edge(network_id=network) for network in code.networks),
            refresh_digest=house.mint.digest(self.values["refresh_token"]),
            code_id=code.id,
            created_at=now,
        )
        audit = AuditEvent(at=now, action="code.exchanged", actor="test")
        taken = await house.store.take_code(code_id=code.id, grant=grant, now=now, cap=50, audit=audit)
        assert isinstance(taken, CodeTaken)
        self.values["access_token"] = house.mint.access_token(grant, 1, now, Micros(now + 3_600 * SECOND))
        self.values["old_access_token"] = house.mint.access_token(
            replace(grant), 1, Micros(now - 7_200 * SECOND), Micros(now - 3_600 * SECOND)
        )

    def scans(self, *words: str | Path) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON answer of a scan."""
        code, out, err = self.types("scan", *words, "--json")
        assert (err, out.count("\n")) == ("", 1)
        answer: dict[str, Any] = json.loads(out)
        for value in self.values.values():
            assert value not in out
        return code, answer


@pytest.fixture
def scene(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A filled data folder; mail goes to a folder beside it."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    mail = tmp_path / "mail"
    monkeypatch.setenv("FRONTDESK_MAIL", mail.as_uri())
    scene = Scene(tmp_path / "data", mail, capsys)
    scene.fill()
    return scene


@pytest.fixture
def log(tmp_path: Path, scene: Scene) -> Path:
    """A folder of logs with everything in it."""
    folder = tmp_path / "logs"
    folder.mkdir()
    lines = [f'192.0.2.7 "POST /oauth2/revoke?token={value} HTTP/1.1" 200' for value in scene.values.values()]
    (folder / "access.log").write_text("nothing here\n" + "\n".join(lines) + "\n")
    with gzip.open(folder / "access.log.1.gz", "wt") as file:
        file.write(scene.values["refresh_token"].replace("_", "%5F"))
    return folder


def test_offline_it_says_where_and_what_and_never_the_value(scene: Scene, log: Path) -> None:
    """`file:line:column: kind prefix…last four` on stdout; nothing of the data folder is needed."""
    code, out, err = scene.types("scan", log)
    assert code == 1
    lines = out.splitlines()
    assert len(lines) == len(scene.values) + 1
    for line, (name, value) in zip(lines, scene.values.items(), strict=False):
        assert line.startswith(f"{log}/access.log:")
        assert line.endswith(f" {value[:5]}…{value[-4:]}"), name
    assert lines[0].startswith(f"{log}/access.log:2:38: network's secret fdns_…")
    assert lines[-1].startswith(f"{log}/access.log.1.gz:1:1: refresh token fdrt_…")
    assert err.startswith("frontdesk: looked through 2 files, ")
    for value in scene.values.values():
        assert value[5:-4] not in out + err


def test_nothing_found_is_0(scene: Scene, tmp_path: Path) -> None:
    """And says what was looked through."""
    (tmp_path / "clean").write_text("fdrt_ nothing\n")
    assert scene.types("scan", tmp_path / "clean") == (
        0,
        "Nothing of ours was found in what could be read (1 file, 0.0 MB).\n",
        "",
    )


def test_what_could_not_be_read_is_2_unless_something_was_found(scene: Scene, log: Path, tmp_path: Path) -> None:
    """No silent gap: each is named with its reason, on stderr or in the JSON."""
    code, out, err = scene.types("scan", tmp_path / "nothing")
    assert (code, err) == (2, f"frontdesk: not read: {tmp_path / 'nothing'}: No such file or directory\n")
    assert out.startswith("Nothing of ours was found in what could be read")
    code, answer = scene.scans(tmp_path / "nothing", log)
    assert code == 1
    assert answer["unread"] == [{"file": str(tmp_path / "nothing"), "why": "No such file or directory"}]


def test_the_json_is_one_object(scene: Scene, log: Path) -> None:
    """What scripts read: findings, what was not read, and how much was gone through."""
    code, answer = scene.scans(log)
    assert code == 1
    assert set(answer) == {"findings", "unread", "files", "bytes", "passed_over"}
    kinds = [found["kind"] for found in answer["findings"]]
    assert kinds == [*(name.removeprefix("old_") for name in scene.values), "refresh_token"]
    assert set(answer["findings"][0]) == {"file", "line", "column", "kind", "value"}
    assert (answer["files"], answer["unread"], answer["passed_over"]) == (2, [], 0)


def test_with_the_data_folder_it_says_what_lives_and_whose_it_is(scene: Scene, log: Path) -> None:
    """Each different value once, by its number: alive or dead, app, user, networks; secrets with what replaces them."""
    code, answer = scene.scans(log, "--data", scene.data)
    assert code == 1
    numbers = [found["credential"] for found in answer["findings"]]
    assert numbers[-1] == list(scene.values).index("refresh_token") + 1
    verdicts = dict(zip(scene.values, answer["credentials"], strict=True))
    assert {name for name, verdict in verdicts.items() if not verdict["alive"]} == {"old_access_token"}
    assert all(verdict["made_here"] and not verdict["ended"] for verdict in verdicts.values())
    for name in ("access_token", "refresh_token", "authorization_code"):
        verdict = verdicts[name]
        assert (verdict["app"], verdict["user"], verdict["networks"]) == ("Locks", OWNER, [scene.network_id])
    assert verdicts["session"]["user"] == OWNER
    assert verdicts["network_secret"]["networks"] == [scene.network_id]
    assert verdicts["network_secret"]["replace_with"] == f"frontdesk credential regenerate {scene.network_id}"
    assert verdicts["client_secret"]["replace_with"] == f"frontdesk app rotate-secret {scene.client_id}"
    assert verdicts["resource_server_secret"]["replace_with"].startswith(
        "frontdesk resource-server rotate-secret fdri_"
    )
    _, out, _ = scene.types("scan", log, "--data", scene.data)
    assert f"[1] network's secret fdns_…{scene.values['network_secret'][-4:]}: alive - network Northside; " in out


def test_revoke_ends_tokens_and_leaves_secrets(scene: Scene, log: Path) -> None:
    """What lives ends at once, its people are told; a secret is named with what replaces it. Again: dead."""
    code, answer = scene.scans(log, "--data", scene.data, "--revoke")
    assert code == 1
    verdicts = dict(zip(scene.values, answer["credentials"], strict=True))
    ended = {name for name, verdict in verdicts.items() if verdict["ended"]}
    # Two tokens of one grant: the first that is found ends it, and with it the other.
    assert ended in (
        {"access_token", "session", "authorization_code"},
        {"refresh_token", "session", "authorization_code"},
    )
    assert verdicts["client_secret"]["alive"]
    _, again = scene.scans(log, "--data", scene.data)
    alive = {name for name, verdict in zip(scene.values, again["credentials"], strict=True) if verdict["alive"]}
    assert alive == {"network_secret", "client_secret", "resource_server_secret"}
    letters = [letter.read_text() for letter in scene.mail.rglob("*.eml")]
    assert sum("leaked token of Locks" in letter for letter in letters) == 1
    assert sum("leaked session" in letter for letter in letters) == 1


def test_what_another_installation_made_is_told_apart(scene: Scene, tmp_path: Path) -> None:
    """Of the right form, and nobody's here."""
    foreign = tokens.write_secret(tokens.CLIENT_SECRET, bytes(range(32)))
    (tmp_path / "log").write_text(foreign)
    code, out, _ = scene.types("scan", tmp_path / "log", "--data", scene.data)
    assert code == 1
    assert "was not made here, or is forgotten" in out


def test_a_missing_data_folder_is_told_before_anything_is_read(scene: Scene, log: Path, tmp_path: Path) -> None:
    """A long scan must not end in a mistyped name."""
    code, out, err = scene.types("scan", log, "--data", tmp_path / "nowhere")
    assert (code, out) == (1, "")
    assert err.splitlines()[0] == f"frontdesk: error: there is no data folder {tmp_path / 'nowhere'}"


def test_more_values_than_memory_should_hold_are_told(scene: Scene, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are shown; those beyond the bound are not looked up, and it says so."""
    monkeypatch.setattr(scanning, "MAX_DIFFERENT", 3)
    code, out, err = scene.types("scan", log, "--data", scene.data)
    assert code == 1
    assert out.count("[3]") == 2
    assert "[4]" not in out
    assert "more than 3 different values: those without a number were not looked up" in err


def test_a_file_s_name_cannot_write_to_the_terminal(scene: Scene, tmp_path: Path) -> None:
    """Control characters in names are shown as question marks."""
    (tmp_path / "odd\x1b[31m\nname").write_text(scene.values["refresh_token"])
    _, out, _ = scene.types("scan", tmp_path / "odd\x1b[31m\nname")
    assert out.startswith(f"{tmp_path}/odd?[31m?name:1:1: ")


def test_it_reads_a_pipe(scene: Scene) -> None:
    """`git log -p | frontdesk scan -`, in a process of its own."""
    program = [str(Path(sys.executable).parent / "frontdesk"), "scan", "-"]
    said = subprocess.run(program, input=f"x\n+key = {scene.values['refresh_token']}\n", capture_output=True, text=True)
    assert said.returncode == 1
    assert said.stdout.startswith("-:2:8: refresh token fdrt_…")


def test_a_place_is_needed(scene: Scene) -> None:
    """Wrong usage, not an empty scan that finds nothing."""
    code, out, err = scene.types("scan")
    assert (code, out) == (2, "")
    assert "missing argument 'PATH...'" in err


def test_config_check_refuses_keys_that_a_server_would_refuse(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leak reports: what is wrong with leak_keys is told before anything is served."""
    monkeypatch.setenv("FRONTDESK_LEAK_KEYS", str(tmp_path / "keys"))
    code, out, err = scene.types("config", "check", "--data", scene.data)
    assert (code, out) == (1, "")
    assert err.startswith(f"frontdesk: error: cannot read leak_keys, {tmp_path / 'keys'}: No such file")
