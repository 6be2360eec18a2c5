"""What the pages of the request inspector hold."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.messages import say
from frontdesk.web.views_network import Choice
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One call: when, what, who, and how it was answered. `refused` also where it was let through all the same."""

    link: str
    at: Moment
    call: str
    who: str
    status: str
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsView:
    """Calls of an app or a network, some at a time. `base` is the list's own path."""

    template: ClassVar[str] = "requests.html"
    has_form: ClassVar[bool] = True
    base: str
    name: str
    network_id: str  # empty: an app's
    client_id: str  # empty: a network's
    rows: tuple[RequestRow, ...]
    statuses: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    operation: str
    other: str  # the network of an app's calls, or the app of a network's
    filtered: bool
    newest: str  # links; empty where there is nothing to lead to
    older: str
    days: int  # for so many calls are kept
    problem: str = ""
    field: str = ""

    @property
    def network(self) -> str:
        """What the head of a network's pages says."""
        return self.name

    @property
    def app(self) -> str:
        """What the head of an app's pages says."""
        return self.name

    @property
    def path(self) -> str:
        """Where the app's other pages are."""
        return self.base.removesuffix("/requests")

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("Requests of %(name)s", name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and its value; `is_code`: the value is to be read letter by letter."""

    label: str
    value: str
    is_code: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check of a call, and how it ended."""

    label: str
    result: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """One decided call."""

    template: ClassVar[str] = "request.html"
    has_form: ClassVar[bool] = False
    base: str
    name: str
    network_id: str
    call: str
    at: Moment
    outcome: str
    facts: tuple[Fact, ...]
    checks: tuple[CheckRow, ...]
    cause: str  # empty: none is known
    cause_at: Moment | None
    would_pass: tuple[Fact, ...]
    problem: str = ""

    @property
    def network(self) -> str:
        """What the head of a network's pages says."""
        return self.name

    @property
    def app(self) -> str:
        """What the head of an app's pages says."""
        return self.name

    @property
    def path(self) -> str:
        """Where the app's other pages are."""
        return self.base.removesuffix("/requests")

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("A request of %(name)s", name=self.name)
