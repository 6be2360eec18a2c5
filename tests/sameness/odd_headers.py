"""How headers are bent: the rows BT, TN, HS, GW and HT of the attack catalogue as changes to an honest call."""

import random

from sameness.calls import Call
from sameness.odd_paths import Change

NETWORK = b"spacebring-network-id"
LIE = b"66.6.6.6"  # what no caller may make the API believe
SPELLINGS = (b"spacebring_network_id", b"spacebring.network.id", b"Spacebring-Network_Id", b"SPACEBRING_NETWORK_ID")
IDENTITY = (b"Subject", b"Network", b"Client", b"Scheme", b"Scopes", b"Role", b"Assertion")
OVERRIDES = (b"X-HTTP-Method-Override", b"X-HTTP-Method", b"X-Method-Override")
FORWARDED = (
    b"X-Forwarded-For",
    b"X-Forwarded-Proto",
    b"X-Forwarded-Host",
    b"X-Real-IP",
    b"Forwarded",
    b"True-Client-IP",
)
ORIGINALS = (
    (b"X-Original-URL", b"/networks/v1"), (b"X-Rewrite-URL", b"/networks/v1"), (b"X-Forwarded-Uri", b"/networks/v1"),
    (b"X-Forwarded-Method", b"GET"), (b"X-Forwarded-Prefix", b"/networks"), (b"X-Original-URI", b"/networks/v1"),
    (b"X-Original-Method", b"GET"), (b"X-Forwarded-Path", b"/networks/v1"), (b"X-Envoy-Original-Path", b"/networks/v1"),
)  # fmt: skip
PROBES = (b"kube-probe/1.30", b"ELB-HealthChecker/2.0", b"GoogleHC/1.0", b"Consul Health Check")


def _authorization(call: Call) -> bytes:
    return call.one(b"authorization") or b"Bearer fdat_x"


def doubled(call: Call, rng: random.Random) -> None:
    """Two credentials: the same twice, two of different kinds, or joined by a comma (BT-04)."""
    first = _authorization(call)
    call.drop(b"authorization")
    second = rng.choice((first, b"Basic YTpi", b"Bearer x", b""))
    if rng.random() < 0.3:
        call.headers.append((b"Authorization", first + rng.choice((b",", b", ")) + second))
        return
    pair = [(b"Authorization", first), (rng.choice((b"authorization", b"AUTHORIZATION")), second)]
    rng.shuffle(pair)
    call.headers += pair


def spelt_oddly(call: Call, rng: random.Random) -> None:
    """The scheme's grammar: letter case, blanks, tabs, other schemes, too much and too little (BT-05)."""
    scheme, _, rest = _authorization(call).partition(b" ")
    odd = rng.choice((
        scheme.lower() + b" " + rest, scheme.upper() + b" " + rest, scheme + b"  " + rest, scheme + b"\t" + rest,
        scheme, b"Token " + rest, scheme + b" " + rest + b" x", rest, scheme + b":" + rest, b"Digest " + rest,
        scheme + b" " + rest + b"\tx", b'"' + scheme + b'" ' + rest, scheme + b"  ", b"", scheme[:-1] + b" " + rest,
        scheme + b" " + rest[:-1], scheme + b" " + rest + b"=", scheme.swapcase() + b"   " + rest,
    ))  # fmt: skip
    call.drop(b"authorization")
    call.headers.append((b"Authorization", odd))


def elsewhere(call: Call, rng: random.Random) -> None:
    """The token where no token is read: cookie, other headers, a form (BT-03, BT-10)."""
    token = _authorization(call).partition(b" ")[2]
    call.drop(b"authorization")
    kind = rng.randrange(5)
    if kind == 0:
        call.headers.append((b"Cookie", b"access_token=" + token))
    elif kind == 1:
        call.headers.append((b"X-Access-Token", token))
    elif kind == 2:
        call.headers.append((b"Proxy-Authorization", b"Bearer " + token))
    elif kind == 3:
        call.headers.append((b"X-Authorization", b"Bearer " + token))
    elif call.method in ("POST", "PUT", "PATCH"):
        call.headers.append((b"Content-Type", b"application/x-www-form-urlencoded"))
        call.body = b"access_token=" + token


def not_ascii(call: Call, rng: random.Random) -> None:
    """Bytes beyond ASCII in the credential (BT-11, UN-05)."""
    value = _authorization(call)
    call.drop(b"authorization")
    call.headers.append((b"Authorization", value + rng.choice((b"\xc3\xa9", b"\xe2\x80\x8b", b"\xff", b"\xe2\x80"))))


def conditional(call: Call, rng: random.Random) -> None:
    """Conditional and range requests are decided like others (BT-13)."""
    call.headers.append(rng.choice(((b"If-None-Match", b"*"), (b"Range", b"bytes=0-1"), (b"If-Modified-Since", b"x"))))


def network_doubled(call: Call, rng: random.Random) -> None:
    """The network header twice, or two ids in one (TN-04)."""
    value = call.one(NETWORK) or b"0190b3a0-0000-7000-8000-00000000c0de"
    call.drop(NETWORK)
    other = rng.choice((value, b"0190b3a0-0000-7000-8000-0000000000ff"))
    if rng.random() < 0.4:
        call.headers.append((NETWORK, value + rng.choice((b",", b", ", b" ")) + other))
    else:
        call.headers += [(NETWORK, value), (rng.choice((NETWORK, NETWORK.title())), other)]


def network_misspelt(call: Call, rng: random.Random) -> None:
    """Spellings that a server behind may take for the header, alone or beside it (TN-04)."""
    value = call.one(NETWORK) or b"0190b3a0-0000-7000-8000-0000000000ff"
    if rng.random() < 0.5:
        call.drop(NETWORK)
    call.headers.append((rng.choice(SPELLINGS), value))


