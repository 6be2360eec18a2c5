"""What the page about a network's rules shows."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.messages import say
from frontdesk.web.tickets import Ticket
from frontdesk.web.views_network import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesView:
    """The rules as they are, or as they were typed; `field` is the one that the problem is about."""

    template: ClassVar[str] = "rules.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    ticket: Ticket
    version: int
    listed: bool
    apps: tuple[Choice, ...]
    another: str
    administrators_only: bool
    days: str
    read_only_first: bool
    owner_passkey: bool
    offers_passkeys: bool
    saved: bool
    problem: str = ""
    field: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("Rules of %(network)s", network=self.network)
