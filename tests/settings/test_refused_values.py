"""Settings that are not allowed: each mistake is told with its source, and what may be given instead."""

from pathlib import Path

import pytest

from settings.problems import problems_of

BAD = [
    ("data", ""),
    ("data", "a\nb"),
    ("host", "a b"),
    ("host", "127.0.0.1:80"),
    ("port", "65536"),
    ("port", "-1"),
    ("port", "8o"),
    ("port", "٣"),
    ("port", "1" * 5_000),
    ("workers", "0"),
    ("workers", "257"),
    ("public_url", "http://api.example.com"),
    ("public_url", "http://10.0.0.1"),
    ("public_url", "http://localhost.example.com"),
    ("public_url", "https://api.example.com/base"),
    ("public_url", "https://api.example.com?x"),
    ("public_url", "https://api.example.com#x"),
    ("public_url", "https://user@api.example.com"),
    ("public_url", "https://api.example.com:99999"),
    ("public_url", "https://api.example.com:"),
    ("public_url", "https://ａpi.example.com"),
    ("public_url", "https://api..example.com"),
    ("public_url", "https://"),
    ("public_url", "api.example.com"),
    ("public_url", "javascript://api.example.com"),
    ("public_url", "//api.example.com"),
    ("upstream", "127.0.0.1:9000"),
    ("upstream", "ftp://api"),
    ("upstream", "http://user:pass@api"),
    ("upstream", "http://api/base?x=1"),
    ("upstream", "http://api/../x"),
    ("upstream", "http://api//x"),
    ("upstream", "http://api/%2e"),
    ("serve_networks", "maybe"),
    ("networkless_operations", "/networks/v1"),
    ("networkless_operations", "FETCH /networks/v1"),
    ("public_operations", "GET networks"),
    ("network_header", "x network"),
    ("network_header", "Authorization"),
    ("network_header", "Cookie"),
    ("network_header", "X-Frontdesk-Network"),
    ("network_header", "x:y"),
    ("scope_match", "some"),
    ("implied_scopes", "readonly"),
    ("implied_scopes", "*.readonly"),
    ("implied_scopes", "a>b"),
    ("implied_scopes", "a > b > c"),
    ("implied_scopes", "a < b"),
    ("implied_scopes", 'a > b"'),
    ("role_scopes", "*.readonly"),
    ("role_scopes", "member:"),
    ("role_scopes", "god: *"),
    ("role_scopes", "member: a\\b"),
    ("requests_per_second", "0"),
    ("requests_per_second", "1e3"),
    ("max_body", "0"),
    ("upstream_timeout", "0"),
    ("upstream_connect_timeout", "61"),
    ("upstream_silence_timeout", "0"),
    ("upstream_total_timeout", "0"),
    ("upstream_connections", "3"),
    ("upstream_waiting", "-1"),
    ("upstream_streams", "0"),
    ("websocket_origins", "app.example.com"),
    ("websocket_origins", "https://app.example.com/path"),
    ("websocket_message", "0"),
    ("websocket_idle_timeout", "0"),
    ("max_connections", "9"),
    ("address_connections", "0"),
    ("check_peers", "0.0.0.0/0"),
    ("check_peers", "127.0.0.1,::/0"),
    ("check_peers", "10.0.0.1/8"),
    ("check_peers", "localhost"),
    ("check_peers", "10.0.0"),
    ("trusted_proxies", "0.0.0.0/0"),
    ("trusted_proxies", "::/0"),
    ("trusted_proxies", "*"),
    ("check_secret", "short"),
    ("check_secret", "with space with space"),
    ("check_secret", "ünprintable-in-a-header"),
    ("mail", "http://x"),
    ("mail", "file://x"),
    ("mail", "mail.example.com"),
    ("mail_from", "nobody"),
    ("mail_from", "A <a@b.example> <c@d.example>"),
    ("mail_from", "A <a@b.example"),
    ("mail_from", "a@b.example>"),
    ("mail_from", "a@b.example,c@d.example"),
    ("mail_from", "A\r\nBcc: c@d.example <a@b.example>"),
    ("product_name", "x" * 61),
    ("product_name", "a\x1b[31m"),
    ("accent", "teal"),
    ("accent", "#fff"),
    ("accent", "#1f5d50;}"),
    ("accent_dark", "7fd1bd"),
    ("help_url", "javascript:alert(1)"),
    ("help_url", "mailto:nobody"),
    ("privacy_url", "data:text/html,x"),
    ("sign_in_issuer", "http://accounts.example.com"),
    ("sign_in_issuer", "https://accounts.example.com/?a=1"),
    ("sign_in_issuer", "accounts.example.com"),
    ("sign_in_name", "x" * 61),
    ("picker_roles", "owner,god"),
    ("secrets", "never"),
    ("picker_roles", ","),
    ("leaked_secrets", "forget"),
    ("revoke_leaked_in_url", "perhaps"),
    ("assertion", "perhaps"),
    ("assertion_audience", "two words"),
    ("assertion_audience", "x" * 256),
    ("enforcement", "off"),
    ("explain_sample", "-1"),
    ("explain_kept", "1000001"),
    ("explain_days", "0"),
    ("access_token_lifetime", "59"),
    ("access_token_lifetime", "86401"),
    ("code_lifetime", "9"),
    ("code_lifetime", "601"),
    ("grants_per_connection", "0"),
    ("log_level", "loud"),
]


@pytest.mark.parametrize(("name", "text"), BAD, ids=lambda value: ascii(value)[:40])
def test_what_is_not_allowed_is_told_with_its_source(name: str, text: str) -> None:
    """One problem that names the setting, where it came from and what may be given."""
    (problem,) = problems_of(environ={f"FRONTDESK_{name.upper()}": text or " "})
    assert problem.startswith(name)
    assert f"from FRONTDESK_{name.upper()} is not allowed: " in problem
    assert len(problem.splitlines()) == 1
    assert problem.isprintable()


@pytest.mark.parametrize(
    "line",
    [
        "port = true",
        "port = 80.5",
        "workers = []",
        "host = 1",
        "serve_networks = 1",
        "check_peers = 1",
        "check_peers = [1]",
        "data = []",
        "mail = {}",
    ],
)
def test_a_value_of_another_type_is_refused(tmp_path: Path, line: str) -> None:
    """TOML's types are not guessed around."""
    file = tmp_path / "frontdesk.toml"
    file.write_text(line)
    (problem,) = problems_of(file=file)
    assert str(file) in problem


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Nobody wants to fix them one start at a time."""
    file = tmp_path / "frontdesk.toml"
    file.write_text('prot = 1\nscope_match = "some"\n')
    problems = problems_of(file=file, environ={"FRONTDESK_PORT": "x", "FRONTDESK_WORKRES": "2"}, flags={"host": "a b"})
    assert len(problems) == 5
