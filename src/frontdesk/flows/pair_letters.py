"""The mails about one of a network's several Basic pairs: made, replaced, narrowed, ended; used where it may not be."""

from collections.abc import Mapping
from enum import StrEnum

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, short, with_link
from frontdesk.protocol.messages import N_, Day, Message, Text, TimeOfDay, say
from frontdesk.protocol.records import Network, NetworkCredential


class Deed(StrEnum):
    """What was done to a pair."""

    ADDED = "added"
    REPLACED = "replaced"
    CHANGED = "changed"
    ENDED = "ended"
    MISPLACED = "misplaced"  # used, with the right secret, from where it may not be used


_SUBJECTS: Mapping[Deed, str] = {
    Deed.ADDED: N_("New API credentials for %(network)s"),
    Deed.REPLACED: N_("API credentials of %(network)s replaced"),
    Deed.CHANGED: N_("API credentials of %(network)s changed"),
    Deed.ENDED: N_("API credentials of %(network)s ended"),
    Deed.MISPLACED: N_("API credentials of %(network)s used from elsewhere"),
}
_MAIN: Mapping[Deed, str] = {
    Deed.REPLACED: N_("The API credentials of %(network)s were regenerated."),
    Deed.CHANGED: N_("What the API credentials of %(network)s may be used for was changed."),
    Deed.ENDED: N_("The former API credentials of %(network)s were ended before their time. The new ones go on."),
    Deed.MISPLACED: N_(
        "The API credentials of %(network)s were used, with the right secret, from an address that they may not be "
        "used from. The call was refused."
    ),
}
_NAMED: Mapping[Deed, str] = {
    Deed.ADDED: N_("API credentials named %(name)s were made for %(network)s. Whoever has them can call its API."),
    Deed.REPLACED: N_("The API credentials named %(name)s of %(network)s were regenerated."),
    Deed.CHANGED: N_("What the API credentials named %(name)s of %(network)s may be used for was changed."),
    Deed.ENDED: N_("The API credentials named %(name)s of %(network)s were ended: they are refused from now on."),
    Deed.MISPLACED: N_(
        "The API credentials named %(name)s of %(network)s were used, with the right secret, from an address that "
        "they may not be used from. The call was refused."
    ),
}

_UNKNOWN = N_("If not: look at the credentials, end those that you do not know, and tell those who run this service:")
_MOVED = N_(
    "If a program of yours moved: add its new address to what the credentials are narrowed to. Of further calls from "
    "elsewhere you are told once an hour at most."
)
_TAKEN = N_("If not: somebody else has the secret. Regenerate the credentials, so that it opens nothing anywhere:")


def render_pair_letter(
    deed: Deed,
    *,
    network: Network,
    pair: NetworkCredential,
    old: NetworkCredential | None = None,
    head: Letterhead,
    seen: Circumstances,
    operator: bool = False,
) -> Letter:
    """Tell an owner what was done to a pair; `old`: the one that goes on beside it for a while."""
    title = one_line(network.title)
    lead = (_NAMED if pair.name else _MAIN)[deed]
    said = say(str(lead), network=title, name=one_line(pair.name))
    text = paragraphs(
        Text(said, "\n", _until(old)) if deed is Deed.REPLACED else said,
        seen.lines(operator=operator),
        _MOVED if deed is Deed.MISPLACED else N_("If you expected this, you need not do anything else."),
        with_link(_TAKEN if deed is Deed.MISPLACED else _UNKNOWN, f"{head.issuer}/account/networks/{network.id}/api"),
    )
    subject = say(str(_SUBJECTS[deed]), network=short(network.title))
    return Letter(subject=head.subject(subject), text=text)


def _until(old: NetworkCredential | None) -> Message:
    if old is None or old.retires_at is None:
        return N_("The old client id and secret are refused from now on; programs that use them need the new ones.")
    return say(
        "The old client id and secret go on until %(day)s, %(time)s UTC; give your programs the new ones before.",
        day=Day(old.retires_at),
        time=TimeOfDay(old.retires_at),
    )
