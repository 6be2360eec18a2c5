"""What each page shows, as typed records: a template can use nothing that is not here."""

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from frontdesk.web.scope_words import ScopeLine
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
    section: str = ""  # "networks" or "apps": which one is open


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
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return "Sign in again" if self.again else "Sign in"


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
        return "Enter your code"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkBox:
    """One check box of the network picker. `limit` says what the role leaves of the list below; empty: all."""

    id: str
    title: str
    role: str
    ticked: bool
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """Who asks, for what, where; without networks its only button is deny."""

    template: ClassVar[str] = "consent.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    not_you: Ticket
    app: str
    redirect_host: str
    email: str
    initial: str
    networks: tuple[NetworkBox, ...]
    scopes: tuple[ScopeLine, ...]
    beyond: tuple[str, ...]
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return f"Connect {self.app}"

    @property
    def changes_data(self) -> bool:
        """Whether any line lets the app change something."""
        return any(line.writes for line in self.scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A network on the account's first page."""

    id: str
    title: str
    role: str
    owned: bool
    last_four: str = ""
    last_used: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """The account: networks, and how many apps are connected."""

    template: ClassVar[str] = "home.html"
    has_form: ClassVar[bool] = False
    networks: tuple[NetworkRow, ...]
    apps: int
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return "Your networks"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiView:
    """A network's Basic pair for its owner, and regenerating it."""

    template: ClassVar[str] = "api.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    reveal: Ticket | None  # None: the secret was not kept
    must_sign_in: bool  # before it is shown
    network_id: str
    network: str
    client_id: str
    last_four: str
    version: int
    made: Moment
    last_used: Moment | None
    last_shown: Moment | None
    curl: str
    typed_title: str = ""
    problem: str = ""
    mistyped: bool = False  # the problem is the typed title's
    regenerating: bool = False  # the problem is answered by regenerating

    @property
    def title(self) -> str:
        """What the tab says."""
        return f"API credentials of {self.network}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshSecretView:
    """The new pair with its secret, in the answer to the form that made it. `kept`: it can be seen again later."""

    template: ClassVar[str] = "fresh_secret.html"
    has_form: ClassVar[bool] = False
    network_id: str
    network: str
    client_id: str
    secret: str = field(repr=False)
    curl: str
    kept: bool
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says; a screenshot of it tells nothing."""
        return "New API credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretView:
    """The secret again, folded away, in the answer to the form that asked for it; `seconds` until it is hidden."""

    template: ClassVar[str] = "secret.html"
    has_form: ClassVar[bool] = False
    back: str  # the page that hides it
    network: str
    client_id: str
    last_four: str
    secret: str = field(repr=False)
    seconds: int
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says; a screenshot of it tells nothing."""
        return "API secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppNetworkRow:
    """One network of a connected app, and what dropping it means."""

    id: str
    title: str
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """A connected app."""

    client_id: str
    name: str
    networks: tuple[AppNetworkRow, ...]
    scopes: tuple[ScopeLine, ...]
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
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return "Connected apps"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRow:
    """One person's app with a way into the owner's network."""

    user_id: str
    email: str
    client_id: str
    app: str
    scopes: tuple[ScopeLine, ...]
    since: Moment
    last_used: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsView:
    """Who connected what to the owner's network."""

    template: ClassVar[str] = "guests.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    guests: tuple[GuestRow, ...]
    cut: Ticket
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return f"Apps connected to {self.network}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutView:
    """Says that nobody is signed in here any more."""

    template: ClassVar[str] = "signed_out.html"
    has_form: ClassVar[bool] = False
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return "Signed out"


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
