"""Network > Owner, and the page on which the receiver of an offer agrees. ATTACKS OW-04, OW-05, OW-13."""

from frontdesk.flows.ownership import Handover, OwnedNetwork
from frontdesk.flows.signin import CodeFault, CodeRefused
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.messages import N_, say
from frontdesk.protocol.narrowed_access import has_ended
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.views_credentials import NamedRow
from frontdesk.web.views_network import Choice
from frontdesk.web.views_ownership import OwnerView, TakeOverView
from frontdesk.web.words import CODE_PROBLEMS, ROLES, TITLE_PROBLEM, blocked_sentence, moment, notice_of
from frontdesk.web.words_credentials import limits_of
from frontdesk.web.words_own import PROBLEMS

CODE_GONE = N_("This code is older than 10 minutes, or the offer ended meanwhile. Begin again.")
NOBODY_CHOSEN = N_("Choose somebody who has a role in this network.")
_OFFER_PROBLEMS = {
    Reason.MEMBERS_ELSEWHERE: (*PROBLEMS[Reason.MEMBERS_ELSEWHERE], ""),
    Reason.RECEIVER_UNFIT: (400, NOBODY_CHOSEN, "receiver"),
    Reason.TITLE_MISTYPED: (400, TITLE_PROBLEM, "title"),
    Reason.TOO_MANY_MAILS: (*PROBLEMS[Reason.TOO_MANY_MAILS], ""),
}


async def show_owner(desk: Desk, visit: Visit, user: User) -> Answer:
    """Who owns the network, and giving it on."""
    return await _owner_page(desk, visit, user)


async def offer(desk: Desk, visit: Visit, user: User) -> Answer:
    """Begin: a code goes to the owner."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    begun = await desk.ownership.offer(
        user,
        session,
        visit.params["network"],
        receiver_id=visit.asked("receiver"),
        typed_title=visit.asked("title"),
        origin=visit.origin,
    )
    if not isinstance(begun, Refusal):
        return send_to(_owner_path(begun.id))
    if begun.reason is Reason.SIGN_IN_AGAIN:
        return send_to(with_query("/sign-in", next=_owner_path(visit.params["network"].lower()), again="1"))
    if begun.reason not in _OFFER_PROBLEMS:
        return desk.notice(visit, notice_of(begun.reason))
    status, problem, field = _OFFER_PROBLEMS[begun.reason]
    return await _owner_page(desk, visit, user, status=status, problem=problem, field=field)


async def confirm(desk: Desk, visit: Visit, user: User) -> Answer:
    """The owner's code."""
    done = await desk.ownership.confirm(user, visit.params["network"], code=visit.asked("code"), origin=visit.origin)
    if isinstance(done, Refusal) and done.reason is Reason.MEMBERS_ELSEWHERE:
        status, words = PROBLEMS[done.reason]
        return await _owner_page(desk, visit, user, status=status, problem=words)
    if isinstance(done, Refusal):
        return desk.notice(visit, notice_of(done.reason))
    if isinstance(done, CodeRefused):
        status, problem, field = _code_problem(desk, done)
        return await _owner_page(desk, visit, user, status=status, problem=problem, field=field)
    return send_to(_owner_path(done.id))


async def withdraw(desk: Desk, visit: Visit, user: User) -> Answer:
    """The owner takes the offer back."""
    access = await desk.account.open_network(user, visit.params["network"])
    ended = (
        access
        if isinstance(access, Refusal)
        else await desk.ownership.end(user, access.network.id, origin=visit.origin)
    )
    return desk.notice(visit, notice_of(ended.reason)) if isinstance(ended, Refusal) else send_to(_owner_path(ended.id))


async def show_offer(desk: Desk, visit: Visit, user: User) -> Answer:
    """An offer, for whom it is made."""
    return await _offer_page(desk, visit, user)


async def send_code(desk: Desk, visit: Visit, user: User) -> Answer:
    """A code to the receiver."""
    sent = await desk.ownership.send_code(user, visit.params["offered"], origin=visit.origin)
    if not isinstance(sent, Refusal):
        return send_to(f"/account/offers/{sent.network.id}")
    if sent.reason is Reason.TOO_MANY_MAILS:
        status, problem = PROBLEMS[sent.reason]
        return await _offer_page(desk, visit, user, status=status, problem=problem)
    return desk.notice(visit, notice_of(sent.reason))


