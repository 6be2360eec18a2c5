"""The account's networks: API credentials, regenerating them, and who connected what. The contract; ATTACKS OW, TN."""

from frontdesk.flows.account import NetworkAccess
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import Role, User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.views import ApiView, FreshSecretView, GuestRow, GuestsView, HomeView, NetworkRow
from frontdesk.web.words import REGENERATED_MEANWHILE, ROLES, TITLE_PROBLEM, Moment, moment, notice_of


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


async def show_api(desk: Desk, visit: Visit, user: User) -> Answer:
    """Account > network > API, for its owner."""
    access = await desk.account.open_network(user, visit.params["network"])
    if isinstance(access, Refusal):
        return desk.notice(visit, notice_of(access.reason))
    return _api_page(desk, visit, access)


async def regenerate(desk: Desk, visit: Visit, user: User) -> Answer:
    """A new pair: its secret is in this answer and nowhere else, ever again."""
    version = visit.asked("version")
    fresh = await desk.account.regenerate(
        user,
        visit.params["network"],
        seen_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        typed_title=visit.asked("title"),
        origin=visit.origin,
    )
    if isinstance(fresh, Refusal):
        return await _regenerate_refused(desk, visit, user, fresh)
    view = FreshSecretView(
        network_id=fresh.network.id,
        network=fresh.network.title,
        client_id=fresh.credential.client_id,
        secret=fresh.secret,
        curl=_curl(desk, fresh.credential.client_id),
    )
    return desk.page(visit, view, section="networks")


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


async def _regenerate_refused(desk: Desk, visit: Visit, user: User, refusal: Refusal) -> Answer:
    access = await desk.account.open_network(user, visit.params["network"])
    if refusal.reason not in (Reason.TITLE_MISTYPED, Reason.REGENERATED_MEANWHILE) or isinstance(access, Refusal):
        return desk.notice(visit, notice_of(refusal.reason))
    if refusal.reason is Reason.TITLE_MISTYPED:
        return _api_page(desk, visit, access, status=400, problem=TITLE_PROBLEM, mistyped=visit.asked("title"))
    return _api_page(desk, visit, access, status=409, problem=REGENERATED_MEANWHILE)


def _api_page(
    desk: Desk,
    visit: Visit,
    access: NetworkAccess,
    *,
    status: int = 200,
    problem: str = "",
    mistyped: str | None = None,
) -> Answer:
    now = desk.clock.now()
    pair = access.credential
    used: Moment | None = moment(pair.last_used_at, now) if pair.last_used_at is not None else None
    view = ApiView(
        ticket=desk.ticket(visit, f"/account/networks/{access.network.id}/api/regenerate"),
        network_id=access.network.id,
        network=access.network.title,
        client_id=pair.client_id,
        last_four=pair.last_four,
        version=pair.version,
        made=moment(pair.created_at, now),
        last_used=used,
        curl=_curl(desk, pair.client_id),
        typed_title=mistyped or "",
        problem=problem,
        mistyped=mistyped is not None,
    )
    return desk.page(visit, view, status=status, section="networks")


def _curl(desk: Desk, client_id: str) -> str:
    # Without a colon curl asks for the secret, so that it lands in no shell history.
    return f"curl --user '{client_id}' {desk.issuer}{desk.curl_path}"
