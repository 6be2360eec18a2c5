"""The outside world as a test tells it: a clock that stands still, a post office that keeps its letters."""

from dataclasses import dataclass, field

from frontdesk.protocol.ids import DAY, MINUTE, SECOND, Email, Micros
from frontdesk.protocol.messages import say_by
from frontdesk.protocol.standing import MailState
from frontdesk.runtime.speakers import speaker_of

START = Micros(1_800_000_000 * SECOND)


@dataclass(slots=True)
class ToldClock:
    """Time passes when the test says so."""

    at: Micros = START

    def now(self) -> Micros:
        """The moment that was told last."""
        return self.at

    def pass_micros(self, count: int) -> None:
        """Let microseconds pass."""
        self.at = Micros(self.at + count)

    def pass_seconds(self, count: float) -> None:
        """Let seconds pass."""
        self.pass_micros(int(count * SECOND))

    def pass_minutes(self, count: float) -> None:
        """Let minutes pass."""
        self.pass_micros(int(count * MINUTE))

    def pass_days(self, count: float) -> None:
        """Let days pass."""
        self.pass_micros(int(count * DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail that was sent."""

    to: Email
    subject: str
    text: str


@dataclass(slots=True)
class Pigeonholes:
    """A post office whose letters the test can read."""

    letters: list[Letter] = field(default_factory=list)

    def post(self, to: Email, subject: str, text: str, *, language: str = "") -> None:
        """Keep a letter; what a real post office refuses is refused here too."""
        if any(character in to + subject for character in "\r\n\0"):
            raise ValueError("a header of a mail holds a line break")
        speaker = speaker_of(language)
        self.letters.append(Letter(to=to, subject=say_by(speaker, subject), text=say_by(speaker, text)))

    @property
    def state(self) -> MailState:
        """Every letter arrives."""
        return MailState(sent=len(self.letters))

    def to(self, address: str) -> list[Letter]:
        """The letters to one address, oldest first."""
        return [letter for letter in self.letters if letter.to == address]

    async def aclose(self) -> None:
        """Nothing is on its way."""


@dataclass(slots=True)
class Sightings:
    """A witness whose events the test can read."""

    events: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)

    def saw(self, event: str, **facts: str | None) -> None:
        """Keep an event."""
        self.events.append((event, facts))

    def names(self) -> list[str]:
        """The events' names in order."""
        return [name for name, _ in self.events]
