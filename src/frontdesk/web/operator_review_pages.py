"""Operators review partners' apps: the queue, and the decision."""

from collections.abc import Callable

from frontdesk.flows.reviewing import Observed, Undecided
from frontdesk.protocol.habits import Habits
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.messages import N_
from frontdesk.protocol.partners import MAX_NOTE
from frontdesk.protocol.records import Client, Review, User
from frontdesk.protocol.weak_forms import WeakForm
from frontdesk.web.app_marks import mark_of
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.operator_pages import acting
from frontdesk.web.pages import send_to
from frontdesk.web.service_pages import show_one_app
from frontdesk.web.slices import slice_of
from frontdesk.web.views_review import AppPart, ObservedRow, QueueView, WaitingRow
from frontdesk.web.words import NO_SUCH_PAGE, moment
from frontdesk.web.words_operator import STATES, UNDECIDED

SECTION = "operator"
SHOWN = 15  # of the queue at a time
WATCHED = {
    WeakForm.NO_PKCE: N_("Codes without PKCE"),
    WeakForm.NO_STATE_NO_PKCE: N_("Neither state nor PKCE"),
    WeakForm.REVOKE_QUERY: N_("Tokens in the query of revoke"),
    WeakForm.REVOKE_UNAUTHENTICATED: N_("Revoking without proving who it is"),
}

CONCERNS: tuple[tuple[Callable[[Habits], bool], str], ...] = (
    (lambda habits: habits.with_pkce < habits.codes, N_("codes without PKCE")),
    (lambda habits: habits.with_state < habits.codes, N_("codes without a state")),
    (lambda habits: habits.storms > 0, N_("too many refreshes")),
)


async def show_queue(desk: Desk, visit: Visit, user: User) -> Answer:
    """Apps that wait for a decision."""
    now = desk.clock.now()
    waiting = await desk.reviewing.list_waiting()
    shown = slice_of(visit.asked("page"), "/operator/apps", total=len(waiting), size=SHOWN)
    habits = await desk.reviewing.list_habits(shown.of(waiting))
    rows = tuple(
        WaitingRow(
            path=f"/operator/apps/{client.id}",
            name=client.name,
            mark=mark_of(client.name, client.logo),
            homepage=client.homepage,
            since=moment(client.review_at, now) if client.review_at is not None else None,
            concerns=tuple(text for concerns, text in CONCERNS if concerns(habits[client.id])),
            is_unseen=not habits[client.id].codes,
        )
        for client in shown.of(waiting)
    )
    return desk.page(visit, QueueView(rows=rows, total=len(waiting), pager=shown.pager), section=SECTION)


async def show_app(desk: Desk, visit: Visit, user: User) -> Answer:
    """One app, with what was observed of it."""
    return await _app(desk, visit)


async def decide(desk: Desk, visit: Visit, user: User) -> Answer:
    """Approve it, or return it with a note."""
    decided = await desk.reviewing.decide(
        visit.params["client"],
        seen_at=_read_seen(visit.asked("seen")),
        approved=visit.asked("decision") == "approve",
        verified=visit.asked("verified") == "1",
        note=visit.asked("note"),
        origin=acting(visit, user),
    )
    if decided is Undecided.NO_SUCH_APP:
        return desk.notice(visit, NO_SUCH_PAGE)
    if isinstance(decided, Undecided):
        return await _app(desk, visit, undecided=decided)
    return send_to(f"/operator/apps/{decided.id}")


def _read_seen(text: str) -> Micros | None:
    return Micros(int(text)) if text.isascii() and text.isdigit() and len(text) < 20 else None


async def _app(desk: Desk, visit: Visit, *, undecided: Undecided | None = None) -> Answer:
    seen = await desk.operating.open_app(visit.params["client"])
    if seen is None:
        return desk.notice(visit, NO_SUCH_PAGE)
    observed = await desk.reviewing.observe(seen.client)
    part = _part(desk, visit, seen.client, observed, undecided=undecided)
    problem = UNDECIDED[undecided] if undecided is not None else ""
    field = "note" if undecided is Undecided.NOTE_MISSING else ""
    return show_one_app(desk, visit, seen, part, problem=problem, field=field)


def _part(desk: Desk, visit: Visit, client: Client, observed: Observed, *, undecided: Undecided | None) -> AppPart:
    now = desk.clock.now()
    habits = observed.habits
    uses = {use.form: use for use in observed.forms}
    return AppPart(
        mark=mark_of(client.name, client.logo),
        state=STATES[client.review],
        waits=client.review is Review.SUBMITTED,
        seen=str(client.review_at or ""),
        verified=moment(client.verified_at, now) if client.verified_at is not None else None,
        decide=desk.ticket(visit, f"/operator/apps/{client.id}/review"),
        homepage=client.homepage,
        privacy_url=client.privacy_url,
        note=client.review_note,
        scopes=desk.scope_words.lines(client.scopes),
        observed=tuple(
            ObservedRow(
                text=text,
                uses=uses[form].uses if form in uses else 0,
                last=moment(uses[form].last_at, now) if form in uses else None,
            )
            for form, text in WATCHED.items()
        ),
        habits=habits,
        storm=moment(habits.storm_at, now) if habits.storm_at is not None else None,
        limited=observed.back_off.limited,
        pressed=observed.back_off.pressed,
        typed=visit.asked("note")[:MAX_NOTE] if undecided is not None else "",
        note_missing=undecided is Undecided.NOTE_MISSING,
    )
