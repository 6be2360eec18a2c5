"""One message, from checked parts to bytes. RFC 5322; header injection CWE-93.

Everything is judged here, before the mail library sees it: libraries have let line breaks through before
(CVE-2024-6923, CVE-2026-1299).
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import SECOND, Email, Micros
from frontdesk.protocol.languages import ENGLISH_CODE
from frontdesk.protocol.messages import say_by
from frontdesk.runtime.letter_html import Look, render_html
from frontdesk.runtime.speakers import speaker_of

MAX_SUBJECT = 200
MAX_TEXT = 64 * 1024
_MAX_NAME = 100
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# 7-bit on the wire: a server need not offer 8BITMIME or SMTPUTF8.
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who the mail is from: an address, and a name before it or none."""

    address: Email
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to one person. Its text may hold a login code, so it never prints."""

    to: Email
    subject: str = field(repr=False)
    text: str = field(repr=False)
    language: str = ENGLISH_CODE


def read_sender(text: str) -> Sender | None:
    """`address` or `Name <address>`; None for anything else."""
    name, bracket, rest = text.strip().rpartition("<")
    if not bracket:
        name, rest = "", text + ">"
    elif not rest.endswith(">"):
        return None
    address = read_email(rest[:-1])
    name = name.strip().strip('"').strip()
    if address is None or len(name) > _MAX_NAME or _has_controls(name) or any(mark in name for mark in '<>"\\'):
        return None
    return Sender(address=address, name=name)


def write_letter(to: str, subject: str, text: str, *, language: str = ENGLISH_CODE) -> Letter:
    """A letter of checked parts. ValueError on control characters, more than one address, or a display name.

    `to` must already be what `read_email` gives, so that the value that was validated is the value that is used.
    """
    address = read_email(to)
    if address is None or address != to:
        raise ValueError("not one plain e-mail address")
    if not subject or len(subject) > MAX_SUBJECT or _has_controls(subject):
        raise ValueError("a subject is one line of 1 to 200 characters without control characters")
    if len(text) > MAX_TEXT or "\0" in text or not _is_unicode(text):
        raise ValueError("a mail's text is at most 64 kB, without NUL")
    return Letter(to=address, subject=subject, text=text, language=language)


def say_letter(letter: Letter, language: str) -> Letter:
    """The letter in this language; as it is where its subject would grow beyond what a subject may be."""
    speaker = speaker_of(language)
    subject = say_by(speaker, letter.subject)
    if len(subject) > MAX_SUBJECT:
        return letter
    return write_letter(letter.to, subject, say_by(speaker, letter.text), language=language)


def render_letter(
    letter: Letter, sender: Sender, *, now: Micros, random: Callable[[int], bytes], look: Look | None = None
) -> EmailMessage:
    """The message, ready to be sent: every line ends in CRLF, whatever the text used."""
    user, _, domain = sender.address.rpartition("@")
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(display_name=sender.name, username=user, domain=domain)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(now // SECOND, UTC))
    message["Message-ID"] = f"<{random(16).hex()}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office answers it
    if letter.text.isascii() and all(len(line) < 990 for line in letter.text.splitlines()):
        message.set_content(letter.text, charset="us-ascii", cte="7bit")
    else:
        message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    html = render_html(letter.subject, letter.text, language=letter.language, look=look)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = letter.language
    return message


def _has_controls(text: str) -> bool:
    return any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _BIDI_CONTROLS for character in text
    )


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
