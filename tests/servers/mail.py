"""What arrived in the mail folder of a server that runs with `file://`."""

import email
import email.policy
import re
import time
from email.message import EmailMessage
from pathlib import Path

_CODE = re.compile(r"\b(\d{6})\b")


def read_mails(folder: Path, to: str) -> list[EmailMessage]:
    """Every message to an address with a code, oldest first; one still being written is left for the next look."""
    found = []
    for path in sorted(folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name)):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if isinstance(message, EmailMessage) and to in str(message["To"]) and _CODE.search(str(message["Subject"])):
            found.append(message)
    return found


def wait_for_code(folder: Path, to: str, *, after: int = 0, seconds: float = 10) -> str:
    """The six digits of the newest mail to an address, once there are more than `after` mails."""
    end = time.monotonic() + seconds
    while len(mails := read_mails(folder, to)) <= after:
        if time.monotonic() > end:
            raise TimeoutError(f"no new mail to {to} in {seconds} s")
        time.sleep(0.02)
    match = _CODE.search(str(mails[-1]["Subject"]))
    assert match is not None
    return match.group(1)
