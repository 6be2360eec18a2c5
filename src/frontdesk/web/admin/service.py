"""Running the service, over the administration API: search, taking networks out of service, operators."""

from datetime import datetime

from frontdesk.flows.operator import Objection
from frontdesk.flows.operators import Fault as Unappointed
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Asked, Call, Operation, Outcome, bad_request
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import Shape, instant

SERVICE, OPERATORS = "Service", "Operators"

_UNAPPOINTED = {
    Unappointed.NOT_AN_ADDRESS: Objection(problem="this is no e-mail address"),
    Unappointed.BLOCKED: Objection(problem="this person is blocked", hint="unblock them first"),
    Unappointed.ALREADY: Objection(problem="this person is an operator already"),
    Unappointed.NOT_AN_OPERATOR: Objection(problem="no operator has this address", missing=True),
    Unappointed.THE_LAST: Objection(problem="this is the last operator", hint="appoint another one first"),
}


class Service(Shape):
    """A network, and whether it is in service."""

    id: str
    title: str
    suspended_at: datetime | None


class FoundPerson(Shape):
    """A person that a search found."""

    id: str
    email: str


class FoundThing(Shape):
    """A network or an app that a search found."""

    id: str
    name: str


class Search(Shape):
    """What a search found; `more`: some of some kind were left out."""

    users: list[FoundPerson]
    networks: list[FoundThing]
    apps: list[FoundThing]
    more: bool


class OperatorRow(Shape):
    """Somebody who runs the installation."""

    user_id: str
    email: str
    since: datetime


class Operators(Shape):
    """All operators, the longest first."""

    operators: list[OperatorRow]


class NewOperator(Shape):
    """Who is to be one."""

    email: str


class MailNow(Shape):
    """The mail of all workers; `sent` and `lost` in the last 24 hours."""

    waiting: int
    sent: int
    lost: int
    last_sent_at: datetime | None
    last_failure: str
    last_failure_at: datetime | None


class SignInHour(Shape):
    """One hour; `failures`: how often by what failed."""

    begins_at: datetime
    signed_in: int
    codes_sent: int
    failures: dict[str, int]


class SigningIn(Shape):
    """`visitors`: browsers seen within the hour; `codes`: on their way; `hours`: of the last 24, newest first."""

    visitors: int
    codes: int
    hours: list[SignInHour]


class Health(Shape):
    """How mail and sign-ins go, in all workers; the last quarter of a minute of other workers may be missing."""

    mail: MailNow
    signing_in: SigningIn


async def suspend(desk: AdminDesk, call: Call) -> Outcome:
    """Out of service."""
    return await _stop(desk, call, stopped=True)


async def resume(desk: AdminDesk, call: Call) -> Outcome:
    """Back as it was."""
    return await _stop(desk, call, stopped=False)


async def _stop(desk: AdminDesk, call: Call, *, stopped: bool) -> Outcome:
    why: shapes.Why = call.body
    network = await desk.operating.stop_network(
        call.params["network"], stopped=stopped, reason=why.reason, origin=call.origin
    )
    if network is None:
        return Objection(problem="no network has this id", missing=True)
    return Service(id=network.id, title=network.title, suspended_at=shapes.maybe_instant(network.suspended_at))


async def search(desk: AdminDesk, call: Call) -> Outcome:
    """By a part of an address, a title, a name, or a whole id."""
    if not call.asked("text").strip():
        return bad_request("say what to look for", "send it as ?text=")
    found = await desk.operating.search(call.asked("text"))
    return Search(
        users=[FoundPerson(id=user.id, email=user.email) for user in found.users],
        networks=[FoundThing(id=network.id, name=network.title) for network in found.networks],
        apps=[FoundThing(id=client.id, name=client.name) for client in found.clients],
        more=found.more,
    )


async def list_operators(desk: AdminDesk, _: Call) -> Outcome:
    """All of them."""
    return Operators(
        operators=[
            OperatorRow(user_id=one.user.id, email=one.user.email, since=instant(one.since))
            for one in await desk.operators.list_operators()
        ]
    )


async def appoint(desk: AdminDesk, call: Call) -> Outcome:
    """One more."""
    new: NewOperator = call.body
    made = await desk.operators.appoint(new.email, origin=call.origin)
    return _UNAPPOINTED[made] if isinstance(made, Unappointed) else shapes.Done()


async def dismiss(desk: AdminDesk, call: Call) -> Outcome:
    """One less."""
    gone = await desk.operators.dismiss_address(call.params["email"], origin=call.origin)
    return _UNAPPOINTED[gone] if isinstance(gone, Unappointed) else shapes.Done()


async def show_health(desk: AdminDesk, _: Call) -> Outcome:
    """Mail and sign-ins."""
    seen = await desk.health.read()
    mail = seen.mail
    return Health(
        mail=MailNow(
            waiting=mail.waiting,
            sent=mail.sent,
            lost=mail.lost,
            last_sent_at=shapes.maybe_instant(mail.sent_at),
            last_failure=mail.trouble,
            last_failure_at=shapes.maybe_instant(mail.trouble_at),
        ),
        signing_in=SigningIn(
            visitors=seen.signing_in.visitors,
            codes=seen.signing_in.codes,
            hours=[
                SignInHour(
                    begins_at=instant(hour.begins_at),
                    signed_in=hour.signed_in,
                    codes_sent=hour.codes,
                    failures={what.value: times for what, times in hour.failures.items()},
                )
                for hour in seen.hours
            ],
        ),
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/networks/{network}/suspend",
        name="suspendNetwork",
        tag=SERVICE,
        summary="Refuse every call to a network from the next one on, until it is resumed",
        walk=suspend,
        takes=shapes.Why,
        may_be_bare=True,
        gives=Service,
    ),
    Operation(
        method="POST",
        path="/networks/{network}/resume",
        name="resumeNetwork",
        tag=SERVICE,
        summary="Put a network back into service as it was",
        walk=resume,
        takes=shapes.Why,
        may_be_bare=True,
        gives=Service,
    ),
    Operation(
        method="GET",
        path="/search",
        name="search",
        tag=SERVICE,
        summary="Find people, networks and apps",
        walk=search,
        gives=Search,
        asks=(Asked(name="text", text="A part of an address, title or name, or a whole id."),),
    ),
    Operation(
        method="GET",
        path="/health",
        name="showHealth",
        tag=SERVICE,
        summary="Tell how mail and sign-ins went in the last 24 hours, in all workers",
        walk=show_health,
        gives=Health,
    ),
    Operation(
        method="GET",
        path="/operators",
        name="listOperators",
        tag=OPERATORS,
        summary="List who runs the installation",
        walk=list_operators,
        gives=Operators,
    ),
    Operation(
        method="POST",
        path="/operators",
        name="appointOperator",
        tag=OPERATORS,
        summary="Make somebody an operator; they are told by mail",
        walk=appoint,
        takes=NewOperator,
        gives=shapes.Done,
        status=201,
    ),
    Operation(
        method="DELETE",
        path="/operators/{email}",
        name="dismissOperator",
        tag=OPERATORS,
        summary="Take it away; the last operator stays one",
        walk=dismiss,
        gives=shapes.Done,
    ),
)
