"""The mails about signing in: the code, and word of a browser that was not used before. ATTACKS OT-22, EM-05."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, with_link
from frontdesk.protocol.ids import Email
from frontdesk.protocol.messages import N_, Text, say


def render_login_letter(code: str, *, head: Letterhead, app: str | None, seen: Circumstances) -> Letter:
    """Say what the code opens: for which app, from where, when, and not to share it."""
    product = one_line(head.product)
    if app is None:
        opens = say(
            "It signs you in to %(product)s. It works once, for 10 minutes, in the browser that asked for it:",
            product=product,
        )
    else:
        opens = say(
            'It signs you in to %(product)s, to connect the app "%(app)s". It works once, for 10 minutes, in the '
            "browser that asked for it:",
            product=product,
            app=one_line(app),
        )
    text = paragraphs(
        N_("Your sign-in code is"),
        f"    {code}",
        with_link(opens, f"{head.issuer}/"),
        seen.lines(),
        Text(
            N_(
                "Do not share this code, on the telephone or in a chat either: nobody who works here will ever ask "
                "for it."
            ),
            "\n",
            N_("If you did not ask for it, you need not do anything: without the code nobody gets in."),
        ),
    )
    return Letter(subject=say("%(code)s is your %(product)s sign-in code", code=code, product=product), text=text)


def render_new_browser_letter(*, email: Email, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that a browser without proof of an earlier sign-in got in as them."""
    text = paragraphs(
        say(
            "Somebody signed in to %(product)s as %(person)s, in a browser that was not used for it before.",
            product=one_line(head.product),
            person=email,
        ),
        seen.lines(),
        N_("If that was you, you need not do anything: this browser is known from now on."),
        with_link(
            N_(
                "If it was not: whoever did it can read your mail, because the code was sent there. Change your "
                "mailbox's password first. Then look through your account, regenerate the API credentials of your "
                "networks, disconnect what you do not know, and tell those who run this service:"
            ),
            f"{head.issuer}/account",
        ),
    )
    return Letter(subject=head.subject(N_("sign-in from a new browser")), text=text)
