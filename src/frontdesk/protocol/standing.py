"""How an installation stands: its document, its mail, its sign-ins. What an operator looks at first."""

from dataclasses import dataclass, field

from frontdesk.protocol.ids import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class MailState:
    """What one worker's post office has done since it began. `trouble`: why the last letter that failed did."""

    waiting: int = 0
    sent: int = 0
    dropped: int = 0
    sent_at: Micros | None = None
    trouble: str = field(default="")
    trouble_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of the document: where it is (a JSON pointer), what is wrong there, what to do."""

    code: str
    is_error: bool
    place: str
    words: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    """`visitors`: browsers that were signed in and seen within the hour. `codes`: sent, alive and not used."""

    visitors: int
    codes: int
