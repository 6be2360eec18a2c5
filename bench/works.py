"""The workloads: what wrk sends, how one answer of each is proven right first, and what ratio it has to reach."""

import base64
import http.client
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, urlencode

from seed import CALLBACK, SCOPES, Issued, Seed

FORM = "Content-Type=application/x-www-form-urlencoded"
# What nginx's auth_request sends with its sub-request.
ASKED = "X-Forwarded-Method=GET;;X-Forwarded-Uri=/resources/v1"
# What is sent round and round, out of all that are stored. W1 and W2 are defined over 256 grants; one credential may
# make ten calls a second, so there are enough of them for 40,000 a second.
REFRESHED, CHECKED = 256, 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One workload. `must` and `goal` are ratios to the floor, `p99` milliseconds at 32 connections."""

    name: str
    script: str
    must: float
    goal: float
    p99: float
    files: list[Path] = field(default_factory=list)  # one a round, or one for all
    told: dict[str, str] = field(default_factory=dict)
    flows: bool = False
    seconds: int | None = None  # at most this long a run
    is_in_front: bool = False  # asked of nginx in front, not of Frontdesk
    # Why an answer is wrong, given the port, the round and whether its run is over; empty: right.
    proof: Callable[[int, int, bool], str]

    def environment(self, round_: int) -> dict[str, str]:
        """What its script is told in this round."""
        files = {"REQUESTS": str(self.files[round_ % len(self.files)])} if self.files else {}
        return {**files, **self.told}


def ask(port: int, method: str, target: str, headers: dict[str, str], body: str = "") -> tuple[int, bytes]:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, target, body or None, headers)
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    return answer.status, read


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    """A file of lines."""
    path.write_text("\n".join(lines) + "\n")
    return path


def client_body(issued: Issued) -> str:
    """Client authentication in the body."""
    return urlencode({"client_id": issued.app.id, "client_secret": issued.app.secret})


def refresh_body(issued: Issued) -> str:
    """A token request of step 4."""
    fields = {"client_id": issued.app.id, "client_secret": issued.app.secret}
    return urlencode({**fields, "grant_type": "refresh_token", "refresh_token": issued.refresh})


def basic(pair: tuple[str, str]) -> str:
    """A Basic credential."""
    return "Basic " + base64.b64encode(":".join(pair).encode()).decode()


def make_works(seed: Seed, folder: Path) -> list[Work]:
    """Every workload over one seed."""
    return [
        _refresh(seed, folder),
        _introspect(seed, folder),
        _check_bearer(seed, folder),
        _check_basic(seed, folder),
        _proxy(seed, folder),
        _in_front(seed, folder),
        _revoke(seed, folder),
        _flow(seed, folder),
    ]


def _refresh(seed: Seed, folder: Path) -> Work:
    lines = (f"POST\t/oauth2/token\t{FORM}\t{refresh_body(issued)}" for issued in seed.grants[:REFRESHED])

    def proof(port: int, round_: int, done: bool) -> str:
        issued = seed.grants[-1]
        status, read = ask(port, "POST", "/oauth2/token", dict([FORM.split("=", 1)]), refresh_body(issued))
        right = status == 200 and json.loads(read)["refresh_token"] == issued.refresh
        return "" if right else f"refresh: {status} {read[:200]!r}"

    file = write_lines(folder / "refresh.tsv", lines)
    return Work(name="refresh (W1)", script="cycle.lua", must=0.35, goal=0.45, p99=8, files=[file], proof=proof)


def _introspect(seed: Seed, folder: Path) -> Work:
    proven = f"{FORM};;Authorization={basic((seed.api.id, seed.api.secret))}"
    lines = (f"POST\t/oauth2/introspect\t{proven}\ttoken={issued.access}" for issued in seed.grants[:REFRESHED])

    def proof(port: int, round_: int, done: bool) -> str:
        issued = seed.grants[-1]
        told, wrong = basic((seed.api.id, seed.api.secret)), basic((seed.api.id, issued.app.secret))
        headers = dict([FORM.split("=", 1)])
        right, read = ask(
            port, "POST", "/oauth2/introspect", headers | {"Authorization": told}, f"token={issued.access}"
        )
        _, forged = ask(
            port, "POST", "/oauth2/introspect", headers | {"Authorization": told}, f"token={issued.refresh}"
        )
        refused, _ = ask(
            port, "POST", "/oauth2/introspect", headers | {"Authorization": wrong}, f"token={issued.access}"
        )
        networks = [network["id"] for network in json.loads(read).get("networks", [])]
        is_right = right == 200 and issued.network in networks and json.loads(forged) == {"active": False}
        return "" if is_right and refused == 401 else f"introspect: {right} {read[:200]!r}, {forged!r}, {refused}"

    file = write_lines(folder / "introspect.tsv", lines)
    return Work(name="introspect (W2)", script="cycle.lua", must=0.40, goal=0.55, p99=8, files=[file], proof=proof)


def _check_bearer(seed: Seed, folder: Path) -> Work:
    named = "GET\t/_frontdesk/check\t{};;Authorization=Bearer {};;spacebring-network-id={}\t"
    lines = (named.format(ASKED, issued.access, issued.network) for issued in seed.grants[:CHECKED])

    def proof(port: int, round_: int, done: bool) -> str:
        issued = seed.grants[-1]
        asked = {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/resources/v1"}
        asked |= {"Authorization": f"Bearer {issued.access}", "spacebring-network-id": issued.network}
        right, read = ask(port, "GET", "/_frontdesk/check", asked)
        wrong, _ = ask(
            port, "GET", "/_frontdesk/check", asked | {"Authorization": f"Bearer {issued.access[:-8]}00000000"}
        )
        return "" if right // 100 == 2 and wrong // 100 == 4 else f"check: {right}, forged {wrong}, {read[:200]!r}"

    file = write_lines(folder / "bearer.tsv", lines)
    return Work(name="check, Bearer", script="cycle.lua", must=0.38, goal=0.55, p99=8, files=[file], proof=proof)


def _check_basic(seed: Seed, folder: Path) -> Work:
    lines = (f"GET\t/_frontdesk/check\t{ASKED};;Authorization={basic(pair)}\t" for pair in seed.basic[:CHECKED])

    def proof(port: int, round_: int, done: bool) -> str:
        asked = {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/resources/v1"}
        first, second = seed.basic[0], seed.basic[-1]
        right, read = ask(port, "GET", "/_frontdesk/check", asked | {"Authorization": basic(second)})
        crossed = (first[0], second[1])
        wrong, _ = ask(port, "GET", "/_frontdesk/check", asked | {"Authorization": basic(crossed)})
        return "" if right // 100 == 2 and wrong // 100 == 4 else f"check: {right}, crossed {wrong}, {read[:200]!r}"

    file = write_lines(folder / "basic.tsv", lines)
    return Work(name="check, Basic", script="cycle.lua", must=0.38, goal=0.55, p99=8, files=[file], proof=proof)


def _proxy(seed: Seed, folder: Path) -> Work:
    line = "GET\t/resources/v1?limit=50\tAuthorization=Bearer {};;spacebring-network-id={}\t"
    lines = (line.format(issued.access, issued.network) for issued in seed.grants[:CHECKED])

    def proof(port: int, round_: int, done: bool) -> str:
        issued = seed.grants[-1]
        told = {"Authorization": f"Bearer {issued.access}", "spacebring-network-id": issued.network}
        right, read = ask(port, "GET", "/resources/v1?limit=50", told)
        forged = told | {"Authorization": f"Bearer {issued.access[:-8]}00000000"}
        wrong, _ = ask(port, "GET", "/resources/v1?limit=50", forged)
        is_right = right == 200 and read.startswith(b'{"access_token"') and wrong == 401
        return "" if is_right else f"proxy: {right}, forged {wrong}, {read[:200]!r}"

    file = write_lines(folder / "proxy.tsv", lines)
    return Work(name="proxy + API", script="cycle.lua", must=0.15, goal=0.20, p99=15, files=[file], proof=proof)


def _in_front(seed: Seed, folder: Path) -> Work:
    """The same calls through nginx, which asks Frontdesk about each."""
    return replace(_proxy(seed, folder), name="nginx+check+API", must=0.28, goal=0.34, is_in_front=True)


def _revoke(seed: Seed, folder: Path) -> Work:
    files = [
        write_lines(
            folder / f"revoke-{number}.tsv",
            # With client authentication: without it each revocation is told to the owners by mail, too.
            (f"POST\t/oauth2/revoke?token={issued.refresh}\t{FORM}\t{client_body(issued)}" for issued in pool),
        )
        for number, pool in enumerate(seed.to_revoke)
    ]

    def proof(port: int, round_: int, done: bool) -> str:
        """The tenth of the round's pool was surely sent (wrk uses up the first): alive before the run, dead after."""
        issued = seed.to_revoke[round_ % len(seed.to_revoke)][9]
        status, read = ask(port, "POST", "/oauth2/token", dict([FORM.split("=", 1)]), refresh_body(issued))
        expected = 400 if done else 200
        return "" if status == expected else f"revoked token: {status} instead of {expected}, {read[:200]!r}"

    return Work(
        name="revoke (W3)", script="once.lua", must=0.25, goal=0.38, p99=12, files=files, seconds=3, proof=proof
    )


