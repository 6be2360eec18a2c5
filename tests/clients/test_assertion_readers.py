"""The verifiers of docs/identity.md are run as they stand there: they take real assertions and no others."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.test_node_clients import _web_crypto
from frontdesk.receiving import AssertionRefusedError
from receiving.forge import Gateway, Hand
from receiving.test_keys import answers, serving
from servers.house import House
from servers.needs import NODE_CLIENTS, ROOT, need
from servers.partner import add_place
from servers.upstream import Upstream
from servers.wires import Wire, basic

DOC = ROOT / "docs" / "identity.md"
WRITTEN = ("https://api.example.com", "https://api.internal.example.com")
# Says whose call it is; raises where it is nobody's.
Identify = Callable[[str, str, str], str]


def piece(number: int, language: str, issuer: str, audience: str) -> str:
    """A piece of code of the page, for this issuer and audience."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", DOC.read_text(), re.MULTILINE | re.DOTALL)[number]
    for written, real in zip(reversed(WRITTEN), (audience, issuer), strict=True):
        assert written in found
        found = found.replace(written, real)
    return found


def with_receiving(issuer: str, audience: str) -> Iterator[Identify]:
    """The middleware, asked as a server asks it."""
    space: dict[str, Any] = {}
    exec(piece(0, "python", issuer, audience), space)

    def identify(assertion: str, method: str, path: str) -> str:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"x-frontdesk-assertion", assertion.encode())]
        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": headers}
        asyncio.run(space["app"](scope, None, send))
        if sent[0]["status"] != 200:
            raise AssertionRefusedError(sent[1]["body"].decode())
        return str(sent[1]["body"].decode().partition(" in ")[0])

    yield identify


def with_joserfc(issuer: str, audience: str) -> Iterator[Identify]:
    """The function that needs nothing of ours."""
    space: dict[str, Any] = {}
    exec(piece(1, "python", issuer, audience), space)
    yield lambda assertion, method, path: space["identify"](assertion, method, path)["sub"]


def with_node(issuer: str, audience: str) -> Iterator[Identify]:
    """The module, beside a script that asks it."""
    node, folder = need("node"), Path(os.environ.get("TMPDIR", "/tmp")) / f"identify-{os.getpid()}-{time.time_ns()}"
    folder.mkdir()
    (folder / "verifier.mjs").write_text(piece(0, "js", issuer, audience))
    (folder / "node_modules").symlink_to(NODE_CLIENTS / "node_modules")
    shutil.copy(NODE_CLIENTS / "identify.mjs", folder)
    process = subprocess.Popen(
        [node, *_web_crypto(), "identify.mjs"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def identify(assertion: str, method: str, path: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"assertion": assertion, "method": method, "path": path}) + "\n")
        process.stdin.flush()
        said = json.loads(process.stdout.readline())
        if "refused" in said:
            raise AssertionRefusedError(said["refused"])
        return str(said["sub"])

    try:
        yield identify
    finally:
        process.kill()
        process.communicate()
        shutil.rmtree(folder)


def refuses(identify: Identify, assertion: str, method: str, path: str) -> bool:
    """Whether it raises, in whatever way its library does."""
    try:
        identify(assertion, method, path)
    except Exception:  # noqa: BLE001
        return True
    return False


READERS = {"receiving": with_receiving, "joserfc": with_joserfc, "node": with_node}


@pytest.fixture(scope="module")
def signing_house(upstream: Upstream) -> Iterator[tuple[House, str]]:
    """A real server that signs, before an API that says back what it hears; and the pair of a network."""
    house = House(upstream=upstream.url, assertion="on")
    try:
        place = add_place(house.start(), "Northside", "olena@north.example")
        yield house, basic(place.client_id, place.client_secret)
    finally:
        house.leave()


@pytest.mark.parametrize("reader", READERS)
def test_what_a_real_gateway_signs_is_taken(reader: str, signing_house: tuple[House, str], upstream: Upstream) -> None:
    """Through the built-in proxy: the assertion that the API hears, for the path that it is asked for."""
    house, pair = signing_house
    reply = Wire(house.port).ask("GET", "/resources/v1?limit=5", {"Authorization": pair})
    assert reply.status == 200, reply.body
    heard = json.loads(reply.body)
    (assertion,) = [value for name, value in heard["headers"] if name == "x-frontdesk-assertion"]
    (subject,) = [value for name, value in heard["headers"] if name == "x-frontdesk-subject"]
    method, path = heard["method"], heard["target"].partition("?")[0]
    asking = READERS[reader](house.url, upstream.url)
    identify = next(asking)
    try:
        assert identify(assertion, method, path) == subject
        assert refuses(identify, assertion, "POST", path)
        assert refuses(identify, assertion, method, "/resources/v2")
        assert refuses(identify, assertion[:-4] + "AAAA", method, path)
    finally:
        asking.close()  # type: ignore[attr-defined]


def _forged(gateway: Gateway, issuer: str, now: int) -> dict[str, str]:
    """What must not be taken, by what is wrong with it."""
    right: dict[str, Any] = {"iss": issuer, "iat": now, "exp": now + 60}
    claims = json.dumps(gateway.claims(**right)).encode()
    stranger = Gateway()
    right_one = gateway.says(**right)
    return {
        "another issuer": gateway.says(**right | {"iss": "https://other.example"}),
        "another audience": gateway.says(**right, aud="https://other.example"),
        "an old one": gateway.says(**right | {"iat": now - 120, "exp": now - 60}),
        "no end": gateway.says(**right | {"exp": None}),
        "a stranger's": stranger.says(**right),
        "a stranger's under our name": stranger.signs(gateway.header(), claims),
        "another type": gateway.signs(gateway.header(typ="JWT"), claims),
        "no type": gateway.signs(gateway.header(typ=None), claims),
        "another algorithm": gateway.signs(gateway.header(alg="ES384"), claims),
        "unsigned": gateway.signs(gateway.header(alg="none"), claims).rpartition(".")[0] + ".",
        "something critical": gateway.signs(gateway.header(crit=["x"], x=1), claims),
        "a key that comes along": stranger.signs(
            gateway.header(kid=None, jwk=stranger.key.as_dict(private=False)), claims
        ),
        "another's claims": ".".join([right_one.split(".")[0], gateway.says(sub="x", **right).split(".")[1],
                                      right_one.split(".")[2]]),
        "garbage": "x",
        "nothing": "",
    }  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_what_nobody_may_sign_is_refused(reader: str) -> None:
    """JW-01, JW-02, JW-05, JW-06, JW-09, HS-05: by the ten lines that people will copy, too."""
    gateway, now = Gateway(), int(Hand(time.time())())
    with serving(answers(json.dumps(gateway.jwks).encode())) as issuer:
        asking = READERS[reader](issuer, "http://api.internal:9000")
        identify = next(asking)
        try:
            right = gateway.says(iss=issuer, iat=now, exp=now + 60)
            assert identify(right, "GET", "/rooms/v1") == gateway.claims()["sub"]
            for why, said in _forged(gateway, issuer, now).items():
                assert refuses(identify, said, "GET", "/rooms/v1"), why
            assert identify(right, "GET", "/rooms/v1")  # it refused them, and did not break
        finally:
            asking.close()  # type: ignore[attr-defined]
