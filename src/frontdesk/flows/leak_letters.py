"""The mails about leaks: something of yours was found where others can read it, and what was done about it."""

from collections.abc import Sequence

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, listed, one_line, paragraphs, short, with_link
from frontdesk.protocol.ids import Email
from frontdesk.protocol.messages import N_, Text, say
from frontdesk.protocol.records import Client, Network


def render_leaked_token_letter(
    *,
    what: str,
    client: Client,
    by: Email,
    networks: Sequence[Network],
    place: str,
    head: Letterhead,
    seen: Circumstances,
) -> Letter:
    """Tell a user or owner that an app's token was found, and that its connection was ended. `what`: "access token"."""
    found = say(
        'A token of the app "%(app)s" (%(kind)s) was found where others can read it.',
        app=one_line(client.name),
        kind=what,
    )
    ended = say(
        "Whoever read it could have used the app's connection, made by %(person)s. So that connection was ended. It no "
        "longer opens:",
        person=by,
    )
    text = paragraphs(
        found,
        _place(place),
        Text(ended, "\n", listed([one_line(network.title) for network in networks])),
        seen.lines(),
        with_link(
            N_(
                "To use the app again, connect it again from the app. Its makers should know that they, or somebody "
                "who runs their app for you, let a token out. What is connected now:"
            ),
            f"{head.issuer}/account/apps",
        ),
    )
    return Letter(subject=head.subject(say("a leaked token of %(app)s was ended", app=short(client.name))), text=text)


def render_leaked_session_letter(*, place: str, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that a browser's session was found, and ended."""
    text = paragraphs(
        N_("The cookie of a browser in which you were signed in was found where others can read it."),
        _place(place),
        N_("Whoever read it could have acted as you. So that session was ended."),
        seen.lines(),
        with_link(
            N_("Sign in again, and look through what is connected to your networks:"), f"{head.issuer}/account/apps"
        ),
    )
    return Letter(subject=head.subject(N_("a leaked session was ended")), text=text)


def render_leaked_secret_letter(
    *, network: Network, place: str, ended: bool, head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell an owner that the network's API secret was found: still in force, or already ended."""
    title, name = one_line(network.title), short(network.title)
    if ended:
        done: str = N_(
            "It was ended: programs that use it are refused from now on. Make a new one there, and give it to them:"
        )
        subject = say("leaked API secret ended: %(network)s", network=name)
    else:
        done = say(
            "It still works, for your programs and for whoever read it: ending it would stop your programs at once, so "
            "that is left to you. Do it soon: sign in, and regenerate the API credentials of %(network)s:",
            network=title,
        )
        subject = say("API secret leaked, replace it: %(network)s", network=name)
    text = paragraphs(
        say("The API secret of your network %(network)s was found where others can read it.", network=title),
        _place(place),
        with_link(done, f"{head.issuer}/account/networks/{network.id}/api"),
        seen.lines(),
        N_("Then take the old one out of where it was found."),
    )
    return Letter(subject=head.subject(subject), text=text)


def _place(place: str) -> str:
    return f"    {one_line(place)}" if place else ""
