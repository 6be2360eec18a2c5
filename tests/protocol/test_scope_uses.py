"""What a call needed of a token's scopes, and what is made of it."""

from dataclasses import replace

import pytest

from frontdesk.protocol.access import Alternative, Operation
from frontdesk.protocol.ids import DAY, ClientId, CodeId, Digest, GrantId, Micros, UserId
from frontdesk.protocol.records import Grant
from frontdesk.protocol.scope_uses import ScopeHistory, ScopeUse, history_of, needed_scopes, take_scopes
from frontdesk.protocol.scopes import implied

START = Micros(1_800_000_000_000_000)


def operation(*needs: str) -> Operation:
    """One that Basic opens too; each text is a set of scopes any of which will do."""
    sets = tuple(frozenset(each.split()) for each in needs)
    return Operation(
        method="GET",
        template="/rooms",
        alternatives=(Alternative(scheme="basic"), Alternative(scheme="oauth2", needs=sets)),
    )


@pytest.mark.parametrize(
    ("needs", "token", "needed"),
    [
        (["rooms.readonly rooms"], "rooms", ("rooms.readonly",)),  # to read, writing is not needed
        (["rooms"], "rooms", ("rooms",)),
        (["rooms.readonly rooms"], "rooms.readonly plans", ("rooms.readonly",)),
        (["rooms plans"], "plans", ("plans",)),
        (["rooms", "plans"], "plans rooms", ("rooms", "plans")),  # both are asked for
        ([], "rooms", ()),
        (["rooms"], "plans", ()),
    ],
)
def test_the_least_that_opens_the_operation_counts(needs: list[str], token: str, needed: tuple[str, ...]) -> None:
    """By the document's alternatives and what the token holds with all that it includes."""
    assert needed_scopes([operation(*needs)], implied(tuple(token.split()))) == needed


def grant(number: int, scopes: str, *, used: bool = True) -> Grant:
    """One of a connection's."""
    return Grant(
        id=GrantId(f"g{number}"),
        user_id=UserId("u"),
        client_id=ClientId("c"),
        stamp=1,
        scopes_asked=tuple(scopes.split()),
        scopes_given=tuple(scopes.split()),
        edges=(),
        refresh_digest=Digest(b""),
        code_id=CodeId("x"),
        created_at=START,
        last_used_at=Micros(START + DAY) if used else None,
    )


def use(number: int, scope: str, first: int, last: int) -> ScopeUse:
    """Seen in these days."""
    return ScopeUse(
        grant_id=GrantId(f"g{number}"),
        scope=scope,
        first_at=Micros(START + first * DAY),
        last_at=Micros(START + last * DAY),
    )


def history(last: int | None, since: int | None, *, partly: bool = False) -> ScopeHistory:
    """In days."""
    return ScopeHistory(
        last_at=None if last is None else Micros(START + last * DAY),
        watched_since=None if since is None else Micros(START + since * DAY),
        partly=partly,
    )


def test_a_scope_that_was_needed_is_known_with_its_last_time() -> None:
    """Of the newest grant that needed it."""
    grants = [grant(1, "rooms plans"), grant(2, "rooms")]
    uses = [use(1, "rooms", 1, 3), use(2, "rooms", 2, 9)]
    assert history_of("rooms", grants, uses) == history(9, 2)
    assert history_of("plans", grants, uses) == history(None, 1)


def test_what_only_ever_read_is_told_apart() -> None:
    """The part was needed, the whole never."""
    uses = [use(1, "rooms.readonly", 1, 3)]
    assert history_of("rooms", [grant(1, "rooms")], uses) == history(3, 1, partly=True)
    assert history_of("rooms", [grant(1, "rooms")], [*uses, use(1, "rooms", 4, 4)]) == history(4, 1)


def test_a_grant_that_was_used_before_anybody_watched_proves_nothing() -> None:
    """Neither that a scope was used nor that it was not."""
    assert history_of("rooms", [grant(1, "rooms")], []) == history(None, None)
    assert history_of("rooms", [grant(1, "rooms"), grant(2, "rooms")], [use(1, "plans", 1, 1)]) == history(None, None)


def test_a_grant_that_was_never_used_is_watched_from_its_beginning() -> None:
    """And one that was not given the scope says nothing of it."""
    assert history_of("rooms", [grant(1, "rooms", used=False), grant(2, "plans")], []) == history(None, 0)
    late = replace(grant(3, "rooms", used=False), created_at=Micros(START + 5 * DAY))
    assert history_of("rooms", [grant(1, "rooms", used=False), late], []) == history(None, 5)


@pytest.mark.parametrize(
    ("scopes", "taken", "left"),
    [
        ("rooms plans", {"plans": ""}, "rooms"),
        ("rooms plans", {"rooms": "rooms.readonly"}, "rooms.readonly plans"),
        ("rooms rooms.readonly", {"rooms": "rooms.readonly"}, "rooms.readonly"),
        ("rooms", {"rooms": ""}, ""),
        ("rooms", {"plans": ""}, "rooms"),
    ],
)
def test_what_is_left(scopes: str, taken: dict[str, str], left: str) -> None:
    """In its order."""
    assert take_scopes(tuple(scopes.split()), taken) == tuple(left.split())
