"""The settings about scopes, as the records that rules work with."""

from collections.abc import Iterator

from frontdesk.protocol.records import Role
from frontdesk.protocol.role_scopes import RoleScopes
from frontdesk.protocol.scopes import Inclusion, find_circle
from frontdesk.settings.record import Settings


def inclusion_of(settings: Settings) -> Inclusion:
    """`implied_scopes`. Make it once: what is remembered about scopes is found by this very record."""
    pairs = (entry.split(" > ") for entry in settings.implied_scopes if " > " in entry)
    return Inclusion(
        suffixes=tuple(entry for entry in settings.implied_scopes if " > " not in entry),
        pairs=tuple((large, small) for large, small in pairs),
    )


def role_scopes_of(settings: Settings, inclusion: Inclusion) -> RoleScopes:
    """`role_scopes`. Make it once, too."""
    entries = (entry.split(": ", 1) for entry in settings.role_scopes)
    return RoleScopes(limits={Role(role): tuple(rules.split(" ")) for role, rules in entries}, inclusion=inclusion)


def named_scopes(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Every scope that these settings call by its name, with the setting: the API's document must know it."""
    inclusion = inclusion_of(settings)
    found = [("implied_scopes", scope) for pair in inclusion.pairs for scope in pair]
    for entry in settings.role_scopes:
        found += [("role_scopes", rule) for rule in entry.split(": ", 1)[1].split(" ") if not rule.startswith("*")]
    return tuple(dict.fromkeys(found))


def judge_scope_settings(settings: Settings) -> Iterator[str]:
    """What is wrong about them together, a sentence each."""
    circle = find_circle(inclusion_of(settings))
    if circle is not None:
        yield f"implied_scopes go in a circle: {' > '.join(circle)}; take one of these out"
    roles = [entry.partition(":")[0] for entry in settings.role_scopes]
    for role in dict.fromkeys(role for role in roles if roles.count(role) > 1):
        yield f'role_scopes has several rules for "{role}": write its scopes into one'
