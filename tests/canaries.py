"""The canary run (row LK-01): every test's output is searched for tokens and secrets, with everything logged at debug.

A pytest plugin. What is made in the test process is remembered in pieces, so that a piece of a secret is found too;
and whatever has the prefix, length and checksum of one of ours is found whoever made it. What counts as output: log
lines of this process and of the servers it starts, audit rows, database files, mails, answers of our own endpoints
and pages, and what commands print. A finding fails the test in which it came out, with the value masked.
"""

import base64
import functools
import logging
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest

from frontdesk.cli import main as command_line
from frontdesk.protocol import leaks, tokens
from frontdesk.protocol.records import AuditEvent
from frontdesk.runtime import logs
from frontdesk.runtime.mail import PostOffice
from frontdesk.runtime.mint import Mint
from frontdesk.settings import Settings
from frontdesk.testing.told import Pigeonholes
from frontdesk.web.front import Front
from servers.house import House
from servers.people import Person
from servers.processes import Running
from servers.wires import Reply, Wire

NOTHING = frozenset[str]()

# -- What is shown on purpose, and why; everything else is a leak.
# A command that makes a secret prints it once, on stdout; it is kept nowhere else.
PRINTED_ONCE = {
    ("network", "add"): frozenset({tokens.NETWORK_SECRET}),
    ("credential", "regenerate"): frozenset({tokens.NETWORK_SECRET}),
    ("app", "add"): frozenset({tokens.CLIENT_SECRET}),
    ("app", "rotate-secret"): frozenset({tokens.CLIENT_SECRET}),
    ("resource-server", "add"): frozenset({tokens.RESOURCE_SERVER_SECRET}),
    ("resource-server", "rotate-secret"): frozenset({tokens.RESOURCE_SERVER_SECRET}),
}
# The demo's answer holds the credentials of its make-believe town, so that a newcomer can type a curl line.
DEMO = frozenset({tokens.NETWORK_SECRET, tokens.CLIENT_SECRET})
# The body of a right token answer is what the app asked for (RFC 6749 §5.1).
TOKEN_ANSWER = frozenset({tokens.ACCESS, tokens.REFRESH})
# The answer to a POST that makes or opens a network's secret is the one page that shows it, to its owner.
SECRET_PAGE = re.compile(r"/account/networks/[^/]+/api/(?:regenerate|reveal)")
# A code travels in the redirect to its app (RFC 6749 §4.1.2), from whichever page was the last one.
CODE_CARRIERS = frozenset({"/oauth2/authorize", "/consent", "/sign-in/code"})
# A session is a cookie: set by the page that ends a sign-in.
SESSION_GIVERS = frozenset({"/sign-in/code"})
# Answers that are ours; on other paths only refusals are, the rest is the API's own.
_OURS = re.compile(r"/(?:oauth2|\.well-known|_frontdesk|account|sign-in|consent|signed-out|livez|readyz|version)\b")

_HINT = re.compile(rb"fd(?:at|rt|ac|se|cs|ns|rs)(?:_|%(?:25)*5[fF]|\\+(?:u00|x)5[fF]|=5F)|ZmR[uj]aV[89]|f\x00d\x00")
_RUN = re.compile(rb"[A-Za-z0-9_-]{19,}")
_SIX = re.compile(rb"\b\d{6}\b")
_PIECE = 10  # characters; of 43 secret ones, every run of 19 holds a whole piece
_SECRET_PART = slice(-49, -6)  # the last 256 bits of a value, before its checksum
# Told randomness counts upwards, and so may a salt elsewhere: no secret by which a leak could be told.
_COUNTED = b"".join(base64.urlsafe_b64encode(bytes(shift) + bytes(range(256))) for shift in range(3))
_ENOUGH = 4_000_000  # bytes that are kept before they are searched
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Something that came out: where, and which kinds of value may stand in it."""

    where: str
    text: bytes = field(repr=False)
    may_hold: frozenset[str] = NOTHING
    has_lines: bool = True  # a log or an audit row: a sign-in code beside an address is a leak there


class Watch:
    """Remembers what must not come out, and searches what did."""

    def __init__(self) -> None:
        self._pieces: dict[bytes, str] = {}
        self._made: deque[list[bytes]] = deque()
        self.words: set[bytes] = set()  # passwords and the like, without a form of their own
        self.codes: set[bytes] = set()  # sign-in codes, as digits
        self._kept: list[Output] = []
        self._size = 0
        self.findings: list[str] = []

    def remember(self, value: str) -> None:
        """A token or secret was made."""
        part = value.encode()[_SECRET_PART]
        pieces = [part[start : start + _PIECE] for start in range(0, len(part) - _PIECE + 1, _PIECE)]
        pieces = [piece for piece in pieces if piece not in _COUNTED]
        self._pieces.update(dict.fromkeys(pieces, value[:5]))
        self._made.append(pieces)
        if len(self._made) > _REMEMBERED:
            for piece in self._made.popleft():
                self._pieces.pop(piece, None)

    def remember_word(self, word: str) -> None:
        """A password was set; those that any text could hold by chance are left out."""
        if len(word) >= 12 and len(set(word)) >= 8:
            self.words.add(word.encode("utf-8", "replace"))

    def saw(self, where: str, text: str | bytes, may_hold: frozenset[str] = NOTHING, *, has_lines: bool = True) -> None:
        """Something came out."""
        raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
        self._kept.append(Output(where=where, text=raw, may_hold=may_hold, has_lines=has_lines))
        self._size += len(raw)
        if self._size > _ENOUGH:
            self.search()

    def search(self) -> None:
        """Search what is kept, and forget it."""
        kept, self._kept, self._size = self._kept, [], 0
        whole = b"\n".join([output.text for output in kept])
        if not (_HINT.search(whole) or self._has_piece(whole) or self._has_word(whole) or self._has_code(whole)):
            return
        for output in kept:
            self.findings += [f"{found} in {output.where}" for found in self._examine(output)]

    def _examine(self, output: Output) -> Iterable[str]:
        found = find_values(output.text)
        yield from (leaks.mask(value) for value in found if value[:5] not in output.may_hold)
        if not found and (prefix := self._has_piece(output.text)) and prefix not in output.may_hold:
            yield f"a piece of {prefix}…"
        if self._has_word(output.text):
            yield "a password"
        if output.has_lines and self._has_code(output.text):
            yield "a sign-in code beside its address"

    def _has_piece(self, text: bytes) -> str:
        pieces = self._pieces
        for run in _RUN.finditer(text) if pieces else ():
            word = run[0]
            for start in range(len(word) - _PIECE + 1):
                if word[start : start + _PIECE] in pieces:
                    return pieces[word[start : start + _PIECE]]
        return ""

    def _has_word(self, text: bytes) -> bool:
        return any(word in text for word in self.words)

    def _has_code(self, text: bytes) -> bool:
        if not self.codes or b"@" not in text:
            return False
        # A mail that is shown instead of sent (console:) stands in lines of its own.
        lines = [line for line in text.splitlines() if b"@" in line and not line.startswith(b"  | ")]
        return any(code in self.codes for line in lines for code in _SIX.findall(line))

    def take_findings(self) -> list[str]:
        """Search the rest, and hand over what was found since the last time."""
        self.search()
        found, self.findings = list(dict.fromkeys(self.findings)), []
        return found


def find_values(content: bytes) -> list[str]:
    """Every whole value of ours in some bytes."""
    if not _HINT.search(content):
        return []
    scanner = leaks.Scanner()
    return [hit.value for hit in (*scanner.feed(content), *scanner.finish())]


class Servers:
    """Every server that is started, and how far its output was read."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._logs: dict[Path, tuple[int, frozenset[str]]] = {}
        self._mails: set[Path] = set()
        self.houses: list[House] = []

    def add_log(self, path: Path, may_hold: frozenset[str]) -> None:
        """A program of ours writes here."""
        self._logs.setdefault(path, (0, may_hold))

    def look(self) -> None:
        """Read on in every log; read every new mail, and every database."""
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

    def _read_mails(self, house: House) -> None:
        for path in house.mail.glob("*.eml"):
            if path not in self._mails:
                self._mails.add(path)
                text = path.read_bytes()
                self._watch.codes.update(_SIX.findall(text.partition(b"Subject:")[2].partition(b"\n")[0]))
                self._watch.saw(f"the mail {path}", text, has_lines=False)


