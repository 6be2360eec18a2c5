"""Our values found in anything, and nothing else taken for them (attack row LK-08)."""

import base64
import json
import random
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import pytest

from frontdesk.protocol import tokens
from frontdesk.protocol.access import AccessClaims
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.leaks import KINDS, WINDOW, Hit, Scanner, kind_of, mask, mask_all

ROW = "01900000-0000-7000-8000-00000000002a"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _access(scope_bytes: int = 1, *, stamp: int = 7) -> str:
    claims = AccessClaims(
        grant_id=ROW,
        stamp=stamp,
        issued_at=Micros(1_800_000_000_000_000),
        expires_at=Micros(1_800_003_600_000_000),
        scope_mask=(1 << 8 * scope_bytes) - 1 if scope_bytes else 0,
    )
    return tokens.write_access_token(claims, counter=1, key_id=1, key=b"k" * 32)


# With marks in them: a body of zeros has none, and every escaping would leave it as it is.
MARKS = bytes(range(200, 232))
VALUES = {
    tokens.ACCESS: _access(),
    **{
        kind: tokens.write_row_token(kind, ROW, MARKS)
        for kind in (tokens.REFRESH, tokens.CODE, tokens.SESSION, tokens.ADMIN_KEY)
    },
    **{
        kind: tokens.write_secret(kind, MARKS)
        for kind in (tokens.CLIENT_SECRET, tokens.NETWORK_SECRET, tokens.RESOURCE_SERVER_SECRET)
    },
}


def scan(content: bytes, *, piece: int = 1 << 20) -> list[Hit]:
    """Everything found in these bytes, read in pieces."""
    scanner = Scanner()
    hits = [hit for at in range(0, len(content), piece) for hit in scanner.feed(content[at : at + piece])]
    return hits + scanner.finish()


def found(content: bytes) -> list[str]:
    """The values alone."""
    return [hit.value for hit in scan(content)]


def test_every_kind_of_value_that_is_made_is_known() -> None:
    """A new kind of token or secret cannot be forgotten here."""
    prefixes = {
        value for name, value in vars(tokens).items() if name.isupper() and isinstance(value, str) and value[:2] == "fd"
    }
    assert prefixes == KINDS.keys() == VALUES.keys()
    assert {kind.name for kind in KINDS.values() if kind.is_secret} == {
        "client_secret",
        "network_secret",
        "resource_server_secret",
    }


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_is_found_as_it_is_and_shown_masked(value: str) -> None:
    """Whatever stands around it; what is shown is its prefix and its last four characters."""
    for before, after in (
        ("", ""),
        ("token=", "&x=1"),
        ("abc", "def"),
        ("\n", "\n"),
        ('{"t":"', '"}'),
        ("\x00\xff", "\x00"),
    ):
        (hit,) = scan((before + value + after).encode("latin-1"))
        assert hit.value == value
        assert value not in repr(hit)
    assert mask(value) == value[:5] + "…" + value[-4:]
    assert kind_of(value) is KINDS[value[:5]]
    for other in (value + "x", "x" + value, value[:-1], ""):
        assert kind_of(other) is None


def _escaped_as_json(value: str) -> str:
    return value.replace("_", "\\u005f").replace("-", "\\u002D")