async def take(desk: Desk, visit: Visit, user: User) -> Answer:
    """The receiver's code: with a right one the network is theirs."""
    taken = await desk.ownership.take(
        user, visit.params["offered"], code=visit.asked("code"), keeps_named=_keeps(visit), origin=visit.origin
    )
    if isinstance(taken, Refusal):
        return desk.notice(visit, notice_of(taken.reason))
    if isinstance(taken, CodeRefused):
        status, problem, field = _code_problem(desk, taken)
        return await _offer_page(desk, visit, user, status=status, problem=problem, field=field)
    return send_to(f"/account/networks/{taken.id}/api")


async def decline(desk: Desk, visit: Visit, user: User) -> Answer:
    """The receiver does not want it."""
    offered = await desk.ownership.find_offer_to(user, visit.params["offered"])
    ended = (
        offered
        if isinstance(offered, Refusal)
        else await desk.ownership.end(user, offered.network.id, origin=visit.origin)
    )
    return desk.notice(visit, notice_of(ended.reason)) if isinstance(ended, Refusal) else send_to("/account")


async def _owner_page(
    desk: Desk, visit: Visit, user: User, *, status: int = 200, problem: str = "", field: str = ""
) -> Answer:
    owned = await desk.ownership.open(user, visit.params["network"])
    if isinstance(owned, Refusal):
        return desk.notice(visit, notice_of(owned.reason))
    path, under_way, session = _owner_path(owned.network.id), owned.handover, visit.visitor.session
    is_fresh = session is not None and desk.reveal.is_fresh(session)
    view = OwnerView(
        network_id=owned.network.id,
        network=owned.network.title,
        kept_here=desk.ownership.kept_here,
        people=_people(owned, visit.asked("receiver")),
        offer=desk.ticket(visit, f"{path}/offer"),
        confirm=desk.ticket(visit, f"{path}/confirm"),
        end=desk.ticket(visit, f"{path}/withdraw"),
        sign_in_first="" if is_fresh else with_query("/sign-in", next=path, again="1"),
        confirming=under_way is not None and not under_way.confirmed,
        waiting=under_way is not None and under_way.confirmed,
        receiver=under_way.receiver.email if under_way is not None else "",
        until=moment(under_way.expires_at, desk.clock.now()) if under_way is not None else None,
        typed_title=visit.asked("title")[:200],
        problem=problem,
        field=field,
    )
    return desk.page(visit, view, status=status, section="networks")


async def _offer_page(
    desk: Desk, visit: Visit, user: User, *, status: int = 200, problem: str = "", field: str = ""
) -> Answer:
    found = await desk.ownership.find_offer_to(user, visit.params["offered"])
    if isinstance(found, Refusal):
        return desk.notice(visit, notice_of(found.reason))
    path = f"/account/offers/{found.network.id}"
    view = TakeOverView(
        network=found.network.title,
        giver=found.giver.email,
        until=moment(found.expires_at, desk.clock.now()),
        code_sent=found.code_sent,
        named=await _named(desk, found),
        keeps_named=_keeps(visit),
        send=desk.ticket(visit, f"{path}/code"),
        take=desk.ticket(visit, f"{path}/take"),
        decline=desk.ticket(visit, f"{path}/decline"),
        problem=problem,
        field=field if found.code_sent else "",
    )
    return desk.page(visit, view, status=status, section="networks")


async def _named(desk: Desk, offered: Handover) -> tuple[NamedRow, ...]:
    now = desk.clock.now()
    return tuple(
        NamedRow(
            name=pair.name,
            path="",  # the page of a pair is its owner's
            last_used=moment(pair.last_used_at, now) if pair.last_used_at is not None else None,
            limits=limits_of(pair.narrowing),
            has_expired=has_ended(pair, now),
            old_goes_on=False,
        )
        for pair in await desk.ownership.named_pairs(offered.network.id)
    )


def _keeps(visit: Visit) -> bool:
    return visit.asked("named") == "keep"


def _people(owned: OwnedNetwork, chosen: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            value=person.id,
            label=say("%(person)s, %(role)s", person=person.email, role=ROLES[person.roles[owned.network.id]]),
            chosen=person.id == chosen,
        )
        for person in owned.others
    )


def _code_problem(desk: Desk, refused: CodeRefused) -> tuple[int, str, str]:
    if refused.blocked_until is not None:
        return 429, blocked_sentence(refused.blocked_until, desk.clock.now()), ""
    if refused.fault is CodeFault.EXPIRED:
        return 400, CODE_GONE, ""
    return 400, CODE_PROBLEMS.get(refused.fault, ""), "code"


def _owner_path(network_id: str) -> str:
    return f"/account/networks/{network_id}/owner"


def offer_rows(offers: tuple[Handover, ...]) -> tuple[tuple[str, str, str], ...]:
    """For the account's first page: where each offer leads, its network's title and who makes it."""
    return tuple((f"/account/offers/{one.network.id}", one.network.title, one.giver.email) for one in offers)
