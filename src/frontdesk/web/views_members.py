"""What the pages about a network's people show: its owner's and administrators', and the invited one's."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.messages import N_, say
from frontdesk.web.slices import Pager
from frontdesk.web.tickets import Ticket
from frontdesk.web.views_network import Choice
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One of a network's people. `another_role`: what the owner could make of them, its value and the button's words.

    `may_go`: whoever sees the page may remove them.
    """

    id: str
    email: str
    role: str
    owns: bool
    is_you: bool
    blocked: bool
    since: Moment | None
    last_sign_in: Moment | None
    another_role: str
    may_go: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """An invitation that waits."""

    id: str
    email: str
    role: str
    inviter: str  # empty: the operator
    sent: Moment
    until: Moment
    may_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersView:
    """A network's people. `kept_here` is False where another database keeps them: then nothing can be changed."""

    template: ClassVar[str] = "members.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    owned: bool  # by whoever sees it
    kept_here: bool
    members: tuple[MemberRow, ...]
    invitations: tuple[InvitationRow, ...]  # some of those that wait
    pager: Pager  # of these
    roles: tuple[Choice, ...]  # that whoever sees it can give
    invite: Ticket
    change: Ticket
    remove: Ticket
    withdraw: Ticket
    following: str  # a link; empty where there is nothing more
    sought: str
    sign_in_first: str
    invited: bool = False
    email: str = ""
    problem: str = ""
    field: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("Members of %(network)s", network=self.network)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """An invitation for whoever has its link. `invited`: the signed-in person is the invited one.

    `you` is who is signed in, empty where nobody is.
    """

    template: ClassVar[str] = "invitation.html"
    has_form: ClassVar[bool] = True
    network: str
    inviter: str
    role: str
    administrator: bool
    until: Moment
    you: str
    invited: bool
    enter: Ticket
    accept: Ticket
    decline: Ticket
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Invitation")
