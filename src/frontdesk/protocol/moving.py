"""A list of what another system knows, row by row: JSON Lines in, records or faults out. docs/moving-in.md."""

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeAlias

from frontdesk.protocol import moving_fields as fields
from frontdesk.protocol.foreign_tokens import mark_signature
from frontdesk.protocol.ids import ClientId, CredentialId, Email, Micros, NetworkId, UserId
from frontdesk.protocol.moving_fields import FieldReader, Wrong, shown
from frontdesk.protocol.records import Profile, Role
from frontdesk.protocol.scopes import Scopes

MAX_LINE = 65_536  # bytes
MAX_LINES = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a line."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A tenant with its owner."""

    line: int
    id: NetworkId
    title: str
    owner: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A person; with the id of old where that matters to somebody."""

    line: int
    email: Email
    id: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """What a person is in a network that somebody else owns."""

    line: int
    email: Email
    network: NetworkId
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRow:
    """A network's Basic pair: its secret, or a hash of it."""

    line: int
    network: NetworkId
    client_id: CredentialId
    secret: str | None = field(default=None, repr=False)
    secret_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """A partner's app: its secret, a hash of it, or none."""

    line: int
    client_id: ClientId
    name: str
    redirect_uris: tuple[str, ...]
    scopes: Scopes
    secret: str | None = field(default=None, repr=False)
    secret_hash: str | None = field(default=None, repr=False)
    public: bool = False
    profile: Profile = Profile.COMPAT
    native: bool = False
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A refresh token that is out there, known by the SHA-256 of all of it or of what follows its last dot."""

    line: int
    client_id: ClientId
    email: Email
    networks: tuple[NetworkId, ...]
    scopes: Scopes
    known_by: bytes = field(repr=False)
    issued_at: Micros | None = None


Row: TypeAlias = NetworkRow | UserRow | RoleRow | CredentialRow | AppRow | TokenRow

_REQUIRED: dict[str, dict[str, FieldReader]] = {
    "network": {"id": fields.read_id, "title": fields.read_title, "owner": fields.read_address},
    "user": {"email": fields.read_address},
    "role": {"email": fields.read_address, "network": fields.read_id, "role": fields.read_role},
    "credential": {"network": fields.read_id, "client_id": fields.id_reader("fdni_")},
    "app": {
        "client_id": fields.id_reader("fdci_"),
        "name": fields.read_title,
        "redirect_uris": fields.read_redirect_uris,
        "scopes": fields.read_scope_list,
    },
    "refresh_token": {
        "client_id": fields.id_reader("fdci_"),
        "email": fields.read_address,
        "networks": fields.read_networks,
        "scopes": fields.read_scope_list,
    },
}
_OPTIONAL: dict[str, dict[str, FieldReader]] = {
    "user": {"id": fields.read_id},
    "app": {"profile": fields.read_profile, "native": fields.read_flag, "disabled": fields.read_flag},
    "refresh_token": {"issued_at": fields.read_time},
}
# Exactly one of these.
_CHOICES: dict[str, dict[str, FieldReader]] = {
    "credential": {"secret": fields.read_secret, "secret_hash": fields.read_hash},
    "app": {"secret": fields.read_secret, "secret_hash": fields.read_hash, "public": fields.read_flag},
    "refresh_token": {
        "token": fields.read_token,
        "token_sha256": fields.read_sha256,
        "token_signature_sha256": fields.read_sha256,
    },
}
KINDS = tuple(_REQUIRED)
PEOPLE = ("network", "user", "role")  # what a list for `sync` may hold


def read_row(line: int, text: bytes, *, kinds: Collection[str] = KINDS) -> Row | tuple[Fault, ...]:
    """One line's row, or all that is wrong with it. `kinds`: which the list may hold."""
    document = _read_object(text)
    if isinstance(document, Wrong):
        return (Fault(line=line, problem=document.problem),)
    kind = document.pop("kind", None)
    if kind not in kinds:
        return (Fault(line=line, problem=_judge_kind(kind, kinds)),)
    values, problems = _read_fields(kind, document)
    if not problems:
        row = _BUILDERS[kind](line, values)
        if not isinstance(row, Wrong):
            made: Row = row
            return made
        problems = [row.problem]
    return tuple(Fault(line=line, problem=problem) for problem in problems)


