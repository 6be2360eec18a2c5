"""Where a way in may answer otherwise than the contract's own words, and how: never more permissively.

Two kinds. What stands before us refuses a call by itself: then nobody asked, and nothing reached the API. Or it takes
something away, or writes it otherwise, before we are asked: then the call is decided as what is left of it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote_to_bytes

from oracle.calls import MALFORMED, CallOracle, Verdict
from sameness.calls import Call

GO = ("caddy", "traefik")
_PLAIN_NAME = re.compile(rb"[A-Za-z0-9-]+")
_IN_GO_PATHS = re.compile(rb"[A-Za-z0-9\-._~!$&'()*+,;=:@/\[\]%]*")


# Hosts that are none, and are taken all the same: nothing is decided by them, and the API gets another one.
HOSTS_TAKEN: dict[str, tuple[tuple[bytes, ...], ...]] = {
    "nginx": ((b"a%2fb",), (b"a:99999999",)),
    "caddy": ((b"a%2fb",), (b"a:99999999",), (b"a:junk",), (b"[::1",)),
    "traefik": ((b"a%2fb",), (b"a:99999999",), (b"a:junk",), (b"[::1",)),
    "envoy": (
        (),
        (b"a", b"b"),
        (b"a b",),
        (b"a%2fb",),
        (b"a:99999999",),
        (b"a:junk",),
        (b"[::1",),
        (b"x@y",),
        (b"a/?x=",),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Refused by whatever stands there: `concerns` gets the call and what the contract says of it."""

    ways: tuple[str, ...]
    why: str
    concerns: Callable[[Call, Verdict], bool]
    answers: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Changed on its way to us: `leaves` gives what is left."""

    ways: tuple[str, ...]
    why: str
    leaves: Callable[[Call], Call]


def expect(call: Call, oracle: CallOracle) -> Verdict:
    """What the contract says of a call."""
    verdict = MALFORMED if call.is_broken else oracle.judge(call.method, call.target, call.read_headers())
    return _without_type(verdict, call)


def _without_type(verdict: Verdict, call: Call) -> Verdict:
    """An answer to HEAD has no body that could name its type."""
    return replace(verdict, type="") if call.method == "HEAD" else verdict


def _without_odd_names(call: Call) -> Call:
    return replace(call, headers=[pair for pair in call.headers if _PLAIN_NAME.fullmatch(pair[0])])


def _without_what_connection_names(call: Call) -> Call:
    named = {name.strip().lower() for name in (call.one(b"connection") or b"").split(b",")}
    return replace(call, headers=[pair for pair in call.headers if pair[0].lower() not in named])


def _without_empty_twins(call: Call) -> Call:
    names = [name.lower() for name, _ in call.headers]
    kept = [(name, value) for name, value in call.headers if value.strip(b" \t") or names.count(name.lower()) == 1]
    return replace(call, headers=kept)


def _readable(call: Call) -> Call:
    def read(value: bytes) -> bytes:
        return value.decode("utf-8", "replace").replace("\N{REPLACEMENT CHARACTER}", "!").encode()

    return replace(call, headers=[(name, read(value)) for name, value in call.headers])


def _escaped_again(call: Call) -> Call:
    if _IN_GO_PATHS.fullmatch(call.path):
        return call
    return replace(call, path=quote(unquote_to_bytes(call.path), safe="/!$&'()*+,;=:@[]~").encode())


def _unescaped(call: Call) -> Call:
    def decode(escape: re.Match[bytes]) -> bytes:
        byte = bytes((int(escape[1], 16),))
        return byte if re.fullmatch(rb"[A-Za-z0-9\-._~]", byte) else escape[0].upper()

    return replace(call, path=re.sub(rb"%([0-9A-Fa-f]{2})", decode, call.path))


def _mended(*lines: bytes, hosts: tuple[bytes, ...] = ()) -> Callable[[Call], Call]:
    """A message that is read as if nothing were wrong with these lines of it, or with such a Host."""

    def mend(call: Call) -> Call:
        is_mended = any(line in call.odd_lines for line in lines) or (call.host is not None and call.host in hosts)
        return replace(call, is_broken=False) if is_mended else call

    return mend


def _is_malformed(_: Call, expected: Verdict) -> bool:
    return expected.status == 400 and expected.type in ("", "invalidRequest")


def _has_method(*methods: str) -> Callable[[Call, Verdict], bool]:
    return lambda call, _: call.method in methods


def _own(*statuses: int) -> tuple[Verdict, ...]:
    return tuple(Verdict(status) for status in statuses)


REFUSED: Sequence[Refused] = (
    Refused(
        ways=("proxy", "envoy"),
        why="the parser knows the registered methods only, in upper case: 400 before the path is looked at",
        concerns=_has_method("FOO", "get", "Post"),
        answers=(MALFORMED,),
    ),
    Refused(
        ways=("proxy",),
        why="a value that is no UTF-8 is not passed on, whatever it says",
        concerns=lambda call, _: _readable(call) != call,
        answers=(MALFORMED,),
    ),
    Refused(
        ways=("nginx",),
        why="nginx refuses methods in lower case as malformed, in the words that its configuration gives it",
        concerns=_has_method("get", "Post"),
        answers=(MALFORMED,),
    ),
    Refused(
        ways=("nginx",),
        why="nginx refuses TRACE whatever else is wrong",
        concerns=_has_method("TRACE"),
        answers=_own(405),
    ),
    Refused(
        ways=("nginx", *GO, "envoy"),
        why="a transfer coding that the proxy does not know",
        concerns=lambda call, _: b"Transfer-Encoding" in call.odd_lines,
        answers=_own(501),
    ),
    Refused(
        ways=GO,
        why="Go refuses malformed targets, Hosts and framings in its own words",
        concerns=_is_malformed,
        answers=_own(400),
    ),
    Refused(
        ways=("traefik",),
        why="Traefik routes nothing that does not begin with a slash",
        concerns=lambda call, expected: _is_malformed(call, expected) and not call.path.startswith(b"/"),
        answers=_own(404),
    ),
    Refused(
        ways=GO,
        why="Go answers OPTIONS * itself: an empty page, and the API is not reached",
        concerns=lambda call, _: call.method == "OPTIONS" and call.target == b"*",
        answers=_own(200),
    ),
    Refused(
        ways=("envoy",),
        why="Envoy routes nothing that does not begin with a slash",
        concerns=lambda call, _: call.method == "OPTIONS" and call.target == b"*",
        answers=_own(404),
    ),
)
CHANGED: Sequence[Changed] = (
    Changed(
        ways=("nginx", *GO, "envoy"),
        why="headers whose names hold `_` or `.` are dropped",
        leaves=_without_odd_names,
    ),
    Changed(
        ways=("traefik", "envoy"),
        why="headers that Connection names end at the proxy",
        leaves=_without_what_connection_names,
    ),
    Changed(ways=("envoy",), why="what is no UTF-8 in a value is replaced before we are asked", leaves=_readable),
    Changed(ways=("envoy",), why="of a header sent twice an empty one is dropped", leaves=_without_empty_twins),
    Changed(
        ways=GO,
        why="a path with characters that none may hold is escaped, for us and for the API",
        leaves=_escaped_again,
    ),
    Changed(
        ways=("nginx", *GO, "envoy"),
        why="a proxy speaks HTTP/1.1 to both sides, whatever Upgrade asks for",
        leaves=_mended(b"Upgrade: h2c"),
    ),
    Changed(
        ways=("nginx",),
        why="a bare LF ends a line too",
        leaves=_mended(b"X-A\nB"),
    ),
    Changed(
        ways=GO,
        why="Go joins a folded line, and reads chunks where a length is given too (RFC 9112 §5.2, §6.3)",
        leaves=_mended(b"X-A: a\r\n b", b"Content-Length: 5"),
    ),
    Changed(
        ways=("envoy",),
        why="Envoy joins a folded line (RFC 9112 §5.2)",
        leaves=_mended(b"X-A: a\r\n b"),
    ),
    *(
        Changed(
            ways=(way,), why=f"{way} does not use the Host, and lets it be what is none", leaves=_mended(hosts=hosts)
        )
        for way, hosts in HOSTS_TAKEN.items()
    ),
    Changed(
        ways=("traefik",),
        why="escapes that mean nothing are decoded, for us and for the API",
        leaves=_unescaped,
    ),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether an answer is right, and by which differences it is."""

    is_right: bool
    by: tuple[Refused | Changed, ...] = ()


def judge(way: str, call: Call, answered: Verdict, oracle: CallOracle) -> Judged:
    """Compare a way's answer with the contract, and then with what its differences permit."""
    expected = expect(call, oracle)
    if answered == expected:
        return Judged(True)
    for refused in REFUSED:
        answers = [_without_type(answer, call) for answer in refused.answers]
        if way in refused.ways and answered in answers and refused.concerns(call, expected):
            return Judged(True, (refused,))
    left, by = call, []
    for changed in CHANGED:
        if way in changed.ways and changed.leaves(left) != left:
            left = changed.leaves(left)
            by.append(changed)
    return Judged(answered == expect(left, oracle), tuple(by))
