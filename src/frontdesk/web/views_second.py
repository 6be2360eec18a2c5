"""What the pages about the second factor show."""

from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

from frontdesk.protocol.messages import N_
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStepView:
    """Asks for a code from the app, or a recovery code, after the code from the mailbox."""

    template: ClassVar[str] = "second_step.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    step: str = field(repr=False)
    next: str
    again: str
    blocked: bool
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Enter the code of your app")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpView:
    """A new secret for an app, as a picture, as a link and in letters; a first code proves that it arrived."""

    template: ClassVar[str] = "second_set_up.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    secret: str = field(repr=False)
    address: str = field(repr=False)
    picture: Markup = field(repr=False)
    sealed: str = field(repr=False)
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Set up an authenticator app")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorView:
    """A second factor that is in use."""

    template: ClassVar[str] = "second_factor.html"
    has_form: ClassVar[bool] = True
    renew: Ticket
    disable: Ticket
    since: Moment
    codes_left: int
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Authenticator app")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesView:
    """Recovery codes, in the answer to the form that made them, and never again."""

    template: ClassVar[str] = "recovery_codes.html"
    has_form: ClassVar[bool] = False
    codes: tuple[str, ...] = field(repr=False)
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says; a screenshot of it tells nothing."""
        return N_("Recovery codes")
