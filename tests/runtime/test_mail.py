"""Mail: checked before the library, off the request's path, one recipient (EM-01, EM-03, EM-04, FT-54)."""

import asyncio
import email
import email.policy
import re
import stat
import time
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from frontdesk.protocol.ids import Email
from frontdesk.protocol.messages import N_, Text, say
from frontdesk.runtime import mail
from frontdesk.runtime.mail import PostOffice, open_post_office

ADA = Email("ada@example.com")
FROM = "Frontdesk <desk@example.com>"

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:Requiring AUTH")]


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the product runs on."""
    return "asyncio"


class Postman:
    """What a real SMTP server did: the messages it took, and the answers it is told to give first."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answers: list[str] = []
        self.tries = 0

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:  # noqa: N802
        """Take the message, or give the next answer."""
        self.tries += 1
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(envelope)
        return "250 OK"

    @property
    def letters(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [_parse(envelope.content) for envelope in self.taken]


def _parse(content: object) -> EmailMessage:
    assert isinstance(content, bytes)
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def _serve(postman: Postman, **options: Any) -> tuple[asyncio.Server, int]:
    """A real SMTP server on a free port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postman, loop=loop, **options), "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


@pytest.fixture
async def postman() -> AsyncIterator[tuple[Postman, int]]:
    """A real SMTP server, and its port."""
    postman = Postman()
    server, port = await _serve(postman)
    yield postman, port
    server.close()


@pytest.fixture
def events() -> Iterator[list[dict[str, Any]]]:
    """What was logged."""
    with structlog.testing.capture_logs() as events:
        yield events


@pytest.fixture
async def offices(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[PostOffice]]:
    """Post offices to close at the end; retries come quickly."""
    monkeypatch.setattr(mail, "RETRY_AFTER", (0.05,))
    monkeypatch.setattr(mail, "DRAIN", 0.2)
    opened: list[PostOffice] = []
    yield opened
    for office in opened:
        await office.aclose()


async def _until(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.01)


async def test_a_letter_arrives(postman: tuple[Postman, int], offices: list[PostOffice]) -> None:
    """Sender, one recipient, subject and text, in any script."""
    server, port = postman
    office = open_post_office(f"smtp://127.0.0.1:{port}", FROM)
    offices.append(office)
    office.post(ADA, "Ihr Schlüssel", "Grüße,\n\n123456\n" + "long " * 400)
    assert server.tries == 0, "post() must not wait for the server"
    await _until(lambda: server.taken)
    letter, envelope = server.letters[0], server.taken[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("desk@example.com", [ADA])
    assert (letter["From"], letter["To"], letter["Subject"]) == (FROM, ADA, "Ihr Schlüssel")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@example.com>")
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Grüße,", "", "123456", "long " * 400]


REFUSED_TO = [
    "ada@example.com\r\nBcc: eve@example.com",
    "ada@example.com\n",
    "ada@example.com\r",
    "ada\0@example.com",
    "ada@example.com,eve@example.com",
    "ada@example.com;eve@example.com",
    "ada@example.com eve@example.com",
    "Ada <ada@example.com>",
    '"ada@example.com" <eve@example.com>',
    "ada@example.com <eve@example.com>",
    "<ada@example.com>",
    "ada＠example.com",
    "Ada@example.com",
    " ada@example.com",
    "",
]


@pytest.mark.parametrize("to", REFUSED_TO, ids=ascii)
async def test_a_recipient_is_one_plain_address(tmp_path: Path, to: str) -> None:
    """EM-01, EM-03: refused before the mail library sees it, and nothing is queued."""
    office = open_post_office(f"file://{tmp_path}/out", FROM)
    with pytest.raises(ValueError, match="one plain e-mail address"):
        office.post(Email(to), "Subject", "text")
    await office.aclose()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "subject",
    [
        "a\r\nBcc: eve@example.com",
        "a\nb",
        "a\rb",
        "a\0b",
        "a\x0bb",
        "a\x85b",
        "a\u2028b",
        "a\u202eb",
        "\ud800",
        "",
        "x" * 201,
    ],
    ids=ascii,
)
async def test_a_subject_is_one_line(tmp_path: Path, subject: str) -> None:
    """EM-01: a client's or network's name with a line break in it ends here."""
    office = open_post_office(f"file://{tmp_path}/out", FROM)
    with pytest.raises(ValueError, match="subject"):
        office.post(ADA, subject, "text")
    await office.aclose()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "x" * 70_000], ids=["NUL", "surrogate", "huge"])
async def test_a_text_without_nul_and_of_a_sane_size(tmp_path: Path, text: str) -> None:
    """EM-01 for the body."""
    office = open_post_office(f"file://{tmp_path}/out", FROM)
    with pytest.raises(ValueError, match="text"):
        office.post(ADA, "Subject", text)
    await office.aclose()


SMUGGLED = [
    "before\n.\nafter",
    "before\r\n.\r\nafter",
    "before\r.\rafter",
    "before\n.\r\nafter",
    "before\r\n.\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nSubject: two\r\n\r\ntwo\r\n.\r\n",
    ".\n.\n.",
    "..\n.two dots\n...",
    "Grüße\n.\n.x",
]


@pytest.mark.parametrize("text", SMUGGLED, ids=ascii)
async def test_dots_do_not_end_a_letter(postman: tuple[Postman, int], offices: list[PostOffice], text: str) -> None:
    """EM-04: over a real connection exactly one message arrives, with the whole text."""
    server, port = postman
    office = open_post_office(f"smtp://127.0.0.1:{port}", FROM)
    offices.append(office)
    office.post(ADA, "One", text)
    await _until(lambda: server.taken)
    office.post(ADA, "Last", "last")
    await _until(lambda: len(server.taken) == 2)
    assert [letter["Subject"] for letter in server.letters] == ["One", "Last"]
    assert [envelope.rcpt_tos for envelope in server.taken] == [[ADA], [ADA]]
    body = server.letters[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == text.splitlines()


async def test_a_passing_failure_is_tried_again(
    postman: tuple[Postman, int], offices: list[PostOffice], events: list[dict[str, Any]]
) -> None:
    """Greylisting: refused twice for now, taken the third time, once."""
    server, port = postman
    server.answers = ["451 try later", "421 busy"]
    office = open_post_office(f"smtp://127.0.0.1:{port}", FROM)
    offices.append(office)
    office.post(ADA, "Subject", "text")
    await _until(lambda: server.taken)
    await asyncio.sleep(0.2)
    assert (server.tries, len(server.taken)) == (3, 1)
    assert [event["event"] for event in events] == ["mail.delayed", "mail.delayed", "mail.sent"]
    state = office.state
    assert (state.sent, state.dropped, state.waiting) == (1, 0, 0)
    assert "421" in state.trouble
    assert None not in (state.sent_at, state.trouble_at)


async def test_a_final_refusal_is_dropped_at_once(
    postman: tuple[Postman, int], offices: list[PostOffice], events: list[dict[str, Any]]
) -> None:
    """5xx: one try, one event; what the server quotes of the letter does not reach the log (OT-10)."""
    server, port = postman
    server.answers = ["554 spam: your code is 493817"]
    office = open_post_office(f"smtp://127.0.0.1:{port}", FROM)
    offices.append(office)
    office.post(ADA, "Subject", "Your code is 493817")
    await _until(lambda: events)
    await asyncio.sleep(0.2)
    assert server.tries == 1
    assert [event["event"] for event in events] == ["mail.dropped"]
    assert "493817" not in repr(events)
    assert (office.state.sent, office.state.dropped, office.state.sent_at) == (0, 1, None)
    assert "554" in office.state.trouble
    assert "493817" not in office.state.trouble  # an operator's page shows it


async def test_a_letter_dies_with_its_use(offices: list[PostOffice], events: list[dict[str, Any]]) -> None:
    """FT-54: nobody answers; after its useful time the letter is dropped with an event."""
    office = open_post_office("smtp://127.0.0.1:9", FROM, useful_for=1.5)
    offices.append(office)
    office.post(ADA, "Subject", "text")
    await _until(lambda: any(event["event"] == "mail.dropped" for event in events))
    assert len([event for event in events if event["event"] == "mail.delayed"]) >= 2
    await _until(lambda: not office._waiting)
    assert (office.state.dropped, office.state.sent) == (1, 0)


async def test_a_server_that_hangs_costs_neither_memory_nor_sockets(
    offices: list[PostOffice], events: list[dict[str, Any]]
) -> None:
    """FT-54: four conversations at a time, a thousand letters at most, and the rest dropped with an event."""
    connections = 0

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    office = open_post_office(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", FROM)
    offices.append(office)
    for _ in range(mail.MAX_WAITING + 5):
        office.post(ADA, "Subject", "text")
    await _until(lambda: connections == mail.AT_A_TIME)
    await asyncio.sleep(0.1)
    assert connections == mail.AT_A_TIME
    assert [event["event"] for event in events] == ["mail.dropped"] * 5
    began = time.monotonic()
    await office.aclose()
    assert time.monotonic() - began < 5
    server.close()


async def test_closing_sends_what_waits_and_takes_nothing_more(
    postman: tuple[Postman, int], offices: list[PostOffice], events: list[dict[str, Any]]
) -> None:
    """A letter posted just before the end still goes out."""
    server, port = postman
    office = open_post_office(f"smtp://127.0.0.1:{port}", FROM)
    office.post(ADA, "Subject", "text")
    await office.aclose()
    assert len(server.taken) == 1
    office.post(ADA, "Late", "text")
    assert [event["event"] for event in events] == ["mail.sent", "mail.dropped"]


async def test_a_user_is_proven_with_its_password(offices: list[PostOffice], events: list[dict[str, Any]]) -> None:
    """user:password of the URL, percent-decoded; a wrong one never shows in an event."""
    postman, seen = Postman(), []

    def judge(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss:word", handled=False)

    server, port = await _serve(postman, authenticator=judge, auth_required=True, auth_require_tls=False)
    right = open_post_office(f"smtp://desk%40x:p%40ss%3Aword@127.0.0.1:{port}", FROM)
    wrong = open_post_office(f"smtp://desk:canary@127.0.0.1:{port}", FROM)
    offices += [right, wrong]
    right.post(ADA, "Subject", "text")
    await _until(lambda: postman.taken)
    wrong.post(ADA, "Subject", "text")
    await _until(lambda: any(event["event"] == "mail.delayed" for event in events))
    assert seen[0] == (b"desk@x", b"p@ss:word")
    assert "canary" not in repr(events)
    server.close()


async def test_a_folder_gets_one_private_file_a_letter(tmp_path: Path) -> None:
    """file:// writes whole files of unique names, 0600, in the order of their posting, and leaves no draft."""
    office = open_post_office(f"file://{tmp_path}/mail%20out", FROM)
    for n in range(20):
        office.post(ADA, f"Letter {n}", f"text {n}\n.\nend")
    await office.aclose()
    files = sorted((tmp_path / "mail out").iterdir())
    assert len(files) == 20
    assert {file.suffix for file in files} == {".eml"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    letters = [_parse(file.read_bytes()) for file in files]
    assert {letter["Subject"] for letter in letters} == {f"Letter {n}" for n in range(20)}
    assert b"\n.\n" in files[0].read_bytes().replace(b"\r\n", b"\n")


async def test_a_full_folder_is_tried_again(
    tmp_path: Path, offices: list[PostOffice], events: list[dict[str, Any]]
) -> None:
    """A folder that is away for a moment loses no letter."""
    office = open_post_office(f"file://{tmp_path}/out", FROM)
    offices.append(office)
    (tmp_path / "out").rmdir()
    office.post(ADA, "Subject", "text")
    await _until(lambda: any(event["event"] == "mail.delayed" for event in events))
    (tmp_path / "out").mkdir()
    await _until(lambda: list((tmp_path / "out").glob("*.eml")))


async def test_the_console_shows_the_letter(capsys: pytest.CaptureFixture[str]) -> None:
    """console: prints to standard error, control characters replaced."""
    office = open_post_office("console:", FROM)
    office.post(ADA, "Your code", "Your code is 123456\x1b[31m")
    await office.aclose()
    shown = capsys.readouterr().err
    assert "To: ada@example.com" in shown
    assert "123456" in shown
    assert "\x1b" not in shown


async def test_a_letter_is_said_in_the_readers_language_as_text_and_as_html(
    postman: tuple[Postman, int], offices: list[PostOffice]
) -> None:
    """Both hold the same words; names are escaped in one and plain in the other; nothing is loaded from anywhere."""
    server, port = postman
    office = open_post_office(f"smtp://127.0.0.1:{port}", FROM, language="de")
    offices.append(office)
    link = "https://desk.example/a"
    text = Text(say("Connect %(app)s", app="<b>Doors</b>"), f"\n\n    042917\n\n  - one\n  - two\n\n{link}\n")
    for language in ("", "ar", "en"):
        office.post(ADA, N_("Sign in"), text, language=language)
    await _until(lambda: len(server.letters) == 3)
    letters = {letter["content-language"]: letter for letter in server.letters}
    assert letters.keys() == {"de", "ar", "en"}
    english = letters["en"]
    assert english["subject"] == "Sign in"
    assert english.get_body(("plain",)).get_content().startswith("Connect <b>Doors</b>\r\n")
    html = letters["ar"].get_body(("html",)).get_content()
    assert '<html lang="ar" dir="rtl">' in html
    assert "&lt;b&gt;Doors&lt;/b&gt;" in html
    assert "<li>one</li><li>two</li>" in html
    assert f'<a href="{link}" dir="ltr">{link}</a>' in html
    assert not re.search(r"<(img|script|link|iframe)|url\(|<b>", html)
