"""The post office: takes a letter at once, and delivers it off the request's path.

A letter that cannot be delivered now (connection, time-out, 4xx) is tried again while it is still of use, ten
minutes: a login code lives no longer. Then, or at a final refusal (5xx), it is dropped with a log event. At most
1,000 letters wait, four are on their way at a time, so that a server that hangs costs neither memory nor sockets.
"""

import asyncio
import itertools
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import structlog

from frontdesk.protocol.ids import Email
from frontdesk.protocol.languages import ENGLISH_CODE
from frontdesk.protocol.standing import MailState
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.letter_html import Look
from frontdesk.runtime.letters import Letter, Sender, read_sender, render_letter, say_letter, write_letter
from frontdesk.runtime.mail_url import Console, MailFolder, MailUrlError, SmtpServer, read_mail_url

MAX_WAITING = 1_000
AT_A_TIME = 4
USEFUL_FOR = 600.0  # seconds
SMTP_TIMEOUT = 15.0  # each step
DELIVERY_TIMEOUT = 60.0  # the whole conversation: a server may answer each step just in time
DRAIN = 3.0
# Seconds until the next try; the last one repeats.
RETRY_AFTER = (1.0, 3.0, 10.0, 20.0, 30.0, 60.0)

_log = structlog.get_logger("mail")

Deliver = Callable[[Letter, EmailMessage], Awaitable[None]]


class Undeliverable(Exception):  # noqa: N818 - an outcome of a delivery
    """This letter was refused for good; trying again is of no use."""


def open_post_office(
    url: str,
    mail_from: str,
    *,
    language: str = ENGLISH_CODE,
    useful_for: float = USEFUL_FOR,
    look: Look | None = None,
) -> "PostOffice":
    """The post office that a mail URL and a sender name; raises `MailUrlError`.

    `language` is for those who chose none.
    """
    sender = read_sender(mail_from)
    if sender is None:
        raise MailUrlError("the sender is not an address, or Name <address>")
    destination = read_mail_url(url)
    match destination:
        case SmtpServer():
            return PostOffice(
                _by_smtp(destination, sender), sender, language=language, useful_for=useful_for, look=look
            )
        case MailFolder():
            try:
                destination.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise MailUrlError(f"cannot make the mail folder {destination.path}: {error.strerror}") from error
            return PostOffice(
                _into_folder(destination.path), sender, language=language, useful_for=useful_for, look=look
            )
        case Console():
            return PostOffice(_to_console, sender, language=language, useful_for=useful_for, look=look)


