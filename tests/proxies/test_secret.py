"""A proxy that proves itself by the shared secret (GW-14): read where the proxy runs, and printed by nobody."""

import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.front_proxy import FrontProxy, print_config
from servers.house import House
from servers.partner import Town, settle
from servers.processes import new_folder, ordinary_user
from servers.proxies import START
from servers.upstream import Upstream
from servers.wires import Wire, basic

SECRET = "one-that-only-proxies-know"


@pytest.fixture(scope="module")
def shy_town(upstream: Upstream) -> Iterator[Town]:
    """No address may ask."""
    house = House(upstream=upstream.url, check_secret=SECRET, trusted_proxies="127.0.0.1")
    try:
        town = settle(house.start())
        yield town
        town.close()
    finally:
        house.leave()


@pytest.fixture(params=list(START))
def knowing(request: pytest.FixtureRequest, shy_town: Town, upstream: Upstream) -> Iterator[FrontProxy]:
    """A proxy that finds the secret in its file (Traefik and Envoy: in a variable)."""
    folder = new_folder("secret")
    file = folder / "check-secret"
    file.write_text(f'proxy_set_header X-Frontdesk-Check-Secret "{SECRET}";\n' if request.param == "nginx" else SECRET)
    file.chmod(0o400)
    if ordinary_user():
        nobody = pwd.getpwnam("nobody")
        shutil.chown(file, nobody.pw_uid, nobody.pw_gid)
    words = ("--check-secret-file", str(file))
    proxy = START[request.param](
        shy_town.house.port, upstream.port, wishes=words, environment={"FRONTDESK_CHECK_SECRET": SECRET}
    )
    try:
        yield proxy
    finally:
        proxy.stop()
        shutil.rmtree(folder)


def test_the_secret_proves_the_proxy_and_reaches_nobody(knowing: FrontProxy, shy_town: Town) -> None:
    """Asked and answered; the API is not told it, and a caller's own guess stands for nothing."""
    place = shy_town.places[0]
    pair = {"Authorization": basic(place.client_id, place.client_secret)}
    reply = Wire(knowing.port).ask("GET", "/resources/v1", pair | {"X-Frontdesk-Check-Secret": "mine"})
    assert reply.status == 200
    assert SECRET not in reply.body.decode()
    assert "mine" not in reply.body.decode()
    assert Wire(knowing.port).ask("GET", "/resources/v1").status == 401
    assert Wire(shy_town.house.port).ask("GET", "/_frontdesk/check", pair).status == 403


@pytest.mark.parametrize("kind", list(START))
def test_what_is_printed_holds_no_secret(kind: str, tmp_path: Path) -> None:
    """D12: the file's place, never its content."""
    file = tmp_path / "check-secret"
    file.write_text(SECRET)
    words = (
        "--upstream",
        "127.0.0.1:9000",
        "--public-url",
        "https://api.example.com",
        "--check-secret-file",
        str(file),
    )
    assert SECRET not in print_config(kind, *words)
