"""What an operation of the administration API is: a row of the table, a call of it, and what a call may be refused."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from frontdesk.flows.needs import Origin
from frontdesk.flows.operator import Objection
from frontdesk.web.admin.desk import AdminDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a call was not even tried."""

    status: int
    type: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, proven and parsed. `body` is of the type that its operation takes."""

    params: Mapping[str, str]
    query: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    origin: Origin
    operation: str

    def asked(self, name: str) -> str:
        """A parameter of the query; empty where it was not sent."""
        return self.query.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An answer that is a file."""

    media_type: bytes
    name: str
    body: bytes = field(repr=False)


Outcome: TypeAlias = msgspec.Struct | Sheet | Objection | Fault | None
Walk: TypeAlias = Callable[[AdminDesk, Call], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A parameter of a query. `least` and `most` where it is a number."""

    name: str
    text: str
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row: what it is called, what it takes, and the walk behind it. It changes nothing with GET, or `is_dry`."""

    method: str
    path: str  # below /admin/v1: "/networks/{network}"
    name: str
    tag: str
    summary: str
    walk: Walk
    takes: type[msgspec.Struct] | None = None
    gives: type[msgspec.Struct] | None = None
    status: int = 200
    asks: Sequence[Asked] = ()
    is_dry: bool = False
    sends: Sequence[str] = ()  # media types of files, where it gives any
    may_be_bare: bool = False  # no body means one with nothing said

    @property
    def changes(self) -> bool:
        """Whether a key that may only read is refused."""
        return self.method != "GET" and not self.is_dry


def bad_request(message: str, hint: str = "") -> Fault:
    """What was sent cannot be read."""
    return Fault(status=400, type="invalidRequest", message=message, hint=hint)
