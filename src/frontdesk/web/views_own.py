"""What the pages about somebody's own account show: Security and Profile."""

from dataclasses import dataclass, field
from typing import ClassVar

from frontdesk.protocol.messages import N_
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One browser in which somebody is signed in; `here` is the one that shows the page."""

    id: str
    here: bool
    browser: str  # empty where it did not tell
    system: str
    address: str
    begun: Moment
    last_seen: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRow:
    """One of somebody's passkeys."""

    id: str
    name: str
    synced: bool
    made: Moment
    last_used: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRow:
    """An account elsewhere that signs somebody in, or (`unlinked`) does so no more."""

    handle: str
    name: str
    linked: Moment
    unlinked: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityView:
    """How somebody signs in, and where they are signed in. `sign_in_first` as in ProfileView."""

    template: ClassVar[str] = "security.html"
    has_form: ClassVar[bool] = True
    sessions: tuple[SessionRow, ...]
    end: Ticket
    end_all: Ticket
    passkeys: tuple[PasskeyRow, ...]
    offers_passkeys: bool
    rename_passkey: Ticket
    remove_passkey: Ticket
    identities: tuple[IdentityRow, ...]
    unlink: Ticket
    allow: Ticket
    second_factor: bool
    codes_left: int
    sign_in_first: str
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Security")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """The own address, and the form that changes it; `sign_in_first` leads to signing in where that was long ago."""

    template: ClassVar[str] = "profile.html"
    has_form: ClassVar[bool] = True
    email: str
    language: str
    change: Ticket
    sign_in_first: str
    typed: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Profile")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailCodesView:
    """Asks for both codes of a change of address. `expired`: there is nothing left to confirm."""

    template: ClassVar[str] = "email_codes.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    back: str
    before: str
    after: str
    expired: bool
    blocked: bool
    old_code: str = ""
    new_code: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Confirm your new address")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteView:
    """What goes with the account; `networks` and `own_apps` are those that keep it."""

    template: ClassVar[str] = "delete_account.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    email: str
    networks: tuple[str, ...]
    own_apps: tuple[str, ...]
    last_operator: bool
    apps: int
    sign_in_first: str
    typed: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Delete your account")

    @property
    def must_stay(self) -> bool:
        """Whether anything keeps the account."""
        return bool(self.networks or self.own_apps) or self.last_operator


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedView:
    """Says that the account is no more."""

    template: ClassVar[str] = "deleted.html"
    has_form: ClassVar[bool] = False
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Account deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyView:
    """Asks a browser to make a passkey; `question` is for its script."""

    template: ClassVar[str] = "passkey.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    question: str
    sealed: str = field(repr=False)
    name: str = ""
    misnamed: bool = False  # the problem is the name's
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Add a passkey")
