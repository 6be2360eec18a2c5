"""What an e-mail address is: one canonical text, or none. RFC 5321 §4.1.2 dot-strings, RFC 5890 A-labels.

The value that is checked is the value that is stored, compared and mailed to: lower-case ASCII, the domain as
A-label. Stricter than the standards on purpose: no quoted local parts, no address literals, no local parts outside
ASCII. A domain outside ASCII is converted by the standard library's IDNA codec only where nothing but letter case is
lost: what normalises to something else (full-width letters, the Kelvin sign), or comes back different (sharp s, final
sigma, joiners), is refused, and the person types the A-label (`xn--…`) instead.
"""

import re
import unicodedata
from encodings import idna

from frontdesk.protocol.ids import Email

MAX_EMAIL = 254
_MAX_TYPED = 320
_MAX_LOCAL = 64
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def read_email(text: str) -> Email | None:
    """The canonical address; spaces around it are trimmed. None for anything that is not exactly one address.

    The local part's case is not kept (nobody's mailbox depends on it, and two users differing in it would be
    confused); a plus tag is.
    """
    if len(text) > _MAX_TYPED:
        return None
    local, at, domain = text.strip(" \t").partition("@")
    if not at or not local.isascii():
        return None
    local = local.lower()
    if len(local) > _MAX_LOCAL or not _LOCAL.fullmatch(local):
        return None
    host = read_domain(domain)
    if host is None or len(local) + 1 + len(host) > MAX_EMAIL:
        return None
    return Email(f"{local}@{host}")


def read_domain(text: str) -> str | None:
    """A host name in lower-case A-labels; None for anything else. One label is enough (`localhost`)."""
    labels = []
    for label in text.split("."):
        read = label.lower() if label.isascii() else _to_a_label(label)
        if read is None or not _LABEL.fullmatch(read):
            return None
        labels.append(read)
    # An all-numeric last label is an IPv4 address to every resolver (WHATWG URL, "ends in a number").
    return None if labels[-1].isdigit() else ".".join(labels)


def _to_a_label(label: str) -> str | None:
    # Before the case is dropped: the Kelvin sign's lower case is an ASCII k.
    if len(label) > 63 or unicodedata.normalize("NFKC", label) != label:
        return None
    lowered = label.lower()
    # Case pairs of one character only: the dotted capital I becomes two, and nobody means that.
    if len(lowered) != len(label) or lowered.isascii():
        return None
    # The ideographic full stop is a dot to IDNA and to browsers, but not to NFKC.
    if not all(unicodedata.category(character)[0] in "LMN" or character == "-" for character in lowered):
        return None
    try:
        ascii_label = idna.ToASCII(lowered).decode("ascii")
        return ascii_label if idna.ToUnicode(ascii_label) == lowered else None
    except UnicodeError:
        return None
