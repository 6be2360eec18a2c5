"""What the consent page shows, as typed records."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.flows.askers import Asker
from frontdesk.protocol.messages import say
from frontdesk.web.app_marks import AppMark, mark_of
from frontdesk.web.scope_words import ScopeLine
from frontdesk.web.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkBox:
    """One check box of the network picker. `limit` says what the role leaves of the list below; empty: all."""

    id: str
    title: str
    role: str
    ticked: bool
    given: bool = False  # the app is let in there already
    limit: str = ""
    reads_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """The networks: all of them where they are few, else those that are ticked and some of those found by `sought`."""

    boxes: tuple[NetworkBox, ...]
    total: int
    searches: bool = False
    sought: str = ""
    found: int = 0  # how many match
    unshown: int = 0  # how many of these are not among the boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelOption:
    """One level of a choice: `value` is a scope, empty for nothing at all."""

    value: str
    label: str
    writes: bool
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelBox:
    """Something that may be left out: a check box where there is one level, else a row of levels to choose from."""

    field: str
    subject: str
    line: ScopeLine  # its highest level, with what that opens
    options: tuple[LevelOption, ...]

    @property
    def is_tick(self) -> bool:
        """Whether yes and no is all that there is to choose."""
        return len(self.options) == 2 and not self.options[0].value


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """Who asks, for what, where; without networks its only button is deny.

    `scopes` are required and new, `scopes_before` required and given by the consent before.
    """

    template: ClassVar[str] = "consent.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    not_you: Ticket
    asker: Asker
    redirect_host: str
    email: str
    initial: str
    picker: Picker
    scopes: tuple[ScopeLine, ...]
    scopes_before: tuple[ScopeLine, ...] = ()
    levels: tuple[LevelBox, ...] = ()
    levels_before: tuple[LevelBox, ...] = ()
    beyond: tuple[str, ...]
    problem: str = ""
    problem_at: str = ""  # the field that answers it

    @property
    def app(self) -> str:
        """What the asking app is called."""
        return self.asker.name

    @property
    def mark(self) -> AppMark:
        """By what it is recognised."""
        return mark_of(self.asker.name, self.asker.logo)

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("Connect %(app)s", app=self.app)

    @property
    def again(self) -> bool:
        """Whether the app was connected before."""
        return bool(self.scopes_before or self.levels_before)

    @property
    def more(self) -> bool:
        """Whether it was, and now asks for more."""
        return self.again and bool(self.scopes or self.levels)

    @property
    def changes_data(self) -> bool:
        """Whether anything lets the app change something."""
        levels = (*self.levels, *self.levels_before)
        return any(line.writes for line in (*self.scopes, *self.scopes_before, *(level.line for level in levels)))
