"""The OpenAPI document as records: which operations it lists, under which base paths, with which security.

OpenAPI 3.0.x and 3.1.x, §4.7 (Paths, Path Item, Operation, Security Scheme, Server). Only what a decision needs is
read; nothing is ever fetched: a `$ref` there must point into the same document.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from frontdesk.gateway.syntax import UnreadableError, Values, read_values

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MAX_REFS = 32  # one $ref may lead to the next, this often

_VERSION = re.compile(r"3\.[01](\.\d+)?(-.*)?")
_VARIABLE = re.compile(r"\{([^{}]*)\}")


class DocumentError(Exception):
    """The document cannot be the policy. `place` is a JSON pointer into it, `hint` says what to do."""

    def __init__(self, problem: str, *, place: str = "", hint: str = "") -> None:
        """Say the problem, where it is and what to do."""
        super().__init__(f"{problem} (at {place})" if place else problem)
        self.problem = problem
        self.place = place
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOperation:
    """One operation as it is written, with what it inherits."""

    method: str  # upper case
    template: str  # the key under `paths`
    bases: tuple[str, ...]  # path parts of the servers, without a slash at the end
    security: tuple[dict[str, tuple[str, ...]], ...] | None  # None: neither here nor globally
    place: str
    summary: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedScheme:
    """A security scheme: `kind` is "basic", "oauth2" or "" (one that no credential of ours can meet)."""

    kind: str
    scopes: dict[str, str]  # declared, with their descriptions


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


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


class _Reader:
    """Walks one parsed document; every step knows its place."""

    def __init__(self, values: Values) -> None:
        if not isinstance(values, dict):
            raise DocumentError("the document is not an OpenAPI object", place="#", hint="give an OpenAPI document")
        self._root = values

    def read(self) -> Document:
        self._judge_version()
        info = self._root.get("info")
        bases = self._read_bases(self._root.get("servers"), "#/servers") or ("",)
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
        paths = self._mapping(self._root.get("paths"), "#/paths")
        for template, written in paths.items():
            if template.startswith("x-"):
                continue
            place = f"#/paths/{_escape(template)}"
            if not template.startswith("/"):
                raise DocumentError(f"the path {template!r} does not begin with '/'", place=place, hint="add the slash")
            item = self._mapping(self._follow(written, place), place)
            item_bases = self._read_bases(item.get("servers"), f"{place}/servers") or bases
            for method in METHODS:
                if method not in item:
                    continue
                here = f"{place}/{method}"
                operation = self._mapping(item[method], here)
                own = self._read_security(operation, here)
                yield ListedOperation(
                    method=method.upper(),
                    template=template,
                    bases=self._read_bases(operation.get("servers"), f"{here}/servers") or item_bases,
                    security=own if own is not None else security,
                    place=here,
                    summary=_text(operation.get("summary")),
                    tags=_texts(operation.get("tags")),
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
        for name, scopes in self._mapping(written, place).items():
            if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
                raise DocumentError(
                    f"the scopes of {name!r} are not a list of texts",
                    place=f"{place}/{_escape(name)}",
                    hint="write a list, [] where no scope is needed",
                )
            requirement[name] = _texts(scopes)
        return requirement

    def _schemes(self) -> Iterator[tuple[str, ListedScheme]]:
        components = self._mapping(self._root.get("components", {}), "#/components")
        place = "#/components/securitySchemes"
        for name, written in self._mapping(components.get("securitySchemes", {}), place).items():
            here = f"{place}/{_escape(name)}"
            yield name, self._read_scheme(self._mapping(self._follow(written, here), here), here)

    def _read_scheme(self, scheme: dict[str, Values], place: str) -> ListedScheme:
        match scheme.get("type"):
            case "http":
                is_basic = _text(scheme.get("scheme")).lower() == "basic"
                return ListedScheme(kind="basic" if is_basic else "", scopes={})
            case "oauth2":
                return ListedScheme(kind="oauth2", scopes=self._read_flows(scheme, place))
            case "openIdConnect":
                return ListedScheme(kind="oauth2", scopes={})
            case str():
                return ListedScheme(kind="", scopes={})
            case _:
                raise DocumentError("the security scheme has no type", place=place, hint="add its type, or remove it")

    def _read_flows(self, scheme: dict[str, Values], place: str) -> dict[str, str]:
        scopes: dict[str, str] = {}
        for flow_name, flow in self._mapping(scheme.get("flows", {}), f"{place}/flows").items():
            if flow_name.startswith("x-"):
                continue
            here = f"{place}/flows/{_escape(flow_name)}"
            listed = self._mapping(self._mapping(flow, here).get("scopes", {}), f"{here}/scopes")
            for scope, words in listed.items():
                scopes.setdefault(scope, _text(words))
        return scopes

    def _read_bases(self, written: Values, place: str) -> tuple[str, ...]:
        """The path parts of a list of servers, each once; empty where none are given."""
        if written is None:
            return ()
        if not isinstance(written, list):
            raise DocumentError("servers is not a list", place=place, hint="write a list of server objects")
        bases = [self._read_base(each, f"{place}/{index}") for index, each in enumerate(written)]
        return tuple(dict.fromkeys(bases))

    def _read_base(self, written: Values, place: str) -> str:
        server = self._mapping(written, place)
        variables = self._mapping(server.get("variables", {}), f"{place}/variables")

        def default_of(found: re.Match[str]) -> str:
            value = self._mapping(variables.get(found[1]), f"{place}/variables/{_escape(found[1])}").get("default")
            if not isinstance(value, str):
                raise DocumentError(
                    f"the server variable {found[1]!r} has no default",
                    place=place,
                    hint="give it one, or write the URL out",
                )
            return value

        url = _VARIABLE.sub(default_of, _text(server.get("url")))
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

    @staticmethod
    def _mapping(value: Values, place: str) -> dict[str, Values]:
        if not isinstance(value, dict):
            problem = "something is missing here" if value is None else "an object is expected here"
            raise DocumentError(problem, place=place, hint="write an object (a mapping) in this place")
        return value


def _unquote(token: str) -> str:
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), token) if "%" in token else token


def _text(value: Values) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Values) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
