"""Logs: one JSON line an event, no secret in any (LK-01, LK-03, OT-10), and in nobody's way (FT-29)."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from frontdesk.protocol import tokens
from frontdesk.runtime.logs import LogSink, start_logs
from frontdesk.runtime.redaction import MAX_TEXT, is_secret_name, redact_text

ROW = "0193a1b2-c3d4-7e5f-8a6b-0123456789ab"
CANARY = b"CANARY-canary-CANARY-canary-0123"
MARK = "Q0FOQVJZLWNhbmFyeS1DQU5BUlktY2FuYXJ5LTAxMj"  # what every canary token holds in base64url
TOKENS = [
    *(tokens.write_row_token(kind, ROW, CANARY) for kind in (tokens.REFRESH, tokens.CODE, tokens.SESSION)),
    *(
        tokens.write_secret(kind, CANARY)
        for kind in (tokens.CLIENT_SECRET, tokens.NETWORK_SECRET, tokens.RESOURCE_SERVER_SECRET)
    ),
    "fdat_" + MARK + "AAAAAA",
]


class Heard:
    """The lines that were written."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.sink = LogSink(self.raw.append)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The events."""
        return [json.loads(line) for line in self.raw]

    @property
    def text(self) -> str:
        """All of it."""
        return b"".join(self.raw).decode()


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Everything that is logged, at debug."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    heard = Heard()
    start_logs("debug", sink=heard.sink)
    yield heard
    structlog.reset_defaults()
    logging.getLogger().handlers[:], level = before
    logging.getLogger().setLevel(level)


def test_an_event_is_one_json_line(heard: Heard) -> None:
    """Time in UTC, level, event, and the fields as they were given."""
    structlog.get_logger().info("grant.revoked", grant=ROW, count=3, ok=True, nothing=None, ratio=0.5)
    assert len(heard.raw) == 1
    assert heard.raw[0].endswith(b"\n")
    line = heard.lines[0]
    at = line.pop("at")
    assert at.endswith("Z")
    assert "T" in at
    assert line == {
        "level": "info",
        "event": "grant.revoked",
        "grant": ROW,
        "count": 3,
        "ok": True,
        "nothing": None,
        "ratio": 0.5,
    }


CARRIERS = [
    "{0}",
    "the token {0} is wrong",
    "Authorization: Bearer {0}",
    "GET /oauth2/revoke?token={0}&x=1",
    "https://partner.example/back?code={0}&state=s",
    "client_id=a&client_secret={0}",
    "{{'refresh_token': '{0}'}}",
    '{{"access_token":"{0}"}}',
    "Cookie: fd_session={0}; other=1",
    "%66 fdat%5F{0}",
]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:5])
def test_a_token_is_cut_out_of_any_text(heard: Heard, token: str, carrier: str) -> None:
    """LK-01: in events, fields, nested values, bytes, names, libraries' messages and exceptions."""
    text = carrier.format(token)
    log = structlog.get_logger()
    log.info(text)
    log.info("x", field=text, nested={"deep": [{"deeper": (text,)}]}, raw=text.encode(), **{f"n {text}": 1})
    log.info("x", thing=ValueError(text), query=text)
    logging.getLogger("uvicorn.error").warning("failed: %s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        log.exception("boom")
        logging.getLogger("aiohttp.client").exception("boom")
    heard.sink.log_request(method="GET", path=f"/x/{token}?{text}", status=200, micros=5, agent=text)
    assert len(heard.raw) == 7
    assert MARK not in heard.text


SECRETS = [
    ("Basic", "Authorization: Basic Y2FuYXJ5LWNhbmFyeQ=="),
    ("Basic", "authorization=Basic Y2FuYXJ5LWNhbmFyeQ=="),
    ("Bearer", "header was bearer Y2FuYXJ5LWNhbmFyeQ"),
    ("cookie", "Cookie: a=b; session=Y2FuYXJ5LWNhbmFyeQ"),
    ("cookie", "Set-Cookie: x=Y2FuYXJ5LWNhbmFyeQ; Path=/"),
    ("cookie", "__Host-fd_session=Y2FuYXJ5LWNhbmFyeQ"),
    ("query", "/oauth2/revoke?token=Y2FuYXJ5LWNhbmFyeQ"),
    ("query", "/x?a=1&access_token=Y2FuYXJ5LWNhbmFyeQ&b=2"),
    ("encoded", "next=%2Fx%3Ftoken%3DY2FuYXJ5LWNhbmFyeQ"),
    ("verifier", "code_verifier=Y2FuYXJ5LWNhbmFyeQ"),
    ("mail", "cannot connect to smtp://user:Y2FuYXJ5LWNhbmFyeQ@mail.example:587"),
]


@pytest.mark.parametrize(("kind", "text"), SECRETS)
def test_a_foreign_secret_is_cut_out_of_text(kind: str, text: str) -> None:
    """LK-01: credentials without our prefixes, by where they stand."""
    assert "Y2FuYXJ5LWNhbmFyeQ" not in redact_text(text)


KEPT = [
    "status_code=200",
    "the scope is resources.readonly locations",
    "GET /networks/v1/0193a1b2-c3d4-7e5f-8a6b-0123456789ab",
    "fdci_0123456789ABCDEFGHIJKL asked",
    "bearer of",
    "http://127.0.0.1:8000/oauth2/authorize",
    "token_type",
    "ada@example.com",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_stays(text: str) -> None:
    """A log that hides everything helps nobody."""
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "code",
        "login_code",
        "guess",
        "otp",
        "token",
        "access_token",
        "Refresh-Token",
        "client_secret",
        "Authorization",
        "proxy-authorization",
        "Cookie",
        "Set-Cookie",
        "password",
        "smtp_password",
        "check_secret",
        "X-Frontdesk-Check-Secret",
        "code_verifier",
        "secret_digest",
        "budget_key",
        "query",
    ],
)
def test_a_field_called_like_a_secret_shows_nothing(heard: Heard, name: str) -> None:
    """OT-10: a login code has no pattern of its own; its field's name gives it away."""
    structlog.get_logger().info("x", **{name: "493817"}, inside={name: ["493817"]})
    assert is_secret_name(name)
    assert "493817" not in heard.text


