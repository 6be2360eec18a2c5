"""The mails about a network's people: an invitation, and what became of somebody's role. ATTACKS OW-12, EM-01."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, short, with_link
from frontdesk.protocol.ids import Email, Micros
from frontdesk.protocol.members import INVITATION_LIFETIME
from frontdesk.protocol.messages import N_, Day, say
from frontdesk.protocol.records import Network, Role

INVITATIONS = "/account/invitations/"  # with the value behind it
_MAY = {
    Role.ADMINISTRATOR: N_("An administrator connects apps to it, and looks after its members."),
    Role.MEMBER: N_("What a member may do there is for the network to say."),
}
_JOINED = {
    Role.ADMINISTRATOR: N_("%(person)s accepted the invitation and is an administrator of %(network)s now."),
    Role.MEMBER: N_("%(person)s accepted the invitation and is a member of %(network)s now."),
}
_CHANGED = {
    Role.ADMINISTRATOR: N_("%(by)s made you an administrator of %(network)s."),
    Role.MEMBER: N_("%(by)s made you a member of %(network)s. You are no administrator of it any more."),
}


def render_invitation_letter(
    link: str, *, network: Network, role: Role, by: Email | None, head: Letterhead, seen: Circumstances
) -> Letter:
    """The link, for an address that may be a stranger's: it tells nothing of anybody but of whoever invites."""
    title, product = one_line(network.title), one_line(head.product)
    if by is None:
        told = say("You are invited to join %(network)s at %(product)s.", network=title, product=product)
    else:
        told = say(
            "%(person)s invites you to join %(network)s at %(product)s.", person=by, network=title, product=product
        )
    text = paragraphs(
        told,
        _MAY[role],
        with_link(
            say(
                "You can accept or decline until %(day)s, with this address and no other:",
                day=Day(Micros(seen.now + INVITATION_LIFETIME)),
            ),
            link,
        ),
        seen.lines(),
        N_("If you do not know what this is about, do nothing: nobody joins by doing nothing. Do not pass it on."),
    )
    return Letter(subject=head.subject(say("you are invited to %(network)s", network=short(network.title))), text=text)


def render_joined_letter(
    *, network: Network, person: Email, role: Role, head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell the owner, and whoever invited, who came."""
    text = paragraphs(
        say(_JOINED[role], person=person, network=one_line(network.title)),
        seen.lines(),
        _members(network, head),
    )
    return Letter(subject=head.subject(say("somebody joined %(network)s", network=short(network.title))), text=text)


def render_role_letter(*, network: Network, by: Email, role: Role, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that their role is another one."""
    text = paragraphs(
        say(_CHANGED[role], by=by, network=one_line(network.title)),
        seen.lines(),
        N_("You need not do anything. If it is a mistake, ask them."),
    )
    return Letter(subject=head.subject(say("your role in %(network)s", network=short(network.title))), text=text)


def render_removed_letter(*, network: Network, by: Email, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that they have no role any more."""
    text = paragraphs(
        say(
            "%(by)s removed you from %(network)s. Apps that you had connected to it are refused there from now on.",
            by=by,
            network=one_line(network.title),
        ),
        seen.lines(),
        N_("You need not do anything. If it is a mistake, ask them."),
    )
    return Letter(
        subject=head.subject(say("you are no longer in %(network)s", network=short(network.title))), text=text
    )


def render_somebody_removed_letter(
    *, network: Network, person: Email, by: Email, head: Letterhead, seen: Circumstances
) -> Letter:
    """Tell the owner that an administrator removed a member."""
    text = paragraphs(
        say("%(by)s removed %(person)s from %(network)s.", by=by, person=person, network=one_line(network.title)),
        seen.lines(),
        _members(network, head),
    )
    return Letter(
        subject=head.subject(say("somebody was removed from %(network)s", network=short(network.title))), text=text
    )


def _members(network: Network, head: Letterhead) -> str:
    return with_link(
        N_("See who is in the network, and change it if it should be otherwise:"),
        f"{head.issuer}/account/networks/{network.id}/members",
    )
