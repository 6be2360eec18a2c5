"""What the operators' pages show, as typed records."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.hours import MailHealth
from frontdesk.protocol.messages import N_
from frontdesk.protocol.standing import Finding
from frontdesk.web.tickets import Ticket
from frontdesk.web.views_review import AppPart
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupView:
    """Who shall be the first operator; `accept` where somebody is signed in."""

    template: ClassVar[str] = "operator_setup.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    accept: Ticket | None
    user: str
    email: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Set up")


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """One hour of sign-ins."""

    begins: Moment
    signed_in: int
    codes: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """One way in which sign-ins failed, and how often."""

    text: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """The operators' first page: what waits, and how the installation stands."""

    template: ClassVar[str] = "operator.html"
    has_form: ClassVar[bool] = True
    waiting: int
    findings: tuple[Finding, ...]
    trouble: str
    mail: MailHealth
    sent: Moment | None
    failed: Moment | None
    visitors: int
    codes: int
    hours: tuple[HourRow, ...]
    failures: tuple[FailureRow, ...]
    test: Ticket
    tested: bool = False
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Operator")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRow:
    """One operator."""

    user_id: str
    email: str
    since: Moment
    is_you: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorsView:
    """Who the operators are, making and unmaking them."""

    template: ClassVar[str] = "operators.html"
    has_form: ClassVar[bool] = True
    appoint: Ticket
    dismiss: Ticket
    operators: tuple[OperatorRow, ...]
    email: str = ""
    problem: str = ""
    about_field: bool = False  # the problem is the typed address's

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Operators")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRow:
    """A link to somebody or something. `note`: a role, or what else is said of it."""

    path: str
    kind: str  # networks, people or apps
    name: str
    note: str = ""
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """What was looked for, and what begins so."""

    template: ClassVar[str] = "operator_search.html"
    has_form: ClassVar[bool] = True
    text: str
    rows: tuple[SearchRow, ...]
    more: bool
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Search")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One line of what happened."""

    at: Moment
    action: str
    actor: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """A network, person or app, and taking it out of service. `stopped`: since when it is."""

    template: ClassVar[str] = "operator_service.html"
    has_form: ClassVar[bool] = True
    kind: str
    id: str
    name: str
    service: Ticket
    since: Moment
    stopped: Moment | None
    networks: tuple[SearchRow, ...] = ()
    people: tuple[SearchRow, ...] = ()
    apps: tuple[SearchRow, ...] = ()
    history: tuple[EventRow, ...] = ()
    addresses: tuple[str, ...] = ()
    connections: int = 0
    is_operator: bool = False
    app: AppPart | None = None
    reason: str = ""
    problem: str = ""
    field: str = ""  # the field that the problem is about

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.name
