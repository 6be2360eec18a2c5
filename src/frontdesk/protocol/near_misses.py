"""How an address differs from a registered one that it almost is. RFC 6749 §3.1.2.

Redirect URIs are compared byte for byte. This only says, to the app's own people, which byte it was.
"""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from frontdesk.protocol.messages import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A registered address, and why another one is not it."""

    registered: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """An address that would be refused though it looks like a registered one, and why."""

    uri: str
    why: str


SLASH = N_("a slash at the end makes it another address")
PLAIN_HTTP = N_("http is another address than https")
LETTER_CASE = N_("capital letters count")
OTHER_PORT = N_("the port is another one")
OTHER_PATH = N_("the path is another one")
OTHER_QUERY = N_("what follows the question mark is not the same")
WWW = N_("www. in front makes it another host")


def find_near_miss(asked: str, registered: tuple[str, ...]) -> NearMiss | None:
    """The registered address that comes closest to one that is not registered; None where none comes close."""
    if asked in registered:
        return None
    near = [(rank, uri, why) for uri in registered for rank, why in _differences(asked, uri)]
    if not near:
        return None
    _, uri, why = min(near, key=lambda found: found[0])
    return NearMiss(registered=uri, why=why)


def lookalikes_of(uri: str) -> tuple[Lookalike, ...]:
    """Addresses that people send in the place of this one, each of which is refused."""
    parts = _split(uri)
    if parts is None:
        return ()
    trimmed = parts.path.rstrip("/")
    other = parts._replace(path=trimmed if parts.path.endswith("/") and trimmed else parts.path + "/")
    found = [Lookalike(uri=other.geturl(), why=SLASH)]
    if parts.scheme == "https":
        found.append(Lookalike(uri=parts._replace(scheme="http").geturl(), why=PLAIN_HTTP))
    found.append(Lookalike(uri=parts._replace(path=f"{trimmed}/other").geturl(), why=OTHER_PATH))
    return tuple(found)


def _differences(asked: str, uri: str) -> list[tuple[int, str]]:
    """Why these two differ, where it is in one respect; the smaller the number, the closer they are."""
    one, other = _split(asked), _split(uri)
    if one is None or other is None:
        return []
    if one.path.rstrip("/") == other.path.rstrip("/") and one._replace(path="") == other._replace(path=""):
        return [(0, SLASH)]
    if asked.lower() == uri.lower():
        return [(1, LETTER_CASE)]
    if {one.scheme, other.scheme} == {"http", "https"} and one._replace(scheme="") == other._replace(scheme=""):
        return [(2, PLAIN_HTTP)]
    if one._replace(query="") == other._replace(query=""):
        return [(3, OTHER_QUERY)]
    if one._replace(netloc="") == other._replace(netloc=""):
        if one.netloc.removeprefix("www.") == other.netloc.removeprefix("www."):
            return [(4, WWW)]
        if _host(one) == _host(other):
            return [(5, OTHER_PORT)]
    if (one.scheme, one.netloc) == (other.scheme, other.netloc):
        return [(6, OTHER_PATH)]
    return []


def _split(uri: str) -> SplitResult | None:
    try:
        return urlsplit(uri)
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    return parts.netloc.rsplit(":", 1)[0]
