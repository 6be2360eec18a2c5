"""What the pages show on which somebody becomes a partner, as typed records."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.app_forms import Fault
from frontdesk.protocol.messages import N_
from frontdesk.web.tickets import Ticket
from frontdesk.web.views_partner import Faulty


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinView(Faulty):
    """Asks what somebody is called as a maker of apps; `closed` says that they are added by others."""

    template: ClassVar[str] = "partner_join.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    closed: bool
    name: str = ""
    homepage: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Make apps")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpView:
    """Asks somebody without an account for an address, or says that a link was sent there."""

    template: ClassVar[str] = "partner_sign_up.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    email: str = ""
    sent: bool = False
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Make apps")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmView:
    """Where the link from the mailbox leads."""

    template: ClassVar[str] = "partner_confirm.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    email: str
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Open an account")
