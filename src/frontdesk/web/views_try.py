"""What the pages show on which a partner tries an app out, as typed records."""

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLink:
    """Where a browser goes to connect an app, and where it comes back to."""

    redirect_uri: str
    link: str
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TryView:
    """Links that connect the app as its users will."""

    template: ClassVar[str] = "app_try.html"
    has_form: ClassVar[bool] = False
    path: str
    app: str
    links: tuple[TryLink, ...]
    networks: tuple[str, ...]  # titles of those in which the reader may connect it
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A program, and what it is written in."""

    key: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartView:
    """Programs that connect the app and make its first call. `is_ours`: they come back to our test page."""

    template: ClassVar[str] = "app_start.html"
    has_form: ClassVar[bool] = False
    path: str
    app: str
    samples: tuple[Sample, ...]
    is_confidential: bool
    is_ours: bool
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingView:
    """What came back: a code and what to do with it, or an error."""

    template: ClassVar[str] = "app_landing.html"
    has_form: ClassVar[bool] = False
    path: str
    app: str
    error: str
    error_text: str
    exchange: str = field(repr=False)
    call: str
    seconds: int
    is_confidential: bool
    problem: str = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.app
