"""What each page shows, as typed records: a template can use nothing that is not here."""

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from frontdesk.protocol.messages import N_, say
from frontdesk.web.navigation import Section
from frontdesk.web.scope_words import ScopeLine
from frontdesk.web.slices import ONE_PAGE, Pager
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import Moment


class View(Protocol):
    """A page: which template shows it, and whether there is a form on it."""

    template: ClassVar[str]
    has_form: ClassVar[bool]

    @property
    def title(self) -> str:
        """What the tab says."""

    @property
    def problem(self) -> str:
        """Why the page is shown again; empty where it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The signed-in person, for the top of a page, and the form that signs them out."""

    email: str
    initial: str
    sign_out: Ticket
    section: str = ""  # the key of the one that is open
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInView:
    """Asks for an address; `app` and `returns_to` when somebody came from an app."""

    template: ClassVar[str] = "sign_in.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    next: str = ""
    email: str = ""
    app: str = ""
    returns_to: str = ""
    again: bool = False  # somebody who is signed in already shall prove it anew
    passkey: Ticket | None = None  # None: passkeys are not offered
    question: str = ""  # for the script that asks the browser for one
    challenge: str = field(default="", repr=False)
    provider: str = ""  # what people call the provider's own account; empty: not offered
    provider_link: str = ""
    sign_up: bool = False  # whoever makes apps may open an account
    refused_passkey: bool = False  # the problem is not the address's
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Sign in again") if self.again else N_("Sign in")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """Asks for the code that was sent to `email`, if somebody has it."""

    template: ClassVar[str] = "code.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    resend: Ticket
    challenge: str = field(repr=False)
    email: str
    next: str = ""
    again: bool = False
    other_address: str  # the link back to the first step
    app: str = ""
    blocked: bool = False
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Enter your code")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A network on the account's first page."""

    id: str
    title: str
    role: str
    owned: bool
    managed: bool = False  # its people are theirs to look after
    last_four: str = ""
    last_used: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """The account: networks, and how many apps are connected."""

    template: ClassVar[str] = "home.html"
    has_form: ClassVar[bool] = False
    networks: tuple[NetworkRow, ...]
    apps: int
    offers: tuple[tuple[str, str, str], ...] = ()  # networks that others want to give: link, title, who
    pager: Pager = ONE_PAGE
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Your networks")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRow:
    """One person's app with a way into the owner's network."""

    user_id: str
    email: str
    client_id: str
    app: str
    scopes: tuple[ScopeLine, ...]
    since: Moment
    adopted: Moment | None
    last_used: Moment | None
    reads_only: bool
    paused: str  # why it is refused at present; empty: it is not


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRow:
    """A connection that stopped when its person left; `hindrance` says why it cannot be taken over."""

    grant_id: str
    email: str
    app: str
    scopes: tuple[ScopeLine, ...]
    left: Moment
    last_used: Moment | None
    hindrance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsView:
    """Who connected what to the owner's network."""

    template: ClassVar[str] = "guests.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    guests: tuple[GuestRow, ...]
    left: tuple[LeftRow, ...]
    cut: Ticket
    let_write: Ticket
    adopt: Ticket
    pager: Pager = ONE_PAGE
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("Apps connected to %(network)s", network=self.network)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutView:
    """Says that nobody is signed in here any more."""

    template: ClassVar[str] = "signed_out.html"
    has_form: ClassVar[bool] = False
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Signed out")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    """What happened, and what to do next; never a dead end."""

    template: ClassVar[str] = "error.html"
    has_form: ClassVar[bool] = False
    heading: str
    text: str
    hint: str
    link: str = ""
    link_text: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.heading
