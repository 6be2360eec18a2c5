"""Every letter can be said in the reader's language: not one has words of the source's own."""

import inspect
import pkgutil
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from itertools import product

import pytest

import frontdesk.flows
from flows.test_letters import HEAD, MIKA, MILL_ID, OLD, OLENA, SEEN, TYPED, app, network
from frontdesk.flows.letters import Letter
from frontdesk.flows.pair_letters import Deed
from frontdesk.protocol.languages import PSEUDO_CODE
from frontdesk.protocol.messages import N_, say_by
from frontdesk.protocol.records import Proof, Role
from frontdesk.runtime.speakers import speaker_of

NORTH = network("Βορράς")
# What each parameter may be, none of it with a Latin letter that is not a name's: of several, all are tried.
VALUES: dict[str, tuple[object, ...]] = {
    "added": (True, False),
    "app": (None, "Θύρες"),
    "approved": (True, False),
    "by": (OLENA, None),
    "client": (app("Θύρες"),),
    "code": ("042917",),
    "deed": tuple(Deed),
    "ended": (0, 1, 3),
    "head": (replace(HEAD, product="Γραφείο"),),
    "keeps_named": (True, False),
    "left": (0, 1, 3),
    "link": ("https://desk.example/x",),
    "named": (0, 1, 2),
    "network": (NORTH,),
    "networks": ([NORTH], [NORTH, network("Νότος", MILL_ID)]),
    "old": (None, OLD),
    "operator": (True, False),
    "pair": (replace(OLD, name=""), replace(OLD, name="Λογιστήριο")),
    "place": ("", "https://gist.example/1"),
    "proof": tuple(Proof),
    "role": (Role.ADMINISTRATOR, Role.MEMBER),
    "scopes": (("resources", "locations"),),
    "seen": (SEEN, TYPED),
    "stopped": (True, False),
    "unlinked": (True, False),
    "what": (N_("its secret was changed"),),
    "words": ({"resources": "Χώροι", "locations": "Τόποι"},),
    **dict.fromkeys(("after", "before", "email", "former", "person", "to"), (MIKA,)),
    **dict.fromkeys(("name", "note", "reason", "where"), ("Σημείωση",)),
}
SECOND_FACTOR = ("enabled", "disabled", "renewed")
NAMES = re.compile(r"https?: ?//\S+|[\w.+-]+@[\w.-]+|fdci_\w+|\((resources|locations)\)|%\(\w+\)s")


def writers() -> list[Callable[..., Letter]]:
    """Every function of the walks that writes a letter."""
    found = []
    for module in pkgutil.iter_modules(frontdesk.flows.__path__):
        if module.name.endswith("_letters"):
            room = import_module(f"frontdesk.flows.{module.name}")
            found += [deed for name, deed in vars(room).items() if re.fullmatch(r"render_\w+_letter", name)]
    return found


def in_full(write: Callable[..., Letter]) -> list[Letter]:
    """The letter of every choice that it can be given."""
    names = list(inspect.signature(write).parameters)
    choices = []
    for values in product(*(_choices(write, name) for name in names)):
        given = dict(zip(names, values, strict=True))
        if given.get("deed") is Deed.ADDED and not given["pair"].name:
            continue  # a network has its main pair from the start
        bound = inspect.signature(write).bind_partial()
        bound.arguments.update(given)
        choices.append(write(*bound.args, **bound.kwargs))
    return choices


def _choices(write: Callable[..., Letter], name: str) -> tuple[object, ...]:
    if name == "what" and write.__name__ == "render_second_factor_letter":
        return SECOND_FACTOR
    takes_none = "None" in str(inspect.signature(write).parameters[name].annotation)
    return tuple(value for value in VALUES[name] if value is not None or takes_none)


@pytest.mark.parametrize("write", writers(), ids=lambda write: write.__name__)
def test_a_letter_has_no_words_that_cannot_be_translated(write: Callable[..., Letter]) -> None:
    """Said in the pseudo-language, in which no letter of the source is left, subject and text."""
    speaker = speaker_of(PSEUDO_CODE)
    for letter in in_full(write):
        for said in (say_by(speaker, letter.subject), say_by(speaker, letter.text)):
            assert not re.findall(r"[A-Za-z]{2,}", NAMES.sub("", said)), said


def test_every_letter_is_found() -> None:
    """There are dozens, those of giving a network on among them."""
    names = {write.__name__ for write in writers()}
    assert len(names) > 30
    assert {"render_giving_code_letter", "render_taken_letter", "render_offer_ended_letter"} <= names
