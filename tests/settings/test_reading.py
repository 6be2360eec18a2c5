"""Settings: a flag before a variable before the file before the default, and every mistake told with its source."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from frontdesk.settings import Settings, find_settings_file, read_settings
from frontdesk.settings.knobs import KNOBS
from frontdesk.settings.values import READERS
from settings.problems import problems_of


def test_nothing_given_is_the_defaults() -> None:
    """The contract's values."""
    assert read_settings(file=None, environ={"PATH": "/bin"}, flags={}) == Settings()


def test_every_field_has_a_reader_and_a_description() -> None:
    """A new field cannot be forgotten in the table, the template or the messages."""
    names = [field.name for field in fields(Settings)]
    assert list(READERS) == names
    assert list(KNOBS) == names
    for name, knob in KNOBS.items():
        assert knob.text.endswith((".", "…")) or knob.text[-1].isalnum() or knob.text[-1] == '"', name
        assert "\n" not in knob.text
        assert len(knob.text) < 118
    secrets = {name for name, knob in KNOBS.items() if knob.secret}
    assert secrets == {field.name for field in fields(Settings) if not field.repr}


def test_every_default_is_allowed() -> None:
    """Each reader takes its own default back."""
    for field in fields(Settings):
        if field.default is not None and field.default != "":
            assert READERS[field.name](field.default) == field.default, field.name


def test_a_flag_counts_more_than_a_variable_more_than_the_file(tmp_path: Path) -> None:
    """Each source alone, then above the one below it."""
    file = tmp_path / "frontdesk.toml"
    file.write_text("port = 1001\nworkers = 2\ncode_lifetime = 30\n")
    environ = {"FRONTDESK_PORT": "1002", "FRONTDESK_WORKERS": "3"}
    settings = read_settings(file=file, environ=environ, flags={"port": 1003, "host": None})
    assert (settings.port, settings.workers, settings.code_lifetime) == (1003, 3, 30)
    assert read_settings(file=file, environ={}, flags={}).port == 1001


