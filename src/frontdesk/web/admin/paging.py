"""Long lists, a page at a time. A page's token is good for the list that gave it, with its filters (TN-17)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from frontdesk.flows.operator import Objection
from frontdesk.protocol.tokens import base64url, read_base64url
from frontdesk.web.admin.call import Asked, Call, Fault, bad_request
from frontdesk.web.admin.desk import AdminDesk

MOST = 1_000
USUAL = 100
LIMIT = Asked(name="limit", text=f"How many at most; {USUAL} where it is not sent.", least=1, most=MOST)
NEXT = Asked(name="nextPageToken", text="What the page before told under this name: what follows it.")
PAGED = (LIMIT, NEXT)
_PURPOSE = "admin page"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some of a list, and the token of what follows; None: nothing does."""

    rows: list[T]
    token: str | None


def limit_of(call: Call) -> int:
    """How many were asked for; the query is judged already."""
    return int(call.asked("limit") or USUAL)


async def read_page(
    call: Call,
    desk: AdminDesk,
    read: Callable[[str, int], Awaitable[Sequence[T] | Objection]],
    place: Callable[[T], str],
) -> Page[T] | Objection | Fault:
    """A page of a list. `read`: so many rows after a place, "" being the beginning; `place`: where a row is."""
    after = _read_token(call, desk)
    if isinstance(after, Fault):
        return after
    limit = limit_of(call)
    rows = await read(after, limit + 1)  # one more tells whether anything follows
    if isinstance(rows, Objection):
        return rows
    if len(rows) <= limit:
        return Page(rows=list(rows), token=None)
    last = place(rows[limit - 1])
    token = f"{base64url(last.encode())}.{desk.mint.mac(_PURPOSE, _bound_to(call, last))}"
    return Page(rows=list(rows[:limit]), token=token)


def _read_token(call: Call, desk: AdminDesk) -> str | Fault:
    token = call.asked(NEXT.name)
    if not token:
        return ""
    place, _, proof = token.partition(".")
    raw = read_base64url(place)
    last = raw.decode("utf-8", "replace") if raw is not None else ""
    if not last or not desk.mint.checks_mac(_PURPOSE, _bound_to(call, last), proof):
        return bad_request(
            f"`{NEXT.name}` is not a token of this list", "send what the page before told, or leave it out"
        )
    return last


def _bound_to(call: Call, last: str) -> str:
    filters = sorted((name, value) for name, value in call.query.items() if name not in (NEXT.name, LIMIT.name))
    return repr((call.operation, sorted(call.params.items()), filters, last))
