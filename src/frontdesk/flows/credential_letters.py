"""The mails about a network's API credentials: they were regenerated, or their secret was shown. DESIGN D8."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, short
from frontdesk.protocol.records import Network


def render_regenerated_letter(
    *, network: Network, head: Letterhead, seen: Circumstances, operator: bool = False
) -> Letter:
    """Tell an owner that the credentials changed, so that a stranger's hand would be noticed."""
    title = one_line(network.title)
    text = (
        f"The API credentials of {title} were regenerated. The old client id and secret are refused from now on;\n"
        "programs that use them need the new ones.\n\n"
        f"{seen.lines(operator=operator)}\n"
        "If you expected this, you need not do anything else.\n"
        "If not: regenerate them again, so that nobody but you has them, and tell those who run this service:\n"
        f"{_api_page(head, network)}\n"
    )
    return Letter(subject=head.subject(f"API credentials of {short(network.title)} regenerated"), text=text)


def render_revealed_letter(*, network: Network, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell an owner that the secret was shown in the owner's account."""
    text = (
        f"The API secret of {one_line(network.title)} was shown in your account. Nothing was changed.\n\n"
        f"{seen.lines()}\n"
        "If that was you, you need not do anything.\n"
        "If it was not: somebody else is signed in as you. Regenerate the credentials, which refuses the secret that\n"
        "was seen, and tell those who run this service:\n"
        f"{_api_page(head, network)}\n"
    )
    return Letter(subject=head.subject(f"API secret of {short(network.title)} was shown"), text=text)


def _api_page(head: Letterhead, network: Network) -> str:
    return f"{head.issuer}/account/networks/{network.id}/api"
