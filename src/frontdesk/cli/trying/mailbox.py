"""The mails of a run: six digits from the folder that the server writes them to."""

import asyncio
import contextlib
import email
import email.policy
import re
import time
from pathlib import Path

_CODE = re.compile(r"(\d{6})(?!\d)")  # at the beginning of a subject: other mails hold digits too
_PAUSE = 0.05  # seconds between two looks


class Mailbox:
    """Mails to made-up addresses in a folder that may hold others' too; those are opened and left alone."""

    def __init__(self, folder: Path) -> None:
        """A folder of .eml files, one a message. What lies there already is never looked at."""
        self._folder = folder
        self._passed = {path.name for path in folder.glob("*.eml")}
        self._mails: list[tuple[str, str]] = []
        self._files: list[tuple[str, Path]] = []

    async def wait_for_code(self, address: str, *, seconds: float) -> str:
        """The digits of the newest mail with a code to an address; empty where none came in time."""
        for _ in range(max(1, int(seconds / _PAUSE))):
            self._look()
            codes = [found[1] for to, subject in self._mails if address in to and (found := _CODE.match(subject))]
            if codes:
                return codes[-1]
            await asyncio.sleep(_PAUSE)
        return ""

    def holds_mail_to(self, address: str) -> bool:
        """Whether anything came to an address."""
        self._look()
        return any(address in to for to, _ in self._mails)

    def clear(self, domain: str) -> None:
        """Remove the mails to addresses of a made-up domain, those included that are on their way for a moment yet."""
        for _ in range(4):
            self._look()
            time.sleep(_PAUSE)
        for to, path in self._files:
            if domain in to:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _look(self) -> None:
        for path in sorted(self._folder.glob("*.eml")):
            if path.name in self._passed:
                continue
            try:
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            except OSError:
                continue
            self._passed.add(path.name)
            self._mails.append((str(message["to"] or ""), str(message["subject"] or "")))
            self._files.append((str(message["to"] or ""), path))
