"""Which scope includes which, and what a role lets an app do: implied_scopes and role_scopes (row SC-09)."""

import pytest

from frontdesk.protocol.records import Role
from frontdesk.protocol.role_scopes import NO_LIMITS, RoleScopes
from frontdesk.protocol.scopes import CONTRACT, Inclusion, find_circle, implied, missing
from frontdesk.protocol.token import still_allowed

LADDER = Inclusion(
    suffixes=(".readonly",), pairs=(("all", "rooms.admin"), ("rooms.admin", "rooms"), ("rooms.readonly", "floors"))
)
READERS = RoleScopes(limits={Role.MEMBER: ("*.readonly", "floors")})

HELD = [
    ("the contract", CONTRACT, ("a",), {"a", "a.readonly"}),
    ("a read scope includes nothing", CONTRACT, ("a.readonly",), {"a.readonly"}),
    ("nothing includes anything", Inclusion(), ("a",), {"a"}),
    ("one pair", Inclusion(pairs=(("a", "b"),)), ("a",), {"a", "b"}),
    ("a pair does not go back", Inclusion(pairs=(("a", "b"),)), ("b",), {"b"}),
    ("any number of steps", Inclusion(pairs=(("a", "b"), ("b", "c"), ("c", "d"))), ("a",), {"a", "b", "c", "d"}),
    (
        "pairs and endings together",
        LADDER,
        ("all",),
        {
            "all",
            "all.readonly",
            "rooms.admin",
            "rooms.admin.readonly",
            "rooms",
            "rooms.readonly",
            "floors",
            "floors.readonly",
        },
    ),
    ("a step from an ending", LADDER, ("rooms.readonly",), {"rooms.readonly", "floors", "floors.readonly"}),
    ("two endings", Inclusion(suffixes=(":read", ":list")), ("a",), {"a", "a:read", "a:list"}),
    ("no ending on an ending", Inclusion(suffixes=(":read", ":list")), ("a:read",), {"a:read"}),
    ("no scopes", LADDER, (), set()),
]


@pytest.mark.parametrize(("what", "inclusion", "scopes", "held"), HELD, ids=[case[0] for case in HELD])
def test_what_is_held(what: str, inclusion: Inclusion, scopes: tuple[str, ...], held: set[str]) -> None:
    """The transitive closure of endings and pairs, and nothing by prefix."""
    assert implied(scopes, inclusion) == held


def test_two_rules_are_never_mistaken_for_one_another() -> None:
    """What is remembered belongs to one record: the same scopes under another rule are worked out anew."""
    for _ in range(2):
        assert implied(("a",), Inclusion(suffixes=(".x",))) == {"a", "a.x"}
        assert implied(("a",), CONTRACT) == {"a", "a.readonly"}
        assert implied(("a",), Inclusion()) == {"a"}


def test_registration_and_refresh_follow_the_rule() -> None:
    """What an app may ask for and keep is what its registration lists, with all that this includes."""
    assert missing(("rooms", "rooms.readonly", "floors"), ("rooms.admin",), LADDER) == ()
    assert missing(("rooms.admin",), ("rooms",), LADDER) == ("rooms.admin",)
    assert still_allowed(("rooms", "other"), ("all",), LADDER) == ("rooms",)
    assert still_allowed(("a.readonly",), ("a",), Inclusion()) == ()


CIRCLES = [
    ((("a", "a"),), (), ("a", "a")),
    ((("a", "b"), ("b", "a")), (), ("a", "b", "a")),
    ((("x", "a"), ("a", "b"), ("b", "c"), ("c", "a")), (), ("a", "b", "c", "a")),
    ((("a.readonly", "a"),), (".readonly",), ("a.readonly", "a", "a.readonly")),
    ((("a.readonly", "a"),), (), None),
    ((("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")), (".readonly",), None),
    ((), (".readonly",), None),
]


@pytest.mark.parametrize(("pairs", "suffixes", "circle"), CIRCLES)
def test_a_circle_is_found_and_shown(
    pairs: tuple[tuple[str, str], ...], suffixes: tuple[str, ...], circle: tuple[str, ...] | None
) -> None:
    """Where a includes b and b includes a, they are one scope with two names: a mistake. Two ways to one are none."""
    assert find_circle(Inclusion(pairs=pairs, suffixes=suffixes)) == circle


CUT = [
    ("another role", Role.ADMINISTRATOR, ("rooms",), {"rooms", "rooms.readonly"}, ("rooms",)),
    ("no role", None, ("rooms",), {"rooms", "rooms.readonly"}, ("rooms",)),
    ("what is left of a scope", Role.MEMBER, ("rooms",), {"rooms.readonly"}, ("rooms.readonly",)),
    ("a read scope", Role.MEMBER, ("rooms.readonly",), {"rooms.readonly"}, ("rooms.readonly",)),
    ("by name, with what it includes", Role.MEMBER, ("floors",), {"floors", "floors.readonly"}, ("floors",)),
    (
        "in order, each once",
        Role.MEMBER,
        ("rooms", "floors", "rooms.readonly"),
        {"rooms.readonly", "floors", "floors.readonly"},
        ("rooms.readonly", "floors"),
    ),
    ("an ending is no substring", Role.MEMBER, ("rooms.readonly.x",), {"rooms.readonly.x.readonly"}, None),
]


@pytest.mark.parametrize(("what", "role", "scopes", "held", "told"), CUT, ids=[case[0] for case in CUT])
def test_what_a_role_leaves(
    what: str, role: Role | None, scopes: tuple[str, ...], held: set[str], told: tuple[str, ...] | None
) -> None:
    """A rule cuts what a token holds and what the API is told that it holds; a role without a rule cuts nothing."""
    assert READERS.cut(implied(scopes), role) == held
    if told is not None:
        assert READERS.told(scopes, role) == told


def test_a_rule_may_name_all_or_one() -> None:
    """`*` is every scope; a rule that matches nothing leaves nothing."""
    everything = RoleScopes(limits={Role.MEMBER: ("*",)})
    assert everything.told(("rooms", "floors"), Role.MEMBER) == ("rooms", "floors")
    nothing = RoleScopes(limits={Role.MEMBER: ("plans",)})
    assert nothing.told(("rooms",), Role.MEMBER) == ()
    assert not nothing.lets_anything(("rooms",), Role.MEMBER)
    assert nothing.lets_anything(("rooms", "plans"), Role.MEMBER)
    assert NO_LIMITS.lets_anything(("rooms",), Role.MEMBER)
