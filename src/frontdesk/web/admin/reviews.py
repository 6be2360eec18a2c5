"""The review of apps, over the administration API: which wait, what was seen of one, and the decision."""

from datetime import datetime

from frontdesk.flows.operator import Objection
from frontdesk.flows.reviewing import Undecided
from frontdesk.protocol.ids import Micros
from frontdesk.web.admin import shapes
from frontdesk.web.admin.apps import app_shape
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import Shape, instant

REVIEW = "Review"

_UNDECIDED = {
    Undecided.NO_SUCH_APP: Objection(problem="no app has this client id", missing=True),
    Undecided.NOTE_MISSING: Objection(problem="an app that is returned needs a note", hint="say what to change"),
    Undecided.MEANWHILE: Objection(
        problem="this app is not as it was listed any more", hint="list those that wait, and look at it again"
    ),
}


class Waiting(Shape):
    """An app that waits for a decision. `version` names what is looked at: a decision sends it back."""

    app: shapes.App
    note: str
    version: int


class WaitingApps(Shape):
    """Apps that were handed in, the longest waiting first."""

    apps: list[Waiting]


class SeenForm(Shape):
    """A weak form of the protocol that an app used, and how often since it was first seen."""

    form: str
    uses: int
    last_at: datetime


class Observation(Shape):
    """What was seen of an app while it was used; codes and refreshes within the last 30 days.

    `refreshes_too_many`: those that the life of its access tokens does not explain; `refreshes_most`: of one grant
    while a token was good. `pressed`: of the `limited` calls (429), those before Retry-After was over.
    """

    codes: int
    codes_with_pkce: int
    codes_with_state: int
    weak_forms: list[SeenForm]
    refreshes_too_many: int
    refreshes_most: int
    refreshes_too_many_at: datetime | None
    limited: int
    pressed: int
    limited_at: datetime | None


class Decide(Shape):
    """What is decided of an app as it was listed. One that is returned needs a note."""

    version: int
    approved: bool
    verified: bool = False
    note: str = ""


async def list_waiting(desk: AdminDesk, _: Call) -> Outcome:
    """The queue."""
    return WaitingApps(
        apps=[
            Waiting(
                app=app_shape(client),
                note=client.review_note,
                version=client.review_at or 0,
            )
            for client in await desk.reviewing.list_waiting()
        ]
    )


async def observe(desk: AdminDesk, call: Call) -> Outcome:
    """What was seen of an app."""
    client = await desk.reviewing.find(call.params["client"])
    if client is None:
        return _UNDECIDED[Undecided.NO_SUCH_APP]
    seen = await desk.reviewing.observe(client)
    habits, back_off = seen.habits, seen.back_off
    return Observation(
        codes=habits.codes,
        codes_with_pkce=habits.with_pkce,
        codes_with_state=habits.with_state,
        weak_forms=[SeenForm(form=use.form.value, uses=use.uses, last_at=instant(use.last_at)) for use in seen.forms],
        refreshes_too_many=habits.storms,
        refreshes_most=habits.worst,
        refreshes_too_many_at=shapes.maybe_instant(habits.storm_at),
        limited=back_off.limited,
        pressed=back_off.pressed,
        limited_at=shapes.maybe_instant(back_off.last_at),
    )


async def decide(desk: AdminDesk, call: Call) -> Outcome:
    """Approve an app, or return it."""
    said: Decide = call.body
    decided = await desk.reviewing.decide(
        call.params["client"],
        seen_at=Micros(said.version) if said.version else None,
        approved=said.approved,
        verified=said.verified,
        note=said.note,
        origin=call.origin,
    )
    return _UNDECIDED[decided] if isinstance(decided, Undecided) else app_shape(decided)


OPERATIONS = (
    Operation(
        method="GET",
        path="/reviews",
        name="listReviews",
        tag=REVIEW,
        summary="List apps that wait for a decision",
        walk=list_waiting,
        gives=WaitingApps,
    ),
    Operation(
        method="GET",
        path="/reviews/{client}/observed",
        name="observeApp",
        tag=REVIEW,
        summary="Tell what was seen of an app while it was used, whether it waits for a decision or not",
        walk=observe,
        gives=Observation,
    ),
    Operation(
        method="POST",
        path="/reviews/{client}/decide",
        name="decideReview",
        tag=REVIEW,
        summary="Approve an app that was handed in, or return it with a note; its makers are told by mail",
        walk=decide,
        takes=Decide,
        gives=shapes.App,
    ),
)
