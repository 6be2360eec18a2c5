"""What the pages about Basic pairs say of what a pair is narrowed to, and when something goes wrong."""

from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.messages import N_, Day, say, say_count
from frontdesk.protocol.narrowing import Narrowing
from frontdesk.web.words import KEPT_NOWHERE, REGENERATED_MEANWHILE, REVEALED_MEANWHILE, TITLE_PROBLEM

NAME_TAKEN = N_("Other credentials of this network have that name. Choose another one.")
FULL = N_("This network has as many credentials as it can have. End some that nobody uses, then make new ones.")

# What goes wrong with a page that was right when it was made: it is shown anew, with the reason.
PROBLEMS = {
    Reason.TITLE_MISTYPED: (400, TITLE_PROBLEM),
    Reason.REGENERATED_MEANWHILE: (409, REGENERATED_MEANWHILE),
    Reason.REVEALED_MEANWHILE: (409, REVEALED_MEANWHILE),
    Reason.SECRET_NOT_KEPT: (409, KEPT_NOWHERE),
    Reason.NAME_TAKEN: (409, NAME_TAKEN),
    Reason.CREDENTIALS_FULL: (409, FULL),
}


def limits_of(narrowing: Narrowing) -> tuple[str, ...]:
    """A sentence for each thing that a pair is narrowed to; none: it may all that these credentials may."""
    limits: list[str] = []
    if narrowing.read_only:
        limits.append(N_("Reads only."))
    if narrowing.operations:
        limits.append(say_count("Calls %(count)s operation.", "Calls %(count)s operations.", len(narrowing.operations)))
    if narrowing.addresses:
        shown = narrowing.addresses[0]
        more = len(narrowing.addresses) - 1
        limits.append(
            say_count(
                "Works from %(address)s and %(count)s more.",
                "Works from %(address)s and %(count)s more.",
                more,
                address=shown,
            )
            if more
            else say("Works from %(address)s.", address=shown)
        )
    if narrowing.expires_at is not None:
        limits.append(say("Works until %(day)s.", day=Day(Micros(narrowing.expires_at - 1))))
    return tuple(limits)
