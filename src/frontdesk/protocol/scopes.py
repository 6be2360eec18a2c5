"""What a token may do: reading, covering and ordering scopes. RFC 6749 §3.3, and commas (the contract)."""

import re
from collections.abc import Iterable
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


@lru_cache(maxsize=4_096)
def implied(scopes: Scopes) -> frozenset[str]:
    """What is held once `x` includes `x.readonly` (the contract); nothing else implies anything."""
    return frozenset(scopes) | {scope + READONLY for scope in scopes if not scope.endswith(READONLY)}


def missing(asked: Iterable[str], allowed: Scopes) -> Scopes:
    """Those asked for that are neither allowed nor implied by what is allowed."""
    held = implied(allowed)
    return tuple(scope for scope in asked if scope not in held)


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
def token_scopes(along: Scopes, mask: int, given: Scopes) -> Scopes:
    """What a token holds now: its bits, less what the grant no longer gives."""
    return tuple(scope for scope in pick(along, mask) if scope in given)


@lru_cache(maxsize=4_096)
def pick(along: Scopes, mask: int) -> Scopes:
    """The scopes of `along` whose bit is set in `mask`, in order."""
    return tuple(scope for index, scope in enumerate(along) if mask >> index & 1)