@pytest.mark.parametrize("name", ["status_code", "token_type", "client_id", "scopes", "path", "keys_made"])
def test_other_fields_show(name: str) -> None:
    """Names that only sound alike."""
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text", ["a\r\nb", "a\x1b[31mred", "a\x9b31m", '","level":"error', "a\u202eb", "a\u2028b", "a\0b", "a\ud800b"]
)
def test_a_line_stays_one_line_of_ascii(heard: Heard, text: str) -> None:
    """LK-03: line breaks, terminal sequences, JSON breaks and bidi tricks are escaped."""
    structlog.get_logger().info("x", agent=text)
    assert heard.raw[0].count(b"\n") == 1
    assert all(32 <= byte < 127 for byte in heard.raw[0][:-1])
    assert heard.lines[0]["agent"] == text


def test_a_huge_value_is_cut(heard: Heard) -> None:
    """After its secrets are out: a token at the cut does not show half of itself."""
    text = "x " * (MAX_TEXT // 2 - 10) + TOKENS[0] + " y" * 1_000_000
    structlog.get_logger().info("x", agent=text)
    assert len(heard.raw[0]) < MAX_TEXT + 200
    assert "fdrt_[redacted]" in heard.text
    assert MARK not in heard.text


def test_a_traceback_tells_places_not_values(heard: Heard) -> None:
    """LK-05: the local variables of the frames never come out."""
    password_in_a_frame = "hunter2-" * 3
    try:
        raise KeyError("x") from ValueError("first")
    except KeyError:
        structlog.get_logger().exception("boom")
    assert password_in_a_frame not in heard.text
    assert "ValueError: first" in heard.lines[0]["exception"]
    assert "test_logs.py" in heard.lines[0]["exception"]


def test_the_level_silences_what_is_below() -> None:
    """warning: no info, from structlog or logging."""
    heard = Heard()
    start_logs("warning", sink=heard.sink)
    structlog.get_logger().info("quiet")
    logging.getLogger("x").info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in heard.lines] == ["loud"]
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
    with pytest.raises(ValueError):
        start_logs("loud")


def test_the_request_line_has_no_query(heard: Heard) -> None:
    """A token in the query of the contract's revoke call never reaches the log."""
    heard.sink.log_request(method="POST", path="/oauth2/revoke?token=abc", status=200, micros=812, request_id=ROW)
    line = heard.lines[0]
    assert (line["path"], line["status"], line["micros"], line["request_id"]) == ("/oauth2/revoke", 200, 812, ROW)
    assert "abc" not in heard.text


def test_lines_that_cannot_be_written_are_counted_and_told_later() -> None:
    """FT-29: a full disk stops no request; once writing works again the log says how many lines are missing."""
    written: list[bytes] = []
    broken = True

    def write(line: bytes) -> None:
        if broken:
            raise OSError(28, "No space left on device")
        written.append(line)

    sink = LogSink(write)
    for _ in range(5):
        sink.put({"event": "lost"})
    assert sink.dropped == 5
    broken = False
    sink.put({"event": "back"})
    assert [json.loads(line)["event"] for line in written] == ["log.dropped", "back"]
    assert json.loads(written[0])["lines"] == 5
    assert sink.dropped == 0


def test_a_closed_standard_error_ends_nothing() -> None:
    """FT-29: a real process whose stderr is a pipe that nobody reads any more goes on and ends well."""
    program = (
        "import sys, structlog\nfrom frontdesk.runtime.logs import start_logs\nsink = start_logs('info')\n"
        "sys.stdin.read()\n"
        "for _ in range(3):\n    structlog.get_logger().info('x')\n"
        "print(sink.dropped)\n"
    )
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=writer, text=True
    )
    os.close(writer)
    os.close(reader)
    out, _ = process.communicate(input="go", timeout=30)
    assert (process.returncode, out.strip()) == (0, "3")
