"""Searching what came out for what must not: tokens, secrets, keys, passwords, codes. Row LK-01.

What is made in the test process is remembered in pieces, so that a piece of a secret is found too; and whatever has the
prefix, length and checksum of one of ours is found whoever made it. Values are masked in what is told of them.
"""

import base64
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from frontdesk.protocol import leaks, tokens

NOTHING = frozenset[str]()

# -- What is shown on purpose, and why; everything else is a leak.
# A command that makes a secret prints it once, on stdout; it is kept nowhere else.
PRINTED_ONCE = {
    ("network", "add"): frozenset({tokens.NETWORK_SECRET}),
    ("credential", "add"): frozenset({tokens.NETWORK_SECRET}),
    ("credential", "regenerate"): frozenset({tokens.NETWORK_SECRET}),
    ("app", "add"): frozenset({tokens.CLIENT_SECRET}),
    ("app", "rotate-secret"): frozenset({tokens.CLIENT_SECRET}),
    ("app", "add-secret"): frozenset({tokens.CLIENT_SECRET}),
    ("admin-key", "add"): frozenset({tokens.ADMIN_KEY}),
    ("apply", ""): frozenset({tokens.NETWORK_SECRET, tokens.CLIENT_SECRET, tokens.RESOURCE_SERVER_SECRET}),
    ("resource-server", "add"): frozenset({tokens.RESOURCE_SERVER_SECRET}),
    ("resource-server", "rotate-secret"): frozenset({tokens.RESOURCE_SERVER_SECRET}),
}
# The demo's answer holds the credentials of its make-believe town, so that a newcomer can type a curl line.
DEMO = frozenset({tokens.NETWORK_SECRET, tokens.CLIENT_SECRET})
# The body of a right token answer is what the app asked for (RFC 6749 §5.1).
TOKEN_ANSWER = frozenset({tokens.ACCESS, tokens.REFRESH})
# The answer to a POST that makes or opens a network's secret is the one page that shows it, to its owner.
SECRET_PAGE = re.compile(r"/account/networks/[^/]+/api/(?:credentials/[^/]+/)?(?:regenerate|reveal|new)")
# So is the answer that makes a secret of an app, to its partner.
APP_SECRET_PAGE = re.compile(r"/partner/apps/(?:new|[^/]+/security)")
# An administrator's program that makes something with a secret is told it once.
ADMIN_ANSWER = re.compile(r"/admin/v1/(?:networks|apps|resource-servers|admin-keys|apply)\b.*")
ADMIN_SECRETS = frozenset(
    {tokens.NETWORK_SECRET, tokens.CLIENT_SECRET, tokens.RESOURCE_SERVER_SECRET, tokens.ADMIN_KEY}
)
# A code travels in the redirect to its app (RFC 6749 §4.1.2), from whichever page was the last one.
LAST_STEPS = frozenset({"/sign-in/code", "/sign-in/passkey", "/sign-in/second", "/sign-in/provider/callback"})
CODE_CARRIERS = frozenset({"/oauth2/authorize", "/consent"}) | LAST_STEPS
# The code of an app that has no address of its own yet lands here, so that its partner can try it.
TEST_PAGE = "/partner/try"
# An assertion goes to the proxy that asked, which hands it on to the API.
ASSERTION_GIVERS = re.compile(r"/_frontdesk/(?:check|envoy/.*)")
ASSERTION = frozenset({"eyJhb"})
# A session is a cookie: set by the page that ends a sign-in.
SESSION_GIVERS = LAST_STEPS | {"/partner/sign-up/confirm"}
# Answers that are ours; on other paths only refusals are, the rest is the API's own.
_OURS = re.compile(
    r"/(?:oauth2|\.well-known|_frontdesk|account|partner|operator|admin/v1|language|sign-in|consent|signed-out|livez|readyz"
    r"|version)\b"
)

