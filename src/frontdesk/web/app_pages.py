"""Connected apps: what each may do, ending one network or all, adding one. UI words say what every step means."""

from collections.abc import Iterable, Sequence

from frontdesk.flows.connected import ConnectedApp, ConnectedNetwork
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.messages import Day, say
from frontdesk.protocol.records import User
from frontdesk.web.app_marks import mark_of
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.scope_words import ScopeLine
from frontdesk.web.slices import Pager, slice_of
from frontdesk.web.views_apps import AppNetworkRow, AppRow, AppScopeRow, AppsView
from frontdesk.web.words import moment, notice_of

PATH = "/account/apps"
SHOWN, NETWORKS_SHOWN = 5, 3  # apps at a time, and networks of each
NETWORKS_OF_ONE = 15  # of an app that is looked at alone


async def show_apps(desk: Desk, visit: Visit, user: User) -> Answer:
    """The user's connected apps, newest first; or one of them, with its networks page by page."""
    alone = visit.asked("app")
    if alone:
        return await _show_one(desk, visit, user, alone)
    total = await desk.apps.count_apps(user)
    shown = slice_of(visit.asked("page"), PATH, total=total, size=SHOWN)
    rows = [
        _row(desk, app, app.networks[:NETWORKS_SHOWN])
        for app in await desk.apps.list_apps(user, start=shown.start, count=shown.count)
    ]
    return _page(desk, visit, rows, shown.pager)


async def _show_one(desk: Desk, visit: Visit, user: User, client_id: str) -> Answer:
    app = await desk.apps.find_app(user, client_id)
    if isinstance(app, Refusal):
        return desk.notice(visit, notice_of(app.reason))
    networks = app.networks
    shown = slice_of(visit.asked("page"), PATH, total=len(networks), size=NETWORKS_OF_ONE, app=client_id)
    return _page(desk, visit, [_row(desk, app, shown.of(networks))], shown.pager, alone=True)


def _page(desk: Desk, visit: Visit, rows: Iterable[AppRow], pager: Pager, *, alone: bool = False) -> Answer:
    view = AppsView(
        apps=tuple(rows),
        disconnect=desk.ticket(visit, f"{PATH}/disconnect"),
        drop=desk.ticket(visit, f"{PATH}/drop-network"),
        add=desk.ticket(visit, f"{PATH}/add-network"),
        take=desk.ticket(visit, f"{PATH}/take-scope"),
        pager=pager,
        alone=alone,
    )
    return desk.page(visit, view, section="apps")


def _row(desk: Desk, app: ConnectedApp, networks: Sequence[ConnectedNetwork]) -> AppRow:
    now, client = desk.clock.now(), app.client
    return AppRow(
        client_id=client.id,
        name=client.name,
        mark=mark_of(client.name, client.logo),
        networks=tuple(AppNetworkRow(id=network.id, title=network.title, live=network.live) for network in networks),
        in_all=len(app.networks),
        every=with_query(PATH, app=client.id) if len(app.networks) > len(networks) else "",
        scopes=_scopes(desk, app, now),
        since=moment(app.since, now),
        last_used=moment(app.last_used_at, now) if app.last_used_at is not None else None,
        finished=app.finished,
        can_add=app.can_add,
    )


async def disconnect(desk: Desk, visit: Visit, user: User) -> Answer:
    """End everything that an app may do for this user."""
    ended = await desk.apps.disconnect(user, visit.asked("client"), origin=visit.origin)
    return desk.notice(visit, notice_of(ended.reason)) if isinstance(ended, Refusal) else send_to(PATH)


async def drop_network(desk: Desk, visit: Visit, user: User) -> Answer:
    """Shut an app out of one network."""
    dropped = await desk.apps.drop_network(
        user, visit.asked("client"), network_id=next(iter(visit.networks), ""), origin=visit.origin
    )
    return desk.notice(visit, notice_of(dropped.reason)) if isinstance(dropped, Refusal) else send_to(PATH)


async def take_scope(desk: Desk, visit: Visit, user: User) -> Answer:
    """Take something that an app may do from it, everywhere, or leave it a part."""
    taken = await desk.apps.take_scope(
        user, visit.asked("client"), scope=visit.asked("scope"), leave=visit.asked("leave"), origin=visit.origin
    )
    return desk.notice(visit, notice_of(taken.reason)) if isinstance(taken, Refusal) else send_to(PATH)


async def add_network(desk: Desk, visit: Visit, user: User) -> Answer:
    """Show the consent page of a connected app again, for more networks."""
    sealed = await desk.apps.add_network(user, visit.asked("client"), browser=visit.visitor.browser)
    if isinstance(sealed, Refusal):
        return desk.notice(visit, notice_of(sealed.reason))
    return send_to(with_query("/consent", request=sealed))


def _scopes(desk: Desk, app: ConnectedApp, now: Micros) -> tuple[AppScopeRow, ...]:
    """What an app may do, each with what it made of it and what can be taken from it."""
    lines = desk.scope_words.lines(app.scopes)
    return tuple(_scope(desk, app, line, now, can_take=len(lines) > 1 and app.finished) for line in lines)


def _scope(desk: Desk, app: ConnectedApp, line: ScopeLine, now: Micros, *, can_take: bool) -> AppScopeRow:
    history = app.histories.get(line.name)
    leaves = desk.scope_words.part(line.name) if app.finished else None
    unused, exact = "", ""
    if history is not None and history.watched_since is not None and app.last_used_at is not None:
        since = moment(history.watched_since, now)
        exact = since.full
        if history.last_at is None:
            unused = say("not used since %(since)s", since=Day(history.watched_since))
        elif history.partly and line.writes:
            unused = say("has changed nothing since %(since)s", since=Day(history.watched_since))
    return AppScopeRow(line=line, unused=unused, exactly=exact if unused else "", leaves=leaves, can_take=can_take)
