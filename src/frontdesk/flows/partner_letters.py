"""The mails to an app's people: what was changed about it, and who confirms a new partner's address. ATTACKS EM-01."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, short, with_link
from frontdesk.protocol.messages import N_, Text, say
from frontdesk.protocol.records import Client

_NOT_YOURS = N_("If that was not you, you need not do anything: nothing was changed.")


def render_app_changed_letter(*, client: Client, what: str, by: str, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell an app's people that something about it was changed. `what` is a marked sentence."""
    about = Text(
        say("App: %(app)s (%(id)s)", app=one_line(client.name), id=client.id),
        "\n",
        say("By: %(person)s", person=one_line(by)),
        "\n",
        seen.lines(),
    )
    if_not = N_(
        "If not: somebody else is signed in as one of the app's people. Look at the app, change its secret, and tell "
        "those who run this service:"
    )
    text = paragraphs(
        what,
        about,
        N_("If you expected this, you need not do anything."),
        with_link(if_not, f"{head.issuer}/partner/apps/{client.id}"),
    )
    subject = say("your app %(app)s was changed", app=short(client.name))
    return Letter(subject=head.subject(subject), text=text)


def render_sign_up_letter(*, link: str, head: Letterhead, seen: Circumstances) -> Letter:
    """Let somebody who wants to be a partner prove that this mailbox is theirs."""
    begin = say(
        "Somebody, probably you, wants to make apps for %(product)s under this address. Go on here, within an hour and "
        "in the browser in which you began:",
        product=one_line(head.product),
    )
    without = N_("If that was not you, you need not do anything: without this link nothing is made.")
    text = paragraphs(with_link(begin, link), seen.lines(), without)
    return Letter(subject=head.subject(N_("confirm your address")), text=text)


def render_known_letter(*, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody who has an account already that signing in is all it takes."""
    begin = say(
        "Somebody, probably you, wants to make apps for %(product)s under this address. You have an account already: "
        "sign in, and begin there:",
        product=one_line(head.product),
    )
    text = paragraphs(with_link(begin, f"{head.issuer}/partner"), seen.lines(), _NOT_YOURS)
    return Letter(subject=head.subject(N_("you have an account already")), text=text)


def render_maker_invited_letter(*, client: Client, by: str, link: str, head: Letterhead, seen: Circumstances) -> Letter:
    """Ask somebody to become one of an app's makers; the link opens nothing to anybody else."""
    app, product = one_line(client.name), one_line(head.product)
    asks = say(
        "%(person)s wants you to be one of the makers of %(app)s, an app for %(product)s. Its makers see and change "
        "all of it: what it says of itself, its secrets, and the calls that it makes.",
        person=one_line(by),
        app=app,
        product=product,
    )
    answer = N_("Accept or decline within 7 days, signed in with this address; if you do nothing, nothing changes:")
    text = paragraphs(asks, seen.lines(), with_link(answer, link))
    return Letter(subject=head.subject(say("you are invited to make %(app)s", app=short(client.name))), text=text)


def render_app_left_letter(head: Letterhead, seen: Circumstances, *, client: Client, by: str) -> Letter:
    """Tell somebody that they are none of an app's makers any more."""
    app = one_line(client.name)
    gone = say("You are none of the makers of %(app)s any more: it is missing from your apps.", app=app)
    who = Text(say("By: %(person)s", person=one_line(by)), "\n", seen.lines())
    text = paragraphs(gone, who, N_("If you do not know why, ask the app's other makers."))
    return Letter(subject=head.subject(say("you make %(app)s no longer", app=short(client.name))), text=text)
