"""The request inspector: the calls of an app for its makers, of a network for its owner; each opens to its decision."""

from dataclasses import dataclass

from frontdesk.flows.inspecting import Place, RequestsPage, network_of
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import NetworkId, read_uuid
from frontdesk.protocol.inspection import LET_IN as CHOICE_LET_IN
from frontdesk.protocol.inspection import METHODS, CallFilter, reasons_with, refused_statuses
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import User
from frontdesk.protocol.sight import cause_told
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.request_words import (
    LET_IN,
    OUTCOMES,
    call_of,
    cause_of,
    checks_of,
    facts_of,
    status_of,
    would_pass_of,
)
from frontdesk.web.views_network import Choice
from frontdesk.web.views_requests import RequestRow, RequestsView, RequestView
from frontdesk.web.words import moment, notice_of

NETWORK_PROBLEM = N_("A network's id has 36 characters, such as 0193a1b2-c3d4-7e5f-8a6b-0123456789ab.")
FORGED_PROBLEM = N_(
    "This link to older calls is broken, or was made for another list. You see the newest ones instead."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A filter as it was typed, and as it is understood."""

    status: str
    method: str
    operation: str
    other: str
    filter: CallFilter
    problem: str = ""
    field: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What a link carries to ask the same again."""
        return {"status": self.status, "method": self.method, "operation": self.operation, "other": self.other}


async def show_app_requests(desk: Desk, visit: Visit, user: User) -> Answer:
    """An app's calls, for its makers."""
    place = await desk.inspecting.open_app(user, visit.params["app"])
    return await _show_list(desk, visit, place)


async def show_network_requests(desk: Desk, visit: Visit, user: User) -> Answer:
    """The calls that concern a network, for its owner."""
    place = await desk.inspecting.open_network(user, visit.params["network"])
    return await _show_list(desk, visit, place)


async def show_app_request(desk: Desk, visit: Visit, user: User) -> Answer:
    """One call of an app."""
    place = await desk.inspecting.open_app(user, visit.params["app"])
    return await _show_one(desk, visit, place, visit.params["call"])


async def show_network_request(desk: Desk, visit: Visit, user: User) -> Answer:
    """One call that concerns a network."""
    place = await desk.inspecting.open_network(user, visit.params["network"])
    return await _show_one(desk, visit, place, visit.params["request"])


async def _show_list(desk: Desk, visit: Visit, place: Place | Refusal) -> Answer:
    if isinstance(place, Refusal):
        return desk.notice(visit, notice_of(place.reason))
    wish = _read_wish(visit, place)
    page = await desk.inspecting.page(place, wish.filter, page=visit.asked("page"))
    status, problem = (400, wish.problem) if wish.problem else (200, "")
    if isinstance(page, Refusal) and page.reason is Reason.PAGE_TOKEN_FORGED:
        status, problem = 400, FORGED_PROBLEM
        page = await desk.inspecting.page(place, wish.filter, page="")
    if isinstance(page, Refusal):
        return desk.notice(visit, notice_of(page.reason))
    base = _base(place)
    view = RequestsView(
        base=base,
        name=place.name,
        network_id=place.inspected.network_id or "",
        client_id=place.inspected.client_id or "",
        rows=tuple(_row(desk, base, noted, page) for noted in page.rows),
        statuses=(
            Choice(value=CHOICE_LET_IN, label=LET_IN, chosen=wish.status == CHOICE_LET_IN),
            *(Choice(value=str(code), label=str(code), chosen=wish.status == str(code)) for code in refused_statuses()),
        ),
        methods=tuple(Choice(value=name, label=name, chosen=wish.method == name) for name in METHODS),
        operation=wish.operation,
        other=wish.other,
        filtered=any(wish.fields.values()),
        newest=with_query(base, **wish.fields) if visit.asked("page") else "",
        older=with_query(base, **wish.fields, page=page.older) if page.older else "",
        days=desk.inspecting.explanations.kept.age // 86_400_000_000,
        problem=problem,
        field=wish.field,
    )
    return desk.page(visit, view, status=status, section=_section(place))


async def _show_one(desk: Desk, visit: Visit, place: Place | Refusal, request_id: str) -> Answer:
    if isinstance(place, Refusal):
        return desk.notice(visit, notice_of(place.reason))
    noted = await desk.inspecting.find(place, request_id)
    if isinstance(noted, Refusal):
        return desk.notice(visit, notice_of(noted.reason))
    now = desk.clock.now()
    # When somebody was blocked is as much the operator's own as that they were.
    tells_when = noted.cause is not None and cause_told(noted.cause, place.reader) is noted.cause
    view = RequestView(
        base=_base(place),
        name=place.name,
        network_id=place.inspected.network_id or "",
        call=call_of(noted),
        at=moment(noted.at, now),
        outcome=OUTCOMES[noted.outcome],
        facts=facts_of(noted, place.reader),
        checks=checks_of(noted),
        cause=cause_of(noted, place.reader),
        cause_at=moment(noted.cause_at, now) if tells_when and noted.cause_at is not None else None,
        would_pass=would_pass_of(noted, place.reader),
    )
    return desk.page(visit, view, section=_section(place))


def _row(desk: Desk, base: str, noted: NotedDecision, page: RequestsPage) -> RequestRow:
    caller = noted.client_id or noted.credential
    who = page.names.get(caller) or caller
    if page.place.inspected.client_id is not None:
        who = network_of(noted) or ""
    return RequestRow(
        link=f"{base}/{noted.request_id}",
        at=moment(noted.at, desk.clock.now()),
        call=call_of(noted),
        who=who,
        status=status_of(noted),
        refused=noted.outcome is not Outcome.ALLOWED,
    )


def _read_wish(visit: Visit, place: Place) -> Wish:
    """What was asked for; with a problem, all calls are meant."""
    status, method = visit.asked("status"), visit.asked("method")
    status = status if status == CHOICE_LET_IN or status in {str(code) for code in refused_statuses()} else ""
    method = method if method in METHODS else ""
    operation, other = visit.asked("operation").strip()[:300], visit.asked("other").strip()[:300]
    is_app = place.inspected.client_id is not None
    network = read_uuid(other) if is_app else None
    problem, field = (NETWORK_PROBLEM, "other") if is_app and other and network is None else ("", "")
    wanted = CallFilter(
        reasons=("",) if status == CHOICE_LET_IN else reasons_with(int(status)) if status else (),
        method=method,
        operation=operation,
        network=NetworkId(network) if network is not None else None,
        caller="" if is_app else other,
    )
    return Wish(
        status=status,
        method=method,
        operation=operation,
        other=other,
        filter=CallFilter() if problem else wanted,
        problem=problem,
        field=field,
    )


def _base(place: Place) -> str:
    inspected = place.inspected
    if inspected.client_id is not None:
        return f"/partner/apps/{inspected.client_id}/requests"
    return f"/account/networks/{inspected.network_id}/requests"


def _section(place: Place) -> str:
    return "partner" if place.inspected.client_id is not None else "networks"
