"""Sets of path templates by chance, and the words of OpenAPI about them read a second time, slowly.

OpenAPI 3.1 §4.8.8: a parameter stands for one segment or a part of one, concrete paths come before templated ones. A
template is compared with another position by position; where none of several is more concrete, all of them count.
Two that mix literals and parameters differently are not comparable: `pre-{a}` and `{b}.json` both fit `pre-x.json`.
"""

import random
import re
from collections.abc import Iterable, Sequence
from functools import cache
from urllib.parse import unquote

LITERALS = (
    "rooms", "Rooms", "v1", "v2", "me", "items", "void", "users", "@me", "a b", "café", "things:batch", "x.json", "~t",
    "a,b", "$x", "*", "(1)", "a=b", "...", "a%20b",
)  # fmt: skip
PARTS = ("{}.json", "pre-{}", "{}-{}", "{}:act", "{}.{}", "v{}", "{}%20y")


def random_templates(rng: random.Random, *, at_most: int = 12) -> list[str]:
    """A set in which no two are the same path under other parameter names."""
    found: dict[str, str] = {}
    for _ in range(rng.randint(2, at_most)):
        template = "/" + "/".join(_random_segment(rng) for _ in range(rng.randint(1, 4)))
        while "{}" in template:  # each parameter of a template has its own name
            template = template.replace("{}", f"{{p{template.count('{p')}}}", 1)
        if rng.random() < 0.1:
            template += "/"
        found.setdefault(re.sub(r"\{\w+\}", "{}", unquote(template)), template)
    return list(found.values())


def _random_segment(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.55:
        return rng.choice(LITERALS[:8] if kind < 0.4 else LITERALS)
    return "{}" if kind < 0.85 else rng.choice(PARTS)


@cache
def pattern_of(template: str) -> re.Pattern[str]:
    """What fits a template once everything is decoded: at least one character for each parameter, never a slash."""
    pieces = re.split(r"(\{\w+\})", template)
    return re.compile("".join("[^/]+" if piece.startswith("{") else re.escape(unquote(piece)) for piece in pieces))


@cache
def concreteness(template: str) -> tuple[int, ...]:
    """For each segment: 2 a literal, 1 a literal with parameters in it, 0 nothing but a parameter."""
    return tuple(
        2 if "{" not in part else 0 if re.fullmatch(r"(\{\w+\})+", part) else 1 for part in template.split("/")
    )


def naive(templates: Iterable[str], path: str) -> set[str]:
    """The most concrete templates that a decoded path fits."""
    fitting = [template for template in templates if pattern_of(template).fullmatch(path)]
    return {one for one in fitting if not any(_beats(other, one) for other in fitting)}


@cache
def _beats(one: str, other: str) -> bool:
    """Whether each of one's segments is a literal, the same as the other's, or stands beside a bare parameter."""
    named = [re.sub(r"\{\w+\}", "{}", template).split("/") for template in (one, other)]
    pairs = list(zip(*named, strict=True))
    return all(_within(*pair) for pair in pairs) and not all(_within(right, left) for left, right in pairs)


def _within(one: str, other: str) -> bool:
    return "{" not in one or other == "{}" or one == other


def in_order(templates: Sequence[str]) -> list[str]:
    """As the author of a server must list its routes, where the first that fits is taken."""
    return sorted(templates, key=lambda template: [-rank for rank in concreteness(template)])
