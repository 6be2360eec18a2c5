"""The printed configurations with a certificate: callers come by TLS, and Frontdesk knows it."""

import http.client
import json
import pwd
import shutil
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from servers.front_proxy import FrontProxy, print_config
from servers.house import House
from servers.partner import Place, add_place
from servers.processes import new_folder, ordinary_user
from servers.proxies import START
from servers.upstream import Upstream
from servers.wires import Wire, basic

PUBLIC = "https://api.example.com"


@pytest.fixture(scope="module")
def certificate() -> Iterator[Path]:
    """A folder with `chain.pem` and `key.pem` for the public name, which an ordinary user may read."""
    folder = new_folder("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("api.example.com"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "key.pem").chmod(0o400)
    if ordinary_user():
        nobody = pwd.getpwnam("nobody")
        shutil.chown(folder / "key.pem", nobody.pw_uid, nobody.pw_gid)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def https_town(upstream: Upstream) -> Iterator[tuple[House, Place]]:
    """A house whose public origin is https."""
    house = House(upstream=upstream.url, public_url=PUBLIC, check_peers="127.0.0.1", trusted_proxies="127.0.0.1")
    try:
        house.start()
        yield house, add_place(house, "Harbour", "olivia@places.example")
    finally:
        house.leave()


def ask(proxy: FrontProxy, chain: Path, headers: dict[str, str], target: str = "/resources/v1") -> tuple[int, bytes]:
    """One call by TLS, with the certificate checked."""
    context = ssl.create_default_context(cafile=str(chain))
    connection = http.client.HTTPSConnection("127.0.0.1", proxy.port, timeout=10, context=context)
    try:
        connection.request("GET", target, headers={"Host": "api.example.com", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("kind", list(START))
def test_calls_by_tls_are_let_in_and_told_as_such(
    kind: str, certificate: Path, https_town: tuple[House, Place], upstream: Upstream
) -> None:
    """X-Forwarded-Proto is https for the check, for Frontdesk's own pages and for the API."""
    house, place = https_town
    wishes = ("--tls-certificate", str(certificate / "chain.pem"), "--tls-key", str(certificate / "key.pem"))
    proxy = START[kind](house.port, upstream.port, wishes=wishes, public_url=PUBLIC)
    try:
        pair = {"Authorization": basic(place.client_id, place.client_secret)}
        status, body = ask(proxy, certificate / "chain.pem", pair)
        assert status == 200
        assert ["x-forwarded-proto", "https"] in json.loads(body)["headers"]
        assert ["x-forwarded-host", "api.example.com"] in json.loads(body)["headers"]
        assert ask(proxy, certificate / "chain.pem", {})[0] == 401
        assert ask(proxy, certificate / "chain.pem", {}, "/sign-in")[0] == 200
    finally:
        proxy.stop()


def test_a_call_over_plain_http_is_refused_as_the_built_in_proxy_does(
    https_town: tuple[House, Place], upstream: Upstream
) -> None:
    """The credential has travelled in the open: 400, by whichever way it was asked."""
    house, place = https_town
    proxy = START["nginx"](house.port, upstream.port)
    try:
        pair = {"Authorization": basic(place.client_id, place.client_secret)}
        direct = Wire(house.port).ask("GET", "/resources/v1", pair)
        through = Wire(proxy.port).ask("GET", "/resources/v1", pair)
        assert (direct.status, direct.json()["message"]) == (400, "Use https.")
        assert (through.status, through.body) == (direct.status, direct.body)
    finally:
        proxy.stop()


def test_caddy_gets_its_certificates_itself_unless_told_one() -> None:
    """Automatic HTTPS is what Caddy is for."""
    printed = print_config("caddy", "--public-url", PUBLIC, "--upstream", "127.0.0.1:9000")
    assert f"\n{PUBLIC} {{" in printed
    assert "\ttls " not in printed
