"""Canaries: a secret of every kind in right and wrong places of a real server at debug (LK-01, LK-05, RV-16).

The same search goes over the output of every other test: `tests/canaries.py`.
"""

import base64
import binascii
import dataclasses
import http.client
import importlib
import inspect
import json
import os
import pkgutil
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec
import pytest
import structlog

import frontdesk
from attacks.signed_reports import PATH, Reporter
from canaries import DEMO, Watch
from frontdesk.protocol import tokens
from frontdesk.protocol.leaks import KINDS
from frontdesk.runtime.logs import LogSink, start_logs
from frontdesk.runtime.redaction import is_secret_name
from servers.house import House
from servers.mail import wait_for_code
from servers.partner import Place, settle
from servers.people import Person
from servers.processes import family, free_port, wait_until
from servers.wires import Reply, Wire, basic

ROW = "0193a1b2-c3d4-7e5f-8a6b-0123456789ab"
CHECK_SECRET = "canary-check-Zq8wLr3TnV5xKd7B"
MAIL_PASSWORD = "canary-mail-Hs4pYc9JmG2fWt6R"
STATE = "canary-state-Ub1vXe0NaC7kQi5D"  # what an app may find secret; it gets it back in the redirect, and that is all
ENDPOINTS = (
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/.well-known/oauth-authorization-server",
    "/sign-in/code",
    "/consent",
    "/account",
    "/account/apps",
    "/_frontdesk/check",
    "/_frontdesk/refusal",
    "/_frontdesk/leaks",
    "/resources/v1",
    "/no/such/operation",
    "/livez",
    "/readyz",
)
PARAMETERS = (
    *("token", "code", "access_token", "refresh_token", "client_secret", "client_assertion", "code_verifier"),
    *("redirect_uri", "client_id", "scope", "grant_type", "response_type", "prompt", "request", "next", "unheard_of"),
)


def forged(prefix: str, seed: int) -> str:
    """A value of this kind, with right form and checksum, that nobody issued."""
    random = bytes((seed * 37 + place * 11) % 256 for place in range(32))
    if prefix == tokens.ACCESS:
        text = prefix + base64.urlsafe_b64encode(b"\x01\x01" + random * 2).rstrip(b"=").decode()
        return text + tokens.checksum(text.encode()).decode()
    if KINDS[prefix].is_secret:
        return tokens.write_secret(prefix, random)
    return tokens.write_row_token(prefix, ROW, random)


class Marks:
    """Every secret of the run; finds a piece of any in bytes, as it is or inside a Basic header."""

    def __init__(self) -> None:
        self.all: dict[str, str] = {}

    def add(self, name: str, secret: str) -> str:
        """One more."""
        assert secret, name
        self.all[name] = secret
        return secret

    def found_in(self, content: bytes) -> list[str]:
        """The names of those that stand in it."""
        return [name for name, secret in self.all.items() if any(piece in content for piece in _pieces(secret))]


def _pieces(secret: str) -> list[bytes]:
    middle = secret.encode()[-28:-6]
    # Base64 of a text depends on where in a group of three it begins; its inner groups do not depend on its ends.
    turned = [binascii.b2a_base64(b"x" * shift + middle, newline=False)[4:-4] for shift in range(3)]
    return [middle, middle.hex().encode(), *turned]


