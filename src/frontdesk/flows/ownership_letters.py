"""The mails about giving a network's ownership on: two codes, the offer, and what came of it."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, short, with_link
from frontdesk.protocol.ids import Email
from frontdesk.protocol.messages import N_, Text, say
from frontdesk.protocol.records import Network


def render_giving_code_letter(
    code: str, *, network: Network, to: Email, head: Letterhead, seen: Circumstances
) -> Letter:
    """The owner's code: it says to whom the network would go."""
    title = one_line(network.title)
    text = paragraphs(
        say("The code for giving %(network)s away is", network=title),
        f"    {code}",
        say(
            "Somebody who is signed in as you asked to make %(person)s the owner of %(network)s. It counts once this "
            "code is typed, within 10 minutes, and %(person)s agrees.",
            person=to,
            network=title,
        ),
        seen.lines(),
        _do_not_share(head),
    )
    subject = say("%(code)s offers %(network)s to another owner", code=code, network=short(network.title))
    return Letter(subject=subject, text=text)


def render_taking_code_letter(code: str, *, network: Network, head: Letterhead, seen: Circumstances) -> Letter:
    """The receiver's code."""
    text = paragraphs(
        say("The code for becoming the owner of %(network)s is", network=one_line(network.title)),
        f"    {code}",
        N_("It works once, for 10 minutes."),
        seen.lines(),
        _do_not_share(head),
    )
    subject = say("%(code)s makes you the owner of %(network)s", code=code, network=short(network.title))
    return Letter(subject=subject, text=text)


def render_offer_letter(
    *, network: Network, by: Email, named: int = 0, head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell somebody that a network's ownership waits for them."""
    text = paragraphs(
        say(
            "%(person)s wants to make you the owner of %(network)s. Its owner sees the API credentials, and answers "
            "for the people in it and for the apps that are connected to it.",
            person=by,
            network=one_line(network.title),
        ),
        _offered(named),
        seen.lines(),
        with_link(
            N_("Agree or decline within 7 days; if you do nothing, nothing changes:"),
            f"{head.issuer}/account/offers/{network.id}",
        ),
    )
    subject = say("%(network)s is offered to you", network=short(network.title))
    return Letter(subject=head.subject(subject), text=text)


def render_given_letter(*, network: Network, to: Email, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell the former owner that it is done."""
    text = paragraphs(
        say(
            "%(person)s is the owner of %(network)s now. You are an administrator of it.",
            person=to,
            network=one_line(network.title),
        ),
        N_(
            "What you had let apps do there is refused from now on: the new owner may take each of these connections "
            "over, or you connect them anew."
        ),
        seen.lines(),
        with_link(
            N_("If you did not want this, tell those who run this service at once:"),
            f"{head.issuer}/account",
        ),
    )
    subject = say("%(network)s has another owner", network=short(network.title))
    return Letter(subject=head.subject(subject), text=text)


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
    pages = f"{head.issuer}/account/networks/{network.id}"
    text = paragraphs(
        say(
            "You are the owner of %(network)s now. %(person)s is an administrator of it.",
            network=one_line(network.title),
            person=former,
        ),
        _ended(named, keeps_named=keeps_named),
        with_link(
            N_(
                "They may know the API secret. If they should not be able to use it any more, regenerate the "
                "credentials:"
            ),
            f"{pages}/api",
        ),
        with_link(
            N_("Apps that they had connected are refused now. Take over those that are still needed:"), f"{pages}/apps"
        ),
        seen.lines(),
        N_("If that was not you, tell those who run this service at once."),
    )
    return Letter(subject=head.subject(say("you own %(network)s", network=short(network.title))), text=text)


def render_offer_ended_letter(*, network: Network, by: str, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell the other one that an offer was withdrawn or declined."""
    text = paragraphs(
        say(
            "%(person)s ended the offer of the ownership of %(network)s. Nothing changes hands.",
            person=by,
            network=one_line(network.title),
        ),
        seen.lines(),
        N_("You need not do anything."),
    )
    subject = say("the offer of %(network)s ended", network=short(network.title))
    return Letter(subject=head.subject(subject), text=text)


def _do_not_share(head: Letterhead) -> str:
    strange = N_("If you did not ask for it, somebody else is signed in as you. End their session:")
    return Text(N_("Do not share this code."), "\n", with_link(strange, f"{head.issuer}/account/security"))


def _offered(named: int) -> str:
    if not named:
        return ""
    return say(
        "Beside its main API credentials it has named ones (%(count)s). They end when you become the owner, unless you "
        "choose to keep them; the main ones go on until you regenerate them.",
        count=named,
    )


def _ended(named: int, *, keeps_named: bool) -> str:
    if not named:
        return ""
    if keeps_named:
        return say(
            "The named API credentials (%(count)s) go on, as you chose: others may know their secrets.", count=named
        )
    return say("The named API credentials (%(count)s) were ended: they are refused from now on.", count=named)
