"""Attacks of a caller with a right credential: what can be read in two ways is refused, nobody speaks for Frontdesk."""

from collections.abc import Iterator

from frontdesk.cli.attacking.aim import Aim
from frontdesk.cli.attacking.shots import Shot
from frontdesk.cli.attacking.unknown_callers import DISGUISES, disguised

IDENTITY = ("Subject", "Network", "Client", "Scheme", "Scopes", "Role", "Assertion")
_MISLEADING = (
    ("HS-06", "X-Forwarded-For"),
    ("HS-06", "X-Forwarded-Host"),
    ("HS-06", "X-Real-IP"),
    ("HS-06", "Forwarded"),
    ("GW-13", "X-Original-URL"),
    ("GW-13", "X-Original-URI"),
    ("GW-13", "X-Rewrite-URL"),
    ("GW-13", "X-Forwarded-Uri"),
    ("GW-13", "X-Forwarded-Prefix"),
    ("GW-12", "X-HTTP-Method-Override"),
    ("GW-12", "X-Method-Override"),
)
NOBODYS_NETWORK = "00000000-0000-7000-8000-000000000000"


def spellings(name: str) -> tuple[str, ...]:
    """A name as servers may read it that tell `_`, `.` and `-` not apart."""
    return name, name.replace("-", "_"), name.replace("-", "."), name.replace("-", "_", 1)


def must_be_refused(aim: Aim) -> Iterator[tuple[str, str, Shot]]:
    """Row, name and request of what Frontdesk refuses whoever asks."""
    known = ("Authorization", aim.credential)
    for row, name, disguise in DISGUISES:
        # What Frontdesk lets in: the query takes no part, and the absolute form's authority is nobody's.
        if row not in ("GW-09", "HT-07"):
            yield row, f"{name}, with a credential", Shot(target=disguised(disguise, aim), headers=(known,))
    yield "GW-11", "a method that is none, with a credential", Shot(method="FOO", target=aim.path, headers=(known,))
    yield "BT-04", "Authorization twice", Shot(target=aim.path, headers=(known, known))
    yield "BT-04", "two credentials", Shot(target=aim.path, headers=(known, ("Authorization", "Bearer x")))
    yield "BT-04", "two credentials in one line", Shot(target=aim.path, headers=(joined(aim),))
    yield "TN-01", "another network", Shot(target=aim.path, headers=(known, (aim.network_header, NOBODYS_NETWORK)))
    if aim.network:
        mine = (aim.network_header, aim.network)
        yield "TN-04", "the network twice", Shot(target=aim.path, headers=(known, mine, mine))
    for row, name, headers in (
        ("HT-02", "a coding that is none", (("Transfer-Encoding", "xchunked"),)),
        ("HT-04", "two lengths", (("Content-Length", "5"), ("Content-Length", "4"))),
        ("HT-04", "a signed length", (("Content-Length", "+5"),)),
    ):
        yield row, name, Shot(target=aim.path, headers=(known, *headers), body=b"0\r\n\r\n")


def doubly_framed(aim: Aim) -> Shot:
    """A length and chunks, both of which end at the same byte: nothing of it can reach another caller's connection."""
    framing = (("Content-Length", "5"), ("Transfer-Encoding", "chunked"))
    return Shot(target=aim.path, headers=(("Authorization", aim.credential), *framing), body=b"0\r\n\r\n")


def joined(aim: Aim) -> tuple[str, str]:
    """Two credentials as one field's list."""
    return "Authorization", f"{aim.credential}, Bearer x"


def must_not_arrive(aim: Aim) -> Iterator[tuple[str, str, Shot]]:
    """Row, name and request of what the API must not be sent: the mark."""
    known = ("Authorization", aim.credential)
    for name in IDENTITY:
        for spelling in spellings(f"X-Frontdesk-{name}"):
            row = "HS-01" if spelling == f"X-Frontdesk-{name}" else "HS-02"
            yield row, spelling, Shot(target=aim.path, headers=(known, (spelling, aim.mark)))
    for row, name in _MISLEADING:
        for spelling in spellings(name):
            yield row, spelling, Shot(target=aim.path, headers=(known, (spelling, aim.mark)))
    for spelling in spellings(aim.network_header)[1:]:
        yield "TN-04", spelling, Shot(target=aim.path, headers=(known, (spelling, aim.mark)))
    for spelling in ("Content_Length", "Transfer_Encoding", "Transfer.Encoding"):
        yield "HT-06", spelling, Shot(target=aim.path, headers=(known, (spelling, aim.mark)))
    yield "HT-06", "Expect", Shot(target=aim.path, headers=(known, ("Expect", aim.mark)))
    yield "BT-10", "Proxy-Authorization", Shot(target=aim.path, headers=(known, ("Proxy-Authorization", aim.mark)))


def connections(aim: Aim) -> Iterator[tuple[str, str, Shot]]:
    """Row, name and request of what must take no header of ours away (HT-11)."""
    known = ("Authorization", aim.credential)
    for named in ("x-frontdesk-subject", f"x-frontdesk-network, {aim.network_header}", "x-request-id"):
        yield "HT-11", f"Connection: {named}", Shot(target=aim.path, headers=(known, ("Connection", f"close, {named}")))
