"""The mails about partners' apps: one was connected to a network, or a connection ended without proof of by whom."""

from collections.abc import Mapping, Sequence

from frontdesk.flows.letters import (
    Circumstances,
    Letter,
    Letterhead,
    listed,
    one_line,
    paragraphs,
    short,
    with_link,
)
from frontdesk.protocol.ids import Email
from frontdesk.protocol.messages import N_, Text, say, say_count
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
    app, count = one_line(client.name), len(networks)
    abilities = [_ability(scope, words) for scope in scopes]
    ways_out = [f"{head.issuer}/account/networks/{network.id}/apps" for network in networks]
    shut_out = N_("If not: shut the app out, and its next call is refused:")
    if count == 1:
        title = one_line(networks[0].title)
        what = say(
            '%(person)s connected the app "%(app)s" to your network %(network)s.', person=by, app=app, network=title
        )
        subject: str = say(
            "%(app)s was connected to %(network)s", app=short(client.name), network=short(networks[0].title)
        )
        way_out = with_link(shut_out, ways_out[0])
    else:
        what = say_count(
            '%(person)s connected the app "%(app)s" to %(count)s of your networks.',
            '%(person)s connected the app "%(app)s" to %(count)s of your networks.',
            count,
            person=by,
            app=app,
        )
        subject = say_count(
            "%(app)s was connected to %(count)s networks",
            "%(app)s was connected to %(count)s networks",
            count,
            app=short(client.name),
        )
        named = zip(networks, ways_out, strict=True)
        way_out = Text(shut_out, "\n", listed([f"{one_line(network.title)}: {way}" for network, way in named]))
    text = paragraphs(
        what,
        Text(N_("What it may do there from now on:"), "\n", listed(abilities)),
        seen.lines(),
        N_("If you expected this, you need not do anything."),
        way_out,
    )
    return Letter(subject=head.subject(subject), text=text)


def render_taken_back_letter(
    *, client: Client, by: Email, networks: Sequence[Network], head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell somebody that a connection ended by one of its tokens, from a caller who did not prove to be the app."""
    ended = say(
        'A connection of the app "%(app)s", made by %(person)s, was ended. It no longer opens:',
        app=one_line(client.name),
        person=by,
    )
    text = paragraphs(
        Text(ended, "\n", listed([one_line(network.title) for network in networks])),
        N_("Whoever ended it held one of its tokens, and did not prove to be the app. Many apps disconnect like this."),
        seen.lines(),
        N_("If the app was disconnected on purpose, you need not do anything."),
        with_link(
            N_(
                "If not: ask its makers whether it was them. If it was, connect it again from the app. If it was not, "
                "a token of theirs is in strange hands: it is worth nothing any more, but they should know. What is "
                "connected now:"
            ),
            f"{head.issuer}/account/apps",
        ),
    )
    return Letter(subject=head.subject(say("a connection of %(app)s ended", app=short(client.name))), text=text)


def render_adopted_letter(
    *, client: Client, by: Email, network: Network, head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell somebody that an app which they had connected goes on in a network that they left, without them."""
    text = paragraphs(
        say(
            'You connected the app "%(app)s" to %(network)s and have left that network since. Its owner, %(person)s, '
            "took the connection over: from now on the app works there in the owner's name, and no longer in yours.",
            app=one_line(client.name),
            network=one_line(network.title),
            person=by,
        ),
        seen.lines(),
        with_link(
            N_("You need not do anything. What you let apps do elsewhere is as it was:"),
            f"{head.issuer}/account/apps",
        ),
    )
    subject = say("%(app)s in %(network)s goes on without you", app=short(client.name), network=short(network.title))
    return Letter(subject=head.subject(subject), text=text)


def _ability(scope: str, words: Mapping[str, str]) -> str:
    text = one_line(words.get(scope, ""))
    return f"{text} ({one_line(scope)})" if text else one_line(scope)
