"""Values of a parsed document, each with its place, and what is said where one is not as it must be."""

from frontdesk.gateway.syntax import Values


class DocumentError(Exception):
    """The document cannot be the policy. `place` is a JSON pointer into it, `hint` says what to do."""

    def __init__(self, problem: str, *, place: str = "", hint: str = "") -> None:
        """Say the problem, where it is and what to do."""
        super().__init__(f"{problem} (at {place})" if place else problem)
        self.problem = problem
        self.place = place
        self.hint = hint


def escape(key: str) -> str:
    """A key as part of a JSON pointer (RFC 6901 §3)."""
    return key.replace("~", "~0").replace("/", "~1")


def mapping_of(value: Values, place: str) -> dict[str, Values]:
    """The object that stands in a place. Raises DocumentError where none does."""
    if not isinstance(value, dict):
        problem = "something is missing here" if value is None else "an object is expected here"
        raise DocumentError(problem, place=place, hint="write an object (a mapping) in this place")
    return value


def text_of(value: Values) -> str:
    """A text; empty where there is none."""
    return value if isinstance(value, str) else ""


def texts_of(value: Values) -> tuple[str, ...]:
    """The texts of a list; empty where there is none."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
