"""The mails about leaks: something of yours was found where others can read it, and what was done about it."""

from collections.abc import Sequence

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, listed, one_line, short
from frontdesk.protocol.ids import Email
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
    app = one_line(client.name)
    text = (
        f'A token of the app "{app}" ({what}) was found where others can read it{_found(place)}\n'
        f"Whoever read it could have used the app's connection, made by {by}. So that connection was ended. It no\n"
        f"longer opens:\n{listed([one_line(network.title) for network in networks])}\n"
        f"{seen.lines()}\n"
        "To use the app again, connect it again from the app. Its makers should know that they, or somebody who runs\n"
        "their app for you, let a token out. What is connected now:\n"
        f"{head.issuer}/account/apps\n"
    )
    return Letter(subject=head.subject(f"a leaked token of {short(client.name)} was ended"), text=text)


def render_leaked_session_letter(*, place: str, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that a browser's session was found, and ended."""
    text = (
        f"The cookie of a browser in which you were signed in was found where others can read it{_found(place)}\n"
        "Whoever read it could have acted as you. So that session was ended.\n\n"
        f"{seen.lines()}\n"
        "Sign in again, and look through what is connected to your networks:\n"
        f"{head.issuer}/account/apps\n"
    )
    return Letter(subject=head.subject("a leaked session was ended"), text=text)


def render_leaked_secret_letter(
    *, network: Network, place: str, ended: bool, head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell an owner that the network's API secret was found: still in force, or already ended."""
    title = one_line(network.title)
    page = f"{head.issuer}/account/networks/{network.id}/api\n"
    if ended:
        done = (
            "It was ended: programs that use it are refused from now on. Make a new one there, and give it to them:\n"
        )
    else:
        done = (
            "It still works, for your programs and for whoever read it: ending it would stop your programs at once,\n"
            f"so that is left to you. Do it soon: sign in, and regenerate the API credentials of {title}:\n"
        )
    text = (
        f"The API secret of your network {title} was found where others can read it{_found(place)}\n"
        f"{done}{page}\n"
        f"{seen.lines()}\n"
        "Then take the old one out of where it was found.\n"
    )
    did = "leaked API secret ended" if ended else "API secret leaked, replace it"
    return Letter(subject=head.subject(f"{did}: {short(network.title)}"), text=text)


def _found(place: str) -> str:
    return f":\n\n    {one_line(place)}\n" if place else ".\n"
