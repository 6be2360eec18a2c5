"""The canary run (row LK-01): every test's output is searched for tokens and secrets, with everything logged at debug.

A pytest plugin. What counts as output: log lines of this process and of the servers it starts, audit rows, database
files, mails, answers of our own endpoints and pages, and what commands print. A finding fails the test in which it came
out. `canary_watch.py` says what is searched for, and what may stand where.
"""

import functools
import logging
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

from canary_watch import DEMO, NOTHING, PRINTED_ONCE, SIX, Watch, judge_answer, look_into_databases
from frontdesk.cli import main as command_line
from frontdesk.gateway.assertion import Assertions
from frontdesk.protocol.keys import PURPOSES
from frontdesk.protocol.records import AuditEvent
from frontdesk.runtime import keys as key_file
from frontdesk.runtime import logs
from frontdesk.runtime.keys import KeyFileError
from frontdesk.runtime.mail import PostOffice
from frontdesk.runtime.mint import Mint
from frontdesk.settings import Settings
from frontdesk.testing.told import Pigeonholes
from frontdesk.web.front import Front
from servers.house import House
from servers.people import Person
from servers.processes import Running
from servers.wires import Reply, Wire


class Servers:
    """Every server that is started, and how far its output was read."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._logs: dict[Path, tuple[int, frozenset[str]]] = {}
        self._mails: set[Path] = set()
        self._keys: set[key_file.Mark] = set()
        self.houses: list[House] = []

    def add_log(self, path: Path, may_hold: frozenset[str]) -> None:
        """A program of ours writes here."""
        self._logs.setdefault(path, (0, may_hold))

    def look(self) -> None:
        """Read on in every log; read every new mail, and every database."""
        for house in self.houses:
            self._read_keys(house)
        for path, (start, may_hold) in list(self._logs.items()):
            try:
                with path.open("rb") as file:
                    file.seek(start)
                    text = file.read()
            except OSError:
                del self._logs[path]
                continue
            whole = text[: text.rfind(b"\n") + 1]  # a line that is being written waits
            self._logs[path] = (start + len(whole), may_hold)
            if may_hold:  # only what it answers, no line that it logs
                logged = [line for line in whole.splitlines() if b'"level":' in line]
                answered = [line for line in whole.splitlines() if b'"level":' not in line]
                self._watch.saw(f"the answer in {path}", b"\n".join(answered), may_hold)
                whole = b"\n".join(logged)
            self._watch.saw(f"the log {path}", whole)
        for house in self.houses:
            self._read_mails(house)
            look_into_databases(self._watch, house.data)

    def part(self, house: House) -> None:
        """A house is about to be taken away."""
        self.look()
        self.houses = [one for one in self.houses if one is not house]

    def _read_keys(self, house: House) -> None:
        # Made by another process.
        with suppress(KeyFileError):
            ring, mark = key_file.read_keys(house.data, database_id=None)
            if mark not in self._keys:
                self._keys.add(mark)
                for purpose in PURPOSES:
                    for key in ring.keys(purpose):
                        self._watch.remember_key(purpose, key.secret)

    def _read_mails(self, house: House) -> None:
        for path in house.mail.glob("*.eml"):
            if path not in self._mails:
                self._mails.add(path)
                text = path.read_bytes()
                self._watch.codes.update(SIX.findall(text.partition(b"Subject:")[2].partition(b"\n")[0]))
                self._watch.saw(f"the mail {path}", text, has_lines=False)


# -- How the plugin hears of all that: the real things do what they do, and tell.
WATCH = Watch()
SERVERS = Servers(WATCH)
_typed: list[str] = []


def _after(owner: Any, name: str, tell: Callable[..., object]) -> None:
    """Let a function do its work, then tell what it was given and what came of it."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def told(*args: Any, **kwargs: Any) -> Any:
        outcome = original(*args, **kwargs)
        tell(outcome, *args, **kwargs)
        return outcome

    setattr(owner, name, told)


