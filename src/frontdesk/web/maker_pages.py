"""An app's people: who they are, inviting one more, removing one; and the invitation, for whom it is for."""

from frontdesk.flows.makers import INVITATION, AppPeople, Invited, MakerFault
from frontdesk.protocol.app_forms import Fault
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.messages import N_, say
from frontdesk.protocol.partners import MAX_MAKERS
from frontdesk.protocol.records import Client, User
from frontdesk.web.app_marks import mark_of
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.partner_pages import SECTION, path_of
from frontdesk.web.views_makers import DeclinedView, InvitationView, InvitedRow, MakerRow, MakersView
from frontdesk.web.words import EMAIL_PROBLEM, NO_SUCH_PAGE, Notice, moment, notice_of

PROBLEMS = {
    MakerFault.NOT_AN_ADDRESS: EMAIL_PROBLEM,
    MakerFault.ALREADY: N_("This person is one of the app's makers already."),
    MakerFault.TOO_MANY: say("An app has at most %(most)d makers, with those who are invited.", most=MAX_MAKERS),
    MakerFault.TOO_SOON: N_("Such a mail was sent a moment ago, or there were many. Wait a minute and try again."),
    MakerFault.THE_LAST: N_("The last of an app's makers stays. Invite somebody else first."),
}
OTHER_ADDRESS = Notice(
    status=403,
    title=N_("This invitation is for another address"),
    text=N_("It works only for the address that it was sent to, and you are signed in with another one."),
    hint=N_("Sign out, sign in with that address, and open the link again."),
    link="/account",
    link_text=N_("Go to your account"),
)


async def show_makers(desk: Desk, visit: Visit, user: User) -> Answer:
    """Who they are."""
    return await _makers_page(desk, visit, user)


async def change_makers(desk: Desk, visit: Visit, user: User) -> Answer:
    """Invite somebody, take an invitation back, or remove somebody: whichever button was pressed."""
    session, app = visit.visitor.session, visit.params["app"]
    if session is None:
        return send_to("/sign-in")
    if visit.asked("step") == "withdraw":
        gone = await desk.makers.withdraw(user, app, visit.asked("invitation"), origin=visit.origin)
        return desk.notice(visit, notice_of(gone.reason)) if gone is not None else send_to(visit.path)
    if visit.asked("step") == "remove":
        done = await desk.makers.remove(user, session, app, visit.asked("user"), origin=visit.origin)
        if isinstance(done, Client):
            left = visit.asked("user") == user.id
            return send_to("/partner" if left else f"{path_of(done)}/makers")
        return await _refused(desk, visit, user, done)
    made = await desk.makers.invite(
        user, session, app, visit.asked("email"), language=visit.language.code, origin=visit.origin
    )
    if isinstance(made, MakerFault | Refusal):
        return await _refused(desk, visit, user, made)
    return await _makers_page(desk, visit, user, sent_to=made.email)


async def show_invitation(desk: Desk, visit: Visit, user: User) -> Answer:
    """What is asked of this person; looking changes nothing, because scanners of mail look too."""
    opened = await desk.makers.open(user, visit.params["invitation"])
    return _invitation_page(desk, visit, opened) if isinstance(opened, Invited) else _not_open(desk, visit, opened)


async def answer_invitation(desk: Desk, visit: Visit, user: User) -> Answer:
    """Become one of the app's people, or decline."""
    invitation = visit.params["invitation"]
    if visit.asked("answer") == "decline":
        declined = await desk.makers.decline(user, invitation, origin=visit.origin)
        if declined is not None:
            return _not_open(desk, visit, declined)
        return desk.page(visit, DeclinedView(), section=SECTION)
    if visit.asked("answer") != "accept":
        return await show_invitation(desk, visit, user)
    done = await desk.makers.accept(user, invitation, visit.asked("name"), origin=visit.origin)
    if isinstance(done, Client):
        return send_to(path_of(done))
    if isinstance(done, tuple):
        opened = await desk.makers.open(user, invitation)
        if not isinstance(opened, Invited):
            return _not_open(desk, visit, opened)
        return _invitation_page(desk, visit, opened, faults=done)
    return _not_open(desk, visit, done)


async def _refused(desk: Desk, visit: Visit, user: User, why: Refusal | MakerFault) -> Answer:
    if isinstance(why, MakerFault):
        return await _makers_page(desk, visit, user, fault=why)
    if why.reason is Reason.SIGN_IN_AGAIN:
        return send_to(with_query("/sign-in", next=visit.path, again="1"))
    return desk.notice(visit, notice_of(why.reason))


def _not_open(desk: Desk, visit: Visit, why: Refusal | MakerFault) -> Answer:
    if why is MakerFault.OTHER_ADDRESS:
        return desk.notice(visit, OTHER_ADDRESS)
    return desk.notice(visit, notice_of(why.reason) if isinstance(why, Refusal) else NO_SUCH_PAGE)


async def _makers_page(
    desk: Desk, visit: Visit, user: User, *, fault: MakerFault | None = None, sent_to: str = ""
) -> Answer:
    people = await desk.makers.list_people(user, visit.params["app"])
    if isinstance(people, Refusal):
        return desk.notice(visit, notice_of(people.reason))
    view = _makers_view(desk, visit, user, people, fault=fault, sent_to=sent_to)
    return desk.page(visit, view, status=400 if fault is not None else 200, section=SECTION)


def _makers_view(
    desk: Desk, visit: Visit, user: User, people: AppPeople, *, fault: MakerFault | None, sent_to: str
) -> MakersView:
    now, path, session = desk.clock.now(), path_of(people.client), visit.visitor.session
    return MakersView(
        path=path,
        app=people.client.name,
        ticket=desk.ticket(visit, f"{path}/makers"),
        makers=tuple(MakerRow(id=one.id, email=one.email, is_you=one.id == user.id) for one in people.makers),
        invited=tuple(
            InvitedRow(id=one.id, email=one.email, since=moment(one.created_at, now)) for one in people.invited
        ),
        can_remove=len(people.makers) > 1,
        must_sign_in=session is None or not desk.reveal.is_fresh(session),
        most=MAX_MAKERS,
        email=visit.asked("email")[:254] if fault is not None else "",
        sent_to=sent_to,
        problem=PROBLEMS.get(fault, "") if fault is not None else "",
        problem_at="" if fault is MakerFault.THE_LAST else "email",
    )


def _invitation_page(desk: Desk, visit: Visit, opened: Invited, *, faults: tuple[Fault, ...] = ()) -> Answer:
    view = InvitationView(
        app=opened.client.name,
        mark=mark_of(opened.client.name, opened.client.logo),
        by=opened.by,
        ticket=desk.ticket(visit, f"{INVITATION}{opened.invitation.id}"),
        is_partner=opened.is_partner,
        name=visit.asked("name")[:200],
        faults=faults,
    )
    return desk.page(visit, view, status=400 if faults else 200, section=SECTION)
