"""The OpenAPI 3.1 document of the administration API, made from the table that routes it."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from frontdesk.web.admin.call import Asked, Operation
from frontdesk.web.admin.shapes import Problem

_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_ABOUT = {
    "network": "The network's id, a UUID.",
    "identity": "What the list of accounts elsewhere calls it.",
    "invitation": "The invitation's id, or the invited e-mail address.",
    "email": "The person's e-mail address.",
    "user": "The person's id (a UUID) or e-mail address.",
    "client": "The app's client id.",
    "session": "The session's id, a UUID.",
    "passkey": "The passkey's id, in hexadecimal digits.",
    "grant": "The grant's id, a UUID.",
    "server": "The resource server's id.",
    "key": "The key's id, a UUID.",
    "id": "The X-Request-Id of the call's answer.",
}
_FAULTS = {
    "400": "What was sent cannot be read.",
    "401": "No key, or one that opens nothing.",
    "403": "This key may only read.",
    "404": "What was named is not there.",
    "409": "Well-formed, and refused: nothing was changed.",
    "503": "The store cannot answer now; nothing is known to be changed.",
}


def make_document(operations: Sequence[Operation], *, prefix: str, product: str, version: str) -> dict[str, Any]:
    """The whole document."""
    types = [Problem, *dict.fromkeys(kind for row in operations for kind in (row.takes, row.gives) if kind is not None)]
    references, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    named = dict(zip(types, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for row in operations:
        paths.setdefault(row.path, {})[row.method.lower()] = _describe(row, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{product}: administration",
            "version": version,
            "description": "Everything that the operator may do. Keys are made with `frontdesk admin-key add`.",
        },
        "servers": [{"url": prefix}],
        "security": [{"key": []}],
        "tags": [{"name": name} for name in dict.fromkeys(row.tag for row in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "fdak_…"}},
        },
    }


def _describe(row: Operation, named: dict[Any, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": row.name,
        "tags": [row.tag],
        "summary": row.summary,
        "responses": {str(row.status): _done(row, named), **_faults(row, named)},
    }
    parameters = [_in_path(name) for name in _PARAMETER.findall(row.path)] + [_in_query(asked) for asked in row.asks]
    if parameters:
        told["parameters"] = parameters
    if row.takes is not None:
        told["requestBody"] = {
            "required": not row.may_be_bare,
            "content": {"application/json": {"schema": named[row.takes]}},
        }
    return told


def _faults(row: Operation, named: dict[Any, Any]) -> dict[str, Any]:
    left_out = set() if row.changes else {"403"}
    if "{" not in row.path:
        left_out.add("404")
    if row.method == "GET":
        left_out.add("409")
    return {status: _answer(text, named[Problem]) for status, text in _FAULTS.items() if status not in left_out}


def _done(row: Operation, named: dict[Any, Any]) -> dict[str, Any]:
    if row.sends:
        content = {kind: {"schema": {"type": "string"}} for kind in row.sends}
        return {"description": "A file.", "content": content}
    return _answer("It is done.", named.get(row.gives))


def _answer(text: str, schema: Any) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": _ABOUT[name], "schema": {"type": "string"}}


def _in_query(asked: Asked) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if asked.least is not None:
        schema = {"type": "integer", "minimum": asked.least, "maximum": asked.most}
    return {"name": asked.name, "in": "query", "description": asked.text, "schema": schema}
