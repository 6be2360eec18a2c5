"""What the pages of an app's people show, as typed records."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.app_forms import Fault
from frontdesk.protocol.messages import N_, say
from frontdesk.web.app_marks import AppMark
from frontdesk.web.tickets import Ticket
from frontdesk.web.views_partner import Faulty
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerRow:
    """One of an app's people."""

    id: str
    email: str
    is_you: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedRow:
    """Somebody who was asked to be one."""

    id: str
    email: str
    since: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class MakersView:
    """An app's people, and the form that invites one more."""

    template: ClassVar[str] = "app_makers.html"
    has_form: ClassVar[bool] = True
    path: str
    app: str
    ticket: Ticket
    makers: tuple[MakerRow, ...]
    invited: tuple[InvitedRow, ...]
    can_remove: bool
    must_sign_in: bool
    most: int
    email: str = ""
    sent_to: str = ""
    problem: str = ""
    problem_at: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView(Faulty):
    """An invitation, for whom it is for."""

    template: ClassVar[str] = "partner_invitation.html"
    has_form: ClassVar[bool] = True
    app: str
    mark: AppMark
    by: str
    ticket: Ticket
    is_partner: bool
    name: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("Make %(app)s", app=self.app)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclinedView:
    """An invitation was declined."""

    template: ClassVar[str] = "partner_declined.html"
    has_form: ClassVar[bool] = False
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("You declined")