def _before(owner: Any, name: str, tell: Callable[..., object]) -> None:
    """Tell what a function is given, then let it do its work."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def told(*args: Any, **kwargs: Any) -> Any:
        tell(*args, **kwargs)
        return original(*args, **kwargs)

    setattr(owner, name, told)


def _listen() -> None:
    for maker in ("new_secret", "new_code", "new_refresh_token", "successor", "new_session_token", "access_token"):
        _after(Mint, maker, lambda made, *_, **__: WATCH.remember(made))
    _after(Assertions, "write", lambda made, *_, **__: WATCH.remember(made.decode()))
    _after(key_file, "_draw_key", lambda made, purpose, *_: WATCH.remember_key(purpose, made.secret))
    _after(Mint, "new_login_code", lambda made, *_: WATCH.codes.add(made.encode()))
    _after(Settings, "__init__", lambda _, settings, **__: _remember_settings(settings.check_secret, settings.mail))
    _after(AuditEvent, "__init__", lambda _, event, **__: WATCH.saw("an audit row", _row(event)))
    _before(Pigeonholes, "post", _on_mail)
    _before(PostOffice, "post", _on_mail)
    _before(command_line.LazyCommands, "main", lambda _, args=(), **__: _typed.__setitem__(slice(None), args))
    _before(click, "echo", _on_echo)
    _after(Wire, "ask", _on_reply)
    _after(Person, "__init__", lambda _, person, *__: person.http.event_hooks["response"].append(_on_response))
    _after(House, "__init__", lambda _, house, **settings: _on_house(house, **settings))
    _before(House, "leave", SERVERS.part)
    _after(House, "run", lambda done, _, *words, **__: _on_command(words, done.stdout, done.stderr))
    _before(Running, "__init__", lambda _, command, *, log, **__: _on_program(list(command), log))
    _tell_debug()
    _tee_logs()
    _tee_answers()


def _row(event: AuditEvent) -> str:
    return " ".join(str(value) for one in fields(event) if (value := getattr(event, one.name)) is not None)


def _remember_settings(check_secret: str, mail: str) -> None:
    WATCH.remember_word(check_secret)
    if "@" in mail and "://" in mail:
        userinfo = mail.partition("://")[2].rpartition("@")[0]
        WATCH.remember_word(userinfo.partition(":")[2])


def _on_mail(_: object, to: str, subject: str, text: str, *, language: str = "") -> None:
    WATCH.saw("a mail", f"{to}\n{subject}\n{text}", has_lines=False)


def _on_echo(message: object = None, file: object = None, nl: bool = True, err: bool = False, **_: object) -> None:
    if isinstance(message, str | bytes):
        WATCH.saw(f"what '{' '.join(_typed[:2])}' prints", message, NOTHING if err else _may_print(_typed))


def _on_command(words: tuple[str, ...], out: str, err: str) -> None:
    WATCH.saw(f"what '{' '.join(words[:2])}' prints", out, _may_print(words))
    WATCH.saw(f"what '{' '.join(words[:2])}' complains", err)


def _may_print(words: Iterable[str]) -> frozenset[str]:
    first, second = (*words, "", "")[:2]
    return DEMO if first == "dev" else PRINTED_ONCE.get((first, second)) or PRINTED_ONCE.get((first, ""), NOTHING)


def _on_reply(reply: Reply, _: Wire, __: str, target: str, *___: object, **____: object) -> None:
    judge_answer(WATCH, target, reply.status, reply.headers.items(), reply.body)


def _on_response(response: Any) -> None:
    judge_answer(WATCH, str(response.url), response.status_code, response.headers.multi_items(), response.read())


def _on_house(house: House, **settings: Any) -> None:
    SERVERS.houses.append(house)
    _remember_settings(str(settings.get("check_secret", "")), str(settings.get("mail", "")))


def _on_program(command: list[str], log: Path) -> None:
    # What nginx and browsers write is theirs (tests/proxies looks into it).
    if Path(command[0]).name == "frontdesk":
        SERVERS.add_log(log, DEMO if "dev" in command[1:2] else NOTHING)


def _tell_debug() -> None:
    original = House.environment

    @functools.wraps(original)
    def environment(house: House, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        return {"FRONTDESK_LOG_LEVEL": "debug", **original(house, extra)}

    House.environment = environment  # type: ignore[method-assign]


def _tee_logs() -> None:
    original = logs.LogSink.__init__

    @functools.wraps(original)
    def begin(sink: logs.LogSink, write: Callable[[bytes], object] = logs._write_to_stderr) -> None:
        def tell(line: bytes) -> object:
            WATCH.saw("a log line", line)
            return write(line)

        original(sink, tell)

    logs.LogSink.__init__ = begin  # type: ignore[method-assign]


def _tee_answers() -> None:
    original = Front.__call__

    @functools.wraps(original)
    async def answer(front: Front, scope: Any, receive: Any, send: Any) -> None:
        sent: list[Any] = []

        async def tell(message: Any) -> None:
            sent.append(message)
            await send(message)

        await original(front, scope, receive, tell)
        start = next((message for message in sent if message["type"] == "http.response.start"), None)
        if start is not None:
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
            body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
            judge_answer(WATCH, scope["raw_path"].decode("latin-1"), start["status"], headers, body)

    Front.__call__ = answer  # type: ignore[method-assign]


_listen()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Log at debug as the product does; what is logged is in the report of a test that fails."""
    said: list[bytes] = []
    logs.start_logs("debug", sink=logs.LogSink(said.append))
    for name in ("httpcore2", "httpx2"):  # the tests' own browsers
        logging.getLogger(name).setLevel(logging.WARNING)
    item.stash[_SAID] = said
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Run a test, then search all that came out."""
    try:
        outcome = yield
    except BaseException:
        item.add_report_section("call", "product log", b"".join(item.stash[_SAID][-200:]).decode())
        raise
    SERVERS.look()
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if folder is not None:
        look_into_databases(WATCH, folder)
    _refuse_findings(item)
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """What comes out while everything is put away counts too."""
    outcome = yield
    _refuse_findings(item)
    WATCH.codes.clear()
    return outcome


_SAID = pytest.StashKey[list[bytes]]()


def _refuse_findings(item: pytest.Item) -> None:
    found = WATCH.take_findings()
    if found:
        pytest.fail(f"secrets came out of {item.nodeid}:\n  " + "\n  ".join(found[:20]), pytrace=False)