def _flow(seed: Seed, folder: Path) -> Work:
    asked = {"client_id": seed.flow_app.id, "redirect_uri": CALLBACK, "response_type": "code", "state": "a-state"}
    told = {
        "AUTHORIZE": "/oauth2/authorize?" + urlencode({**asked, "scope": " ".join(SCOPES)}, quote_via=quote),
        "CALLBACK": CALLBACK,
        "EXCHANGE": urlencode(
            {"client_id": seed.flow_app.id, "client_secret": seed.flow_app.secret, "grant_type": "authorization_code"}
        ),
        "COOKIES": str(write_lines(folder / "cookies.txt", seed.sessions)),
    }

    def proof(port: int, round_: int, done: bool) -> str:
        location = _find_location(port, told["AUTHORIZE"], {"Cookie": seed.sessions[0]})
        stranger = _find_location(port, told["AUTHORIZE"], {})
        right = location.startswith(f"{CALLBACK}?code=") and stranger.startswith("/sign-in?")
        return "" if right else f"authorize: signed in {location!r}, signed out {stranger!r}"

    return Work(
        name="code flow (W4)", script="flow.lua", must=0.10, goal=0.15, p99=15, told=told, flows=True, proof=proof
    )


def _find_location(port: int, target: str, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    connection.close()
    return answer.headers.get("location", "")
