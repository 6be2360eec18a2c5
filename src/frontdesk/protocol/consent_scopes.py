"""What a person may leave out of what an app asks for, and what is given by a choice. RFC 6749 §3.3; ATTACKS SC-15.

An app's registration says which of its scopes are optional. Of a resource (`locations` and all that it includes by an
ending, as `locations.readonly`) one level is chosen: nothing, reading, or reading and writing.
"""

from collections.abc import Collection
from dataclasses import dataclass

from frontdesk.protocol.scopes import CONTRACT, MAX_SCOPES, Inclusion, Scopes, implied

# Levels that nobody asked for by name are offered for no more scopes than leave a token room for all of them.
MOST_SPLIT = MAX_SCOPES // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeChoice:
    """One resource of which less may be given than was asked for. `levels` are scopes, the least first.

    `is_needed`: the first level is given in any case; otherwise nothing at all may be.
    """

    name: str
    levels: Scopes
    asked: Scopes  # those asked for that the levels stand for
    is_needed: bool = False

    def level(self, chosen: Collection[str]) -> str:
        """The highest level among the chosen; where none is, the least that must be, or none (empty)."""
        found = [level for level in self.levels if level in chosen]
        return found[-1] if found else self.levels[0] if self.is_needed else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRequest:
    """What an app asks for: `required` is given whole or not at all, of each choice one level."""

    asked: Scopes
    required: Scopes
    choices: tuple[ScopeChoice, ...]

    def given(self, chosen: Collection[str], inclusion: Inclusion = CONTRACT) -> Scopes:
        """The scopes that a choice gives, in the order asked for; what was chosen and never offered counts for nothing.

        Reading where reading and writing was asked for comes last: nobody asked for it by this name.
        """
        kept, extra = set(self.required), []
        for choice in self.choices:
            level = choice.level(chosen)
            if level:
                held = implied((level,), inclusion)
                kept.update(scope for scope in choice.asked if scope in held)
                extra.append(level)
        return tuple(dict.fromkeys([*(scope for scope in self.asked if scope in kept), *extra]))


def read_request(
    asked: Scopes, *, registered: Scopes, optional: Scopes, known: Collection[str], inclusion: Inclusion = CONTRACT
) -> ScopeRequest:
    """Sort out what may be left out. `known` are the scopes that there are: a level among them may be given instead.

    What a required scope of the registration includes is required, even where an optional one includes it too.
    """
    needed = implied(tuple(scope for scope in registered if scope not in optional), inclusion)
    required = tuple(scope for scope in asked if scope in needed)
    groups: dict[str, list[str]] = {}
    for scope in asked:
        if scope not in needed:
            groups.setdefault(_resource(scope, inclusion), []).append(scope)
    choices = []
    for name, scopes in groups.items():
        levels = [*(name + suffix for suffix in inclusion.suffixes), name]
        # Where only parts of it were asked for, each is as much as there is to give.
        splits = name in scopes and len(asked) <= MOST_SPLIT
        levels = [level for level in levels if level in scopes or (splits and level in known)]
        floor = max((index for index, level in enumerate(levels) if level in needed), default=-1)
        choices.append(
            ScopeChoice(name=name, levels=tuple(levels[max(floor, 0) :]), asked=tuple(scopes), is_needed=floor >= 0)
        )
    return ScopeRequest(asked=asked, required=required, choices=tuple(choices))


def _resource(scope: str, inclusion: Inclusion) -> str:
    for suffix in inclusion.suffixes:
        if suffix and scope.endswith(suffix) and len(scope) > len(suffix):
            return scope.removesuffix(suffix)
    return scope
