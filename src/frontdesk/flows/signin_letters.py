"""The mails about signing in: the code, and word of a browser that was not used before. ATTACKS OT-22, EM-05."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line
from frontdesk.protocol.ids import Email


def render_login_letter(code: str, *, head: Letterhead, app: str | None, seen: Circumstances) -> Letter:
    """Say what the code opens: for which app, from where, when, and not to share it."""
    opens = f"It signs you in to {one_line(head.product)}"
    if app is not None:
        opens += f', to connect the app "{one_line(app)}"'
    text = (
        f"Your sign-in code is\n\n    {code}\n\n"
        f"{opens}. It works once, for 10 minutes, in the browser that asked for it:\n{head.issuer}/\n\n"
        f"{seen.lines()}\n"
        "Do not share this code, on the telephone or in a chat either: nobody who works here will ever ask for it.\n"
        "If you did not ask for it, you need not do anything: without the code nobody gets in.\n"
    )
    return Letter(subject=f"{code} is your {one_line(head.product)} sign-in code", text=text)


def render_new_browser_letter(*, email: Email, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that a browser without proof of an earlier sign-in got in as them."""
    text = (
        f"Somebody signed in to {one_line(head.product)} as {email}, in a browser that was not used for it before.\n\n"
        f"{seen.lines()}\n"
        "If that was you, you need not do anything: this browser is known from now on.\n"
        "If it was not: whoever did it can read your mail, because the code was sent there. Change your mailbox's\n"
        "password first. Then look through your account, regenerate the API credentials of your networks, disconnect\n"
        f"what you do not know, and tell those who run this service:\n{head.issuer}/account\n"
    )
    return Letter(subject=head.subject("sign-in from a new browser"), text=text)
