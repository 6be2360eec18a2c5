"""Operators: what there is to do, and who they are. Appointing and dismissing ask for a fresh sign-in."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.flows.needs import Origin
from frontdesk.flows.operators import Fault
from frontdesk.protocol.hours import FAILURES, SignInHour
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.views_operator import FailureRow, HourRow, OperatorRow, OperatorsView, OverviewView
from frontdesk.web.words import moment
from frontdesk.web.words_operator import FAILED, FAULTS

OPERATORS = "/operator/operators"


async def show_overview(desk: Desk, visit: Visit, user: User) -> Answer:
    """What waits for an operator, and how the installation stands."""
    return await _overview(desk, visit)


async def send_test_letter(desk: Desk, visit: Visit, user: User) -> Answer:
    """A letter to the operator who asks, to see it arrive."""
    desk.standing.send_test_letter(user, origin=visit.origin)
    return await _overview(desk, visit, tested=True)


async def show_operators(desk: Desk, visit: Visit, user: User) -> Answer:
    """Who the operators are."""
    return await _operators(desk, visit, user)


async def appoint(desk: Desk, visit: Visit, user: User) -> Answer:
    """Make somebody an operator."""
    if is_stale(desk, visit):
        return ask_again(OPERATORS)
    made = await desk.operators.appoint(visit.asked("email"), origin=acting(visit, user))
    if isinstance(made, Fault):
        return await _operators(desk, visit, user, fault=made, about_field=True)
    return send_to(OPERATORS)


async def dismiss(desk: Desk, visit: Visit, user: User) -> Answer:
    """Take it away from somebody; from oneself, the account remains."""
    if is_stale(desk, visit):
        return ask_again(OPERATORS)
    gone = await desk.operators.dismiss(visit.asked("user"), origin=acting(visit, user))
    if isinstance(gone, Fault):
        return await _operators(desk, visit, user, fault=gone)
    return send_to("/account" if gone.id == user.id else OPERATORS)


def acting(visit: Visit, user: User) -> Origin:
    """Where an operator's change comes from: the audit names who it was."""
    return replace(visit.origin, operator=f"operator:{user.id}")


def is_stale(desk: Desk, visit: Visit) -> bool:
    """Whether the person signed in too long ago for what cannot be undone by others."""
    session = visit.visitor.session
    return session is None or not desk.reveal.is_fresh(session)


def ask_again(page: str) -> Answer:
    """Away to sign in again, and back to a page."""
    return send_to(with_query("/sign-in", next=page, again="1"))


async def _overview(desk: Desk, visit: Visit, *, tested: bool = False) -> Answer:
    stands, now = await desk.standing.look(), desk.clock.now()
    health = stands.health
    mail = health.mail
    view = OverviewView(
        waiting=stands.waiting,
        findings=stands.findings,
        trouble=stands.trouble,
        mail=mail,
        sent=moment(mail.sent_at, now) if mail.sent_at is not None else None,
        failed=moment(mail.trouble_at, now) if mail.trouble_at is not None else None,
        visitors=health.signing_in.visitors,
        codes=health.signing_in.codes,
        hours=tuple(
            HourRow(begins=moment(hour.begins_at, now), signed_in=hour.signed_in, codes=hour.codes, failed=hour.failed)
            for hour in health.hours
        ),
        failures=_failures(health.hours),
        test=desk.ticket(visit, "/operator/mail"),
        tested=tested,
    )
    return desk.page(visit, view, section="operator")


def _failures(hours: Sequence[SignInHour]) -> tuple[FailureRow, ...]:
    """By what failed, in all hours together."""
    times = {what: sum(hour.failures.get(what, 0) for hour in hours) for what in FAILURES}
    return tuple(FailureRow(text=FAILED[what], times=count) for what, count in times.items() if count)


async def _operators(
    desk: Desk, visit: Visit, user: User, *, fault: Fault | None = None, about_field: bool = False
) -> Answer:
    now = desk.clock.now()
    view = OperatorsView(
        appoint=desk.ticket(visit, OPERATORS),
        dismiss=desk.ticket(visit, f"{OPERATORS}/dismiss"),
        operators=tuple(
            OperatorRow(
                user_id=one.user.id, email=one.user.email, since=moment(one.since, now), is_you=one.user.id == user.id
            )
            for one in await desk.operators.list_operators()
        ),
        email=visit.asked("email")[:254] if about_field else "",
        problem=FAULTS[fault] if fault is not None else "",
        about_field=about_field,
    )
    return desk.page(visit, view, status=400 if fault is not None else 200, section="operator")
