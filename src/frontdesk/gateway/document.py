"""The OpenAPI document as records: which operations it lists, under which base paths, with which security.

OpenAPI 3.0.x and 3.1.x, §4.7 (Paths, Path Item, Operation, Security Scheme, Server). Only what a decision needs is
read; nothing is ever fetched: a `$ref` there must point into the same document.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from frontdesk.gateway.document_values import DocumentError, escape, mapping_of, text_of, texts_of
from frontdesk.gateway.extensions import Extension, read_extensions
from frontdesk.gateway.servers import read_bases
from frontdesk.gateway.syntax import UnreadableError, Values, read_values

__all__ = ["METHODS", "Document", "DocumentError", "ListedOperation", "ListedScheme", "load_document", "read_document"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MAX_REFS = 32  # one $ref may lead to the next, this often

_VERSION = re.compile(r"3\.[01](\.\d+)?(-.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOperation:
    """One operation as it is written, with what it inherits."""

    method: str  # upper case
    template: str  # the key under `paths`
    bases: tuple[str, ...]  # path parts of the servers, without a slash at the end
    security: tuple[dict[str, tuple[str, ...]], ...] | None  # None: neither here nor globally
    place: str
    security_place: str  # where its security is written
    summary: str
    tags: tuple[str, ...]
    headers: Mapping[str, bool]  # the header parameters, in lower case: whether each is required
    queries: frozenset[str] = frozenset()  # names of the query parameters
    extensions: Mapping[str, Extension] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedScheme:
    """A security scheme: `kind` is "basic", "oauth2" (met by a bearer token) or "" (nothing of ours meets it)."""

    kind: str
    scopes: dict[str, str]  # declared, with their descriptions; openIdConnect declares none here
    type: str = ""  # as written


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the policy is compiled from."""

    title: str
    operations: tuple[ListedOperation, ...]
    schemes: dict[str, ListedScheme]
    bases: tuple[str, ...]


def load_document(path: Path) -> Document:
    """Read a JSON or YAML file. Raises DocumentError, with the file's name in it."""
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise DocumentError(
            f"cannot read the OpenAPI document {str(path)!r}: {fault.strerror}", hint="check the path and its rights"
        ) from fault
    is_json = path.suffix.lower() == ".json" or (
        path.suffix.lower() not in {".yaml", ".yml"} and raw.lstrip()[:1] in {b"{", b"\xef"}
    )
    try:
        return read_document(read_values(raw, is_json=is_json))
    except UnreadableError as fault:
        form = "JSON" if is_json else "YAML"
        raise DocumentError(
            f"the OpenAPI document {str(path)!r} cannot be read as {form}: {fault}", hint=f"give one {form} document"
        ) from fault


def read_document(values: Values) -> Document:
    """The records of a parsed document. Raises DocumentError with the place of the first fault."""
    return _Reader(values).read()


