"""Handing an app in for review, and taking it back."""

from frontdesk.flows.partners import find_lacking
from frontdesk.protocol.app_forms import Fault
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.partners import MAX_NOTE
from frontdesk.protocol.records import Client, Review, User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.partner_pages import SECTION, path_of
from frontdesk.web.views_partner import REVIEWS, ReviewView
from frontdesk.web.words import moment, notice_of


async def show_review(desk: Desk, visit: Visit, user: User) -> Answer:
    """Where the app is, and what it still lacks."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    return _review_page(desk, visit, client)


async def move(desk: Desk, visit: Visit, user: User) -> Answer:
    """Hand it in, or take it back."""
    client_id = visit.params["app"]
    if visit.asked("step") == "withdraw":
        return await _answer(desk, visit, user, await desk.partners.withdraw(user, client_id, origin=visit.origin))
    done = await desk.partners.submit(user, client_id, visit.asked("note"), origin=visit.origin)
    return await _answer(desk, visit, user, done)


async def _answer(desk: Desk, visit: Visit, user: User, done: Client | Refusal | tuple[Fault, ...]) -> Answer:
    if isinstance(done, Client):
        return send_to(f"{path_of(done)}/review")
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    if isinstance(done, Refusal):
        if done.reason is not Reason.APP_CHANGED_MEANWHILE:
            return desk.notice(visit, notice_of(done.reason))
        return _review_page(desk, visit, client, moved=True)
    return _review_page(desk, visit, client, faults=done)


def _review_page(
    desk: Desk, visit: Visit, client: Client, *, faults: tuple[Fault, ...] = (), moved: bool = False
) -> Answer:
    path = path_of(client)
    waits = client.review in (Review.DRAFT, Review.RETURNED)
    view = ReviewView(
        path=path,
        app=client.name,
        review=REVIEWS[client.review],
        state=client.review,
        since=moment(client.review_at, desk.clock.now()) if client.review_at is not None else None,
        note=client.review_note,
        ticket=desk.ticket(visit, f"{path}/review"),
        verified=client.verified_at is not None,
        typed=visit.asked("note")[:MAX_NOTE],
        moved=moved,
        lacking=find_lacking(client, test_page=desk.partners.test_page) if waits else (),
        faults=faults,
    )
    return desk.page(visit, view, status=409 if moved else 400 if faults else 200, section=SECTION)
