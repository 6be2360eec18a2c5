"""Where mail goes, as one address in the settings: what it may be, and what follows from it (EM-03)."""

import pytest

from frontdesk.runtime.mail import open_post_office
from frontdesk.runtime.mail_url import MailUrlError, SmtpServer, read_mail_url

FROM = "Frontdesk <desk@example.com>"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the product runs on."""
    return "asyncio"


BAD_URLS = [
    "",
    "mail.example.com",
    "http://mail.example.com",
    "smtp://",
    "smtp://user@mail.example.com",
    "smtp://:canary@mail.example.com",
    "smtp://u:canary@mail.example.com/path",
    "smtp://u:canary@mail.example.com?x=1",
    "smtp://u:canary@mail.example.com:port",
    "smtp://u:canary@mail.example.com:99999",
    "smtp://u:canary%0d%0a@mail.example.com",
    "smtp://u:can#ary@mail.example.com",
    "file://folder/x",
    "file:folder",
    "file:///",
    "file:///x?y",
    "console:x",
    "console://x",
]


@pytest.mark.parametrize("url", BAD_URLS)
async def test_a_bad_url_is_a_clear_error(url: str) -> None:
    """At start, in words, and without what may be a password."""
    with pytest.raises(MailUrlError) as refused:
        open_post_office(url, FROM)
    assert "canary" not in str(refused.value)
    assert "mail" in str(refused.value)


@pytest.mark.parametrize(
    "sender", ["", "x", "a@b,c@d", "A <a@b", "A <a@b> <c@d>", "A\r\nBcc: x <a@b>", '"<x@y>" <a@b>']
)
async def test_a_bad_sender_is_a_clear_error(sender: str) -> None:
    """EM-03: the sender is one address with a name or none."""
    with pytest.raises(MailUrlError, match="sender"):
        open_post_office("console:", sender)


SERVERS = [
    ("smtp://mail.example.com", ("mail.example.com", 25, False, False)),
    ("smtp://u:p@mail.example.com", ("mail.example.com", 587, False, True)),
    ("smtp://u:p@mail.example.com:2525", ("mail.example.com", 2525, False, True)),
    ("smtps://u:p@mail.example.com/", ("mail.example.com", 465, True, True)),
    ("smtp://u:p@localhost:1025", ("localhost", 1025, False, False)),
    ("smtp://u:p@[::1]:1025", ("::1", 1025, False, False)),
]


@pytest.mark.parametrize(("url", "read"), SERVERS)
async def test_ports_and_tls_follow_from_the_url(url: str, read: tuple[str, int, bool, bool]) -> None:
    """The usual ports; a password crosses no network in the clear."""
    server = read_mail_url(url)
    assert isinstance(server, SmtpServer)
    assert (server.host, server.port, server.tls, server.needs_tls) == read
    assert ":p" not in repr(server)
    assert "password" not in repr(server)
