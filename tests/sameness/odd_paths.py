"""How paths, queries and methods are bent: the rows GW and UN of the attack catalogue as changes to an honest call."""

import random
from collections.abc import Callable

from sameness.calls import Call, at_a_slash, put_in

Change = Callable[[Call, random.Random], None]

# Each row's pieces, put in the place of one of the path's slashes.
AT_SLASHES: dict[str, tuple[bytes, ...]] = {
    "GW-01": (b"//", b"///"),
    "GW-02": (b"/./", b"/../", b"/%2e/", b"/%2e%2e/", b"/.%2e/", b"/%2E./", b"/x/../", b"/x/%2e%2e/"),
    "GW-03": (b"%2F", b"%2f", b"/%2F", b"/x%2f..%2f"),
    "GW-04": (b"%5c", b"\\", b"/%5C", b"/\\..\\"),
    "GW-05": (b"%252f", b"/%252e%252e/", b"/%2561/", b"%25%32%66"),
    "GW-06": (b"/..;/", b"/.;/", b";/", b"/;x=y/", b"/%3b/"),
    "GW-18": (b"%2F..%2F", b"/..%2f", b"%2f%2e%2e%2f"),
}
# Put in anywhere.
INSIDE: dict[str, tuple[bytes, ...]] = {
    "GW-06": (b";", b";x=y", b"%3B"),
    "GW-08": (b"#", b"#/x", b"%23", b"%3f", b"%3F"),
    "UN-01": (b"%EF%BC%8F", b"%EF%BC%8E", b"%E2%84%AA", b"%C4%B0", b"e%CC%81", b"%C3%A9", b"%C2%AD", b"%E2%80%8B"),
    "UN-05": (b"\xc3\xa9", b"%ff", b"%c0%ae", b"%c0%af", b"%e0%80%af", b"%ed%a0%80", b"%u002e", b"\xe9", b"%C3"),
    "GW-08 controls": (b"%00", b"%0d%0a", b"%09", b"%7f", b"%1f", b"%", b"%2", b"%zz", b"|", b"^", b"`", b"{", b"<"),
}  # fmt: skip
QUERIES: dict[str, tuple[bytes, ...]] = {
    "GW-09": (b"?x=/networks/v1", b"?/../networks/v1", b"?x=%2F..%2Fnetworks%2Fv1", b"?a=b?c=d", b"?//", b"?"),
    "GW-12": (b"?_method=DELETE", b"?_method=get&method=GET", b"?X-HTTP-Method-Override=DELETE"),
    "GW-08": (b"?a=b#c", b"?#"),
    "BT-02": (b"?access_token=abc", b"?a=b&access%5Ftoken=x", b"?a;access_token=", b"?access_token"),
    "UN-05": (b"?q=\xc3\xa9", b"?q=%ff%00"),
    "honest": (b"?limit=10", b"?startDate[gte]=2026-01-01&endDate[lt]=2026-02-01", b"?q=a+b%20c&q=%C3%A9", b"?n=ab=="),
}  # fmt: skip
METHODS = (
    "HEAD",
    "OPTIONS",
    "TRACE",
    "FOO",
    "get",
    "Post",
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "PROPFIND",
    "PURGE",
)


def bend_slash(row: str) -> Change:
    """Replace a slash by one of the row's pieces."""

    def change(call: Call, rng: random.Random) -> None:
        call.path = at_a_slash(call.path, rng.choice(AT_SLASHES[row]), rng)

    return change


def bend_inside(row: str) -> Change:
    """Put one of the row's pieces in."""

    def change(call: Call, rng: random.Random) -> None:
        call.path = put_in(call.path, rng.choice(INSIDE[row]), rng)

    return change


def bend_query(row: str) -> Change:
    """Give the call one of the row's queries."""

    def change(call: Call, rng: random.Random) -> None:
        call.query = rng.choice(QUERIES[row])

    return change


def bend_case(call: Call, rng: random.Random) -> None:
    """Another letter case, a slash at the end, or an escape that means the same (GW-07)."""
    kind = rng.randrange(4)
    if kind == 0:
        call.path = call.path.swapcase()
    elif kind == 1:
        call.path += b"/"
    else:
        place = rng.randrange(1, len(call.path))
        escaped = b"%%%02x" % call.path[place] if kind == 2 else b"%%%02X" % call.path[place]
        call.path = call.path[:place] + escaped + call.path[place + 1 :]


def bend_method(call: Call, rng: random.Random) -> None:
    """Another method than the document's (GW-11)."""
    call.method = rng.choice(METHODS)
    call.body = b""


PATH_CHANGES: list[tuple[str, Change]] = [
    *((row, bend_slash(row)) for row in AT_SLASHES),
    *((row.split()[0], bend_inside(row)) for row in INSIDE),
    *((row, bend_query(row)) for row in QUERIES),
    ("GW-07", bend_case),
    ("GW-07", bend_case),
    ("GW-11", bend_method),
    ("GW-11", bend_method),
]
