"""What the pages about a network's Basic pairs show; a secret on two of them, and in no title."""

from dataclasses import dataclass, field
from typing import ClassVar

from frontdesk.protocol.credential_wishes import Faults, Wish
from frontdesk.protocol.messages import N_, say
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """The facts of one pair, without its secret. `limits`: what it is narrowed to, a sentence each."""

    client_id: str
    last_four: str
    made: Moment
    last_used: Moment | None
    last_used_from: str
    last_shown: Moment | None
    calls: int  # this week
    limits: tuple[str, ...]
    has_expired: bool
    curl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OldPairView:
    """A pair that goes on beside the one in its place. `is_silent`: it may well be ended."""

    client_id: str
    last_four: str
    version: int
    until: str
    until_iso: str
    last_used: Moment | None
    last_used_from: str
    calls: int
    is_silent: bool
    end: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class RegenerateView:
    """The form that regenerates a pair: which overlap is chosen, and what was typed."""

    ticket: Ticket
    version: int
    overlap: str
    typed_title: str = ""
    is_mistyped: bool = False
    is_open: bool = False  # the problem above is answered by regenerating


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealView:
    """The button that shows a secret; `must_sign_in` before it does."""

    ticket: Ticket
    must_sign_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRow:
    """A named pair in the list of them."""

    name: str
    path: str
    last_used: Moment | None
    limits: tuple[str, ...]
    has_expired: bool
    old_goes_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiView:
    """A network's main pair for its owner, the named ones beside it, and regenerating."""

    template: ClassVar[str] = "api.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    pair: PairView
    old: OldPairView | None
    reveal: RevealView | None  # None: the secret was not kept
    regenerate: RegenerateView
    version: int
    form: "WishView"
    named: tuple[NamedRow, ...]
    can_add: bool
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("API credentials of %(network)s", network=self.network)


@dataclass(frozen=True, slots=True, kw_only=True)
class WishView:
    """The form for a name and a narrowing, with what is in it and what is wrong with it.

    The main pair has neither a name of its own nor a last day.
    """

    ticket: Ticket
    wish: Wish
    operations: tuple[str, ...]
    faults: Faults = ()
    is_main: bool = False

    def is_wrong(self, field: str) -> bool:
        """Whether this field has a fault."""
        return any(fault.field == field for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    """One named pair: what it is, what it may, and its ways out."""

    template: ClassVar[str] = "credential.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    name: str
    version: int
    pair: PairView
    old: OldPairView | None
    reveal: RevealView | None
    regenerate: RegenerateView
    form: WishView
    end: Ticket
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return say("%(name)s, API credentials of %(network)s", name=self.name, network=self.network)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredentialView:
    """Asks for the name and the narrowing of another pair; `sign_in_first` where that was too long ago."""

    template: ClassVar[str] = "credential_new.html"
    has_form: ClassVar[bool] = True
    network_id: str
    network: str
    form: WishView
    sign_in_first: str
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("More API credentials")


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshSecretView:
    """The new pair with its secret, in the answer to the form that made it. `kept`: it can be seen again later.

    `replaces`: it took another's place, which is refused now, or goes on until `old_until`.
    """

    template: ClassVar[str] = "fresh_secret.html"
    has_form: ClassVar[bool] = False
    back: str
    network: str
    name: str
    client_id: str
    secret: str = field(repr=False)
    curl: str
    kept: bool
    replaces: bool
    old_until: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says; a screenshot of it tells nothing."""
        return N_("New API credentials")


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
        return N_("API secret")
