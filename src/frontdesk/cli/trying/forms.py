"""Reading the forms of a page, and filling them in as a browser would. Standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode


@dataclass(slots=True, kw_only=True)
class Form:
    """Where a form goes, what it sends as it stands, and what could be added by ticking or pressing."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """Every name that it can send."""
        return {name for name, _ in (*self.fields, *self.boxes, *self.buttons)}

    def fill(self, values: Sequence[tuple[str, str]]) -> str:
        """What is posted: its own fields less those that are filled in, then these. A box counts as not ticked."""
        filled = {name for name, _ in (*values, *self.boxes)}
        kept = [pair for pair in self.fields if pair[0] not in filled]
        return urlencode([*kept, *values])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(action=have.get("action", ""))
            self.found.append(self._open)
        if self._open is None or tag not in ("input", "button") or not have.get("name"):
            return
        pair = (have["name"], have.get("value", ""))
        kind = have.get("type", "submit" if tag == "button" else "text").lower()
        if kind == "submit":
            self._open.buttons.append(pair)
        elif kind in ("checkbox", "radio"):
            self._open.boxes.append(pair)
            if "checked" in have:
                self._open.fields.append(pair)
        else:
            self._open.fields.append(pair)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def read_forms(html: str) -> list[Form]:
    """Every form of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


def find_form(html: str, name: str) -> Form | None:
    """The first form of a page that can send this name."""
    return next((form for form in read_forms(html) if name in form.names), None)
