"""The account's first page: the networks in which somebody holds a role."""

from frontdesk.protocol.http import Answer
from frontdesk.protocol.members import manages
from frontdesk.protocol.records import Role, User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.ownership_pages import offer_rows
from frontdesk.web.slices import slice_of
from frontdesk.web.views import HomeView, NetworkRow
from frontdesk.web.words import ROLES, moment

SHOWN = 15  # networks at a time


async def show_home(desk: Desk, visit: Visit, user: User) -> Answer:
    """The user's networks, and how many apps are connected."""
    now = desk.clock.now()
    networks = await desk.account.list_networks(user)
    shown = slice_of(visit.asked("page"), "/account", total=len(networks), size=SHOWN)
    rows = []
    for own in await desk.account.describe(user, shown.of(networks)):
        pair = own.credential
        used = moment(pair.last_used_at, now) if pair is not None and pair.last_used_at is not None else None
        rows.append(
            NetworkRow(
                id=own.network.id,
                title=own.network.title,
                role=ROLES[own.role],
                owned=own.role is Role.OWNER,
                managed=manages(own.role),
                last_four=pair.last_four if pair is not None else "",
                last_used=used,
            )
        )
    apps = await desk.apps.count_apps(user)
    offers = offer_rows(await desk.ownership.offers_to(user))
    view = HomeView(networks=tuple(rows), apps=apps, offers=offers, pager=shown.pager)
    return desk.page(visit, view, section="networks")