GIVEN = [
    ("data", "/var/lib/frontdesk", Path("/var/lib/frontdesk")),
    ("host", "::1", "::1"),
    ("host", "LOCALHOST", "localhost"),
    ("port", "0", 0),
    ("port", " 8080 ", 8080),
    ("workers", "256", 256),
    ("public_url", "https://api.example.com", "https://api.example.com"),
    ("public_url", "HTTPS://API.Example.COM:443/", "https://api.example.com"),
    ("public_url", "https://api.example.com:8443", "https://api.example.com:8443"),
    ("public_url", "http://localhost:8000/", "http://localhost:8000"),
    ("public_url", "http://desk.localhost", "http://desk.localhost"),
    ("public_url", "http://127.8.8.8:80", "http://127.8.8.8"),
    ("public_url", "http://[::1]:8000", "http://[::1]:8000"),
    ("upstream", "http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    ("upstream", "https://api.internal/base/", "https://api.internal/base"),
    ("openapi", "openapi.json", Path("openapi.json")),
    ("serve_networks", "true", True),
    ("serve_networks", "No", False),
    ("networkless_operations", "get /networks/v1, GET /me", ("GET /networks/v1", "GET /me")),
    ("public_operations", "GET /health", ("GET /health",)),
    ("network_header", "X-Network", "x-network"),
    ("scope_match", "ALL", "all"),
    ("implied_scopes", ".readonly", (".readonly",)),
    ("implied_scopes", " :read , all  >  rooms ", (":read", "all > rooms")),
    ("implied_scopes", ",", ()),
    ("role_scopes", "Member: *.readonly  rooms, owner: *", ("member: *.readonly rooms", "owner: *")),
    ("role_scopes", "member: rooms:read", ("member: rooms:read",)),
    ("requests_per_second", "100", 100),
    ("max_body", "1", 1),
    ("upstream_total_timeout", "86400", 86_400),
    ("upstream_waiting", "0", 0),
    ("websocket_origins", "HTTPS://App.example.com:443/, *", ("https://app.example.com", "*")),
    ("websocket_origins", "http://10.0.0.1:3000", ("http://10.0.0.1:3000",)),
    ("check_peers", "127.0.0.1, 10.0.0.0/8,10.0.0.0/8", ("127.0.0.1", "10.0.0.0/8")),
    ("trusted_proxies", "fd00::/8,::1/128", ("fd00::/8", "::1")),
    ("check_secret", "0123456789abcdef", "0123456789abcdef"),
    ("mail", "smtp://u:p@mail.example.com:587", "smtp://u:p@mail.example.com:587"),
    ("mail", "file:///var/mail-out", "file:///var/mail-out"),
    ("mail_from", "Example Desk <desk@example.com>", "Example Desk <desk@example.com>"),
    ("product_name", " Example ", "Example"),
    ("help_url", "mailto:help@example.com", "mailto:help@example.com"),
    ("privacy_url", "https://example.com/privacy?x=1", "https://example.com/privacy?x=1"),
    ("sign_in_issuer", "https://accounts.example.com/realms/a", "https://accounts.example.com/realms/a"),
    ("sign_in_issuer", "http://localhost:8080", "http://localhost:8080"),
    ("sign_in_client_id", " frontdesk ", "frontdesk"),
    ("sign_in_name", "Example ID", "Example ID"),
    ("picker_roles", "owner,member", ("owner", "member")),
    ("leak_keys", "keys.json", Path("keys.json")),
    ("leaked_secrets", "End", "end"),
    ("revoke_leaked_in_url", "on", True),
    ("secrets", "Once", "once"),
    ("assertion_audience", "https://api.example.com/v1", "https://api.example.com/v1"),
    ("enforcement", "Shadow", "shadow"),
    ("explain_sample", "0", 0),
    ("explain_kept", "5000", 5000),
    ("explain_days", "30", 30),
    ("log_level", "DEBUG", "debug"),
]


@pytest.mark.parametrize(("name", "text", "value"), GIVEN)
def test_each_setting_is_also_a_variable_a_flag_and_a_key(tmp_path: Path, name: str, text: str, value: object) -> None:
    """The same text means the same from every source (paths in the file start from its folder)."""
    assert getattr(read_settings(file=None, environ={f"FRONTDESK_{name.upper()}": text}, flags={}), name) == value
    assert getattr(read_settings(file=None, environ={}, flags={name: text}), name) == value
    file = tmp_path / "frontdesk.toml"
    file.write_text(f"{name} = {json.dumps(text)}\n")
    expected = tmp_path / value if isinstance(value, Path) else value
    assert getattr(read_settings(file=file, environ={}, flags={}), name) == expected


def test_the_file_takes_numbers_switches_and_lists(tmp_path: Path) -> None:
    """TOML's own types."""
    file = tmp_path / "frontdesk.toml"
    file.write_text(
        'port = 8001\nserve_networks = false\ncheck_peers = ["127.0.0.1", "10.0.0.0/8"]\npublic_operations = []\n'
    )
    settings = read_settings(file=file, environ={}, flags={})
    assert (settings.port, settings.serve_networks) == (8001, False)
    assert (settings.check_peers, settings.public_operations) == (("127.0.0.1", "10.0.0.0/8"), ())


NEAR = [
    ("FRONTDESK_PRT", "FRONTDESK_PORT"),
    ("FRONTDESK_WORKER", "FRONTDESK_WORKERS"),
    ("FRONTDESK_PUBLICURL", "FRONTDESK_PUBLIC_URL"),
    ("FRONTDESK_port", "FRONTDESK_PORT"),
    ("FRONTDESK_MAIL_FLIE", "FRONTDESK_MAIL_FILE"),
    ("FRONTDESK_FAILPOINTS", "FRONTDESK_FAILPOINT"),
]


@pytest.mark.parametrize(("variable", "meant"), NEAR)
def test_an_unknown_variable_is_refused_with_the_nearest(variable: str, meant: str) -> None:
    """A typo must not silently be a default."""
    assert problems_of(environ={variable: "1"}) == [f"unknown variable {variable}; did you mean {meant}?"]


def test_an_unknown_key_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """Also one with a hyphen, and one inside a section."""
    file = tmp_path / "frontdesk.toml"
    file.write_text("public-url = 'https://x.example'\n[server]\nport = 1\n")
    dashed, section = problems_of(file=file)
    assert "did you mean public_url?" in dashed
    assert "without [sections]" in section


def test_something_far_off_points_at_the_template() -> None:
    """No nearest one: where to find them all."""
    (problem,) = problems_of(environ={"FRONTDESK_QQQQQQQQQQ": "1"})
    assert "config template" in problem


def test_variables_that_are_no_settings_are_left_alone() -> None:
    """The failpoint, the settings file, and what Kubernetes adds beside a service called frontdesk."""
    environ = dict.fromkeys(
        [
            "FRONTDESK_CONFIG",
            "FRONTDESK_FAILPOINT",
            "FRONTDESK_SERVICE_HOST",
            "FRONTDESK_SERVICE_PORT",
            "FRONTDESK_SERVICE_PORT_HTTP",
            "FRONTDESK_PORT_8000_TCP",
            "FRONTDESK_PORT_8000_TCP_ADDR",
            "FRONTDESK_DB_SERVICE_HOST",
            "OTHER",
        ],
        "x",
    )
    assert read_settings(file=None, environ=environ, flags={}) == Settings()


def test_kubernetes_port_gets_its_own_hint() -> None:
    """FRONTDESK_PORT=tcp://… is not ours, and the message says whose it is."""
    (problem,) = problems_of(environ={"FRONTDESK_PORT": "tcp://10.0.0.1:80"})
    assert "enableServiceLinks" in problem


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    """As compose files leave them."""
    file = tmp_path / "frontdesk.toml"
    file.write_text("port = 1001")
    assert read_settings(file=file, environ={"FRONTDESK_PORT": "", "FRONTDESK_MAIL_FILE": ""}, flags={}).port == 1001


def test_secrets_may_come_from_a_file_of_their_own(tmp_path: Path) -> None:
    """…_FILE for the secret settings, without the line break at its end."""
    (tmp_path / "secret").write_text("0123456789abcdef\n")
    settings = read_settings(file=None, environ={"FRONTDESK_CHECK_SECRET_FILE": str(tmp_path / "secret")}, flags={})
    assert settings.check_secret == "0123456789abcdef"


def test_a_secret_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """Missing, a folder, no text, given twice; and no such thing for settings that are no secret."""
    assert "cannot read" in problems_of(environ={"FRONTDESK_MAIL_FILE": str(tmp_path / "none")})[0]
    assert "cannot read" in problems_of(environ={"FRONTDESK_MAIL_FILE": str(tmp_path)})[0]
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in problems_of(environ={"FRONTDESK_MAIL_FILE": str(tmp_path / "binary")})[0]
    both = {"FRONTDESK_MAIL": "console:", "FRONTDESK_MAIL_FILE": str(tmp_path / "none")}
    assert problems_of(environ=both) == ["both FRONTDESK_MAIL and FRONTDESK_MAIL_FILE are set: leave one out"]
    assert "unknown variable" in problems_of(environ={"FRONTDESK_PORT_FILE": "x"})[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mail", "smpt://user:canary@mail.example.com"),
        ("check_secret", "canary"),
        ("check_secret", "canary canary canary"),
    ],
)
def test_a_wrong_secret_is_never_shown(tmp_path: Path, name: str, text: str) -> None:
    """LK-01: neither from a variable, a flag, the file, nor from a file of its own."""
    (tmp_path / "s").write_text(text)
    file = tmp_path / "frontdesk.toml"
    file.write_text(f"{name} = {json.dumps(text)}")
    told = [
        *problems_of(environ={f"FRONTDESK_{name.upper()}": text}),
        *problems_of(environ={f"FRONTDESK_{name.upper()}_FILE": str(tmp_path / "s")}),
        *problems_of(flags={name: text}),
        *problems_of(file=file),
    ]
    assert len(told) == 4
    assert "canary" not in "".join(told)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Missing, a folder, not UTF-8, not TOML (with the line)."""
    assert "cannot read the settings file" in problems_of(file=tmp_path / "none.toml")[0]
    assert "cannot read the settings file" in problems_of(file=tmp_path)[0]
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xff")
    assert "not UTF-8" in problems_of(file=file)[0]
    file.write_text("port = 1\nport = 2\n")
    assert "not TOML" in problems_of(file=file)[0]
    assert "line 2" in problems_of(file=file)[0]


def test_a_host_that_others_reach_needs_a_public_url() -> None:
    """Else the issuer, links in mails and form checks would name an address that nobody uses."""
    (problem,) = problems_of(flags={"host": "0.0.0.0"})
    assert "public_url" in problem
    settings = read_settings(file=None, environ={}, flags={"host": "0.0.0.0", "public_url": "https://x.example"})
    assert (settings.issuer, settings.is_https) == ("https://x.example", True)


def test_the_issuer_of_an_ipv6_host_has_brackets() -> None:
    """RFC 3986 §3.2.2."""
    assert read_settings(file=None, environ={}, flags={"host": "::1"}).issuer == "http://[::1]:8000"


def test_a_flag_that_is_no_setting_is_a_bug() -> None:
    """The command line may not invent settings."""
    with pytest.raises(TypeError, match="no such settings: colour"):
        read_settings(file=None, environ={}, flags={"colour": "red"})


def test_the_file_is_found_by_flag_variable_or_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order; no file at all is fine."""
    monkeypatch.chdir(tmp_path)
    assert find_settings_file(None, {}) is None
    (tmp_path / "frontdesk.toml").write_text("")
    assert find_settings_file(None, {}) == Path("frontdesk.toml")
    assert find_settings_file(None, {"FRONTDESK_CONFIG": "other.toml"}) == Path("other.toml")
    assert find_settings_file(Path("typed.toml"), {"FRONTDESK_CONFIG": "other.toml"}) == Path("typed.toml")


def test_scopes_that_include_each_other_are_refused() -> None:
    """A circle is shown whole, whether pairs make it or a pair and an ending."""
    (problem,) = problems_of(environ={"FRONTDESK_IMPLIED_SCOPES": "a > b,b > c,c > a"})
    assert problem == "implied_scopes go in a circle: a > b > c > a; take one of these out"
    (problem,) = problems_of(environ={"FRONTDESK_IMPLIED_SCOPES": ".readonly,rooms.readonly > rooms"})
    assert "rooms.readonly > rooms > rooms.readonly" in problem


def test_a_role_has_one_rule() -> None:
    """Two rules for one role would leave open which holds."""
    (problem,) = problems_of(environ={"FRONTDESK_ROLE_SCOPES": "member: a,owner: b,member: c"})
    assert problem == 'role_scopes has several rules for "member": write its scopes into one'
