"""Parts of the consent page made from an offer: the picker of networks, and what may be left out."""

from collections.abc import Sequence

from frontdesk.flows.consent_offers import NetworkChoice, ScopeLevel
from frontdesk.protocol.messages import N_
from frontdesk.web.scope_words import ScopeWords
from frontdesk.web.views_consent import LevelBox, LevelOption, NetworkBox, Picker
from frontdesk.web.words import ROLES

CHOICE = "scope."  # how the fields of what may be left out begin
FEW = 10  # networks: so many are shown without a search
SHOWN = 12  # of those that are found, besides those that are ticked

NO_ACCESS = N_("No access")
READ = N_("Read")
READ_AND_WRITE = N_("Read and write")


def pick_networks(words: ScopeWords, choices: Sequence[NetworkChoice], *, sought: str) -> Picker:
    """All networks where they are few; of many those that are ticked, and some whose titles have all the words sought.

    What is ticked is always shown: nobody allows what is out of sight.
    """
    if len(choices) <= FEW:
        return Picker(boxes=tuple(_box(words, choice) for choice in choices), total=len(choices), found=len(choices))
    parts = sought.casefold().split()
    found = (
        [choice for choice in choices if all(part in choice.title.casefold() for part in parts)] if parts else choices
    )
    unticked = [choice for choice in found if not choice.ticked]
    shown = [choice for choice in choices if choice.ticked] + unticked[:SHOWN]
    return Picker(
        boxes=tuple(_box(words, choice) for choice in shown),
        total=len(choices),
        searches=True,
        sought=sought,
        found=len(found),
        unshown=max(0, len(unticked) - SHOWN),
    )


def level_boxes(words: ScopeWords, levels: Sequence[ScopeLevel]) -> tuple[LevelBox, ...]:
    """What may be left out, in the order in which it was asked for."""
    boxes = []
    for level in levels:
        choice = level.choice
        options = []
        if not choice.is_needed:
            options.append(LevelOption(value="", label=NO_ACCESS, writes=False, ticked=not level.level))
        for scope in choice.levels:
            line = words.line(scope)
            label = READ_AND_WRITE if line.writes else READ
            options.append(LevelOption(value=scope, label=label, writes=line.writes, ticked=scope == level.level))
        boxes.append(
            LevelBox(
                field=CHOICE + choice.name,
                subject=words.subject(choice.levels[-1]),
                line=words.explain(words.line(choice.levels[-1])),
                options=tuple(options),
            )
        )
    return tuple(boxes)


def _box(words: ScopeWords, choice: NetworkChoice) -> NetworkBox:
    return NetworkBox(
        id=choice.id,
        title=choice.title,
        role=ROLES[choice.role],
        ticked=choice.ticked,
        given=choice.given,
        limit=words.limit(choice.limited_to) if choice.limited_to is not None else "",
        reads_first=choice.reads_first,
    )
