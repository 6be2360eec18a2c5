"""What arrived in the mail folder of a server that runs with `file://`."""

import email
import email.policy
import re
import time
from email.message import EmailMessage
from pathlib import Path


def read_mails(folder: Path, to: str) -> list[EmailMessage]:
    """Every message to an address, oldest first; a message still being written is left for the next look."""
    found = []
    for path in sorted(folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name)):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if isinstance(message, EmailMessage) and to in str(message["To"]):
            found.append(message)
    return found


def wait_for_code(folder: Path, to: str, *, after: int = 0, seconds: float = 10) -> str:
    """The six digits of the newest mail to an address, once there are more than `after` mails."""
    end = time.monotonic() + seconds
    while len(mails := read_mails(folder, to)) <= after:
        if time.monotonic() > end:
            raise TimeoutError(f"no new mail to {to} in {seconds} s")
        time.sleep(0.02)
    body = mails[-1].get_body(("plain",))
    text = body.get_content() if body is not None else ""
    match = re.search(r"\b(\d{6})\b", f"{text}\n{mails[-1]['Subject']}")
    assert match is not None, f"no six digits in the mail to {to}: {text!r}"
    return match.group(1)
