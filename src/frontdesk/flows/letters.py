"""What mails to people are made of: marked sentences, names made harmless, when and from where. ATTACKS EM-01, EM-05.

Each letter says what happened, when, from where, and what to do if it was not you; never a secret. Links are built
from the configured public URL alone: nothing that a request says of its host gets in.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from frontdesk.protocol.ids import Micros
from frontdesk.protocol.messages import N_, Day, Text, TimeOfDay, say, say_count

SHOWN = 30  # lines of a list; what is more is counted
_NAME_IN_SUBJECT = 50  # two of them, the product and the words between fit the 200 that a subject may have
_JOINERS = frozenset("\u200c\u200d")  # Persian, Hindi and joined emoji need these two
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_UNSEEN = frozenset({"Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to be sent to one address; the post office says it in the reader's language."""

    subject: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes: what people call the product, and its public URL without a slash at its end."""

    product: str
    issuer: str

    def subject(self, words: str) -> str:
        """The subject of a letter that tells of something that happened."""
        return Text(one_line(self.product), ": ", words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When something happened, and from which address; `address` is None for the operator's command line."""

    now: Micros
    address: str | None

    def lines(self, *, operator: bool = False) -> str:
        """As they stand in a letter, one a line."""
        parts = [say("When: %(day)s, %(time)s UTC", day=Day(self.now), time=TimeOfDay(self.now)), "\n"]
        if self.address:
            parts += [say("From: %(address)s", address=one_line(self.address)), "\n"]
        if operator:
            parts += [N_("By: those who run this service, at its command line"), "\n"]
        return Text(*parts)


def paragraphs(*blocks: str) -> str:
    """The text of a letter: its blocks, with an empty line between two; empty ones are left out."""
    kept = [block for block in blocks if block]
    parts = [part for block in kept for part in (block, "\n\n" if not block.endswith("\n") else "\n")]
    return Text(*parts[:-1], "" if kept and kept[-1].endswith("\n") else "\n")


def with_link(sentence: str, link: str) -> str:
    """A sentence and the address that it speaks of, on a line of its own."""
    return Text(sentence, "\n", link, "\n")


def one_line(text: str) -> str:
    """A name as it may stand in a letter: no line break, nothing invisible or direction-changing, no link.

    Names are judged when they are registered; this holds even where one came in unjudged.
    """
    kept = []
    for character in text:
        kind = unicodedata.category(character)
        if kind in _BREAKS:
            kept.append(" ")
        elif kind not in _UNSEEN or character in _JOINERS:
            kept.append(character)
    return " ".join("".join(kept).split()).replace("://", ": //")


def short(text: str) -> str:
    """A name for a subject."""
    line = one_line(text)
    return line if len(line) <= _NAME_IN_SUBJECT else line[: _NAME_IN_SUBJECT - 1].rstrip() + "…"


def listed(lines: Sequence[str]) -> str:
    """A list, one item a line, as long as people read one."""
    parts = [part for line in lines[:SHOWN] for part in ("  - ", line, "\n")]
    left = len(lines) - SHOWN
    if left > 0:
        parts += ["  - ", say_count("and %(count)s more", "and %(count)s more", left), "\n"]
    return Text(*parts)