def network_malformed(call: Call, rng: random.Random) -> None:
    """Braces, blanks, other hyphens, other digits, nothing at all, too much (TN-05)."""
    value = call.one(NETWORK) or b"0190b3a0-0000-7000-8000-0000000000ff"
    call.drop(NETWORK)
    odd = rng.choice((
        b"{" + value + b"}", value.replace(b"-", b""), value[:-1], value + b"0", b"urn:uuid:" + value, b"", b"*",
        value.upper(), value.replace(b"-", b" "), "а".encode() + value[1:], value.replace(b"0", b"O"), b"null",
        value + b"\t", value[:18] + value[19:] + b"-", value * 50, b'"' + value + b'"', value.swapcase(),
    ))  # fmt: skip
    call.headers.append((NETWORK, odd))


def lies(call: Call, rng: random.Random) -> None:
    """The caller says who it is (HS-01, HS-02): every letter case, `_` and `.` for `-`."""
    for name in rng.sample(IDENTITY, rng.randint(1, 3)):
        text = b"X-Frontdesk-" + name
        text = rng.choice((text, text.lower(), text.replace(b"-", b"_"), text.replace(b"-", b"."), text.upper()))
        call.headers.append((text, LIE))


def blanks_around(call: Call, rng: random.Random) -> None:
    """Blanks around a value are no part of it (RFC 9110 §5.5)."""
    call.headers = [
        (name, rng.choice((b"", b"  ", b"\t")) + value + rng.choice((b" ", b"\t", b" \t")))
        for name, value in call.headers
    ]


def connection_names(call: Call, rng: random.Random) -> None:
    """Connection names what the check reads and what we set (HT-11)."""
    names = [
        b"authorization",
        NETWORK,
        b"x-frontdesk-subject",
        b"x-frontdesk-network",
        b"x-original-uri",
        b"x-forwarded-uri",
    ]
    call.headers.append((b"Connection", b"keep-alive, " + b", ".join(rng.sample(names, rng.randint(1, len(names))))))


def adding(*pairs: tuple[bytes, bytes]) -> Change:
    """Add one of these headers."""

    def change(call: Call, rng: random.Random) -> None:
        call.headers.append(rng.choice(pairs))

    return change


def absolute(call: Call, rng: random.Random) -> None:
    """Absolute form: the authority comes from the configuration (HT-07)."""
    if call.path.startswith(b"/"):
        call.authority = rng.choice((b"http://evil.example", b"http://127.0.0.1:1", b"HTTP://evil.example:80"))


HEADER_CHANGES: list[tuple[str, Change]] = [
    ("BT-04", doubled), ("BT-05", spelt_oddly), ("BT-05", spelt_oddly), ("BT-10", elsewhere), ("BT-11", not_ascii),
    ("HT-05", blanks_around),
    ("BT-13", conditional), ("TN-04", network_doubled), ("TN-04", network_misspelt), ("TN-05", network_malformed),
    ("TN-05", network_malformed), ("HS-02", lies), ("HS-02", lies), ("HT-11", connection_names), ("HT-07", absolute),
    ("GW-12", adding(*((name, b"DELETE") for name in OVERRIDES))),
    ("GW-13", adding(*ORIGINALS)), ("GW-13", adding(*ORIGINALS)),
    ("HS-06", adding(*((name, LIE) for name in FORWARDED))),
    ("GW-16", adding(*((b"User-Agent", agent) for agent in PROBES))),
]  # fmt: skip

HOSTS = ((), (b"a", b"b"), (b"a/?x=",), (b"x@y",), (b"a:junk",), (b"a b",), (b"a:99999999",), (b"[::1",), (b"a%2fb",))
# Each with a body that ends whatever a reader makes of the lines: nobody is left waiting for more.
CHUNKS = b"0\r\n\r\n"
FRAMINGS = (
    ("HT-02", b"Transfer-Encoding: chunked, identity\r\n", CHUNKS),
    ("HT-02", b"Transfer-Encoding: xchunked\r\n", CHUNKS),
    ("HT-02", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CHUNKS),
    ("HT-04", b"Content-Length: 0\r\nContent-Length: 1\r\n", b"x"),
    ("HT-04", b"Content-Length: +0\r\n", b""),
    ("HT-04", b"Content-Length: 0x0\r\n", b""),
    ("HT-04", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", CHUNKS),
    ("HT-05", b"X-A: a\x00b\r\n", b""),
    ("HT-05", b"X-A : a\r\n", b""),
    ("HT-05", b"X-A: a\r\n b\r\n", b""),
    ("HT-05", b"X-A\nB: a\r\n", b""),
    ("HT-10", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n", b""),
)


def break_host(call: Call, rng: random.Random) -> None:
    """No Host, two, or one that is none (HT-08)."""
    call.host = rng.choice(HOSTS)
    call.is_broken = True


def break_framing(call: Call, rng: random.Random) -> None:
    """A message whose end two readers would see in two places, or that asks for another protocol."""
    row, call.odd_lines, call.body = rng.choice(FRAMINGS)
    call.rows.append(row)
    call.is_broken = True


def break_target(call: Call, rng: random.Random) -> None:
    """A target that does not begin with a slash (HT-09), or is no origin form (HT-07)."""
    call.path = rng.choice((call.path[1:], b"*", b"?x", b"evil.example:80", b"@evil" + call.path))
    call.query = call.authority = b""
    if call.path == b"*" and rng.random() < 0.5:
        call.method, call.body = "OPTIONS", b""


BREAKS: list[tuple[str, Change]] = [("HT-08", break_host), ("HT", break_framing), ("HT-09", break_target)]