_HINT = re.compile(rb"fd(?:at|rt|ac|se|ak|cs|ns|rs)(?:_|%(?:25)*5[fF]|\\+(?:u00|x)5[fF]|=5F)|ZmR[uj]aV[89]|f\x00d\x00")
_ASSERTION = b"eyJhbGciOiJFUzI1NiIs"  # how the header of each begins
_RUN = re.compile(rb"[A-Za-z0-9_-]{19,}")
SIX = re.compile(rb"\b\d{6}\b")
_PIECE = 10  # characters; of 43 secret ones, every run of 19 holds a whole piece
# Ten hex characters are forty bits, which a run's request ids hold by chance now and then; sixteen they do not.
_HEX_RUN = re.compile(rb"[0-9a-f]{16,}")
_HEX_PIECE = 16
_SECRET_PART = slice(-49, -6)  # the last 256 bits of a value, before its checksum
# Told randomness counts upwards, and so may a salt elsewhere: no secret by which a leak could be told.
_COUNTED = b"".join(base64.urlsafe_b64encode(bytes(shift) + bytes(range(256))) for shift in range(3))
_ENOUGH = 4_000_000  # bytes that are kept before they are searched
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Something that came out: where, and which kinds of value may stand in it."""

    where: str
    text: bytes = field(repr=False)
    may_hold: frozenset[str] = NOTHING
    has_lines: bool = True  # a log or an audit row: a sign-in code beside an address is a leak there


class Watch:
    """Remembers what must not come out, and searches what did."""

    def __init__(self) -> None:
        self._pieces: dict[bytes, str] = {}
        self._made: deque[list[bytes]] = deque()
        self.words: set[bytes] = set()  # passwords and the like, without a form of their own
        self.codes: set[bytes] = set()  # sign-in codes, as digits
        self._kept: list[Output] = []
        self._size = 0
        self.findings: list[str] = []

    def remember(self, value: str) -> None:
        """A token or secret was made."""
        self._remember_pieces(value.encode()[_SECRET_PART], _PIECE, value[:5])

    def _remember_pieces(self, part: bytes, size: int, kind: str) -> None:
        pieces = [part[start : start + size] for start in range(0, len(part) - size + 1, size)]
        pieces = [piece for piece in pieces if piece not in _COUNTED]
        self._pieces.update(dict.fromkeys(pieces, kind))
        self._made.append(pieces)
        if len(self._made) > _REMEMBERED:
            for piece in self._made.popleft():
                self._pieces.pop(piece, None)

    def remember_key(self, purpose: str, key: bytes) -> None:
        """A key was drawn: it comes out nowhere, in whatever form; one that a test told is no secret."""
        if len(set(key)) < 16:
            return
        # All that a finding shows of it is its kind.
        self._remember_pieces(tokens.base64url(key).encode(), _PIECE, f"{purpose:.4}:")
        self._remember_pieces(key.hex().encode(), _HEX_PIECE, f"{purpose:.4}:")

    def remember_word(self, word: str) -> None:
        """A password was set; those that any text could hold by chance are left out."""
        if len(word) >= 12 and len(set(word)) >= 8:
            self.words.add(word.encode("utf-8", "replace"))

    def saw(self, where: str, text: str | bytes, may_hold: frozenset[str] = NOTHING, *, has_lines: bool = True) -> None:
        """Something came out."""
        raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
        self._kept.append(Output(where=where, text=raw, may_hold=may_hold, has_lines=has_lines))
        self._size += len(raw)
        if self._size > _ENOUGH:
            self.search()

    def search(self) -> None:
        """Search what is kept, and forget it."""
        kept, self._kept, self._size = self._kept, [], 0
        whole = b"\n".join([output.text for output in kept])
        if not (
            _HINT.search(whole)
            or _ASSERTION in whole
            or self._has_piece(whole)
            or self._has_word(whole)
            or self._has_code(whole)
        ):
            return
        for output in kept:
            self.findings += [f"{found} in {output.where}" for found in self._examine(output)]

    def _examine(self, output: Output) -> Iterable[str]:
        found = find_values(output.text)
        yield from (leaks.mask(value) for value in found if value[:5] not in output.may_hold)
        prefix = "" if found else self._has_piece(output.text)
        if prefix and prefix not in output.may_hold:
            yield f"a piece of {prefix}…"
        elif not prefix and _ASSERTION in output.text and not ASSERTION & output.may_hold:
            yield "an assertion"
        if self._has_word(output.text):
            yield "a password"
        if output.has_lines and self._has_code(output.text):
            yield "a sign-in code beside its address"

    def _has_piece(self, text: bytes) -> str:
        pieces = self._pieces
        for runs, size in ((_RUN, _PIECE), (_HEX_RUN, _HEX_PIECE)) if pieces else ():
            for run in runs.finditer(text):
                word = run[0]
                for start in range(len(word) - size + 1):
                    if word[start : start + size] in pieces:
                        return pieces[word[start : start + size]]
        return ""

    def _has_word(self, text: bytes) -> bool:
        return any(word in text for word in self.words)

    def _has_code(self, text: bytes) -> bool:
        if not self.codes or b"@" not in text:
            return False
        # A mail that is shown instead of sent (console:) stands in lines of its own.
        lines = [line for line in text.splitlines() if b"@" in line and not line.startswith(b"  | ")]
        return any(code in self.codes for line in lines for code in SIX.findall(line))

    def take_findings(self) -> list[str]:
        """Search the rest, and hand over what was found since the last time."""
        self.search()
        found, self.findings = list(dict.fromkeys(self.findings)), []
        return found


def find_values(content: bytes) -> list[str]:
    """Every whole value of ours in some bytes."""
    if not _HINT.search(content):
        return []
    scanner = leaks.Scanner()
    return [hit.value for hit in (*scanner.feed(content), *scanner.finish())]


def look_into_databases(watch: Watch, folder: Path) -> None:
    """Search the database files of a folder, with their logs: nothing of ours stands there as it was given out."""
    for path in folder.rglob("frontdesk.db*"):
        try:
            watch.findings += [f"{leaks.mask(value)} in the file {path}" for value in find_values(path.read_bytes())]
        except OSError:
            continue


def judge_answer(watch: Watch, target: str, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """Look at one answer of a server: headers and body, each by what may stand in it."""
    path = urlsplit(target).path if "://" in target else target.partition("?")[0]
    if not _OURS.match(path) and status < 400:
        return
    where = f"the answer {status} of {path}"
    for name, value in headers:
        may_hold = NOTHING
        if name.lower() == "location" and path in CODE_CARRIERS:
            may_hold = frozenset({tokens.CODE})
        elif name.lower() == "x-frontdesk-assertion" and ASSERTION_GIVERS.fullmatch(path):
            may_hold = ASSERTION
        elif name.lower() == "set-cookie" and path in SESSION_GIVERS:
            may_hold = frozenset({tokens.SESSION})
        watch.saw(f"{name} of {where}", value, may_hold, has_lines=False)
    may_hold = NOTHING
    if status == 200 and path == "/oauth2/token":
        may_hold = TOKEN_ANSWER
    elif status == 200 and SECRET_PAGE.fullmatch(path):
        may_hold = frozenset({tokens.NETWORK_SECRET})
    elif status == 200 and APP_SECRET_PAGE.fullmatch(path):
        may_hold = frozenset({tokens.CLIENT_SECRET})
    elif status == 200 and path == TEST_PAGE:
        may_hold = frozenset({tokens.CODE})
    elif status in (200, 201) and ADMIN_ANSWER.fullmatch(path):
        may_hold = ADMIN_SECRETS
    watch.saw(where, body, may_hold, has_lines=False)
