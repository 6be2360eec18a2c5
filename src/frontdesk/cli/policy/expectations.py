"""A table of expectations: which calls, made with what, a document must let in or refuse. YAML or JSON."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from frontdesk.cli.speech import Refused
from frontdesk.gateway.policy_trial import Holder, Network
from frontdesk.gateway.syntax import UnreadableError, Values, read_values
from frontdesk.protocol.errors import Reason, wire
from frontdesk.protocol.records import Role
from frontdesk.protocol.scopes import read_scopes

SCHEMES = ("basic", "oauth2", "none")
_ROLES = ("none", *(role.value for role in Role))
_NETWORKS = tuple(network.value for network in Network)
_CALL = re.compile(r"([A-Za-z]+) (/\S*)")
# What a document can make of a call; other refusals are of credentials, limits and connections.
REASONS = (
    Reason.AMBIGUOUS_TARGET,
    Reason.TOKEN_IN_QUERY,
    Reason.UNKNOWN_OPERATION,
    Reason.METHOD_NOT_ALLOWED,
    Reason.NO_CREDENTIAL,
    Reason.SCHEME_FORBIDDEN,
    Reason.NETWORK_REQUIRED,
    Reason.NETWORK_FORBIDDEN,
    Reason.INSUFFICIENT_SCOPE,
)
_TYPES = {wire(reason).code: wire(reason).status for reason in REASONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One row. `status` and `type` are what is expected: 0 and "" to be let in; "" alone: any of that status."""

    number: int  # from 1
    method: str
    target: str
    holder: Holder
    status: int
    type: str

    @property
    def call(self) -> str:
        """The call, as it is written."""
        return f"{self.method} {self.target}"

    @property
    def expected(self) -> str:
        """What is expected, as it is written."""
        return f"{self.status} {self.type}".rstrip() if self.status else "allow"


def read_expectations(file: Path) -> tuple[Expectation, ...]:
    """Read a table, or `Refused` with the row that is wrong."""
    try:
        raw = file.read_bytes()
        values = read_values(raw, is_json=file.suffix.lower() == ".json")
    except OSError as error:
        raise Refused(f"cannot read {file}: {error.strerror}", "check the path and its rights") from error
    except UnreadableError as error:
        raise Refused(f"{file}: {error}", "write a list of expectations in YAML") from error
    if not isinstance(values, list) or not values:
        raise Refused(f"{file} is not a list of expectations", "begin each with '- call: GET /path'")
    return tuple(_read_row(row, number, f"{file}, expectation {number}") for number, row in enumerate(values, 1))


def _read_row(row: Values, number: int, place: str) -> Expectation:
    known = _mapping(row, ("call", "with", "expect"), place)
    call = _CALL.fullmatch(_text(known.get("call"), f"{place}: call"))
    if call is None:
        raise Refused(f"{place}: call is not a method and a path", "write 'GET /rooms/v1/7'")
    status, type_ = _read_outcome(known.get("expect"), place)
    return Expectation(
        number=number,
        method=call[1],
        target=call[2],
        holder=_read_holder(known.get("with"), place),
        status=status,
        type=type_,
    )


def _read_holder(written: Values, place: str) -> Holder:
    if written is None:
        return Holder()
    place = f"{place}: with"
    known = _mapping(written, ("scheme", "scopes", "role", "network"), place)
    scheme = _one_of(known.get("scheme"), SCHEMES, f"{place}: scheme")
    if scheme != "oauth2" and {"scopes", "role"} & known.keys():
        raise Refused(
            f"{place}: only a token has scopes and a user's role", "write 'scheme: oauth2', or leave them out"
        )
    scopes = known.get("scopes", [])
    text = " ".join(_text(each, f"{place}: scopes") for each in (scopes if isinstance(scopes, list) else [scopes]))
    read = read_scopes(text)
    if read is None:
        raise Refused(f"{place}: scopes holds what is no scope", "write scopes separated by spaces, or a list")
    role = _one_of(known.get("role", Role.OWNER.value), _ROLES, f"{place}: role")
    network = _one_of(known.get("network", Network.OWN.value), _NETWORKS, f"{place}: network")
    return Holder(scheme=scheme, scopes=read, role=None if role == "none" else Role(role), network=Network(network))


def _read_outcome(written: Values, place: str) -> tuple[int, str]:
    text = str(written) if isinstance(written, int) else _text(written, f"{place}: expect")
    if text == "allow":
        return 0, ""
    first, _, type_ = text.partition(" ")
    if type_ and type_ not in _TYPES:
        raise Refused(f"{place}: expect: no refusal is called {type_!r}", _hint(type_, _TYPES))
    status = int(first) if first.isdecimal() else 0
    if status not in (_TYPES[type_],) if type_ else status not in _TYPES.values():
        known = ", ".join(f"{number} {name}" for name, number in _TYPES.items())
        raise Refused(f"{place}: expect: a document never makes {text!r} of a call", f"write allow, or one of {known}")
    return status, type_


def _mapping(written: Values, allowed: tuple[str, ...], place: str) -> Mapping[str, Any]:
    if not isinstance(written, dict):
        raise Refused(f"{place} is not a mapping", f"it may hold {', '.join(allowed)}")
    for key in written:
        if key not in allowed:
            raise Refused(f"{place}: {key!r} means nothing here", _hint(key, allowed))
    return written


def _one_of(written: Values, allowed: tuple[str, ...], place: str) -> str:
    text = _text(written, place)
    if text not in allowed:
        raise Refused(f"{place} is {text!r}", _hint(text, allowed))
    return text


def _text(written: Values, place: str) -> str:
    if written is None:
        raise Refused(f"{place} is missing", "add it")
    if not isinstance(written, str):
        raise Refused(f"{place} is not a text", "put it in quotes")
    return written


def _hint(word: str, allowed: Iterable[str]) -> str:
    choices = tuple(allowed)
    close = get_close_matches(word, choices, n=1)
    return f"did you mean {close[0]!r}?" if close else f"write one of {', '.join(choices)}"
