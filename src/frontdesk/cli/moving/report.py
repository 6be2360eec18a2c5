"""What was taken along and what was left behind, with the reason and the number of each: nothing goes silently."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SHOWN = 5  # names told of each reason


@dataclass(slots=True, kw_only=True)
class Report:
    """Counts by kind. `left` is by kind and reason; a name is an id of the old server, never a secret or a token.

    `known_scopes` is empty where no document says which the API has.
    """

    known_scopes: frozenset[str] = frozenset()
    taken: Counter[str] = field(default_factory=Counter)
    left: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    noted: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def leave(self, kind: str, name: str, reason: str) -> None:
        """A row that is not taken along."""
        self.left.setdefault((kind, reason), []).append(name)

    def note(self, kind: str, name: str, remark: str) -> None:
        """A row that is taken along, but not quite as it was."""
        self.noted.setdefault((kind, remark), []).append(name)

    def document(self) -> dict[str, Any]:
        """The report for scripts."""
        return {
            "taken": dict(sorted(self.taken.items())),
            "left": _entries(self.left, "reason"),
            "noted": _entries(self.noted, "remark"),
        }

    def lines(self) -> list[str]:
        """The report for people."""
        taken = ", ".join(f"{count} {kind}" for kind, count in sorted(self.taken.items())) or "nothing"
        said = [f"taken along: {taken}"]
        for title, entries in (("left behind", self.left), ("to know", self.noted)):
            for (kind, why), names in entries.items():
                more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                said.append(f"{title}: {len(names)} {kind}: {why} ({', '.join(names[:SHOWN])}{more})")
        return said


def _entries(found: dict[tuple[str, str], list[str]], word: str) -> list[dict[str, Any]]:
    return [
        {"kind": kind, word: why, "count": len(names), "examples": names[:SHOWN]}
        for (kind, why), names in found.items()
    ]
