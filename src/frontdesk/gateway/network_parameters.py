"""Which parameters of the API name a network: the setting `network_parameters`, `x-frontdesk-network-parameter`.

    networkId                 a path's {networkId} and the query's networkId, wherever they are
    path:networkId            a path's {networkId}
    path:networks/{id}        a path's {id} right behind a segment `networks`
    query:networkId           the query's networkId, on every operation

On an operation (or a path, or the whole document) the extension says the same for it alone, in the setting's place; an
empty list says that none of its parameters does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from frontdesk.gateway.document import Document, DocumentError, ListedOperation
from frontdesk.gateway.extensions import NETWORK_PARAMETER, Extension
from frontdesk.gateway.matcher import TemplateError, read_template
from frontdesk.gateway.syntax import Values
from frontdesk.protocol.network_places import NetworkPlaces, PathPlace
from frontdesk.settings.network_parameters import read_network_parameter

_HINT = 'write "path:networkId", "path:networks/{id}", "query:networkId" or a list of such, [] for none'


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkParameters:
    """The setting, applied to the operations of one document."""

    entries: tuple[str, ...]

    def find(self, listed: ListedOperation) -> NetworkPlaces | None:
        """Where an operation's targets name the network; None where nowhere. Raises DocumentError."""
        extension = listed.extensions.get(NETWORK_PARAMETER)
        path: list[PathPlace] = []
        query: list[str] = []
        for entry in self.entries if extension is None else _read_extension(extension):
            kind, _, name = entry.rpartition(":")
            places = list(_path_places(listed, name)) if kind != "query" else []
            path += places
            if kind == "query" or (kind == "" and (extension is None or not places)):
                query.append(name)
            elif extension is not None and not places:
                raise DocumentError(
                    f"{listed.method} {listed.template} has no {entry!r}",
                    place=extension.place,
                    hint="name a parameter of this path, or say query:NAME",
                )
        if not path and not query:
            return None
        return NetworkPlaces(path=tuple(path), query=tuple(dict.fromkeys(query)))

    def judge(self, document: Document) -> None:
        """A misspelt name would check nothing, and nobody would know. Raises DocumentError."""
        for entry in self.entries:
            kind, _, name = entry.rpartition(":")
            if kind != "query" and any(True for each in document.operations for _ in _path_places(each, name)):
                continue
            if kind != "path" and any(name in each.queries for each in document.operations):
                continue
            where = {"path": "path has", "query": "operation's query has"}.get(kind, "path or query has")
            raise DocumentError(
                f"network_parameters names {entry!r}, which no {where} in the document",
                hint="write the parameter's name as the document does",
            )


def _read_extension(extension: Extension) -> Iterable[str]:
    written: Values = extension.value
    texts = [written] if isinstance(written, str) else written
    if not isinstance(texts, list):
        raise DocumentError("this names no parameters", place=extension.place, hint=_HINT)
    try:
        return [read_network_parameter(text) for text in texts]
    except ValueError as fault:
        raise DocumentError(f"this names no parameter: {fault}", place=extension.place, hint=_HINT) from fault


def _path_places(listed: ListedOperation, name: str) -> Iterator[PathPlace]:
    """The segments of a template that hold this parameter, behind the segments that are named with it."""
    wanted = name.split("/") if "{" in name else [f"{{{name}}}"]
    segments = listed.template[1:].split("/")
    for index, text in enumerate(segments):
        if wanted[-1] not in text or segments[max(0, index - len(wanted) + 1) : index] != wanted[:-1]:
            continue
        yield PathPlace(from_end=len(segments) - index, around=_around(listed, text))


def _around(listed: ListedOperation, text: str) -> tuple[tuple[str, str], ...]:
    try:
        (segment,) = read_template("/" + text)
    except TemplateError as fault:
        raise DocumentError(f"no request can match {text!r}: {fault}", place=listed.place, hint="correct it") from fault
    if len(segment.pieces) != 2:
        raise DocumentError(
            f"the segment {text!r} holds more than the network's id, and cannot be taken apart with certainty",
            place=listed.place,
            hint="give the network's id a segment of its own, or leave it out of network_parameters",
        )
    return tuple((before, after) for before, after in segment.variants())
