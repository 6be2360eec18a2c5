"""Consent: who asks, for what, in which networks, and the decision. The contract's Consent section; ATTACKS CS, ST."""

from frontdesk.flows.authorize import ConsentOffer, SendBack
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.web.desk import Desk, Visit, initial_of, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.signin_pages import must_sign_in_again
from frontdesk.web.views import ConsentView, NetworkBox
from frontdesk.web.words import CHOOSE_ALLOW_OR_DENY, ROLES, STALE_REQUEST, notice_of


async def show_consent(desk: Desk, visit: Visit) -> Answer:
    """Ask, unless this very thing was approved before: then straight on to the app."""
    tx = desk.transaction(visit)
    if tx is None:
        return desk.notice(visit, STALE_REQUEST)
    visitor = visit.visitor
    if visitor.user is None or visitor.session is None or must_sign_in_again(tx, visitor.session):
        return send_to(with_query("/sign-in", request=visit.asked("request")), status=302)
    offer = await desk.authorize.offer(tx, visitor.user, origin=visit.origin)
    # Nothing was posted to this address: a skipped consent answers 302 (the contract, step 1).
    return _answer(desk, visit, offer, status=302)


async def take_decision(desk: Desk, visit: Visit) -> Answer:
    """Carry out what was decided. Everything but the ticked networks comes from the sealed request (ST-17)."""
    tx = desk.transaction(visit)
    if tx is None:
        return desk.notice(visit, STALE_REQUEST)
    visitor = visit.visitor
    if visitor.user is None or visitor.session is None or must_sign_in_again(tx, visitor.session):
        return send_to(with_query("/sign-in", request=visit.asked("request")))
    decision = visit.asked("decision")
    decided = await desk.authorize.decide(
        tx, visitor.user, decision=decision, networks=visit.networks, origin=visit.origin
    )
    return _answer(desk, visit, decided, status=303, unclear=decision not in ("allow", "deny"))


def _answer(
    desk: Desk, visit: Visit, result: ConsentOffer | SendBack | Refusal, *, status: int, unclear: bool = False
) -> Answer:
    if isinstance(result, SendBack):
        return send_to(result.location, status=status)
    if isinstance(result, Refusal):
        return desk.notice(visit, notice_of(result.reason))
    problem = CHOOSE_ALLOW_OR_DENY if unclear else result.problem
    view = _view(desk, visit, result, problem)
    return desk.page(visit, view, status=400 if problem else 200, redirect_uri=result.transaction.redirect_uri)


def _view(desk: Desk, visit: Visit, offer: ConsentOffer, problem: str) -> ConsentView:
    request = visit.asked("request")
    return ConsentView(
        ticket=desk.ticket(visit, "/consent", request=request),
        not_you=desk.ticket(visit, "/sign-out", request=request),
        app=offer.client.name,
        redirect_host=offer.redirect_host,
        email=offer.user.email,
        initial=initial_of(offer.user),
        networks=tuple(
            NetworkBox(
                id=choice.id,
                title=choice.title,
                role=ROLES[choice.role],
                ticked=choice.ticked,
                limit=desk.scope_words.limit(choice.limited_to) if choice.limited_to is not None else "",
            )
            for choice in offer.networks
        ),
        scopes=desk.scope_words.lines(offer.scopes),
        beyond=desk.scope_words.beyond(offer.scopes),
        problem=problem,
    )
