"""What can keep the desk from opening, in one sentence for people; whatever is not listed here is a bug."""

from frontdesk.cli.speech import Refused
from frontdesk.protocol.store import StoreUnavailable


def in_words(error: BaseException) -> Refused | None:
    """The refusal to print for an error at start-up or in the store; None: a bug, let it be seen whole.

    Settings, documents, keys and databases raise errors that carry a `hint` themselves.
    """
    if isinstance(error, Refused):
        return error
    hint = getattr(error, "hint", None)
    if isinstance(hint, str):
        problem, place = getattr(error, "problem", str(error)), getattr(error, "place", "")
        return Refused(f"{problem} (at {place})" if place else problem, hint)
    if isinstance(error, StoreUnavailable):
        return Refused(f"the store cannot be used now: {error}", "run 'frontdesk doctor'")
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return Refused(f"{error.strerror or error}{where}", "run 'frontdesk doctor'")
    if isinstance(error, ValueError):
        return Refused(str(error) or type(error).__name__) if type(error).__module__.startswith("frontdesk.") else None
    return None
