"""Finding our own tokens and secrets in anything, offline, by prefix and CRC: what `frontdesk scan` looks for.

A value counts only where its prefix, length, alphabet, checksum and canonical form are all right, so that chance hits
are one in four thousand million tries. It is found as it is, with `_` and `-` percent-encoded or escaped as JSON and
logs do, folded as mail does, in UTF-16, and in the HTTP Basic header of our own client ids.
"""

import binascii
import re
from dataclasses import dataclass, field

from frontdesk.protocol import tokens
from frontdesk.protocol.messages import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of value: what it is called, and how long it may be (characters, ascending)."""

    prefix: str
    name: str
    words: str
    lengths: tuple[int, ...]
    is_secret: bool = False  # lives until it is replaced; all others are tokens, which can simply be ended


KINDS = {
    kind.prefix: kind
    for kind in (
        Kind(prefix=tokens.ACCESS, name="access_token", words=N_("access token"), lengths=tokens.ACCESS_LENGTHS),
        Kind(prefix=tokens.REFRESH, name="refresh_token", words=N_("refresh token"), lengths=tokens.ROW_TOKEN_LENGTHS),
        Kind(
            prefix=tokens.CODE,
            name="authorization_code",
            words=N_("authorization code"),
            lengths=tokens.ROW_TOKEN_LENGTHS,
        ),
        Kind(prefix=tokens.SESSION, name="session", words="session cookie", lengths=tokens.ROW_TOKEN_LENGTHS),
        Kind(prefix=tokens.ADMIN_KEY, name="admin_key", words="administration key", lengths=tokens.ROW_TOKEN_LENGTHS),
        Kind(
            prefix=tokens.CLIENT_SECRET,
            name="client_secret",
            words="app's client secret",
            lengths=tokens.SECRET_LENGTHS,
            is_secret=True,
        ),
        Kind(
            prefix=tokens.NETWORK_SECRET,
            name="network_secret",
            words="network's secret",
            lengths=tokens.SECRET_LENGTHS,
            is_secret=True,
        ),
        Kind(
            prefix=tokens.RESOURCE_SERVER_SECRET,
            name="resource_server_secret",
            words="resource server's secret",
            lengths=tokens.SECRET_LENGTHS,
            is_secret=True,
        ),
    )
}
LONGEST = max(kind.lengths[-1] for kind in KINDS.values())

MAX_PLACE = 300  # characters of an address that is told

# How far from its first byte a value may end: every character twice as long (UTF-16), or most of its marks escaped.
WINDOW = 1_024

_PREFIXES = b"fd(?:at|rt|ac|se|ak|cs|ns|rs)"
_LINE = rb"(?:%(?:25)*5[fF]|\\+(?:u00|x)5[fF]|=5F)"
_DASH = rb"(?:%(?:25)*2[dD]|\\+(?:u00|x)2[dD]|=2D)"
_START = re.compile(_PREFIXES + b"(?:_|" + _LINE + b")")
_RUN = re.compile(b"(?:[A-Za-z0-9_-]+|" + _LINE + b"|" + _DASH + rb"|=\r?\n)+")
_FOLD = re.compile(rb"=\r?\n")
_LINES, _DASHES = re.compile(_LINE), re.compile(_DASH)
# The same in UTF-16, whichever end comes first: a zero byte after (or before) each character.
_WIDE_HINT, _WIDE = b"f\0d\0", re.compile(b"f\0d\0[arcsn]\0[tceks]\0_\0")
# "fdni_" and "fdci_" as base64 writes them at the head of `id:secret` (RFC 7617 §2).
_BASIC_HINT, _BASIC = b"ZmR", re.compile(b"ZmR[uj]aV[89][A-Za-z0-9+/_-]{60,}")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One value, and where it begins: line and column count from 1, the column in bytes."""

    line: int
    column: int
    value: str = field(repr=False)

    @property
    def kind(self) -> Kind:
        """What it is."""
        return KINDS[self.value[:5]]


def kind_of(value: str) -> Kind | None:
    """What a whole text is, if it is one of our values and nothing else."""
    found = _read(value.encode("utf-8", "replace"))
    return KINDS[value[:5]] if found == value else None


def mask(value: str) -> str:
    """A value as it may be shown: its prefix and its last four characters."""
    return f"{value[:5]}…{value[-4:]}"


