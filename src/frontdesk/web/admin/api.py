"""The administration API over HTTP: prove the key, find the row, read what was sent, answer what came of it.

It stands on a listener of its own (AD-02), never on that of callers and people. There are no cookies: no page of
anybody's can make a browser act here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import msgspec

from frontdesk.flows.needs import Origin
from frontdesk.flows.operator import Objection
from frontdesk.protocol.forms import read_form
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.messages import Said
from frontdesk.protocol.records import AdminKey
from frontdesk.web.admin.call import Call, Fault, Operation, Outcome, Sheet, bad_request
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import Problem
from frontdesk.web.front import Family
from frontdesk.web.shields import download_headers

MAX_BODY = 16 * 1024 * 1024  # a whole file to be applied
_JSON: Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


def _encode_said(value: object) -> str:
    """What can be said in several languages is said in English here."""
    if isinstance(value, Said):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no place in an answer")


_encode = msgspec.json.Encoder(enc_hook=_encode_said).encode
_BEARER = re.compile(rb"[Bb]earer +([!-~]+)")

_UNPROVEN = Fault(
    status=401,
    type="unauthenticated",
    message="an administration key is needed",
    hint="make one with 'frontdesk admin-key add NAME' and send it as Authorization: Bearer …",
)
_READ_ONLY = Fault(status=403, type="forbidden", message="this key may only read")
_UNKNOWN = Fault(status=404, type="notFound", message="there is no such operation", hint="see /admin/v1/openapi.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    operation: Operation
    segments: tuple[str, ...]  # "{name}" where one is a parameter

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        """The parameters of a path that is this one's."""
        if len(segments) != len(self.segments):
            return None
        params = {}
        for own, sent in zip(self.segments, segments, strict=True):
            if own.startswith("{"):
                params[own[1:-1]] = sent
            elif own != sent:
                return None
        return params


class AdminApi:
    """Answers what is below its prefix."""

    def __init__(self, desk: AdminDesk, operations: Sequence[Operation], *, prefix: str, document: bytes) -> None:
        """`document` is what it says of itself."""
        self._desk = desk
        self._prefix = prefix.encode() + b"/"
        self._rows = [_Row(operation=row, segments=tuple(row.path[1:].split("/"))) for row in operations]
        self._document = document

    async def answer(self, request: Request) -> Answer:
        """One call."""
        path = request.path.removeprefix(self._prefix)
        if path == b"openapi.json" and request.method in ("GET", "HEAD"):
            return Answer(status=200, headers=list(_JSON), body=self._document)
        key = await self._prove(request)
        if isinstance(key, Fault):
            return say_fault(key)
        found = self._find(path, "GET" if request.method == "HEAD" else request.method)
        if isinstance(found, tuple):
            row, params = found
            outcome = await self._do(row, params, key, request)
            return _say(outcome, row)
        return found

    async def _prove(self, request: Request) -> AdminKey | Fault:
        sent = request.all(b"authorization")
        found = _BEARER.fullmatch(sent[0]) if len(sent) == 1 else None
        key = await self._desk.admin_keys.prove(found[1].decode("ascii")) if found is not None else None
        return key if key is not None else _UNPROVEN

    def _find(self, path: bytes, method: str) -> tuple[Operation, dict[str, str]] | Answer:
        segments = _read_segments(path)
        matches = [
            (row.operation, params)
            for row in self._rows
            if segments is not None and (params := row.match(segments)) is not None
        ]
        for operation, params in matches:
            if operation.method == method:
                return operation, params
        if not matches:
            return say_fault(_UNKNOWN)
        allowed = ", ".join(sorted({operation.method for operation, _ in matches}))
        fault = Fault(status=405, type="methodNotAllowed", message=f"this path takes {allowed}")
        return say_fault(fault, extra=((b"allow", allowed.encode()),))

    async def _do(self, row: Operation, params: Mapping[str, str], key: AdminKey, request: Request) -> Outcome:
        if key.read_only and row.changes:
            return _READ_ONLY
        query = _read_query(row, request.query)
        if isinstance(query, Fault):
            return query
        body = _read_body(row, request)
        if isinstance(body, Fault):
            return body
        origin = Origin(address=request.peer, request_id=request.request_id, operator=f"operator:{key.id}")
        call = Call(params=params, query=query, body=body, origin=origin, operation=row.name)
        return await row.walk(self._desk, call)


def say_fault(fault: Fault, *, extra: Headers | tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """A refusal as JSON."""
    headers = [*_JSON, *extra]
    if fault.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="administration"'))
    problem = Problem(type=fault.type, message=fault.message, hint=fault.hint or None)
    return Answer(status=fault.status, headers=headers, body=_encode(problem))


def _say(outcome: Outcome, row: Operation) -> Answer:
    match outcome:
        case Fault():
            return say_fault(outcome)
        case Objection(problem=problem, hint=hint, missing=missing):
            status, kind = (404, "notFound") if missing else (409, "refused")
            return say_fault(Fault(status=status, type=kind, message=problem, hint=hint))
        case Sheet():
            return Answer(
                status=row.status, headers=download_headers(outcome.media_type, outcome.name), body=outcome.body
            )
    return Answer(status=row.status, headers=list(_JSON), body=_encode(outcome))


def _read_segments(path: bytes) -> list[str] | None:
    try:
        segments = [unquote_to_bytes(part).decode("utf-8") for part in path.split(b"/")]
    except UnicodeDecodeError:
        return None
    return segments if all(segment and segment.isprintable() for segment in segments) else None


def _read_query(row: Operation, raw: bytes) -> dict[str, str] | Fault:
    form = read_form(raw)
    if form is None or form.repeated:
        return bad_request("the query cannot be read, or names something twice")
    asked = {each.name: each for each in row.asks}
    for name, value in form.values.items():
        if name not in asked:
            return bad_request(f"{row.name} has no such parameter: it has {', '.join(asked) or 'none'}")
        least, most = asked[name].least, asked[name].most
        is_number = value.isascii() and value.isdigit() and len(value) < 10
        if least is not None and most is not None and not (is_number and least <= int(value) <= most):
            return bad_request(f"{name} is a whole number from {least} to {most}")
    return dict(form.values)


def _read_body(row: Operation, request: Request) -> msgspec.Struct | Fault | None:
    if row.takes is None:
        return bad_request(f"{row.name} takes no body") if request.body else None
    if row.may_be_bare and not request.body:
        return row.takes()
    kind = request.all(b"content-type")
    if len(kind) != 1 or kind[0].split(b";")[0].strip().lower() != b"application/json":
        return Fault(status=415, type="unsupportedMediaType", message="send JSON, as application/json")
    try:
        body: msgspec.Struct = msgspec.json.decode(request.body, type=row.takes)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        return bad_request(str(fault)[:500])
    return body


FAMILY = Family(
    too_large=lambda _: say_fault(
        Fault(status=413, type="tooLarge", message=f"at most {MAX_BODY // 1024 // 1024} MB are taken")
    ),
    unavailable=lambda _: say_fault(
        Fault(status=503, type="unavailable", message="the store cannot answer now"), extra=((b"retry-after", b"1"),)
    ),
    bug=lambda _: say_fault(Fault(status=500, type="bug", message="something broke here", hint="see the log")),
)