class Caller:
    """Asks over one connection, and over another once the server hung up."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._wire = Wire(port)

    def ask(self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Reply:
        """One request."""
        with suppress(http.client.NotConnected):
            return self._wire.ask(method, target, headers, body)
        self._wire = Wire(self._port)
        return self._wire.ask(method, target, headers, body)

    def close(self) -> None:
        """Hang up."""
        self._wire.close()


def push(wire: Caller, secret: str, target: str) -> Iterator[tuple[str, Reply]]:
    """Send a secret to one endpoint in every place that a request has; the places and the answers."""
    query = urlencode(dict.fromkeys(PARAMETERS, secret))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    yield "query", wire.ask("GET", f"{target}?{query}")
    yield "path", wire.ask("GET", f"{target}/{quote(secret)}")
    yield "form", wire.ask("POST", target, form, query.encode())
    yield "query and form", wire.ask("POST", f"{target}?token={secret}", form, f"token={secret}&token=x".encode())
    yield (
        "json",
        wire.ask("POST", target, {"Content-Type": "application/json"}, json.dumps([{"token": secret}]).encode()),
    )
    for scheme in (f"Bearer {secret}", basic("fdci_x", secret), basic(secret, ""), f"Token {secret}", secret):
        yield "authorization", wire.ask("GET", target, {"Authorization": scheme, "spacebring-network-id": ROW})
    names = ("User-Agent", "Referer", "X-Forwarded-For", "X-Forwarded-Uri", "X-Request-Id", "Origin", "Accept")
    yield "headers", wire.ask("GET", target, dict.fromkeys((*names, "spacebring-network-id"), secret))
    yield "cookies", wire.ask("GET", target, {"Cookie": f"fd_session={secret}; fd_browser={secret}; other={secret}"})
    asked = {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": f"/resources/v1?access_token={secret}"}
    yield "proxied", wire.ask("GET", "/_frontdesk/check", asked | {"Authorization": f"Bearer {secret}"})


def send_raw(port: int, secret: str) -> None:
    """Bytes that are no right request, with a secret in each."""
    for head in (
        f"GET /{secret} HTTP/9.9\r\n\r\n",
        f"{secret} /resources/v1 HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET /resources/v1 HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer {secret}\r\n\r\n",
        f"GET /resources/v1#{secret} HTTP/1.1\r\nHost: {secret}\r\n{secret}\r\n\r\n",
        f"GET /x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}{'x' * 100_000}\r\n\r\n",
        f"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\ntoken={secret}",
    ):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(head.encode())
            connection.settimeout(0.5)
            connection.recv(65_536)


def files_of(house: House) -> Iterator[Path]:
    """Every file that a house wrote, but the one that holds its keys."""
    for path in house.folder.rglob("*"):
        if path.is_file() and path.name not in {"keys.json", "mail-url", "check-secret"}:
            yield path


def processes_of(house: House) -> Iterator[tuple[Path, bytes]]:
    """Command line and environment of each worker, and the command line of the supervisor."""
    assert house.running is not None
    supervisor, *workers = [pid for pid in family(house.running.pid) if _is_python(pid)]
    assert len(workers) >= 2
    for pid in (supervisor, *workers):
        yield Path(f"/proc/{pid}/cmdline"), Path(f"/proc/{pid}/cmdline").read_bytes()
    for pid in workers:
        with suppress(PermissionError):
            yield Path(f"/proc/{pid}/environ"), Path(f"/proc/{pid}/environ").read_bytes()


def _is_python(pid: int) -> bool:
    return b"python" in Path(f"/proc/{pid}/cmdline").read_bytes()


def walk_everything(house: House, marks: Marks, reporter: Reporter) -> set[int]:
    """Use, and misuse, every secret that a house gives out; the statuses of the answers."""
    statuses = set()
    town = settle(house)
    wire, person, place = Wire(house.port), town.person(), town.places[0]
    marks.add("client secret", town.app.client_secret)
    marks.add("network secret", place.client_secret)
    api = house.admin("resource-server", "add", "Bookings")
    marks.add("resource server secret", api["secret"])
    code = marks.add("code", town.app.obtain_code(person, [place.id], state=STATE))
    sold = town.app.exchange(wire, code).json()
    marks.add("access token", sold["access_token"])
    marks.add("refresh token", sold["refresh_token"])
    marks.add("session", person.http.cookies["fd_session"])
    marks.add("browser", person.http.cookies["fd_browser"])
    for seed, prefix in enumerate(KINDS):
        marks.add(f"forged {prefix}", forged(prefix, seed + 1))
    asked = {"token": sold["access_token"]}
    proof = {"Authorization": basic(api["resource_server"]["id"], api["secret"])}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert wire.ask("POST", "/oauth2/introspect", proof | form, urlencode(asked).encode()).json()["active"] is True
    asker = {"X-Frontdesk-Check-Secret": CHECK_SECRET, "X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/resources/v1"}
    assert (
        wire.ask("GET", "/_frontdesk/check", asker | {"Authorization": f"Bearer {sold['access_token']}"}).status == 200
    )
    _open_secret(person, marks, place)
    busy = town.places[1]
    marks.add("another network's secret", busy.client_secret)
    statuses |= {wire.call_basic(busy.client_id, busy.client_secret).status for _ in range(60)}  # 429 among them
    caller = Caller(house.port)
    for name, secret in list(marks.all.items()):
        for target in ENDPOINTS:
            for where, reply in push(caller, secret, target):
                said = str(reply.headers).encode() + reply.body
                statuses.add(reply.status)
                # What the API itself says, behind the gateway, is what it was sent: the credential is not.
                if reply.status != 200:
                    assert not marks.found_in(said), f"{name} by {where} to {target}: {reply.status} {said[:300]!r}"
        send_raw(house.port, secret)
    caller.close()
    wire.close()
    wire = Wire(house.port)
    report = json.dumps([{"token": sold["access_token"], "type": "x", "url": f"https://x.example/{code}"}]).encode()
    signed = {"github-public-key-identifier": "reporter-1", "github-public-key-signature": reporter.signs(report)}
    answers = [wire.ask("POST", PATH, signed | {"Content-Type": "application/json"}, report) for _ in range(2)]
    answers += [town.app.revoke(wire, sold["refresh_token"]) for _ in range(2)]
    statuses |= {answer.status for answer in answers}
    assert [answer.status for answer in answers[1::2]] == [200, 200]
    assert not marks.found_in(b"".join(answer.body for answer in answers))
    wire.close()
    town.close()
    return statuses


def _open_secret(person: Person, marks: Marks, place: Place) -> None:
    """Let the owner see the secret and regenerate it; both pages show one secret, to nobody else."""
    page = person.get(f"/account/networks/{place.id}/api")
    assert not marks.found_in(page.content)
    shown = person.send(page, person.form_with(page, "request", "/reveal"))
    assert place.client_secret in shown.text
    page = person.get(f"/account/networks/{place.id}/api")
    fresh = person.send(page, person.form_with(page, "title"), title=place.title)
    found = re.search(r"fdns_[\w-]+", fresh.text)
    assert found is not None, fresh.text[:2000]
    marks.add("regenerated secret", found[0])
    assert not marks.found_in(person.get(f"/account/networks/{place.id}/api").content)


def administer(house: House, place: str) -> Iterator[tuple[str, bytes]]:
    """What the commands print that show, list and examine."""
    for words in (
        ("network", "list"),
        ("app", "list"),
        ("resource-server", "list"),
        ("grant", "list"),
        ("keys", "list"),
        ("credential", "show", place),
        ("config", "show"),
        ("config", "check"),
        ("config", "check", "--deploy"),
        ("doctor",),
        ("scan", str(house.folder / "server.log")),
    ):
        for more in ((), ("--json",)):
            done = house.run(*words, *more)
            assert done.returncode in (0, 1), f"{words}: {done.stderr}"
            yield " ".join((*words, *more)), (done.stdout + done.stderr).encode()


def test_lk_01_no_canary_comes_out_of_a_server_at_debug(new_house: Callable[..., House]) -> None:
    """LK-01, RV-16, LK-05: not in log, answer, mail, database, WAL, file, command, arguments, environment or core."""
    reporter, marks = Reporter.begin(), Marks()
    house = new_house(workers=2, log_level="debug", check_secret=CHECK_SECRET, check_peers="127.0.0.1")
    keys = reporter.writes_keys(house.folder)
    keys.chmod(0o644)
    marks.add("check secret", CHECK_SECRET)
    # The first revocation of each worker fails: its answer is 503, and the cause is logged with a traceback.
    house.start({"FRONTDESK_LEAK_KEYS": str(keys), "FRONTDESK_FAILPOINT": "revoke.before_commit:1:error"})
    statuses = walk_everything(house, marks, reporter)
    assert {200, 303, 400, 401, 404, 405, 429, 503} <= statuses
    marks.add("state", STATE)
    marks.add("mail password", MAIL_PASSWORD)
    place = house.admin("network", "list")["networks"][0]["id"]
    printed = dict(administer(house, place))
    _meet(house, marks, printed)
    code = wait_for_code(house.mail, "olivia@places.example")
    log = house.running.words() if house.running is not None else ""
    assert len(log) > 100
    assert not [line for line in log.splitlines() if code in line and "olivia" in line]
    _crash(house)
    assert house.stop() == 0
    _meet(house, marks, {})

    # The same with secrets from a file and a mail server that is away: what was told of that names no password.
    (house.folder / "check-secret").write_text(CHECK_SECRET)
    (house.folder / "check-secret").chmod(0o644)
    del house.settings["check_secret"]
    away = f"smtp://desk:{MAIL_PASSWORD}@127.0.0.1:{free_port()}"
    told = {"FRONTDESK_CHECK_SECRET_FILE": str(house.folder / "check-secret"), "FRONTDESK_MAIL": away}
    house.start(told)
    person = Person(house, "sam@elsewhere.example")
    page = person.get("/sign-in")
    person.send(page, person.form_with(page, "email"), email=person.email)
    wait_until(lambda: house.running is not None and "mail.delayed" in house.running.words(), what="the mail's failure")
    for words in (("config", "show"), ("doctor",)):
        done = house.run(*words, environment=told)
        printed[f"{words} by file"] = (done.stdout + done.stderr).encode()
    assert b"hidden" in printed["('config', 'show') by file"]
    _meet(house, marks, printed)
    person.close()


def _meet(house: House, marks: Marks, printed: dict[str, bytes]) -> None:
    """Search everything that there is."""
    found = {what: marks.found_in(said) for what, said in printed.items()}
    found |= {str(path): marks.found_in(path.read_bytes()) for path in files_of(house)}
    if house.running is not None and house.running.process.poll() is None:
        names = {path.name for path in files_of(house)}
        assert {"server.log", "frontdesk.db", "frontdesk.db-wal", "frontdesk.db-shm"} <= names
        found |= {str(path): marks.found_in(said) for path, said in processes_of(house)}
    assert not {what: names for what, names in found.items() if names}


def _crash(house: House) -> None:
    """Two workers die as by a fault of their own: no core may be written, and they are replaced."""
    assert house.running is not None
    _, *workers = [pid for pid in family(house.running.pid) if _is_python(pid)]
    for pid, number in zip(workers, (signal.SIGQUIT, signal.SIGABRT), strict=True):
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"^Max core file size +1 +1 ", limits, re.MULTILINE), limits
        cwd = Path(os.readlink(f"/proc/{pid}/cwd"))
        os.kill(pid, number)
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}/exe").exists(), what="the worker's end")
        assert not [path for path in (cwd / "core", cwd / f"core.{pid}") if path.is_file()]
    wait_until(lambda: house.get_status("/readyz") == 200, what="new workers")


def test_lk_05_a_traceback_that_nobody_caught_shows_no_secret() -> None:
    """LK-05: in the main thread and beside it; neither the values of variables nor the message's secret."""
    secret = forged(tokens.REFRESH, 9)
    script = (
        "import sys, threading\nfrom frontdesk.cli import crashes\ncrashes.leave_no_secrets()\n"
        "def fail(held):\n    raise RuntimeError('refused: token=' + held + ' from ' + held)\n"
        "held = sys.stdin.read()\nbeside = threading.Thread(target=fail, args=(held,))\nbeside.start()\n"
        "beside.join()\nfail(held)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=secret, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("RuntimeError: refused: token=[redacted]") == 2
    assert done.stderr.count("in fail") == 2
    assert not [piece for piece in _pieces(secret) if piece in done.stderr.encode()]


# Fields whose names sound like secrets, and are none: what they are instead.
NO_SECRET = re.compile(
    r"is_secret|keeps_secrets|ends_secrets|leaked_secrets|Settings\.secrets|Knob\.secret"  # whether, not what
    r"|secret_changed_at|secret_shown_at|.*_lifetime|wrong_verifiers|token_at|last_.*|max_.*"  # times and counts
    r"|(?:\w+\.)?credentials?|.*\.tokens|.*\.keys|leak_keys|weak_forms|foreign_secrets|foreign_tokens"  # whole records
    r"|code_id|key_id|limit_key|budget_keys?|.*_key_trouble|Wire\.code"  # names of rows, rules and words
    r"|OldApp\.secret|KeyRing\.(?:digest|cookie)"  # records with reprs of their own, tested below by what they hold
    r"|Answered\.body|StaticFile\.body|Visit\.query"  # what an API is told, files, and a form that hides its values
    r"|Letter\.code|Step\..*|Ask\..*|Fill\..*|Browser\.cookies"  # the demo's and the tests' own people
)


def _records() -> Iterator[type]:
    for module in pkgutil.walk_packages(frontdesk.__path__, "frontdesk."):
        if not module.name.endswith("__main__"):
            for thing in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(thing) and thing.__module__ == module.name:
                    yield thing


def test_lk_05_no_record_shows_a_secret() -> None:
    """LK-05, STYLE 3: in every record of the product, fields called like a secret, and raw input, stay out of repr."""
    raw = {"headers", "body", "query", "form", "values", "sealed_secret"}
    seen, shown = 0, []
    for record in _records():
        if (
            not dataclasses.is_dataclass(record)
            or ".cli.trying" in record.__module__
            or ".testing" in record.__module__
        ):
            continue
        for field in dataclasses.fields(record):
            is_plain = str(field.type) in {"<class 'str'>", "<class 'bytes'>", "str | None", "bytes | None"} or (
                "Mapping[str, str]" in str(field.type) or "tuple[bytes, bytes]" in str(field.type)
            )
            name = f"{record.__name__}.{field.name}"
            if not (is_secret_name(field.name) or (field.name in raw and is_plain)):
                continue
            seen += 1
            excused = NO_SECRET.fullmatch(name) or NO_SECRET.fullmatch(field.name)
            if field.repr and not excused:
                shown.append(f"{record.__module__}.{name}")
    assert seen > 40
    assert not shown
    structs = [one for one in _records() if issubclass(one, msgspec.Struct) and "token" in one.__struct_fields__]
    assert structs
    assert all("canary" not in repr(one(token="canary", url="https://x.example/canary")) for one in structs)


@pytest.mark.parametrize("prefix", KINDS)
def test_a_canary_in_the_log_is_cut_out_or_found(prefix: str) -> None:
    """The search can fail: through the product's own logger it is cut out; past it, whole or in pieces, it is found."""
    secret, lines = forged(prefix, 5), list[bytes]()
    before = structlog.get_config()
    start_logs("debug", sink=LogSink(lines.append))
    structlog.get_logger().info("innocent", note=f"see {secret}", deep={"also": [secret]})
    structlog.configure(**before)
    assert b"innocent" in lines[0]
    for output, is_found in (
        (lines[0], False),
        (b'{"event":"x","note":"' + secret.encode() + b'"}', prefix != tokens.ACCESS),
        (b'{"event":"x","note":"' + secret[-40:-8].encode() + b'"}', True),
    ):
        watch = Watch()
        watch.saw("the log", output)
        watch.remember(secret)
        assert bool(watch.take_findings()) is (is_found or secret.encode() in output), output
    assert not Watch().take_findings()


def test_the_search_knows_words_codes_and_exceptions() -> None:
    """A password without a form, a sign-in code beside its address, and what a place may hold, and nothing else."""
    secret = forged(tokens.NETWORK_SECRET, 7)
    watch = Watch()
    watch.remember_word(MAIL_PASSWORD)
    watch.codes.add(b"123456")
    watch.saw("a", f"smtp://desk:{MAIL_PASSWORD}@x")
    watch.saw("b", "sent 123456 to ada@north.example")
    watch.saw("c", "  | 123456 ada@north.example\n123456\nada@north.example")
    watch.saw("d", secret, DEMO)
    watch.saw("e", secret, frozenset({tokens.CODE}))
    watch.saw("f", base64.b64encode(b"fdni_" + b"x" * 22 + b":" + secret.encode()))
    found = watch.take_findings()
    assert [one[-4:] for one in found] == ["in a", "in b", "in e", "in f"]
    assert not [one for one in found if secret[10:40] in one or MAIL_PASSWORD in one]
