"""The sections of the account, each shown to those whom it concerns."""

from collections.abc import Callable, Container
from dataclasses import dataclass

from frontdesk.protocol.messages import N_
from frontdesk.web.visitors import Visitor


def everybody(visitor: Visitor) -> bool:
    """It concerns all who are signed in."""
    return True


def operators(visitor: Visitor) -> bool:
    """It concerns those who run the installation."""
    return visitor.is_operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One link of the bar at the top; `key` is what a page of it passes to `Desk.page(section=…)`."""

    key: str
    path: str
    label: str
    concerns: Callable[[Visitor], bool] = everybody


SECTIONS: tuple[Section, ...] = (
    Section(key="networks", path="/account", label=N_("Networks")),
    Section(key="apps", path="/account/apps", label=N_("Connected apps")),
    Section(key="security", path="/account/security", label=N_("Security")),
    Section(key="profile", path="/account/profile", label=N_("Profile")),
    Section(key="partner", path="/partner", label=N_("Partner")),
    Section(key="operator", path="/operator", label=N_("Operator"), concerns=operators),
)


def sections_for(visitor: Visitor, pages: Container[str]) -> tuple[Section, ...]:
    """The sections that there are pages of, and that concern this person."""
    return tuple(section for section in SECTIONS if section.path in pages and section.concerns(visitor))
