"""Operators look somebody or something up, and take it out of service or put it back."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from frontdesk.flows.operating import MAX_REASON, Kept, SeenApp
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import AuditEvent, Role, User
from frontdesk.protocol.searching import MAX_SEARCHED
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.operator_pages import acting
from frontdesk.web.pages import send_to
from frontdesk.web.views_operator import EventRow, SearchRow, SearchView, ServiceView
from frontdesk.web.views_review import AppPart
from frontdesk.web.words import NO_SUCH_PAGE, ROLES, moment
from frontdesk.web.words_operator import KEPT

SECTION = "operator"
Kind: TypeAlias = Literal["networks", "people", "apps"]


async def show_search(desk: Desk, visit: Visit, user: User) -> Answer:
    """What begins as was typed."""
    text = visit.asked("q")[:MAX_SEARCHED]
    found = await desk.operating.search(text)
    rows = (
        *(_row("networks", one.id, one.title, stopped=one.suspended_at is not None) for one in found.networks),
        *(_row("people", one.id, one.email, stopped=one.blocked_at is not None) for one in found.users),
        *(_row("apps", one.id, one.name, stopped=one.disabled_at is not None) for one in found.clients),
    )
    return desk.page(visit, SearchView(text=text, rows=rows, more=found.more), section=SECTION)


async def show_network(desk: Desk, visit: Visit, user: User) -> Answer:
    """One network."""
    return await _network(desk, visit)


async def serve_network(desk: Desk, visit: Visit, user: User) -> Answer:
    """Take it out of service, or put it back."""
    done = await desk.operating.stop_network(
        visit.params["network"], stopped=_stops(visit), reason=_reason(visit), origin=acting(visit, user)
    )
    return desk.notice(visit, NO_SUCH_PAGE) if done is None else send_to(f"/operator/networks/{done.id}")


async def show_person(desk: Desk, visit: Visit, user: User) -> Answer:
    """One person."""
    return await _person(desk, visit)


async def serve_person(desk: Desk, visit: Visit, user: User) -> Answer:
    """Shut them out, or let them in again."""
    done = await desk.operating.stop_person(
        visit.params["user"], stopped=_stops(visit), reason=_reason(visit), origin=acting(visit, user)
    )
    if isinstance(done, Kept):
        return await _person(desk, visit, kept=done)
    return desk.notice(visit, NO_SUCH_PAGE) if done is None else send_to(f"/operator/people/{done.id}")


async def serve_app(desk: Desk, visit: Visit, user: User) -> Answer:
    """Suspend it, or let it in again."""
    done = await desk.operating.stop_app(
        visit.params["client"], stopped=_stops(visit), reason=_reason(visit), origin=acting(visit, user)
    )
    return desk.notice(visit, NO_SUCH_PAGE) if done is None else send_to(f"/operator/apps/{done.id}")


async def _network(desk: Desk, visit: Visit) -> Answer:
    seen = await desk.operating.open_network(visit.params["network"])
    if seen is None:
        return desk.notice(visit, NO_SUCH_PAGE)
    now, path = desk.clock.now(), f"/operator/networks/{seen.network.id}"
    view = ServiceView(
        kind="networks",
        id=seen.network.id,
        name=seen.network.title,
        service=desk.ticket(visit, f"{path}/service"),
        since=moment(seen.network.created_at, now),
        stopped=moment(seen.network.suspended_at, now) if seen.network.suspended_at is not None else None,
        people=(_row("people", seen.owner.id, seen.owner.email, note=ROLES[Role.OWNER]),) if seen.owner else (),
        history=_history(desk, seen.history),
    )
    return desk.page(visit, view, section=SECTION)


async def _person(desk: Desk, visit: Visit, *, kept: Kept | None = None) -> Answer:
    seen = await desk.operating.open_person(visit.params["user"])
    if seen is None:
        return desk.notice(visit, NO_SUCH_PAGE)
    now, path = desk.clock.now(), f"/operator/people/{seen.user.id}"
    view = ServiceView(
        kind="people",
        id=seen.user.id,
        name=seen.user.email,
        service=desk.ticket(visit, f"{path}/service"),
        since=moment(seen.user.created_at, now),
        stopped=moment(seen.user.blocked_at, now) if seen.user.blocked_at is not None else None,
        networks=tuple(_row("networks", network.id, network.title, note=ROLES[role]) for network, role in seen.roles),
        apps=tuple(_row("apps", app.id, app.name) for app in seen.apps),
        connections=seen.connections,
        is_operator=seen.is_operator,
        reason=_reason(visit) if kept is not None else "",
        problem=KEPT[kept] if kept is not None else "",
    )
    return desk.page(visit, view, status=409 if kept is not None else 200, section=SECTION)


def show_one_app(
    desk: Desk, visit: Visit, seen: SeenApp, part: AppPart, *, problem: str = "", field: str = ""
) -> Answer:
    """One app; `part` is what its review is about."""
    client, now = seen.client, desk.clock.now()
    view = ServiceView(
        kind="apps",
        id=client.id,
        name=client.name,
        service=desk.ticket(visit, f"/operator/apps/{client.id}/service"),
        since=moment(client.created_at, now),
        stopped=moment(client.disabled_at, now) if client.disabled_at is not None else None,
        people=tuple(_row("people", maker.id, maker.email) for maker in seen.makers),
        history=_history(desk, seen.history),
        addresses=client.redirect_uris,
        app=part,
        problem=problem,
        field=field,
    )
    return desk.page(visit, view, status=400 if problem else 200, section=SECTION)


def _row(kind: Kind, id_: str, name: str, *, note: str = "", stopped: bool = False) -> SearchRow:
    return SearchRow(path=f"/operator/{kind}/{id_}", kind=kind, name=name, note=note, stopped=stopped)


def _history(desk: Desk, events: Sequence[AuditEvent]) -> tuple[EventRow, ...]:
    now = desk.clock.now()
    return tuple(
        EventRow(at=moment(event.at, now), action=event.action, actor=event.actor, detail=event.detail)
        for event in events
    )


def _stops(visit: Visit) -> bool:
    """Anything but the word for putting back: a form without it does the safer thing."""
    return visit.asked("to") != "resume"


def _reason(visit: Visit) -> str:
    return visit.asked("reason")[:MAX_REASON]
