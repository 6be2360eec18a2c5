"""The partner's first page, becoming one, and one app."""

from urllib.parse import quote

from frontdesk.flows.partners import CLOSED
from frontdesk.protocol.app_forms import Fault
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.partners import MAX_APPS, Partner
from frontdesk.protocol.records import Client, Review, User
from frontdesk.web.app_marks import mark_of
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.views_partner import REVIEWS, AppRow, AppView, PartnerView
from frontdesk.web.views_sign_up import JoinView
from frontdesk.web.words import notice_of

SECTION = "partner"


def path_of(client: Client) -> str:
    """The page of an app; an imported id may hold what a path may not."""
    return f"/partner/apps/{quote(client.id, safe='')}"


async def show_partner(desk: Desk, visit: Visit, user: User) -> Answer:
    """The partner's apps; for somebody who is none yet, what it takes."""
    partner = await desk.partners.find(user)
    if partner is None:
        return _join_page(desk, visit, ())
    rows = tuple(
        AppRow(
            path=path_of(client),
            name=client.name,
            mark=mark_of(client.name, client.logo),
            review=REVIEWS[client.review],
            disabled=client.disabled_at is not None,
        )
        for client in await desk.partners.list_apps(user)
    )
    view = PartnerView(
        ticket=desk.ticket(visit, "/partner"),
        name=partner.name,
        homepage=partner.website,
        apps=rows,
        most=MAX_APPS,
    )
    return desk.page(visit, view, section=SECTION)


async def join(desk: Desk, visit: Visit, user: User) -> Answer:
    """Become a partner and go on to the first app; who is one already is called something else."""
    was_partner = await desk.partners.find(user) is not None
    joined = await desk.partners.join(user, visit.asked("name"), visit.asked("homepage"), origin=visit.origin)
    if isinstance(joined, Refusal):
        return desk.notice(visit, notice_of(joined.reason))
    if not isinstance(joined, Partner):
        return _join_page(desk, visit, joined)
    return send_to("/partner" if was_partner else "/partner/apps/new")


async def show_app(desk: Desk, visit: Visit, user: User) -> Answer:
    """What an app is, and the ways on."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    required = tuple(scope for scope in client.scopes if scope not in client.optional_scopes)
    view = AppView(
        path=path_of(client),
        app=client.name,
        mark=mark_of(client.name, client.logo),
        client_id=client.id,
        review=REVIEWS[client.review],
        is_approved=client.review is Review.APPROVED,
        is_disabled=client.disabled_at is not None,
        note=client.review_note if client.review is Review.RETURNED else "",
        is_confidential=client.is_confidential,
        redirect_uris=client.redirect_uris,
        required=required,
        optional=tuple(scope for scope in client.scopes if scope in client.optional_scopes),
        has_test_page=desk.partners.test_page in client.redirect_uris,
    )
    return desk.page(visit, view, section=SECTION)


def _join_page(desk: Desk, visit: Visit, faults: tuple[Fault, ...]) -> Answer:
    view = JoinView(
        ticket=desk.ticket(visit, "/partner"),
        closed=desk.partners.sign_up == CLOSED,
        name=visit.asked("name")[:200],
        homepage=visit.asked("homepage")[:2_000],
        faults=faults,
    )
    return desk.page(visit, view, status=400 if faults else 200, section=SECTION)
