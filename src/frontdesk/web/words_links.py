"""What a page says about a link of an app's that cannot be followed: nobody is sent on, so a person reads it."""

from frontdesk.protocol.errors import Reason, wire
from frontdesk.protocol.messages import N_, say
from frontdesk.web.words import APP_UNREVIEWED, Notice

_MISTAKES = {
    Reason.MALFORMED_FORM: N_("the link is not well formed"),
    Reason.REPEATED_PARAMETER: N_("a parameter was sent more than once"),
    Reason.AUTHORIZE_REPEATED_CLIENT_OR_URI: N_("client_id and redirect_uri may be sent once only"),
    Reason.AUTHORIZE_UNKNOWN_CLIENT: N_("no app is registered under this client_id"),
    Reason.AUTHORIZE_UNREGISTERED_URI: N_("this redirect_uri is not registered for the app"),
}


def notice_of_link(reason: Reason) -> Notice:
    """The page for a refusal at the authorize endpoint that goes to no redirect address."""
    if reason is Reason.AUTHORIZE_UNREVIEWED:
        return APP_UNREVIEWED
    said = wire(reason)
    return Notice(
        status=said.status,
        title=N_("This link does not work"),
        text=say(
            "The app that sent you here made a mistake: %(mistake)s.", mistake=_MISTAKES.get(reason, said.message)
        ),
        hint=N_("Go back to the app that sent you here and tell its makers what this page says."),
    )
