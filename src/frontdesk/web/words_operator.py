"""What the operators' pages say when something goes wrong: what happened, then what to do."""

from frontdesk.flows.operating import Kept
from frontdesk.flows.operators import Fault
from frontdesk.flows.reviewing import Undecided
from frontdesk.protocol.hours import Happening
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import Review

FAULTS = {
    Fault.NOT_AN_ADDRESS: N_("Enter an e-mail address, such as name@example.com."),
    Fault.BLOCKED: N_("This person is blocked. Let them in again first."),
    Fault.ALREADY: N_("This person is an operator already."),
    Fault.NOT_AN_OPERATOR: N_("This person is no operator any more. What you see now is how it is."),
    Fault.THE_LAST: N_("This person is the last operator. Appoint somebody else first."),
}

KEPT = {
    Kept.OWNS_NETWORKS: N_(
        "Nobody was shut out: this person owns a network. Give it another owner, or suspend the network."
    ),
    Kept.IS_OPERATOR: N_("Nobody was shut out: this person is an operator. Dismiss them first."),
}

UNDECIDED = {
    Undecided.NO_SUCH_APP: N_("There is no such app any more."),
    Undecided.NOTE_MISSING: N_("Say in the note what its makers must change."),
    Undecided.MEANWHILE: N_("Somebody decided it, or its makers took it back, after you opened this page."),
}

STATES = {
    Review.DRAFT: N_("not handed in"),
    Review.SUBMITTED: N_("waits for a decision"),
    Review.APPROVED: N_("approved"),
    Review.RETURNED: N_("returned to its makers"),
}

FAILED = {
    Happening.CODE_WRONG: N_("Wrong codes"),
    Happening.CODE_LATE: N_("Codes that came too late"),
    Happening.CODE_BLOCKED: N_("Tries while an address was blocked"),
    Happening.SECOND_WRONG: N_("Wrong codes of an authenticator app"),
    Happening.PASSKEY_REFUSED: N_("Passkeys that were refused"),
    Happening.PROVIDER_REFUSED: N_("Refused on the way back from your own sign-in"),
}
