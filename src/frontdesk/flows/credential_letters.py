"""The mails about a network's API credentials: they were regenerated, or their secret was shown. DESIGN D8."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, short, with_link
from frontdesk.protocol.messages import N_, say
from frontdesk.protocol.records import Network


def render_regenerated_letter(
    *, network: Network, head: Letterhead, seen: Circumstances, operator: bool = False
) -> Letter:
    """Tell an owner that the credentials changed, so that a stranger's hand would be noticed."""
    text = paragraphs(
        say(
            "The API credentials of %(network)s were regenerated. The old client id and secret are refused from now "
            "on; programs that use them need the new ones.",
            network=one_line(network.title),
        ),
        seen.lines(operator=operator),
        N_("If you expected this, you need not do anything else."),
        with_link(
            N_("If not: regenerate them again, so that nobody but you has them, and tell those who run this service:"),
            _api_page(head, network),
        ),
    )
    subject = say("API credentials of %(network)s regenerated", network=short(network.title))
    return Letter(subject=head.subject(subject), text=text)


def render_revealed_letter(*, network: Network, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell an owner that the secret was shown in the owner's account."""
    text = paragraphs(
        say(
            "The API secret of %(network)s was shown in your account. Nothing was changed.",
            network=one_line(network.title),
        ),
        seen.lines(),
        N_("If that was you, you need not do anything."),
        with_link(
            N_(
                "If it was not: somebody else is signed in as you. Regenerate the credentials, which refuses the "
                "secret that was seen, and tell those who run this service:"
            ),
            _api_page(head, network),
        ),
    )
    subject = say("API secret of %(network)s was shown", network=short(network.title))
    return Letter(subject=head.subject(subject), text=text)


def _api_page(head: Letterhead, network: Network) -> str:
    return f"{head.issuer}/account/networks/{network.id}/api"
