"""Connected apps: what each may do, ending one network or all, adding one. UI words say what every step means."""

from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.views import AppNetworkRow, AppRow, AppsView
from frontdesk.web.words import moment, notice_of


async def show_apps(desk: Desk, visit: Visit, user: User) -> Answer:
    """The user's connected apps, newest first."""
    now = desk.clock.now()
    rows = tuple(
        AppRow(
            client_id=app.client.id,
            name=app.client.name,
            networks=tuple(
                AppNetworkRow(id=network.id, title=network.title, live=network.live) for network in app.networks
            ),
            scopes=desk.scope_words.lines(app.scopes),
            since=moment(app.since, now),
            last_used=moment(app.last_used_at, now) if app.last_used_at is not None else None,
            finished=app.finished,
            can_add=app.can_add,
        )
        for app in await desk.apps.list_apps(user)
    )
    view = AppsView(
        apps=rows,
        disconnect=desk.ticket(visit, "/account/apps/disconnect"),
        drop=desk.ticket(visit, "/account/apps/drop-network"),
        add=desk.ticket(visit, "/account/apps/add-network"),
    )
    return desk.page(visit, view, section="apps")


async def disconnect(desk: Desk, visit: Visit, user: User) -> Answer:
    """End everything that an app may do for this user."""
    ended = await desk.apps.disconnect(user, visit.asked("client"), origin=visit.origin)
    return desk.notice(visit, notice_of(ended.reason)) if isinstance(ended, Refusal) else send_to("/account/apps")


async def drop_network(desk: Desk, visit: Visit, user: User) -> Answer:
    """Shut an app out of one network."""
    dropped = await desk.apps.drop_network(
        user, visit.asked("client"), network_id=next(iter(visit.networks), ""), origin=visit.origin
    )
    return desk.notice(visit, notice_of(dropped.reason)) if isinstance(dropped, Refusal) else send_to("/account/apps")


async def add_network(desk: Desk, visit: Visit, user: User) -> Answer:
    """Show the consent page of a connected app again, for more networks."""
    sealed = await desk.apps.add_network(user, visit.asked("client"), browser=visit.visitor.browser)
    if isinstance(sealed, Refusal):
        return desk.notice(visit, notice_of(sealed.reason))
    return send_to(with_query("/consent", request=sealed))
