"""The demo's mailbox: whatever mail Frontdesk wrote as .eml files, newest first, with the sign-in code large."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.cli.demo.look import draw, furniture

NEWEST = 20
_CODE = re.compile(r"\b(\d{6})\b")  # not the six digits within a network's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail as the page shows it. `code` is empty where there is none."""

    to: str
    subject: str
    text: str
    code: str
    time: str


def read_letters(folder: Path) -> list[Letter]:
    """The newest mails of a folder of .eml files, newest first; a file that is still being written is left out."""
    found = []
    for path in folder.glob("*.eml"):
        try:
            found.append((path.stat().st_mtime_ns, path.read_bytes()))
        except FileNotFoundError:
            continue
    found.sort(reverse=True)
    return [_letter(raw, written) for written, raw in found[:NEWEST] if raw]


def _letter(raw: bytes, written: int) -> Letter:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    text = body.get_content() if body is not None else ""
    subject = str(message["subject"] or "")
    code = _CODE.search(subject) or _CODE.search(text)
    return Letter(
        to=str(message["to"] or ""),
        subject=subject,
        text=text.strip(),
        code=code.group(1) if code else "",
        time=datetime.fromtimestamp(written // 1_000_000_000, UTC).strftime("%H:%M:%S UTC"),
    )


def mailbox(folder: Path) -> Starlette:
    """The mailbox's ASGI app."""

    async def show(request: Request) -> Response:
        return draw("mailbox.html", letters=await run_in_threadpool(read_letters, folder))

    return Starlette(routes=[Route("/", show), *furniture()])
