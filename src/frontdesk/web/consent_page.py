"""Consent: who asks, for what, in which networks, and the decision. The contract's Consent section; ATTACKS CS, ST."""

from frontdesk.flows.askers import Asker
from frontdesk.flows.authorize import CHOOSE_A_SCOPE, SendBack
from frontdesk.flows.consent_offers import ConsentOffer
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.web.consent_parts import CHOICE, level_boxes, pick_networks
from frontdesk.web.desk import Desk, Visit, initial_of, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.signin_pages import must_sign_in_again
from frontdesk.web.views_consent import ConsentView
from frontdesk.web.words import CHOOSE_ALLOW_OR_DENY, STALE_REQUEST, notice_of


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
    return await _answer(desk, visit, offer, status=302)


async def take_decision(desk: Desk, visit: Visit) -> Answer:
    """Carry out what was decided, or look for a network.

    Everything but the ticked networks and what may be left out comes from the sealed request (ST-17).
    """
    tx = desk.transaction(visit)
    if tx is None:
        return desk.notice(visit, STALE_REQUEST)
    visitor = visit.visitor
    if visitor.user is None or visitor.session is None or must_sign_in_again(tx, visitor.session):
        return send_to(with_query("/sign-in", request=visit.asked("request")))
    decision = visit.asked("decision")
    decided = await desk.authorize.decide(
        tx,
        visitor.user,
        decision=decision,
        networks=visit.networks,
        scopes=[value for name, value in visit.form.values.items() if name.startswith(CHOICE)],
        origin=visit.origin,
    )
    unclear = decision not in ("allow", "deny", "search")
    return await _answer(desk, visit, decided, status=303, unclear=unclear)


async def _answer(
    desk: Desk, visit: Visit, result: ConsentOffer | SendBack | Refusal, *, status: int, unclear: bool = False
) -> Answer:
    if isinstance(result, SendBack):
        return send_to(result.location, status=status)
    if isinstance(result, Refusal):
        return desk.notice(visit, notice_of(result.reason))
    problem = CHOOSE_ALLOW_OR_DENY if unclear else result.problem
    view = _view(desk, visit, result, await desk.askers.describe(result.client), problem)
    return desk.page(visit, view, status=400 if problem else 200, redirect_uri=result.redirect_uri, script="consent.js")


def _view(desk: Desk, visit: Visit, offer: ConsentOffer, asker: Asker, problem: str) -> ConsentView:
    request = visit.asked("request")
    words = desk.scope_words
    new = [scope for scope in offer.required if not words.has(offer.given_before, scope)]
    boxes = level_boxes(words, offer.levels)
    old = {box.field for box in boxes if words.has(offer.given_before, box.line.name)}
    return ConsentView(
        ticket=desk.ticket(visit, "/consent", request=request),
        not_you=desk.ticket(visit, "/sign-out", request=request),
        asker=asker,
        redirect_host=offer.redirect_host,
        email=offer.user.email,
        initial=initial_of(offer.user),
        picker=pick_networks(words, offer.networks, sought=visit.form.get("sought") or ""),
        scopes=words.explained(new),
        scopes_before=words.explained([scope for scope in offer.required if scope not in new]),
        levels=tuple(box for box in boxes if box.field not in old),
        levels_before=tuple(box for box in boxes if box.field in old),
        beyond=words.beyond(offer.scopes),
        problem=problem,
        problem_at="choices" if problem == CHOOSE_A_SCOPE else "networks" if offer.networks else "",
    )