def mask_all(text: str) -> str:
    """A text with everything that looks like the beginning of one of our values taken out."""
    return _SEEN.sub(lambda found: found[0][:4] + "_…", text)


def read_place(url: str) -> str:
    """Where something was found, as people may be told: a web address, cut, without control characters or our values.

    Empty where it is none: whoever reports it may write anything.
    """
    if not url.startswith(("https://", "http://")):
        return ""
    kept = "".join(character if "!" <= character <= "~" else "?" for character in url[: 2 * MAX_PLACE])
    return mask_all(kept)[:MAX_PLACE]


_SEEN = re.compile(_START.pattern.decode() + "[A-Za-z0-9_%-]*")


class Scanner:
    """Looks through one stream of bytes, piece by piece; holds no more than a piece and `WINDOW` bytes."""

    def __init__(self) -> None:
        """At the beginning of a stream."""
        self._rest = b""
        self._line = 1
        self._column = 1  # of the first byte of the rest

    def feed(self, piece: bytes) -> list[Hit]:
        """What begins in the bytes so far, and is certain to be whole; the rest waits for the next piece."""
        whole = self._rest + piece if self._rest else piece
        return self._look(whole, max(0, len(whole) - WINDOW))

    def finish(self) -> list[Hit]:
        """What begins in the last bytes of the stream."""
        return self._look(self._rest, len(self._rest))

    def _look(self, whole: bytes, end: int) -> list[Hit]:
        found = [*_plain(whole, end)]
        if _WIDE_HINT in whole:
            found += _wide(whole, end)
        if _BASIC_HINT in whole:
            found += _basic(whole, end)
        hits = []
        passed = 0
        for start, value in sorted(found):
            self._pass(whole, passed, start)
            passed = start
            hits.append(Hit(line=self._line, column=self._column, value=value))
        self._pass(whole, passed, end)
        self._rest = whole[end:]
        return hits

    def _pass(self, whole: bytes, start: int, end: int) -> None:
        lines = whole.count(b"\n", start, end)
        if lines:
            self._line += lines
            self._column = end - whole.rindex(b"\n", start, end)
        else:
            self._column += end - start


def _plain(whole: bytes, end: int) -> list[tuple[int, str]]:
    found = []
    for start in _starts(_START, whole, end):
        value = _read(_straighten(whole, start))
        if value is not None:
            found.append((start, value))
    return found


def _wide(whole: bytes, end: int) -> list[tuple[int, str]]:
    found = []
    for start in _starts(_WIDE, whole, end):
        value = _read(whole[start : start + 2 * LONGEST : 2])
        if value is not None:
            found.append((start, value))
    return found


def _basic(whole: bytes, end: int) -> list[tuple[int, str]]:
    found = []
    for start in _starts(_BASIC, whole, end):
        run = _BASIC.match(whole, start, start + WINDOW)
        text = run[0].translate(_TO_STANDARD) if run is not None else b""
        if len(text) % 4 == 1:  # no group of base64 is one character
            text = text[:-1]
        pair = binascii.a2b_base64(text + b"=" * (-len(text) % 4))
        secret = _read(pair.partition(b":")[2])
        if secret is not None:
            found.append((start, secret))
    return found


def _starts(pattern: re.Pattern[bytes], whole: bytes, end: int) -> list[int]:
    starts = []
    for found in pattern.finditer(whole):
        if found.start() >= end:
            break
        starts.append(found.start())
    return starts


def _straighten(whole: bytes, start: int) -> bytes:
    """The characters of a value that begins here, as they were before somebody escaped or folded them."""
    found = _RUN.match(whole, start, start + WINDOW)
    run = found[0] if found is not None else b""
    if b"%" in run or b"\\" in run or b"=" in run:
        run = _DASHES.sub(b"-", _LINES.sub(b"_", _FOLD.sub(b"", run)))
    return run


def _read(text: bytes) -> str | None:
    """The value of ours that a text begins with; None where it begins with none."""
    kind = KINDS.get(text[:5].decode("latin-1"))
    if text.startswith(b"fdat_") and not tokens.may_be_access_token(text):
        return None  # else each of its 33 lengths would have to be tried
    for length in kind.lengths if kind is not None else ():
        if length > len(text):
            break
        front = text[: length - tokens.CRC_LENGTH]
        if tokens.checksum(front) == text[length - tokens.CRC_LENGTH : length]:
            value = text[:length].decode("ascii")
            return value if tokens.is_canonical(value) else None
    return None
