"""What operators see of partners' apps: those that wait for a decision, and one with what was observed of it."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.habits import Habits
from frontdesk.protocol.messages import N_
from frontdesk.web.app_marks import AppMark
from frontdesk.web.scope_words import ScopeLine
from frontdesk.web.slices import ONE_PAGE, Pager
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """An app that waits."""

    path: str
    name: str
    mark: AppMark
    homepage: str
    since: Moment | None
    concerns: tuple[str, ...] = ()  # what was seen of it that an operator should look at
    is_unseen: bool = False  # it was not used yet


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """Apps that wait, the longest waiting first."""

    template: ClassVar[str] = "operator_queue.html"
    has_form: ClassVar[bool] = False
    rows: tuple[WaitingRow, ...]
    total: int
    pager: Pager = ONE_PAGE
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Review")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRow:
    """One thing that was seen: how often, and when last; `last` None: never, which is good."""

    text: str
    uses: int
    last: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPart:
    """What an app says of itself, what was observed of it, and the decision where it waits for one."""

    mark: AppMark
    state: str
    waits: bool
    seen: str  # which state of it the page shows
    verified: Moment | None
    decide: Ticket
    homepage: str
    privacy_url: str
    note: str
    scopes: tuple[ScopeLine, ...]
    observed: tuple[ObservedRow, ...]
    habits: Habits
    storm: Moment | None  # the last refresh that was one too many
    limited: int
    pressed: int
    typed: str = ""
    note_missing: bool = False
