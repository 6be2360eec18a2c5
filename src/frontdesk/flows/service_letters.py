"""The mails to those whose network or app was taken out of service, or put back."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, short
from frontdesk.protocol.messages import N_, say
from frontdesk.protocol.records import Client, Network

_ANSWER = N_("If you do not know why, ask those who run this service.")


def render_network_service_letter(
    head: Letterhead, seen: Circumstances, *, network: Network, stopped: bool, reason: str
) -> Letter:
    """Tell a network's owner. `reason` is what the operator wrote, or empty."""
    title, called = one_line(network.title), short(network.title)
    if stopped:
        told = say(
            "%(network)s was taken out of service by those who run %(product)s. Its API credentials and every app "
            "connected to it are refused from now on, and it is missing from everybody's account. Nothing was deleted.",
            network=title,
            product=one_line(head.product),
        )
        subject = say("%(network)s was taken out of service", network=called)
    else:
        told = say(
            "%(network)s is in service again. Credentials, roles and connected apps work as they did before.",
            network=title,
        )
        subject = say("%(network)s is in service again", network=called)
    return Letter(subject=head.subject(subject), text=paragraphs(told, _because(reason), seen.lines(), _ANSWER))


def render_app_service_letter(
    head: Letterhead, seen: Circumstances, *, client: Client, stopped: bool, reason: str
) -> Letter:
    """Tell those who make an app. `reason` is what the operator wrote, or empty."""
    app, called = one_line(client.name), short(client.name)
    if stopped:
        told = say(
            "Your app %(app)s was suspended by those who run %(product)s. Whatever it sends is refused from now on, "
            "and nobody can connect it. What people had allowed is kept, and counts again when it is let in again.",
            app=app,
            product=one_line(head.product),
        )
        subject = say("your app %(app)s was suspended", app=called)
    else:
        told = say("Your app %(app)s is let in again. What people had allowed before counts as it did.", app=app)
        subject = say("your app %(app)s is let in again", app=called)
    return Letter(subject=head.subject(subject), text=paragraphs(told, _because(reason), seen.lines(), _ANSWER))


def _because(reason: str) -> str:
    return say("They wrote: %(reason)s", reason=one_line(reason)) if reason else ""
