"""Where mail goes, as one URL: smtp://, smtps://, file:///folder or console:."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias
from urllib.parse import SplitResult, unquote, urlsplit

ALLOWED = "smtp://[user:password@]host[:port], smtps://…, file:///folder or console:"


class MailUrlError(ValueError):
    """The mail URL or the sender's address cannot be used. The message never holds the URL: passwords travel in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A mail server. Without `tls` the connection is upgraded by STARTTLS, as `needs_tls` says."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        """On this machine: mail to it crosses no network."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def needs_tls(self) -> bool:
        """Whether STARTTLS must succeed: a password never crosses a network in the clear."""
        return self.user is not None and not self.is_local


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFolder:
    """A folder that gets one .eml file a message."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Standard error."""


Destination: TypeAlias = SmtpServer | MailFolder | Console


def read_mail_url(url: str) -> Destination:
    """The destination a mail URL names; raises `MailUrlError`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MailUrlError(f"the mail URL is malformed: write {ALLOWED}") from None
    if parts.query or parts.fragment:
        raise MailUrlError("the mail URL has no options: leave out what follows '?' or '#', or percent-encode it")
    if parts.scheme == "console" and not parts.netloc and not parts.path:
        return Console()
    if parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/") or parts.path == "/":
            raise MailUrlError("a mail folder is written with three slashes and its full path: file:///var/mail-out")
        return MailFolder(path=Path(unquote(parts.path)))
    if parts.scheme in ("smtp", "smtps"):
        return _read_server(parts, port)
    raise MailUrlError(f"mail goes to {ALLOWED}")


def _read_server(parts: SplitResult, port: int | None) -> SmtpServer:
    if not parts.hostname or parts.path not in ("", "/"):
        raise MailUrlError(f"the mail URL names a server and no path: write {ALLOWED}")
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    if (user is None) != (password is None):
        raise MailUrlError("the mail URL has a user without a password, or the reverse")
    if any(ord(character) < 32 for character in f"{parts.hostname}{user}{password}"):
        raise MailUrlError("the mail URL holds control characters")
    tls = parts.scheme == "smtps"
    usual = 465 if tls else 587 if user else 25
    return SmtpServer(host=parts.hostname, port=port or usual, tls=tls, user=user, password=password)
