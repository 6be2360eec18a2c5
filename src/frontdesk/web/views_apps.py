"""What the page of connected apps shows, as typed records."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.messages import N_
from frontdesk.web.app_marks import AppMark
from frontdesk.web.scope_words import ScopeLine
from frontdesk.web.slices import ONE_PAGE, Pager
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class AppNetworkRow:
    """One network of a connected app, and what dropping it means."""

    id: str
    title: str
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppScopeRow:
    """Something that a connected app may do. `unused` says since when it did not (empty: it did, or nobody knows)."""

    line: ScopeLine
    unused: str = ""
    exactly: str = ""  # the same time, absolute
    leaves: ScopeLine | None = None  # what can be left of it
    can_take: bool = True  # the last thing goes only with the connection


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """A connected app."""

    client_id: str
    name: str
    mark: AppMark
    networks: tuple[AppNetworkRow, ...]  # some of them
    in_all: int  # networks
    every: str  # where all of them are; empty where they are here
    scopes: tuple[AppScopeRow, ...]
    since: Moment
    last_used: Moment | None
    finished: bool
    can_add: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppsView:
    """Connected apps, each with its ways out."""

    template: ClassVar[str] = "apps.html"
    has_form: ClassVar[bool] = True
    apps: tuple[AppRow, ...]
    disconnect: Ticket
    drop: Ticket
    add: Ticket
    take: Ticket
    pager: Pager = ONE_PAGE
    alone: bool = False  # one app, with its networks page by page
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Connected apps")
