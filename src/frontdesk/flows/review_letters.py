"""The mail to those who make an app, once it was reviewed."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, short, with_link
from frontdesk.protocol.messages import N_, say
from frontdesk.protocol.records import Client


def render_review_letter(head: Letterhead, seen: Circumstances, *, client: Client, approved: bool, note: str) -> Letter:
    """Tell what was decided, and what comes next. `note` is what the reviewer wrote, or empty."""
    app, name = one_line(client.name), short(client.name)
    if approved:
        decided = say("Your app %(app)s was approved: everybody can connect it from now on.", app=app)
        subject = say("your app %(app)s was approved", app=name)
    else:
        decided = say(
            "Your app %(app)s was not approved yet. Change what is said below, then hand it in again.", app=app
        )
        subject = say("your app %(app)s was returned to you", app=name)
    text = paragraphs(
        decided,
        with_link(N_("The reviewer wrote:"), one_line(note)) if note else "",
        seen.lines(),
        with_link(N_("See it here:"), f"{head.issuer}/partner/apps/{client.id}/review"),
    )
    return Letter(subject=head.subject(subject), text=text)
