"""The mails about giving a network's ownership on: two codes, the offer, and what came of it."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, short
from frontdesk.protocol.ids import Email
from frontdesk.protocol.records import Network


def render_giving_code_letter(
    code: str, *, network: Network, to: Email, head: Letterhead, seen: Circumstances
) -> Letter:
    """The owner's code: it says to whom the network would go."""
    text = (
        f"The code for giving {one_line(network.title)} away is\n\n    {code}\n\n"
        f"Somebody who is signed in as you asked to make {to} the owner of {one_line(network.title)}. It counts once\n"
        f"this code is typed, within 10 minutes, and {to} agrees.\n\n"
        f"{seen.lines()}\n"
        "Do not share this code. If you did not ask for this, somebody else is signed in as you:\n"
        f"{head.issuer}/account/security\n"
    )
    return Letter(subject=f"{code} offers your network {short(network.title)} to another owner", text=text)


def render_taking_code_letter(code: str, *, network: Network, head: Letterhead, seen: Circumstances) -> Letter:
    """The receiver's code."""
    text = (
        f"The code for becoming the owner of {one_line(network.title)} is\n\n    {code}\n\n"
        "It works for 10 minutes.\n\n"
        f"{seen.lines()}\n"
        "Do not share this code. If you did not ask for it, somebody else is signed in as you:\n"
        f"{head.issuer}/account/security\n"
    )
    return Letter(subject=f"{code} makes you the owner of {short(network.title)}", text=text)


def render_offer_letter(
    *, network: Network, by: Email, named: int = 0, head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell somebody that a network's ownership waits for them."""
    text = (
        f"{by} wants to make you the owner of {one_line(network.title)}. Its owner sees the API credentials, and\n"
        "answers for the people in it and for the apps that are connected to it.\n\n"
        f"{_offered(named)}"
        f"{seen.lines()}\n"
        "Agree or decline within 7 days; if you do nothing, nothing changes:\n"
        f"{head.issuer}/account/offers/{network.id}\n"
    )
    return Letter(subject=head.subject(f"{short(network.title)} is offered to you"), text=text)


def render_given_letter(*, network: Network, to: Email, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell the former owner that it is done."""
    text = (
        f"{to} is the owner of {one_line(network.title)} now. You are an administrator of it.\n\n"
        "What you had let apps do there is refused from now on: the new owner may take each of these connections\n"
        "over, or you connect them anew.\n\n"
        f"{seen.lines()}\n"
        "If you did not want this, tell those who run this service at once:\n"
        f"{head.issuer}/account\n"
    )
    return Letter(subject=head.subject(f"{short(network.title)} has another owner"), text=text)


def render_taken_letter(
    *,
    network: Network,
    former: Email,
    named: int = 0,
    keeps_named: bool = False,
    head: Letterhead,
    seen: Circumstances,
) -> Letter:
    """Tell the new owner what to look at first."""
    text = (
        f"You are the owner of {one_line(network.title)} now. {former} is an administrator of it.\n\n"
        f"{_ended(named, keeps_named=keeps_named)}"
        "They may know the API secret. If they should not be able to use it any more, regenerate the credentials:\n"
        f"{head.issuer}/account/networks/{network.id}/api\n\n"
        "Apps that they had connected are refused now. Take over those that are still needed:\n"
        f"{head.issuer}/account/networks/{network.id}/apps\n\n"
        f"{seen.lines()}\n"
        "If that was not you, tell those who run this service at once.\n"
    )
    return Letter(subject=head.subject(f"you own {short(network.title)}"), text=text)


def render_offer_ended_letter(*, network: Network, by: str, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell the other one that an offer was withdrawn or declined."""
    text = (
        f"{by} ended the offer of the ownership of {one_line(network.title)}. Nothing changes hands.\n\n"
        f"{seen.lines()}\n"
        "You need not do anything.\n"
    )
    return Letter(subject=head.subject(f"the offer of {short(network.title)} ended"), text=text)


def _offered(named: int) -> str:
    if not named:
        return ""
    return (
        f"Beside its main API credentials it has named ones ({named}). They end when you become the owner, unless you\n"
        "choose to keep them; the main ones go on until you regenerate them.\n\n"
    )


def _ended(named: int, *, keeps_named: bool) -> str:
    if not named:
        return ""
    if keeps_named:
        return f"The named API credentials ({named}) go on, as you chose: others may know their secrets.\n\n"
    return f"The named API credentials ({named}) were ended: they are refused from now on.\n\n"