class _Reader:
    """Walks one parsed document; every step knows its place."""

    def __init__(self, values: Values) -> None:
        if not isinstance(values, dict):
            raise DocumentError("the document is not an OpenAPI object", place="#", hint="give an OpenAPI document")
        self._root = values

    def read(self) -> Document:
        self._judge_version()
        info = self._root.get("info")
        bases = read_bases(self._root.get("servers"), "#/servers") or ("",)
        operations = tuple(self._operations(bases, self._read_security(self._root, "#") or None))
        if not operations:
            raise DocumentError("the document lists no operation", place="#/paths", hint="is it the right file?")
        return Document(
            title=str(info.get("title", "")) if isinstance(info, dict) else "",
            operations=operations,
            schemes=dict(self._schemes()),
            bases=bases,
        )

    def _judge_version(self) -> None:
        version = self._root.get("openapi")
        if isinstance(version, str) and _VERSION.fullmatch(version):
            return
        written = version if version is not None else self._root.get("swagger")
        raise DocumentError(
            f"OpenAPI version {written!r} is not understood" if written is not None else "no OpenAPI version is given",
            place="#/openapi",
            hint="give an OpenAPI 3.0 or 3.1 document, with the version in quotes",
        )

    def _operations(
        self, bases: tuple[str, ...], security: tuple[dict[str, tuple[str, ...]], ...] | None
    ) -> Iterator[ListedOperation]:
        paths = mapping_of(self._root.get("paths"), "#/paths")
        for template, written in paths.items():
            if template.startswith("x-"):
                continue
            place = f"#/paths/{escape(template)}"
            if not template.startswith("/"):
                raise DocumentError(f"the path {template!r} does not begin with '/'", place=place, hint="add the slash")
            item = mapping_of(self._follow(written, place), place)
            shared = self._headers(item.get("parameters"), {})
            queries = self._queries(item.get("parameters"))
            item_bases = read_bases(item.get("servers"), f"{place}/servers") or bases
            for method in METHODS:
                if method not in item:
                    continue
                here = f"{place}/{method}"
                operation = mapping_of(item[method], here)
                own = self._read_security(operation, here)
                yield ListedOperation(
                    method=method.upper(),
                    template=template,
                    bases=read_bases(operation.get("servers"), f"{here}/servers") or item_bases,
                    security=own if own is not None else security,
                    place=here,
                    security_place=f"{here}/security" if own is not None else "#/security",
                    summary=text_of(operation.get("summary")),
                    tags=texts_of(operation.get("tags")),
                    headers=self._headers(operation.get("parameters"), shared),
                    queries=queries | self._queries(operation.get("parameters")),
                    extensions=read_extensions(
                        [
                            ("", "#", self._root),
                            (template, place, item),
                            (f"{method.upper()} {template}", here, operation),
                        ]
                    ),
                )

    def _read_security(self, holder: dict[str, Values], place: str) -> tuple[dict[str, tuple[str, ...]], ...] | None:
        if "security" not in holder:
            return None
        place = f"{place}/security"
        written = holder["security"]
        if not isinstance(written, list):
            raise DocumentError("security is not a list", place=place, hint="write a list of requirement objects")
        return tuple(self._read_requirement(each, f"{place}/{index}") for index, each in enumerate(written))

    def _read_requirement(self, written: Values, place: str) -> dict[str, tuple[str, ...]]:
        requirement: dict[str, tuple[str, ...]] = {}
        for name, scopes in mapping_of(written, place).items():
            if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
                raise DocumentError(
                    f"the scopes of {name!r} are not a list of texts",
                    place=f"{place}/{escape(name)}",
                    hint="write a list, [] where no scope is needed",
                )
            requirement[name] = texts_of(scopes)
        return requirement

    def _headers(self, written: Values, shared: Mapping[str, bool]) -> Mapping[str, bool]:
        """The header parameters among these and the path's; no decision needs them, so what is broken is left out."""
        if not isinstance(written, list):
            return shared
        found = dict(shared)
        for each in written:
            try:
                parameter = self._follow(each, "")
            except DocumentError:
                continue
            if isinstance(parameter, dict) and parameter.get("in") == "header":
                found[text_of(parameter.get("name")).lower()] = parameter.get("required") is True
        return found

    def _queries(self, written: Values) -> frozenset[str]:
        """The names of the query parameters among these; what is broken is left out here too."""
        found = set()
        for each in written if isinstance(written, list) else ():
            with suppress(DocumentError):
                parameter = self._follow(each, "")
                if isinstance(parameter, dict) and parameter.get("in") == "query":
                    found.add(text_of(parameter.get("name")))
        return frozenset(found)

    def _schemes(self) -> Iterator[tuple[str, ListedScheme]]:
        components = mapping_of(self._root.get("components", {}), "#/components")
        place = "#/components/securitySchemes"
        for name, written in mapping_of(components.get("securitySchemes", {}), place).items():
            here = f"{place}/{escape(name)}"
            yield name, self._read_scheme(mapping_of(self._follow(written, here), here), here)

    def _read_scheme(self, scheme: dict[str, Values], place: str) -> ListedScheme:
        match scheme.get("type"):
            case "http":
                is_basic = text_of(scheme.get("scheme")).lower() == "basic"
                return ListedScheme(kind="basic" if is_basic else "", scopes={}, type="http")
            case "oauth2":
                return ListedScheme(kind="oauth2", scopes=self._read_flows(scheme, place), type="oauth2")
            case "openIdConnect":
                # Whoever signs in there gets the same bearer tokens; which scopes exist is said at another address.
                return ListedScheme(kind="oauth2", scopes={}, type="openIdConnect")
            case str() as written:
                return ListedScheme(kind="", scopes={}, type=written)
            case _:
                raise DocumentError("the security scheme has no type", place=place, hint="add its type, or remove it")

    def _read_flows(self, scheme: dict[str, Values], place: str) -> dict[str, str]:
        scopes: dict[str, str] = {}
        for flow_name, flow in mapping_of(scheme.get("flows", {}), f"{place}/flows").items():
            if flow_name.startswith("x-"):
                continue
            here = f"{place}/flows/{escape(flow_name)}"
            listed = mapping_of(mapping_of(flow, here).get("scopes", {}), f"{here}/scopes")
            for scope, words in listed.items():
                scopes.setdefault(scope, text_of(words))
        return scopes

    def _follow(self, written: Values, place: str) -> Values:
        """What a value or a chain of local references stands for."""
        for _ in range(MAX_REFS):
            reference = written.get("$ref") if isinstance(written, dict) else None
            if reference is None:
                return written
            if not isinstance(reference, str) or not reference.startswith("#/"):
                raise DocumentError(
                    f"the reference {reference!r} leads out of the document",
                    place=place,
                    hint="bundle everything into one document first; nothing is fetched",
                )
            written = self._point(reference, place)
        raise DocumentError("the references lead in a circle", place=place, hint="break the circle")

    def _point(self, reference: str, place: str) -> Values:
        value: Values = self._root
        for token in reference[2:].split("/"):
            key = _unquote(token).replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                raise DocumentError(f"the reference {reference!r} points at nothing", place=place, hint="correct it")
        return value


def _unquote(token: str) -> str:
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), token) if "%" in token else token
