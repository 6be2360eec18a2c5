"""What a role lets an app do in a network: the setting `role_scopes`. ATTACKS SC-09, OWASP ASVS 10.4.11.

A rule names scopes, or all with one ending ("*.readonly"), or all ("*"). A scope that a rule lets through brings what
it includes; one that it holds back still brings what the rule lets through of it: where members may let apps read,
`resources` in a member's network is `resources.readonly`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from frontdesk.protocol.records import Role
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, implied


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoleScopes:
    """The limits of each role; one that is not named has none. Each record is itself only, as `Inclusion` is."""

    limits: Mapping[Role, Scopes] = field(default_factory=dict)
    inclusion: Inclusion = CONTRACT

    def cut(self, held: frozenset[str], role: Role | None) -> frozenset[str]:
        """What a token that holds `held` (with all that it includes) holds where its user has this role."""
        if role is None or role not in self.limits:
            return held
        return _cut(self, held, role)

    def told(self, scopes: Scopes, role: Role | None) -> Scopes:
        """The scopes of a token as they are in a network, in their order; for each held back, what is left of it."""
        if role is None or role not in self.limits:
            return scopes
        return _told(self, scopes, role)

    def lets_anything(self, scopes: Scopes, role: Role) -> bool:
        """Whether an app that asks for these scopes could use any of them where its user has this role."""
        return role not in self.limits or bool(_cut(self, implied(scopes, self.inclusion), role))

    def lets(self, scope: str, role: Role) -> bool:
        """Whether a rule of the role names this very scope; the caller knows that the role has a limit."""
        return any(
            scope.endswith(rule[1:]) if rule.startswith("*") else scope == rule for rule in self.limits.get(role, ())
        )


NO_LIMITS = RoleScopes()


@lru_cache(maxsize=64)
def readers(inclusion: Inclusion) -> RoleScopes:
    """The limits of an app that an owner lets only read: of every scope, what of it ends as reading scopes do."""
    reading = tuple(f"*{suffix}" for suffix in inclusion.suffixes)
    return RoleScopes(limits=dict.fromkeys(Role, reading), inclusion=inclusion)


@lru_cache(maxsize=4_096)
def _cut(rules: RoleScopes, held: frozenset[str], role: Role) -> frozenset[str]:
    return implied(tuple(sorted(scope for scope in held if rules.lets(scope, role))), rules.inclusion)


@lru_cache(maxsize=4_096)
def _told(rules: RoleScopes, scopes: Scopes, role: Role) -> Scopes:
    left: dict[str, None] = {}
    for scope in scopes:
        kept = _cut(rules, implied((scope,), rules.inclusion), role)
        if scope in kept:
            left[scope] = None
            continue
        # Of what is left of it, only what nothing else that is left includes.
        left.update(
            (part, None)
            for part in sorted(kept)
            if not any(part in implied((other,), rules.inclusion) for other in kept if other != part)
        )
    return tuple(left)
