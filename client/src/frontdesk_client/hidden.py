"""Values that hold tokens and print as nothing, for errors that are shown with the locals of their frames."""

import json


class Hidden(str):
    """A text like any other, but for its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Not what it says."""
        return "Hidden(…)"


class HiddenObject(dict[str, object]):
    """A JSON object like any other, but for its repr."""

    def __repr__(self) -> str:
        """Not what it says."""
        return "HiddenObject(…)"


def read_object(text: str | bytes) -> HiddenObject | None:
    """The JSON object that a text is; None where it is anything else."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return HiddenObject(said) if isinstance(said, dict) else None
