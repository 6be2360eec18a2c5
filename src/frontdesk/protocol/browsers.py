"""What a person would call the browser that a User-Agent header speaks of: a hint to recognise it by, and no proof."""

from dataclasses import dataclass

# In this order: most browsers also claim to be the ones below them.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A browser and the system it runs on, each empty where the header does not tell."""

    browser: str = ""
    system: str = ""


NO_AGENT = Agent()  # the operator's command line, for one


def read_agent(header: str) -> Agent:
    """Names of ours for what the header says; nothing of its own text is kept."""
    return Agent(browser=_named(header, _BROWSERS), system=_named(header, _SYSTEMS))


def _named(header: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in header), "")
