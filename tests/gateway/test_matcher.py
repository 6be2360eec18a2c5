"""The most specific template wins; where none does, all are given."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.gateway.matcher import PathTree, TemplateError, read_template


def tree_of(*templates: str) -> PathTree[str]:
    """A tree in which each template stands for itself."""
    tree: PathTree[str] = PathTree()
    for template in templates:
        tree.add(read_template(template), template)
    return tree


@pytest.mark.parametrize(
    ("templates", "path", "found"),
    [
        (["/a", "/{x}"], "/a", ["/a"]),
        (["/a", "/{x}"], "/b", ["/{x}"]),
        (["/a/{x}", "/{y}/b"], "/a/b", ["/a/{x}", "/{y}/b"]),
        (["/a/{x}", "/{y}/b", "/a/b"], "/a/b", ["/a/b"]),
        (["/a/{x}", "/{y}/b", "/{y}/{x}"], "/a/b", ["/a/{x}", "/{y}/b"]),
        (["/i/{id}/void", "/i/items/{id}"], "/i/items/void", ["/i/{id}/void", "/i/items/{id}"]),
        (["/a/{x}"], "/a/", []),
        (["/a/{x}"], "/a", []),
        (["/a/{x}"], "/a/b/c", []),
        (["/a"], "/a/", []),
        (["/a/"], "/a/", ["/a/"]),
        (["/a/"], "/a", []),
        (["/A"], "/a", []),
        (["/"], "/", ["/"]),
        (["/f/{n}.json", "/f/{n}"], "/f/x.json", ["/f/{n}.json"]),
        (["/f/{n}.json", "/f/{n}"], "/f/.json", ["/f/{n}"]),
        (["/f/{n}.json", "/f/x.json"], "/f/x.json", ["/f/x.json"]),
        (["/f/{a}-{b}", "/f/{c}.txt"], "/f/x-y.txt", ["/f/{a}-{b}", "/f/{c}.txt"]),
        (["/{n}.json/{x}", "/pre-{n}/users"], "/pre-a.json/users", ["/{n}.json/{x}", "/pre-{n}/users"]),
        (["/{n}.json/{x}", "/{m}.json/users"], "/a.json/users", ["/{m}.json/users"]),
        (["/f/{a}{b}"], "/f/x", []),
        (["/f/{a}{b}"], "/f/xy", ["/f/{a}{b}"]),
        (["/v1/rooms:batch"], "/v1/rooms:batch", ["/v1/rooms:batch"]),
        (["/café"], "/caf%C3%A9", ["/café"]),
        (["/a b"], "/a%20b", ["/a b"]),
        (["/{x}", "/{y}"], "/a", ["/{x}", "/{y}"]),
    ],
)
def test_the_most_specific_templates_are_found(templates: list[str], path: str, found: list[str]) -> None:
    """A literal beats a parameter, position by position; GW-07: no other case, no trailing slash."""
    assert list(tree_of(*templates).find(path)) == found


@pytest.mark.parametrize(
    "template", ["/a//b", "/a/./b", "/../a", "/a;{x}", "/a{", "/a}", "/{}", "/{a{b}}", "/a#b", "/a?b={c}", "/a%2Fb"]
)
def test_a_template_that_no_target_can_match_is_refused(template: str) -> None:
    """It would look protected and be dead, or match what nobody meant."""
    with pytest.raises(TemplateError):
        read_template(template)


PARTS = ("a", "b", "{x}", "{x}.b", "a{x}")
SEGMENTS = ("a", "b", "ab", "a.b", "c", ".b")


def naive(templates: list[str], path: str) -> set[str]:
    """By regular expressions and the definition, slowly."""

    def fits(template: str) -> bool:
        pieces = re.split(r"(\{x\})", template)
        return bool(re.fullmatch("".join("[^/]+" if piece == "{x}" else re.escape(piece) for piece in pieces), path))

    def within(one: str, other: str) -> bool:
        return "{" not in one or other == "{x}" or one == other

    def beats(one: str, other: str) -> bool:
        pairs = list(zip(one.split("/"), other.split("/"), strict=True))
        return all(within(*pair) for pair in pairs) and not all(within(right, left) for left, right in pairs)

    fitting = [template for template in templates if fits(template)]
    return {one for one in fitting if not any(beats(other, one) for other in fitting)}


paths_of = lambda parts: st.lists(st.sampled_from(parts), min_size=1, max_size=4).map(lambda p: "/" + "/".join(p))  # noqa: E731


@settings(max_examples=300, deadline=None)
@given(st.lists(paths_of(PARTS), min_size=1, max_size=12, unique=True), st.lists(paths_of(SEGMENTS), max_size=20))
def test_the_tree_finds_what_a_naive_matcher_finds(templates: list[str], paths: list[str]) -> None:
    """For any set of templates and any path."""
    tree = tree_of(*templates)
    for path in paths:
        assert set(tree.find(path)) == naive(templates, path), path


def test_the_tree_agrees_on_every_short_path() -> None:
    """All templates of two segments at once, all paths of two segments."""
    templates = ["/" + "/".join(parts) for parts in itertools.product(PARTS, repeat=2)]
    tree = tree_of(*templates)
    for parts in itertools.product(SEGMENTS, repeat=2):
        path = "/" + "/".join(parts)
        assert set(tree.find(path)) == naive(templates, path), path


def test_a_long_segment_does_not_slow_a_template_with_many_parameters() -> None:
    """No backtracking: a hundred thousand characters are looked at once for each piece."""
    tree = tree_of("/{a}-{b}-{c}-{d}-{e}.end")
    assert tree.find("/" + "-" * 100_000) == ()
    assert tree.find("/" + "x-" * 50_000 + "x.end")
