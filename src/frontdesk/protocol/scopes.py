"""What a token may do: reading, covering and ordering scopes. RFC 6749 §3.3, and commas (the contract)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

# Ordered, without repeats, as asked for.
Scopes: TypeAlias = tuple[str, ...]

READONLY = ".readonly"
MAX_SCOPES = 200
MAX_SCOPE_TEXT = 8_192
_ORDINARY = 512

# RFC 6749 appendix A.4 (%x21 / %x23-5B / %x5D-7E) less the comma, which separates here.
_SCOPE = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}")
_SEPARATOR = re.compile(r"[ ,]+")


def read_scopes(text: str) -> Scopes | None:
    """Split at spaces and commas, drop repeats, keep the order; None where a character or the size is illegal.

    An empty text gives an empty tuple: whether that is allowed is the caller's rule.
    """
    return _split(text) if len(text) > _ORDINARY else _split_again(text)


def _split(text: str) -> Scopes | None:
    if len(text) > MAX_SCOPE_TEXT:
        return None
    asked: dict[str, None] = {}
    for scope in _SEPARATOR.split(text):
        if not scope:
            continue
        if not _SCOPE.fullmatch(scope):
            return None
        asked[scope] = None
    return tuple(asked) if len(asked) <= MAX_SCOPES else None


# An app asks for the same scopes again and again.
_split_again = lru_cache(maxsize=1_024)(_split)


def render_scopes(scopes: Iterable[str]) -> str:
    """The wire form: separated by one space, in the order given (RFC 6749 §5.1)."""
    return " ".join(scopes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inclusion:
    """Which scope includes which. Each is itself only: what is remembered for one is found by its identity.

    A suffix s says that every `x` without any of the suffixes includes `x` + s; a pair (a, b) that a includes b.
    """

    suffixes: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def directly(self, scope: str) -> Scopes:
        """What a scope includes by one step."""
        by_pair = tuple(small for large, small in self.pairs if large == scope)
        if scope.endswith(self.suffixes):
            return by_pair
        return by_pair + tuple(scope + suffix for suffix in self.suffixes)


CONTRACT = Inclusion(suffixes=(READONLY,))


@lru_cache(maxsize=4_096)
def implied(scopes: Scopes, inclusion: Inclusion = CONTRACT) -> frozenset[str]:
    """What is held with these scopes: themselves, and what they include by any number of steps."""
    held = set(scopes)
    ahead = list(held)
    while ahead:
        new = [scope for scope in inclusion.directly(ahead.pop()) if scope not in held]
        held.update(new)
        ahead += new
    return frozenset(held)


def missing(asked: Iterable[str], allowed: Scopes, inclusion: Inclusion = CONTRACT) -> Scopes:
    """Those asked for that are neither allowed nor implied by what is allowed."""
    held = implied(allowed, inclusion)
    return tuple(scope for scope in asked if scope not in held)


def find_circle(inclusion: Inclusion) -> Scopes | None:
    """Scopes that include each other in a circle, the first one again at the end; None where there is no circle."""
    done: set[str] = set()
    for start in dict.fromkeys(scope for pair in inclusion.pairs for scope in pair):
        path: list[tuple[str, list[str]]] = [(start, list(inclusion.directly(start)))]
        while path:
            scope, ahead = path[-1]
            if not ahead:
                done.add(scope)
                path.pop()
                continue
            following = ahead.pop()
            names = [name for name, _ in path]
            if following in names:
                return (*names[names.index(following) :], following)
            if following not in done:
                path.append((following, list(inclusion.directly(following))))
    return None


@lru_cache(maxsize=4_096)
def mask_of(scopes: Scopes, along: Scopes) -> int:
    """A bitmap of `scopes` over the append-only list `along`; a scope outside it has no bit."""
    place = {scope: index for index, scope in enumerate(along)}
    mask = 0
    for scope in scopes:
        index = place.get(scope)
        if index is not None:
            mask |= 1 << index
    return mask


@lru_cache(maxsize=4_096)
def token_scopes(along: Scopes, mask: int, given: Scopes, inclusion: Inclusion = CONTRACT) -> Scopes:
    """What a token holds now: its bits, less what the grant no longer gives. Of what it gives in part, that part."""
    picked = pick(along, mask)
    kept = [scope for scope in picked if scope in given]
    lost = implied(tuple(scope for scope in picked if scope not in given), inclusion)
    return tuple(kept + [scope for scope in given if scope in lost and scope not in kept])


@lru_cache(maxsize=4_096)
def pick(along: Scopes, mask: int) -> Scopes:
    """The scopes of `along` whose bit is set in `mask`, in order."""
    return tuple(scope for index, scope in enumerate(along) if mask >> index & 1)