def look_into_databases(watch: Watch, folder: Path) -> None:
    """Search the database files of a folder, with their logs: nothing of ours stands there as it was given out."""
    for path in folder.rglob("frontdesk.db*"):
        try:
            watch.findings += [f"{leaks.mask(value)} in the file {path}" for value in find_values(path.read_bytes())]
        except OSError:
            continue


def judge_answer(watch: Watch, target: str, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """Look at one answer of a server: headers and body, each by what may stand in it."""
    path = urlsplit(target).path if "://" in target else target.partition("?")[0]
    if not _OURS.match(path) and status < 400:
        return
    where = f"the answer {status} of {path}"
    for name, value in headers:
        may_hold = NOTHING
        if name.lower() == "location" and path in CODE_CARRIERS:
            may_hold = frozenset({tokens.CODE})
        elif name.lower() == "set-cookie" and path in SESSION_GIVERS:
            may_hold = frozenset({tokens.SESSION})
        watch.saw(f"{name} of {where}", value, may_hold, has_lines=False)
    may_hold = NOTHING
    if status == 200 and path == "/oauth2/token":
        may_hold = TOKEN_ANSWER
    elif status == 200 and SECRET_PAGE.fullmatch(path):
        may_hold = frozenset({tokens.NETWORK_SECRET})
    watch.saw(where, body, may_hold, has_lines=False)


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


def _on_mail(_: object, to: str, subject: str, text: str) -> None:
    WATCH.saw("a mail", f"{to}\n{subject}\n{text}", has_lines=False)


def _on_echo(message: object = None, file: object = None, nl: bool = True, err: bool = False, **_: object) -> None:
    if isinstance(message, str | bytes):
        WATCH.saw(f"what '{' '.join(_typed[:2])}' prints", message, NOTHING if err else _may_print(_typed))


def _on_command(words: tuple[str, ...], out: str, err: str) -> None:
    WATCH.saw(f"what '{' '.join(words[:2])}' prints", out, _may_print(words))
    WATCH.saw(f"what '{' '.join(words[:2])}' complains", err)


def _may_print(words: Iterable[str]) -> frozenset[str]:
    first, second = (*words, "", "")[:2]
    return DEMO if first == "dev" else PRINTED_ONCE.get((first, second), NOTHING)


def _on_reply(reply: Reply, _: Wire, __: str, target: str, *___: object, **____: object) -> None:
    judge_answer(WATCH, target, reply.status, reply.headers.items(), reply.body)


def _on_response(response: Any) -> None:
    judge_answer(WATCH, str(response.url), response.status_code, response.headers.multi_items(), response.read())


def _on_house(house: House, **settings: Any) -> None:
    SERVERS.houses.append(house)
    _remember_settings(str(settings.get("check_secret", "")), str(settings.get("mail", "")))


def _on_program(command: list[str], log: Path) -> None:
    # What nginx and browsers write is theirs (docs/proxies.md has its own test).
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
