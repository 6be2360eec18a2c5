"""The mail to somebody who may run the installation from now on."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, with_link
from frontdesk.protocol.ids import Email
from frontdesk.protocol.messages import N_, say


def render_appointed_letter(head: Letterhead, seen: Circumstances, *, email: Email) -> Letter:
    """Tell somebody that they are an operator, and what that is."""
    text = paragraphs(
        say(
            "%(person)s is now an operator of %(product)s. Operators approve the apps that people connect, and take "
            "apps, networks and people out of service.",
            person=one_line(email),
            product=one_line(head.product),
        ),
        seen.lines(),
        with_link(N_("Begin here:"), f"{head.issuer}/operator"),
        N_("If you did not expect this, tell those who run this service."),
    )
    return Letter(subject=head.subject(N_("you are an operator now")), text=text)
