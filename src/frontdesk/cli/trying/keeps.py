"""What is kept of an answer for later steps."""

import re

from frontdesk.cli.trying.steps import Answer, Keep
from frontdesk.cli.trying.wants import fingerprint, shape


def from_json(name: str, fact: str = "") -> Keep:
    """A member of the JSON object that is text."""
    return Keep(name=fact or name, read=lambda answer: str(answer.document.get(name) or ""))


def from_redirect(name: str, fact: str) -> Keep:
    """A parameter of the redirect."""
    return Keep(name=fact, read=lambda answer: answer.sent_back.get(name, ""))


def whole(fact: str) -> Keep:
    """The answer itself, for comparing another with it."""
    return Keep(name=fact, read=fingerprint)


def only_network(fact: str) -> Keep:
    """The one network that is listed."""

    def read(answer: Answer) -> str:
        listed = answer.document.get("networks")
        only = listed[0] if isinstance(listed, list) and len(listed) == 1 else None
        return str(only.get("id") or "") if isinstance(only, dict) else ""

    return Keep(name=fact, read=read)


def from_page(pattern: str, fact: str) -> Keep:
    """What a pattern finds in a page."""

    def read(answer: Answer) -> str:
        found = re.search(pattern, answer.text)
        return found[1] if found else ""

    return Keep(name=fact, read=read)


def shape_of(fact: str) -> Keep:
    """What a page looks like, for comparing another with it."""
    return Keep(name=fact, read=shape)
