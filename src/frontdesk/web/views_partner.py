"""What the partner's pages show, as typed records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from frontdesk.protocol.app_forms import Fault
from frontdesk.protocol.messages import N_
from frontdesk.protocol.near_misses import Lookalike, NearMiss
from frontdesk.protocol.records import Review
from frontdesk.web.app_marks import AppMark
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import Moment

REVIEWS: Mapping[Review, str] = {
    Review.DRAFT: N_("Draft"),
    Review.SUBMITTED: N_("In review"),
    Review.APPROVED: N_("Approved"),
    Review.RETURNED: N_("Returned"),
}
THERE_IS_A_PROBLEM = N_("There is a problem")


class Faulty:
    """A form that says what is wrong, field by field."""

    __slots__ = ()
    faults: tuple[Fault, ...]

    @property
    def problem(self) -> str:
        """Set where anything is wrong."""
        return THERE_IS_A_PROBLEM if self.faults else ""

    def is_wrong(self, field_name: str) -> bool:
        """Whether anything is wrong with this field."""
        return any(fault.field == field_name for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """One app in the partner's list."""

    path: str
    name: str
    mark: AppMark
    review: str
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    """A partner's apps, and what the partner is called."""

    template: ClassVar[str] = "partner.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    name: str
    homepage: str
    apps: tuple[AppRow, ...]
    most: int
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Your apps")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeChoice:
    """One scope that an app may ask for, and whether this one does: "", "required" or "optional"."""

    name: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be said of one address: why it is refused, or what would not be taken for it."""

    uri: str
    why: str | None
    lookalikes: tuple[Lookalike, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictsView:
    """What is to be said of typed addresses, as a part of a page that a script puts into it."""

    template: ClassVar[str] = "redirect_verdicts.html"
    has_form: ClassVar[bool] = False
    probe: str
    probe_fits: bool
    near: NearMiss | None
    verdicts: tuple[Verdict, ...]
    problem: str = ""

    @property
    def title(self) -> str:
        """Said nowhere."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFormView(Faulty):
    """What an app says of itself, to be filled in: a new one (`path` is empty) or one that is there."""

    template: ClassVar[str] = "app_form.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    path: str
    app: str
    name: str
    homepage: str
    privacy_url: str
    redirect_uris: str
    scopes: tuple[ScopeChoice, ...]
    knows_scopes: bool  # otherwise they are typed
    checks: Ticket  # for the script that checks addresses while they are typed
    on_devices: bool = False
    probe: str = ""  # an address that the app sends, to be compared
    probe_fits: bool = False
    near: NearMiss | None = None
    verdicts: tuple[Verdict, ...] = ()
    is_public: bool = False  # people other than its own may connect it: a change may need a new review
    faults: tuple[Fault, ...] = ()

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app or N_("A new app")

    def typed(self, kind: str) -> str:
        """The scopes of a kind, as they are typed where nobody knows which there are."""
        return " ".join(scope.name for scope in self.scopes if scope.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshAppView:
    """A new app or a new secret: the only time that the secret is told."""

    template: ClassVar[str] = "fresh_app.html"
    has_form: ClassVar[bool] = False
    path: str
    app: str
    client_id: str
    secret: str = field(repr=False)
    is_new: bool
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRow:
    """One secret of an app. `is_silent`: nobody used it for a day."""

    last_four: str
    made: Moment
    last_used: Moment | None
    is_earlier: bool
    is_silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakRow:
    """A weak form of the protocol that an app may still use; `last` is None where it never did."""

    text: str
    standard: str
    uses: int
    last: Moment | None
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSecurityView:
    """An app's secrets, and how strictly it is treated."""

    template: ClassVar[str] = "app_security.html"
    has_form: ClassVar[bool] = True
    path: str
    app: str
    ticket: Ticket
    number: int
    secrets: tuple[SecretRow, ...]
    can_add: bool
    must_sign_in: bool
    is_strict: bool
    weak: tuple[WeakRow, ...]
    stops: bool  # what the app used lately would stop
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoView:
    """An app's logo, and the form for another one. `most` in kB, `sides` in pixels."""

    template: ClassVar[str] = "app_logo.html"
    has_form: ClassVar[bool] = True
    path: str
    app: str
    mark: AppMark
    ticket: Ticket
    is_public: bool
    most: int
    sides: tuple[int, int]
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app


@dataclass(frozen=True, slots=True, kw_only=True)
class AppView:
    """One app of a partner."""

    template: ClassVar[str] = "partner_app.html"
    has_form: ClassVar[bool] = True
    path: str
    app: str
    mark: AppMark
    client_id: str
    review: str
    is_approved: bool
    is_disabled: bool
    note: str
    is_confidential: bool
    redirect_uris: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    has_test_page: bool
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView(Faulty):
    """Where an app is on its way to other people, and handing it in."""

    template: ClassVar[str] = "app_review.html"
    has_form: ClassVar[bool] = True
    path: str
    app: str
    review: str
    state: Review
    since: Moment | None
    note: str
    ticket: Ticket
    verified: bool
    typed: str = ""
    lacking: tuple[Fault, ...] = ()  # what it has to say before it can be handed in
    moved: bool = False  # it changed while the page was open
    faults: tuple[Fault, ...] = ()

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app