def known_by(token: str) -> bytes:
    """What a token that is sent whole is known by."""
    return sha256(token.encode()).digest()


def _read_object(text: bytes) -> dict[str, Any] | Wrong:
    try:
        document = json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        # The decoder's own message may quote what it read, and that may be a secret.
        return fault.args[0] if fault.args and isinstance(fault.args[0], Wrong) else Wrong("this is not JSON in UTF-8")
    return document if isinstance(document, dict) else Wrong("this is not a JSON object")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Which of two values counts would depend on who reads.
        raise ValueError(Wrong("a field is written twice"))
    return found


def _no_constant(_: str) -> Any:
    raise ValueError(Wrong("this is not JSON in UTF-8"))


def _judge_kind(kind: Any, kinds: Collection[str]) -> str:
    if kind is None:
        return 'the field "kind" is missing'
    if kind in KINDS:
        return f"kind: {kind} rows cannot be in this list, only {', '.join(kinds)}"
    return f"kind: there is no {shown(kind)}{_near(kind, kinds)}"


def _read_fields(kind: str, document: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    required, choices = _REQUIRED[kind], _CHOICES.get(kind, {})
    if document.get("public") is False:  # the same as leaving it out
        document = {name: value for name, value in document.items() if name != "public"}
    readers = {**required, **choices, **_OPTIONAL.get(kind, {})}
    values: dict[str, Any] = {}
    problems = []
    for name, value in document.items():
        reader = readers.get(name)
        read = Wrong(f"no row of kind {kind} has this field{_near(name, readers)}") if reader is None else reader(value)
        if isinstance(read, Wrong):
            problems.append(f"{name if reader is not None else shown(name)}: {read.problem}")
        else:
            values[name] = read
    problems += [f"the field {name} is missing" for name in required if name not in document]
    if choices and sum(name in document for name in choices) != 1:
        problems.append(f"exactly one of the fields {', '.join(choices)} is needed")
    return values, problems


def _near(name: object, names: Collection[str]) -> str:
    near = difflib.get_close_matches(str(name)[:80], [*names], n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _build_app(line: int, values: dict[str, Any]) -> AppRow | Wrong:
    if values.get("public"):
        if values.get("profile", Profile.STRICT) is not Profile.STRICT:
            return Wrong("profile: a public app is always strict")
        values["profile"] = Profile.STRICT
    return AppRow(line=line, **values)


def _build_token(line: int, values: dict[str, Any]) -> TokenRow:
    token, whole, part = (values.pop(name, None) for name in _CHOICES["refresh_token"])
    # A part is marked, or the signature read out of a stolen database would itself pass for a token.
    digest = known_by(token) if token is not None else whole if whole is not None else mark_signature(part)
    return TokenRow(line=line, known_by=digest, **values)


_BUILDERS: dict[str, Any] = {
    "network": lambda line, values: NetworkRow(line=line, **values),
    "user": lambda line, values: UserRow(line=line, **values),
    "role": lambda line, values: RoleRow(line=line, **values),
    "credential": lambda line, values: CredentialRow(line=line, **values),
    "app": _build_app,
    "refresh_token": _build_token,
}


def read_rows(lines: Iterable[bytes], *, kinds: Collection[str] = KINDS) -> tuple[list[Row], list[Fault]]:
    """All rows and all that is wrong. `lines` may be cut at MAX_LINE and one byte; too many are not read to the end."""
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, text in enumerate(lines, start=1):
        if number > MAX_LINES:
            faults.append(Fault(line=number, problem=f"a list has at most {MAX_LINES:,} lines"))
            break
        if len(text.rstrip(b"\r\n")) > MAX_LINE:
            faults.append(Fault(line=number, problem=f"a line has at most {MAX_LINE:,} bytes"))
            break
        if not text.strip():
            continue
        read = read_row(number, text, kinds=kinds)
        if isinstance(read, tuple):
            faults += read
        else:
            rows.append(read)
    return rows, faults
