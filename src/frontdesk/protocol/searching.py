"""Searching people, networks and apps by how their address, title or name begins; A to Z count as a to z."""

from dataclasses import dataclass

from frontdesk.protocol.records import Client, Network, User

MAX_SEARCHED = 100  # characters
LAST = "\U0010ffff"  # sorts behind whatever may stand in a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search gave, each in order; `more` of any kind: some were left out."""

    users: tuple[User, ...] = ()
    networks: tuple[Network, ...] = ()
    clients: tuple[Client, ...] = ()
    more: bool = False


def spellings(text: str) -> tuple[str, ...]:
    """The ways to write a text that are looked for: in other scripts than ASCII case is kept by the database."""
    words = " ".join(text.split())[:MAX_SEARCHED]
    return tuple(dict.fromkeys((words, words.lower(), words.capitalize(), words.title())))


def folded(text: str) -> str:
    """With the letters A to Z small."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
