"""What the language page shows."""

from dataclasses import dataclass
from typing import ClassVar

from frontdesk.protocol.messages import N_
from frontdesk.web.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChoice:
    """One language, by its name in itself."""

    code: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageView:
    """Every language that there is, and where one goes afterwards."""

    template: ClassVar[str] = "language.html"
    has_form: ClassVar[bool] = True
    ticket: Ticket
    next: str
    choices: tuple[LanguageChoice, ...]
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return N_("Language")
