"""What the pages about giving a network on show: the owner's, and the receiver's."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.messages import say
from frontdesk.web.tickets import Ticket
from frontdesk.web.views_credentials import NamedRow
from frontdesk.web.views_network import Choice
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerView:
    """Giving a network on: nothing begun, the owner's code on its way (`confirming`), or waiting for the other."""

    template: ClassVar[str] = "owner.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    kept_here: bool  # False: whoever keeps the networks' people elsewhere says who owns one
    people: tuple[Choice, ...]
    offer: Ticket
    confirm: Ticket
    end: Ticket
    sign_in_first: str
    confirming: bool
    waiting: bool
    receiver: str
    until: Moment | None
    typed_title: str = ""
    problem: str = ""
    field: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("Owner of %(network)s", network=self.network)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOverView:
    """An offer for its receiver; with `code_sent` there is a code to be typed."""

    template: ClassVar[str] = "take_over.html"
    has_form: ClassVar[bool] = True
    network: str
    giver: str
    until: Moment
    code_sent: bool
    named: tuple[NamedRow, ...]
    keeps_named: bool
    send: Ticket
    take: Ticket
    decline: Ticket
    problem: str = ""
    field: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("Become the owner of %(network)s", network=self.network)
