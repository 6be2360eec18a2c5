"""Which paths a document's servers stand for. OpenAPI 3.1 §4.8.5 and §4.8.6."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from urllib.parse import urlsplit

from frontdesk.gateway.document_values import DocumentError, escape, mapping_of, text_of, texts_of
from frontdesk.gateway.syntax import Values

MAX_BASES = 100  # paths that one list of servers stands for, with every value of their variables
MAX_URLS = 10_000  # the same as whole URLs: many hosts may offer the same path

_VARIABLE = re.compile(r"\{([^{}]*)\}")


def read_bases(written: Values, place: str) -> tuple[str, ...]:
    """The path parts of a list of servers, each once; empty where none are given."""
    if written is None:
        return ()
    if not isinstance(written, list):
        raise DocumentError("servers is not a list", place=place, hint="write a list of server objects")
    found: dict[str, None] = {}
    urls = (base for index, each in enumerate(written) for base in _read_server(each, f"{place}/{index}"))
    for count, base in enumerate(urls):
        found[base] = None
        if len(found) > MAX_BASES or count >= MAX_URLS:
            raise DocumentError(
                f"the servers stand for more than {MAX_BASES} paths or {MAX_URLS} URLs",
                place=place,
                hint="list fewer servers, or fewer values of their variables",
            )
    return tuple(found)


def _read_server(written: Values, place: str) -> Iterator[str]:
    """The path parts that one server stands for: one for each choice of its variables' values."""
    server = mapping_of(written, place)
    variables = mapping_of(server.get("variables", {}), f"{place}/variables")
    url = text_of(server.get("url"))
    names = tuple(dict.fromkeys(_VARIABLE.findall(url)))
    values = [_read_variable(name, variables.get(name), place) for name in names]
    for chosen in product(*values):
        given = dict(zip(names, chosen, strict=True))
        yield _path_of(_VARIABLE.sub(partial(_fill, given), url), place)


def _fill(given: Mapping[str, str], found: re.Match[str]) -> str:
    """A variable's value in the place of its name."""
    return given[found[1]]


def _read_variable(name: str, written: Values, place: str) -> tuple[str, ...]:
    """What a server variable may be: the values of its `enum`, else its default alone."""
    here = f"{place}/variables/{escape(name)}"
    variable = mapping_of(written, here)
    default, values = variable.get("default"), variable.get("enum")
    if values is not None and (not isinstance(values, list) or not values or len(texts_of(values)) != len(values)):
        raise DocumentError("the enum is not a list of texts", place=here, hint="write at least one value, quoted")
    if not isinstance(default, str):
        raise DocumentError(
            f"the server variable {name!r} has no default", place=place, hint="give it one, or write the URL out"
        )
    return tuple(dict.fromkeys((default, *texts_of(values))))


def _path_of(url: str, place: str) -> str:
    """The path of a server's URL, without a slash at its end."""
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise DocumentError(f"the server URL {url!r} is malformed", place=place, hint="correct it") from fault
    if parts.query or parts.fragment or (parts.path and not parts.path.startswith("/")):
        raise DocumentError(
            f"the server URL {url!r} does not say which path it stands for",
            place=place,
            hint="write an absolute URL or a path that begins with '/'",
        )
    return parts.path.rstrip("/")
