"""The account's networks, and which apps have access to them through whom. ATTACKS OW-04, TN-07, TN-14."""

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import Role, User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.views import GuestRow, GuestsView, HomeView, NetworkRow
from frontdesk.web.words import ROLES, moment, notice_of


async def show_home(desk: Desk, visit: Visit, user: User) -> Answer:
    """The user's networks, and how many apps are connected."""
    now = desk.clock.now()
    rows = []
    for own in await desk.account.list_networks(user):
        pair = own.credential
        used = moment(pair.last_used_at, now) if pair is not None and pair.last_used_at is not None else None
        rows.append(
            NetworkRow(
                id=own.network.id,
                title=own.network.title,
                role=ROLES[own.role],
                owned=own.role is Role.OWNER,
                last_four=pair.last_four if pair is not None else "",
                last_used=used,
            )
        )
    apps = await desk.apps.list_apps(user)
    return desk.page(visit, HomeView(networks=tuple(rows), apps=len(apps)), section="networks")


async def show_guests(desk: Desk, visit: Visit, user: User) -> Answer:
    """Which apps reach the owner's network, through whom."""
    access = await desk.account.open_network(user, visit.params["network"])
    guests = await desk.account.list_guests(user, visit.params["network"])
    if isinstance(access, Refusal) or isinstance(guests, Refusal):
        refusal = access if isinstance(access, Refusal) else guests
        reason = refusal.reason if isinstance(refusal, Refusal) else Reason.PAGE_UNKNOWN
        return desk.notice(visit, notice_of(reason))
    now = desk.clock.now()
    rows = tuple(
        GuestRow(
            user_id=guest.user.id,
            email=guest.user.email,
            client_id=guest.client.id,
            app=guest.client.name,
            scopes=desk.scope_words.lines(guest.scopes),
            since=moment(guest.since, now),
            last_used=moment(guest.last_used_at, now) if guest.last_used_at is not None else None,
        )
        for guest in guests
    )
    view = GuestsView(
        network_id=access.network.id,
        network=access.network.title,
        guests=rows,
        cut=desk.ticket(visit, f"/account/networks/{access.network.id}/apps/cut"),
    )
    return desk.page(visit, view, section="networks")


async def cut_guest(desk: Desk, visit: Visit, user: User) -> Answer:
    """Shut one person's app out of the owner's network."""
    cut = await desk.account.cut_guest(
        user,
        visit.params["network"],
        guest_id=visit.asked("user"),
        client_id=visit.asked("client"),
        origin=visit.origin,
    )
    if isinstance(cut, Refusal):
        return desk.notice(visit, notice_of(cut.reason))
    return send_to(f"/account/networks/{cut.id}/apps")
