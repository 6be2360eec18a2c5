"""Paths of the app that are outside the document and open to everybody: exact ones, in the one spelling. DESIGN D9."""

from collections.abc import Iterable

from frontdesk.gateway.target import read_target
from frontdesk.middleware.desk import Desk, DeskError
from frontdesk.protocol.errors import Refusal


def read_exemptions(paths: Iterable[str], desk: Desk) -> frozenset[bytes]:
    """The raw paths; DeskError for one that could be read in two ways, or that the document lists.

    A remote desk does not tell what its document lists: there it is the operator's care.
    """
    found = set()
    for path in paths:
        raw = path.encode("utf-8")
        target = read_target(raw)
        if isinstance(target, Refusal) or target.normalised != raw or target.query:
            raise DeskError(f"exempt names {path!r}, which is no plain path", 'write it as it is called: "/healthz"')
        if desk.lists(target):
            raise DeskError(
                f"exempt names {path!r}, which the document lists", "make the operation public there: security: []"
            )
        found.add(raw)
    return frozenset(found)
