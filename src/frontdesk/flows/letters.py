"""The mail that carries a sign-in code: for which app, from where, when, and "do not share". ATTACKS OT-22, EM-05."""

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime

from frontdesk.protocol.ids import SECOND, Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message of plain text, to be sent to one address."""

    subject: str = field(repr=False)
    text: str = field(repr=False)


def render_login_letter(
    code: str, *, product: str, issuer: str, app: str | None, address: str | None, now: Micros
) -> Letter:
    """Say what the code opens. Built from settings alone: nothing that a request says of its host gets in."""
    at = datetime.fromtimestamp(now // SECOND, tz=UTC)
    opens = f"It signs you in to {_one_line(product)}"
    if app is not None:
        opens += f', to connect the app "{_one_line(app)}"'
    place = f"From: {address}\n" if address else ""
    text = (
        f"Your sign-in code is\n\n    {code}\n\n"
        f"{opens}. It works once, for 10 minutes, in the browser that asked for it:\n{issuer}/\n\n"
        f"Asked for: {at:%d %B %Y, %H:%M} UTC\n{place}\n"
        "Do not share this code, on the telephone or in a chat either: nobody who works here will ever ask for it.\n"
        "If you did not ask for it, you need not do anything: without the code nobody gets in.\n"
    )
    return Letter(subject=f"{code} is your {_one_line(product)} sign-in code", text=text)


def _one_line(text: str) -> str:
    """Names are judged when they are registered; this holds even where one was imported unjudged (EM-01)."""
    return "".join(" " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character for character in text)


def render_regenerated_letter(*, network: str, product: str, issuer: str, address: str | None, now: Micros) -> Letter:
    """Tell an owner that the network's API credentials changed, so that a stranger's hand would be noticed."""
    at = datetime.fromtimestamp(now // SECOND, tz=UTC)
    place = f"From: {address}\n" if address else ""
    text = (
        f"The API credentials of {_one_line(network)} were regenerated. The old client id and secret are refused from\n"
        "now on; programs that use them need the new ones.\n\n"
        f"When: {at:%d %B %Y, %H:%M} UTC\n{place}\n"
        f"If that was not you: sign in at {issuer}/account, regenerate them again, and tell who runs this service.\n"
    )
    return Letter(subject=f"{_one_line(product)}: API credentials of {_one_line(network)} regenerated", text=text)
