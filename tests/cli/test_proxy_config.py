"""`frontdesk policy proxy-config`, as it is typed. What it prints runs in tests/proxies."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from frontdesk.cli.main import root
from frontdesk.gateway.identity import MISLEADING
from frontdesk.gateway.proxy_config import KINDS

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ("--public-url", "https://api.example.com", "--upstream", "10.0.0.5:9000")


def types(*words: str, **environment: str) -> Result:
    """Run one command line."""
    return CliRunner().invoke(root, ["policy", "proxy-config", *words], env=environment, standalone_mode=False)


@pytest.mark.parametrize("kind", ["nginx", "caddy", "traefik", "envoy"])
def test_everything_of_the_layout_is_in_it(kind: str) -> None:
    """Names, addresses, the network header, and every header that a caller must not choose."""
    text = types(kind, *PUBLIC, "--frontdesk", "10.0.0.4:8000", FRONTDESK_NETWORK_HEADER="x-tenant").stdout
    assert "10.0.0.5" in text
    assert "10.0.0.4" in text
    assert "api.example.com" in text
    assert "x-tenant" in text.lower()
    assert "x-frontdesk-" in text.lower()
    for name in MISLEADING:
        hyphens = name.decode() in text.lower()
        assert hyphens or name.decode().replace("-", "[-.]") in text.lower(), name


def test_the_settings_fill_in_what_is_not_typed() -> None:
    """The API, Frontdesk's own port and the largest body, in one place for both."""
    environment = {"FRONTDESK_UPSTREAM": "http://10.0.0.9:9009", "FRONTDESK_PORT": "8123", "FRONTDESK_MAX_BODY": "4321"}
    text = types("nginx", "--public-url", "https://api.example.com", **environment).stdout
    assert "server 10.0.0.9:9009;" in text
    assert "server 127.0.0.1:8123;" in text
    assert "client_max_body_size 4321;" in text


def test_frontdesks_own_networks_are_asked_of_frontdesk(tmp_path: Path) -> None:
    """GET /networks/v1 goes there where it answers it, and to the API where it does not."""
    document = str(ROOT / "tests/servers/api.json")
    with_it = types("nginx", *PUBLIC, FRONTDESK_OPENAPI=document).stdout
    assert "location = /networks/v1 {" in with_it
    assert "/networks/v1" not in types("nginx", *PUBLIC).stdout
    assert (
        "/networks/v1"
        not in types("nginx", *PUBLIC, FRONTDESK_OPENAPI=document, FRONTDESK_SERVE_NETWORKS="false").stdout
    )


def test_in_shadow_mode_the_credential_goes_on() -> None:
    """The API still checks it itself (docs/shadow.md)."""
    assert 'proxy_set_header Authorization "";' in types("nginx", *PUBLIC).stdout
    assert 'proxy_set_header Authorization "";' not in types("nginx", *PUBLIC, FRONTDESK_ENFORCEMENT="shadow").stdout


def test_traefiks_two_files_come_together_or_alone() -> None:
    """Both are YAML; Envoy's is too."""
    both = types("traefik", *PUBLIC).stdout
    static, routes = yaml.safe_load_all(both)
    assert set(static) >= {"entryPoints", "providers"}
    assert set(routes) == {"http", "tls"}
    assert (
        types("traefik", *PUBLIC, "--part", "static").stdout
        + "---\n"
        + types("traefik", *PUBLIC, "--part", "routes").stdout
        == both
    )
    assert yaml.safe_load(types("envoy", *PUBLIC).stdout)["static_resources"]["clusters"]


def test_json_holds_the_files() -> None:
    """For scripts."""
    said = json.loads(types("traefik", *PUBLIC, "--json").stdout)
    assert (said["kind"], len(said["files"])) == ("traefik", 2)


def test_nothing_is_left_to_fill_in() -> None:
    """No template's own sign is left in any of them."""
    assert set(KINDS) == {"nginx", "caddy", "traefik", "traefik-static", "envoy"}
    for kind in ("nginx", "caddy", "traefik", "envoy"):
        text = types(kind, *PUBLIC).stdout
        assert not [sign for sign in ("[%", "%]", "[=", "=]", "None") if sign in text], kind


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("nginx", "--public-url", "https://api.example.com"), "no API is named"),
    (("nginx", "--public-url", "https://a.example", "--upstream", "http://10.0.0.5:9000/base"), "without a path"),
    (("nginx", "--public-url", "https://a.example", "--upstream", "https://10.0.0.5:9000"), "plain http"),
    (("nginx", "--public-url", "https://a.example", "--upstream", "10.0.0.5:0"), "no address"),
    (("nginx", "--public-url", "https://a.example", "--upstream", "10.0.0.5:9000; }"), "no address"),
    (("traefik", *PUBLIC, "--frontdesk", "unix:/run/x.sock"), "no address"),
    (("nginx", *PUBLIC, "--frontdesk", "unix:relative"), "absolute path"),
    (("nginx", *PUBLIC, "--access-log", "/var/log/x; include /etc/shadow"), "absolute path"),
    (("nginx", *PUBLIC, "--tls-key", "/etc/../x"), "absolute path"),
    (("nginx", "--upstream", "127.0.0.1:9000"), "Frontdesk's own address"),
]


@pytest.mark.parametrize(("words", "hint"), REFUSED, ids=[hint for _, hint in REFUSED])
def test_what_cannot_be_written_down_is_refused(words: tuple[str, ...], hint: str) -> None:
    """Nothing that would have to be quoted reaches a configuration."""
    result = types(*words)
    assert result.stdout == ""
    assert hint in str(result.exception)


def test_part_is_traefiks_alone() -> None:
    """Misuse, before anything is read."""
    assert "traefik" in str(types("nginx", *PUBLIC, "--part", "static").exception)