SPELLINGS = {
    "percent": lambda value: value.replace("_", "%5F").replace("-", "%2D"),
    "percent, small": lambda value: value.replace("_", "%5f").replace("-", "%2d"),
    "percent, twice": lambda value: quote(value.replace("_", "%5F").replace("-", "%2D"), safe=""),
    "percent, the prefix alone": lambda value: value.replace("_", "%5F", 1),
    "JSON": _escaped_as_json,
    "JSON in JSON": lambda value: json.dumps(_escaped_as_json(value)),
    "as logs escape": lambda value: value.replace("_", "\\x5F").replace("-", "\\x2d"),
    "after an escaped line break": lambda value: json.dumps(f"token:\n{value}\n"),
    "after a percent-encoded sign": lambda value: "state%3D" + value + "%26a%3Db",
    "the query of a revocation": lambda value: f'"POST /oauth2/revoke?token={value} HTTP/1.1" 200',
    "folded by mail": lambda value: f"{value[:30]}=\r\n{value[30:60]}=\n{value[60:]}",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_is_found_however_it_is_spelt(value: str, spelling: str) -> None:
    """Percent-encoded, escaped as JSON or in a log, folded by mail: what is found is the value itself."""
    assert found(SPELLINGS[spelling](value).encode()) == [value]


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_a_value_is_found_in_utf_16(coding: str) -> None:
    """Logs that some systems write."""
    for value in VALUES.values():
        assert found(f"log: {value}\r\n".encode(coding)) == [value]


@pytest.mark.parametrize(("client", "prefix"), [("fdni_", tokens.NETWORK_SECRET), ("fdci_", tokens.CLIENT_SECRET)])
def test_a_secret_is_found_in_a_basic_header(client: str, prefix: str) -> None:
    """`Authorization: Basic` with a client id of ours: base64 hides neither of the two."""
    chooser = random.Random(3)
    for length in range(20, 24):  # every alignment of the secret within base64's groups of three
        name = client + "".join(chooser.choices(ALPHABET[:62], k=length))
        pair = base64.b64encode(f"{name}:{VALUES[prefix]}".encode()).decode()
        for line in (f"Authorization: Basic {pair}\n", f"-u {pair.rstrip('=')}", f"{pair}{pair}"):
            assert VALUES[prefix] in found(line.encode())


@pytest.mark.parametrize("scope_bytes", range(tokens.MAX_SCOPE_BYTES + 1))
def test_an_access_token_is_found_at_every_length(scope_bytes: int) -> None:
    """It is as long as its scopes need; what follows it does not matter."""
    value = _access(scope_bytes)
    assert found(f"{value}AAAA".encode()) == [value]
    assert len(value) in tokens.ACCESS_LENGTHS


def test_line_and_column_count_from_one_in_bytes() -> None:
    """`file:line:column`, as compilers and editors count."""
    one, two = VALUES[tokens.REFRESH], VALUES[tokens.NETWORK_SECRET]
    content = f"{one}\n\nä {two} {one}".encode()
    places = [(1, 1), (3, 4), (3, 5 + len(two))]
    for piece in (1 << 20, 1_500, 700, 1):
        assert [(hit.line, hit.column) for hit in scan(content, piece=piece)] == places


def test_a_value_is_found_once_wherever_pieces_meet() -> None:
    """No piece of a stream hides a value, and none shows it twice."""
    value = SPELLINGS["percent, twice"](VALUES[tokens.ACCESS])
    content = b"x" * 600 + value.encode() + b"\n" + b"y" * (2 * WINDOW)
    for piece in (1, 7, 599, 600, 601, 640, 700, WINDOW, WINDOW + 1, 5_000):
        (hit,) = scan(content, piece=piece)
        assert (hit.line, hit.column, hit.value) == (1, 601, VALUES[tokens.ACCESS]), piece


def test_a_stream_is_held_by_the_window() -> None:
    """What waits for the next piece is never more than the window."""
    scanner = Scanner()
    for _ in range(50):
        scanner.feed(b"fdat_AQ" * 200)
        assert len(scanner._rest) <= WINDOW


def _altered(value: str) -> Iterable[str]:
    yield value[:-1] + ("0" if value[-1] != "0" else "1")
    yield value[:20] + ("A" if value[20] != "A" else "B") + value[21:]
    yield value[:20] + value[21:]
    yield value[:5].upper() + value[5:]
    yield "fdzz_" + value[5:]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_what_is_altered_is_not_ours(value: str) -> None:
    """A character changed, left out or of another case, or a prefix of nobody's."""
    for other in _altered(value):
        assert found(other.encode()) == [], other


def test_only_the_canonical_form_counts() -> None:
    """A right checksum over bits that no body has, or an access token of no century, is nobody's token."""
    secret = VALUES[tokens.CLIENT_SECRET]
    front = secret[:47] + ALPHABET[(ALPHABET.index(secret[47].translate(str.maketrans("-_", "-_"))) | 1)]
    front = front if front != secret[:48] else secret[:47] + "B"
    assert found((front + tokens.checksum(front.encode()).decode()).encode()) == []
    early = AccessClaims(grant_id=ROW, stamp=1, issued_at=Micros(1), expires_at=Micros(2), scope_mask=1)
    assert found(tokens.write_access_token(early, counter=1, key_id=1, key=b"k" * 32).encode()) == []


def test_lk_08_random_strings_of_the_right_shape_are_no_hit() -> None:
    """LK-08: a hundred thousand, prefix, length and alphabet right, the rest random."""
    assert count_random_hits(100_000) == 0


@pytest.mark.sweep
def test_lk_08_a_million_random_strings_of_the_right_shape_are_no_hit() -> None:
    """LK-08: the long version."""
    assert count_random_hits(1_000_000) == 0


def count_random_hits(strings: int) -> int:
    """How many of so many random strings (fixed seed) are found: 32 bits of checksum let none through.

    By chance 0.0002 of a million would pass; with an access token's several lengths still less than one in a hundred.
    """
    chooser = random.Random(20_261_124)
    head = _access()[5:62]
    hits = 0
    for _ in range(strings // 1_000):
        lines = []
        bits = chooser.choices(ALPHABET, k=1_000 * 100)
        for number in range(1_000):
            kind = tuple(KINDS.values())[number % len(KINDS)]
            length = kind.lengths[number % len(kind.lengths)] - 5
            body = "".join(bits[number * 100 : number * 100 + min(100, length)])
            # An access token whose head is a real one's: only so its checksum is looked at.
            lines.append(kind.prefix + (head + body[: length - len(head)] if kind.prefix == "fdat_" else body))
        hits += len(scan("\n".join(lines).encode()))
    return hits


def test_lk_08_a_large_corpus_holds_nothing_of_ours() -> None:
    """LK-08: every file of the installed packages (text, code, libraries), without one false positive."""
    corpus, size = Path(sysconfig.get_path("purelib")), 0
    for path in sorted(corpus.rglob("*")):
        if path.is_file() and size < 300_000_000:
            content = path.read_bytes()
            size += len(content)
            assert scan(content) == [], path
    assert size > 20_000_000


def test_a_text_is_masked_of_whatever_looks_like_ours() -> None:
    """For a URL that somebody else wrote: whole or cut, spelt this way or that, nothing of a value stays."""
    value = VALUES[tokens.REFRESH]
    for text in (f"https://x.example/?t={value}", f"https://x.example/{value[:30]}", "https://x/fdrt%5FAbC-d?q=1"):
        masked = mask_all(text)
        assert masked.startswith("https://x")
        assert "fdrt_…" in masked
        assert value[6:25] not in masked
        assert "AbC" not in masked
    assert mask_all("https://x.example/a") == "https://x.example/a"
