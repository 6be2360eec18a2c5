"""What the pages about one network show its owner: its history."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.messages import say
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of a list to choose from."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One change in words."""

    sentence: str
    detail: str
    at: Moment
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """What happened in a network; `field` is the one that the problem is about."""

    template: ClassVar[str] = "history.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    rows: tuple[HistoryRow, ...]
    topics: tuple[Choice, ...]
    person: str
    since: str
    until: str
    filtered: bool
    newest: str  # links; empty where there is nothing to lead to
    older: str
    csv: str
    json: str
    problem: str = ""
    field: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("History of %(network)s", network=self.network)
