"""A house in which every secret is used, and misused in every place that a request has (LK-01)."""

import base64
import binascii
import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

from attacks.signed_reports import PATH, Reporter
from frontdesk.protocol import tokens
from frontdesk.protocol.leaks import KINDS
from servers.house import House
from servers.partner import Place, settle
from servers.people import Person
from servers.processes import family
from servers.wires import Reply, Wire, basic

ROW = "0193a1b2-c3d4-7e5f-8a6b-0123456789ab"
CHECK_SECRET = "canary-check-Zq8wLr3TnV5xKd7B"
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
        return [name for name, secret in self.all.items() if any(piece in content for piece in pieces_of(secret))]


def pieces_of(secret: str) -> list[bytes]:
    """What tells of a secret: its middle, as it is, in hex and in base64."""
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
    supervisor, *workers = [pid for pid in family(house.running.pid) if is_python(pid)]
    assert len(workers) >= 2
    for pid in (supervisor, *workers):
        yield Path(f"/proc/{pid}/cmdline"), Path(f"/proc/{pid}/cmdline").read_bytes()
    for pid in workers:
        with suppress(PermissionError):
            yield Path(f"/proc/{pid}/environ"), Path(f"/proc/{pid}/environ").read_bytes()


def is_python(pid: int) -> bool:
    """Whether it is one of ours, and not what started it."""
    return b"python" in Path(f"/proc/{pid}/cmdline").read_bytes()


def walk_everything(house: House, marks: Marks, reporter: Reporter, *, each: int) -> set[int]:
    """Use, and misuse, every secret that a house gives out; the statuses of the answers.

    Each secret goes to every endpoint in `each`, the next one to the endpoints beside those; always in every place.
    """
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
    for number, (name, secret) in enumerate(marks.all.copy().items()):
        for target in ENDPOINTS[number % each :: each]:
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
