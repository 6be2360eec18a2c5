"""The mails about partners' apps: one was connected to a network, or a connection ended without proof of by whom."""

from collections.abc import Mapping, Sequence

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, listed, one_line, short
from frontdesk.protocol.ids import Email
from frontdesk.protocol.records import Client, Network
from frontdesk.protocol.scopes import Scopes


def render_connected_letter(
    *,
    client: Client,
    by: Email,
    networks: Sequence[Network],
    scopes: Scopes,
    words: Mapping[str, str],
    head: Letterhead,
    seen: Circumstances,
) -> Letter:
    """Tell an owner who let which app into which of the owner's networks, to do what. `words` says scopes plainly."""
    app = one_line(client.name)
    abilities = [_ability(scope, words) for scope in scopes]
    ways_out = [f"{one_line(network.title)}: {head.issuer}/account/networks/{network.id}/apps" for network in networks]
    if len(networks) == 1:
        where = f"your network {one_line(networks[0].title)}"
        way_out = f"{head.issuer}/account/networks/{networks[0].id}/apps\n"
    else:
        where = f"{len(networks)} of your networks"
        way_out = listed(ways_out)
    text = (
        f'{by} connected the app "{app}" to {where}.\n\n'
        f"What it may do there from now on:\n{listed(abilities)}\n"
        f"{seen.lines()}\n"
        "If you expected this, you need not do anything.\n"
        f"If not: shut the app out, and its next call is refused:\n{way_out}"
    )
    return Letter(subject=head.subject(f"{short(client.name)} was connected to {_which(networks)}"), text=text)


def render_taken_back_letter(
    *, client: Client, by: Email, networks: Sequence[Network], head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell somebody that a connection ended by one of its tokens, from a caller who did not prove to be the app."""
    app = one_line(client.name)
    text = (
        f'A connection of the app "{app}", made by {by}, was ended. It no longer opens:\n'
        f"{listed([one_line(network.title) for network in networks])}\n"
        "Whoever ended it held one of its tokens, and did not prove to be the app. Many apps disconnect like this.\n\n"
        f"{seen.lines()}\n"
        "If the app was disconnected on purpose, you need not do anything.\n"
        "If not: ask its makers whether it was them. If it was, connect it again from the app. If it was not, a token\n"
        "of theirs is in strange hands: it is worth nothing any more, but they should know. What is connected now:\n"
        f"{head.issuer}/account/apps\n"
    )
    return Letter(subject=head.subject(f"a connection of {short(client.name)} ended"), text=text)


def _ability(scope: str, words: Mapping[str, str]) -> str:
    text = one_line(words.get(scope, ""))
    return f"{text} ({one_line(scope)})" if text else one_line(scope)


def _which(networks: Sequence[Network]) -> str:
    return short(networks[0].title) if len(networks) == 1 else f"{len(networks)} networks"
