"""The mails to somebody whose account those who run the service changed. ATTACKS EM-05; OWASP ASVS 6.3.7."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs
from frontdesk.protocol.ids import Email
from frontdesk.protocol.messages import N_, Text, say, say_count

_ASK = N_("If you do not know why, ask those who run this service.")


def render_readdressed_letter(head: Letterhead, seen: Circumstances, *, before: Email, after: Email) -> Letter:
    """Tell both mailboxes which of them counts from now on."""
    changed = say(
        "Those who run %(product)s gave your account another address: sign in with %(after)s, no longer with "
        "%(before)s.",
        product=one_line(head.product),
        after=after,
        before=before,
    )
    text = paragraphs(Text(changed, "\n", N_("All browsers were signed out.")), seen.lines(), _ASK)
    return Letter(subject=head.subject(N_("your address was changed")), text=text)


def render_shut_letter(head: Letterhead, seen: Circumstances, *, ended: int) -> Letter:
    """Say that all browsers were signed out."""
    told = say_count(
        "Those who run %(product)s signed you out everywhere: %(count)s session ended.",
        "Those who run %(product)s signed you out everywhere: %(count)s sessions ended.",
        ended,
        product=one_line(head.product),
    )
    return Letter(subject=head.subject(N_("signed out everywhere")), text=paragraphs(told, seen.lines(), _ASK))


def render_removed_letter(head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that the account is no more."""
    told = say(
        "Those who run %(product)s deleted your account. Every app that you had connected is refused from now on, and "
        "your roles in networks are gone.",
        product=one_line(head.product),
    )
    return Letter(subject=head.subject(N_("your account was deleted")), text=paragraphs(told, seen.lines(), _ASK))