class PostOffice:
    """Implements what the walks need of a post office. `post` needs a running event loop."""

    def __init__(
        self,
        deliver: Deliver,
        sender: Sender,
        *,
        language: str = ENGLISH_CODE,
        useful_for: float = USEFUL_FOR,
        look: Look | None = None,
    ) -> None:
        """`deliver` sends one message or raises: `Undeliverable` for good, anything else for now."""
        self._deliver = deliver
        self._sender = sender
        self._language = language
        self._useful_for = useful_for
        self._look = look
        self._gate = asyncio.Semaphore(AT_A_TIME)
        self._waiting: set[asyncio.Task[None]] = set()
        self._state = MailState()
        self._clock = SystemClock()
        self._closing = False

    def post(self, to: Email, subject: str, text: str, *, language: str = "") -> None:
        """Queue one message, said in a language.

        ValueError on control characters, two addresses or a display name; then nothing is queued.
        """
        letter = write_letter(to, subject, text)
        if self._closing or len(self._waiting) >= MAX_WAITING:
            _log.error("mail.dropped", to=to, why="closing" if self._closing else "too many letters wait")
            self._failed("too many letters wait", dropped=True)
            return
        task = asyncio.get_running_loop().create_task(self._send(letter, language or self._language))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    @property
    def state(self) -> MailState:
        """What became of the letters since it was opened."""
        return replace(self._state, waiting=len(self._waiting))

    async def aclose(self) -> None:
        """Take no more letters, give those that wait a few seconds, and drop the rest with a log event."""
        self._closing = True
        if not self._waiting:
            return
        _, late = await asyncio.wait(self._waiting, timeout=DRAIN)
        for task in late:
            task.cancel()
        if late:
            _log.error("mail.dropped", letters=len(late), why="the server stopped first")
            await asyncio.gather(*late, return_exceptions=True)

    async def _send(self, letter: Letter, language: str) -> None:
        try:
            async with asyncio.timeout(self._useful_for):
                # Here and not in `post`: whether somebody has an address must not be told by the time that saying it
                # takes. Behind the gate: a thousand letters that wait need not be written out.
                async with self._gate:
                    letter = say_letter(letter, language)
                    message = render_letter(
                        letter, self._sender, now=self._clock.now(), random=os.urandom, look=self._look
                    )
                for attempt in itertools.count():
                    if await self._try_once(letter, message, attempt):
                        return
                    await asyncio.sleep(RETRY_AFTER[min(attempt, len(RETRY_AFTER) - 1)])
        except TimeoutError:
            _log.error("mail.dropped", to=letter.to, why="too old to be of use")
            self._state = replace(self._state, dropped=self._state.dropped + 1)  # why, the last try has said

    async def _try_once(self, letter: Letter, message: EmailMessage, attempt: int) -> bool:
        """Whether there is nothing more to do."""
        try:
            async with self._gate, asyncio.timeout(DELIVERY_TIMEOUT):
                await self._deliver(letter, message)
        except Undeliverable as refusal:
            _log.error("mail.dropped", to=letter.to, tries=attempt + 1, why=str(refusal))
            self._failed(str(refusal), dropped=True)
            return True
        except Exception as failure:  # noqa: BLE001 - whatever a neighbour does must not end the letter's task
            _log.warning("mail.delayed", to=letter.to, tries=attempt + 1, why=_tell(failure))
            self._failed(_tell(failure))
            return False
        _log.info("mail.sent", to=letter.to, tries=attempt + 1)
        self._state = replace(self._state, sent=self._state.sent + 1, sent_at=self._clock.now())
        return True

    def _failed(self, why: str, *, dropped: bool = False) -> None:
        lost = self._state.dropped + dropped
        self._state = replace(self._state, dropped=lost, trouble=why, trouble_at=self._clock.now())


def _tell(failure: Exception) -> str:
    # A server may quote the letter in its refusal: no six digits of it may reach the log.
    return re.sub(r"\d{6}", "[redacted]", f"{type(failure).__name__}: {failure}"[:300])


def _by_smtp(server: SmtpServer, sender: Sender) -> Deliver:
    async def deliver(letter: Letter, message: EmailMessage) -> None:
        import aiosmtplib  # late: the command line does without it

        # STARTTLS where offered. On this machine a certificate proves nothing (and is mostly self-made).
        try:
            await aiosmtplib.send(
                message,
                sender=sender.address,
                recipients=[letter.to],
                hostname=server.host,
                port=server.port,
                use_tls=server.tls,
                start_tls=None if server.tls or not server.needs_tls else True,
                validate_certs=not server.is_local,
                username=server.user,
                password=server.password,
                local_hostname=_greeting_name(),
                timeout=SMTP_TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            if all(one.code >= 500 for one in refusal.recipients):
                raise Undeliverable(_tell(refusal)) from refusal
            raise
        except aiosmtplib.SMTPResponseException as refusal:
            if refusal.code >= 500 and not isinstance(refusal, aiosmtplib.SMTPAuthenticationError):
                raise Undeliverable(_tell(refusal)) from refusal
            raise

    return deliver


def _greeting_name() -> str:
    """What to say in EHLO: this host's name as it is known here, without asking DNS (which may hang)."""
    name = os.uname().nodename
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"


def _into_folder(folder: Path) -> Deliver:
    async def deliver(letter: Letter, message: EmailMessage) -> None:
        await asyncio.to_thread(_save, folder, message.as_bytes())

    return deliver


def _save(folder: Path, content: bytes) -> None:
    # Named by time, then by chance; written beside its place, so that a reader never sees half a letter.
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(seconds))
    name = f"{stamp}.{nanoseconds // 1_000:06d}Z-{os.urandom(4).hex()}.eml"
    draft = folder / f".{name}.part"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
    draft.rename(folder / name)


async def _to_console(letter: Letter, message: EmailMessage) -> None:
    lines = [f"To: {letter.to}", f"Subject: {letter.subject}", "", *letter.text.splitlines()]
    shown = "\n".join("  | " + _printable(line) for line in lines)
    try:
        sys.stderr.write(f"mail (console: shows it instead of sending it)\n{shown}\n")
        sys.stderr.flush()
    except (OSError, ValueError) as gone:
        raise Undeliverable("standard error is closed") from gone


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in line)
