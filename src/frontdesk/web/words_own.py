"""What the pages about somebody's own account say when something goes wrong: what happened, then what to do."""

from frontdesk.flows.signin import CodeFault
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.messages import N_
from frontdesk.web.words import Notice

PROBLEMS = {
    Reason.MEMBERS_ELSEWHERE: (
        409,
        N_("The people of networks are kept in another place, and cannot be changed here. Nothing was changed."),
    ),
    Reason.ADDRESS_UNCHANGED: (
        422,
        N_("That is the address that you have. Type the one that you want to use instead."),
    ),
    Reason.ADDRESS_MISTYPED: (422, N_("That is not your address. Type it as it is written, to be sure.")),
    Reason.TOO_MANY_MAILS: (
        429,
        N_("We send at most one mail a minute and five an hour. Wait a while, then try again."),
    ),
    Reason.OWNED_BY_THEM_ALONE: (409, N_("What you own would be nobody's. Give each of these another owner first.")),
    Reason.TOO_MANY_PASSKEYS: (409, N_("You have twenty passkeys, as many as an account holds. Remove one first.")),
    Reason.NAME_UNFIT: (422, N_("Give it a name of 1 to 60 characters, such as the name of the device.")),
    Reason.LAST_WAY_IN: (
        409,
        N_("Nothing else signs you in, so that you would be locked out. Add a passkey first."),
    ),
    Reason.SECOND_CODE_WRONG: (
        400,
        N_("That is not the code that the app shows now. Check the telephone's clock, and type the newest code."),
    ),
    Reason.PASSKEY_REFUSED: (
        400,
        N_("That did not work: the page was open for too long, or this passkey is not known here."),
    ),
}

CHANGE_PROBLEMS = {
    CodeFault.MALFORMED: N_("Each code is six digits. Check both mails and type them again."),
    CodeFault.WRONG: N_("These codes are not right together. Check that both are from the newest mails."),
    CodeFault.EXPIRED: N_("These codes are older than 10 minutes, or were asked for in another browser. Begin again."),
}

SECOND_PROBLEMS = {
    CodeFault.MALFORMED: N_("Type the six digits of the app, or a recovery code as it was shown to you."),
    CodeFault.WRONG: N_("That code is not right, or was used before. Wait for the app's next one and type that."),
}

PROVIDER_NOTICES = {
    Reason.PROVIDER_AWAY: Notice(
        status=503,
        title=N_("The other sign-in does not answer"),
        text=N_("We could not reach the place where you have that account. Nobody was signed in."),
        hint=N_("Try again in a moment, or have a code sent to your mailbox instead."),
        link="/sign-in",
        link_text=N_("Sign in"),
    ),
    Reason.PROVIDER_REFUSED: Notice(
        status=400,
        title=N_("That sign-in did not work"),
        text=N_(
            "It was broken off, took longer than 30 minutes, or was begun in another browser. Nobody was signed in."
        ),
        hint=N_("Begin again here, or have a code sent to your mailbox instead."),
        link="/sign-in",
        link_text=N_("Sign in"),
    ),
    Reason.NOBODY_HERE: Notice(
        status=403,
        title=N_("Nobody here has that account"),
        text=N_(
            "You signed in there, but the address that it vouches for belongs to nobody here, or is used otherwise."
        ),
        hint=N_("Sign in with the address that people here know you by."),
        link="/sign-in",
        link_text=N_("Sign in"),
    ),
}
