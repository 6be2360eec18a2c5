"""By what an app is recognised at a glance: its logo from our own origin, or its initials."""

from dataclasses import dataclass

LOGO_PATH = "/_frontdesk/logos/"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppMark:
    """The address of a logo (empty: none), and what stands in its place."""

    src: str
    initials: str


def mark_of(name: str, logo: str) -> AppMark:
    """The mark of an app that is called so; `logo` is its picture's name."""
    words = [word for word in name.split() if word[0].isalnum()] or [name.strip() or "?"]
    return AppMark(src=LOGO_PATH + logo if logo else "", initials="".join(word[0] for word in words[:2]).upper())
