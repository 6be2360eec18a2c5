"""Staying in step: the contract of both stores, and a list that is followed against a naive model of it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.protocol.ids import Email
from frontdesk.protocol.records import Role
from frontdesk.storage.memory import MemoryStore
from frontdesk.storage.sqlite import open_sqlite
from storage.house import House
from storage.mover import (
    ADA,
    BEN,
    EVERYTHING,
    OLENA,
    TOKEN,
    Mover,
    network,
    network_id,
    outcomes,
    problems,
    role,
    token,
    user,
)

pytestmark = pytest.mark.anyio
LIST = (network(), network(2), user(ADA, 1), role(ADA), role(BEN, 2, "member"))


@pytest.fixture
def mover(house: House) -> Mover:
    """A mover on each store in turn."""
    return Mover(house.store)


async def test_following_a_list_twice_is_following_it_once(mover: Mover) -> None:
    """Full or partial; a dry run follows nothing."""
    await mover.syncs(*LIST, full=True, commit=False)
    assert await mover.store.list_networks() == []
    assert outcomes(await mover.syncs(*LIST, full=True)) == ["added"] * 5
    before = await mover.actions()
    for full in (True, False):
        plan = await mover.syncs(*LIST, full=full)
        assert (outcomes(plan), plan.changes) == (["same"] * 5, ())
    assert await mover.actions() == before
    assert (await mover.person(BEN)).roles == {network_id(2): Role.MEMBER}


async def test_a_network_that_is_left_out_is_out_of_service_and_comes_back_as_it_was(mover: Mover) -> None:
    """Its pair is refused, its roles do not count; nothing of it is deleted."""
    await mover.imports(*EVERYTHING, network(2, OLENA))
    before = await mover.person(ADA)
    pair = await mover.store.find_network_credential("north")
    plan = await mover.syncs(network(2, OLENA), user(ADA), full=True)
    assert outcomes(plan) == ["same", "same", "suspended"]
    assert await mover.store.find_network_credential("north") is None
    assert mover.store.glance().credential("north") is None
    assert (await mover.store.find_network(network_id(1))).suspended_at == mover.clock.now()
    assert (await mover.person(ADA)).roles == {}
    assert (await mover.person(OLENA)).roles == {network_id(2): Role.OWNER}
    assert [found.id for found, _, _ in await mover.store.list_networks()] == [network_id(1), network_id(2)]
    assert outcomes(await mover.syncs(network(2, OLENA), user(ADA), full=True)) == ["same", "same"]

    assert outcomes(await mover.syncs(network())) == ["restored"]
    assert await mover.store.find_network_credential("north") == pair
    assert await mover.person(ADA) == before
    grant = await mover.store.find_foreign_grant(mover.mint.digests(TOKEN))
    assert [edge.dropped_at for edge in grant.edges] == [None]


async def test_a_person_who_is_left_out_is_shut_out_and_comes_back(mover: Mover, house: House) -> None:
    """Signed out for good; grants are refused while it lasts. Whoever owns a network of the list is named by it."""
    await mover.imports(*EVERYTHING)
    ada = await mover.person(ADA)
    session = await house.sign_in(ada.id)
    code = await house.consent(ada.id, "door-locks", network_id(1))
    mover.clock.pass_seconds(59)
    plan = await mover.syncs(network(), full=True)
    assert outcomes(plan) == ["same", "suspended", "suspended"]
    suspended = await mover.person(ADA)
    assert suspended.blocked_at == mover.clock.now()
    assert await mover.store.find_session(session.id) is None
    assert (await mover.store.find_code(code.id)).voided_at is not None
    assert await mover.store.find_session((await house.sign_in(ada.id)).id) is None
    assert (await mover.person(OLENA)).blocked_at is None

    plan = await mover.syncs(user(ADA), role(ADA))
    assert outcomes(plan) == ["restored", "restored"]
    assert await mover.person(ADA) == ada
    assert await mover.store.find_session((await house.sign_in(ada.id)).id) is not None


async def test_an_operators_block_is_another_matter(mover: Mover) -> None:
    """Being named again undoes a suspension only; unblocking undoes a block only."""
    await mover.syncs(*LIST, full=True)
    ada = await mover.person(ADA)

    async def block(blocked: bool) -> None:
        audit = (await mover.store.list_audit(limit=1))[0]
        assert await mover.store.set_user_blocked(user_id=ada.id, blocked=blocked, now=mover.clock.now(), audit=audit)

    await block(True)
    await mover.syncs(network(), network(2), role(BEN, 2, "member"), full=True)
    await mover.syncs(*LIST, full=True)
    assert (await mover.person(ADA)).blocked_at is not None
    await mover.syncs(network(), network(2), role(BEN, 2, "member"), full=True)
    await block(False)
    assert (await mover.person(ADA)).blocked_at is not None
    await mover.syncs(*LIST, full=True)
    assert await mover.person(ADA) == ada


async def test_a_role_that_is_left_out_does_not_count_until_it_is_named_again(mover: Mover) -> None:
    """Its edges are not live meanwhile; a role that the operator gives anew counts."""
    await mover.syncs(*LIST, full=True)
    for returns in (lambda: mover.syncs(role(ADA)), lambda: _operator_gives(mover, ADA)):
        assert outcomes(await mover.syncs(*(row for row in LIST if row != role(ADA)), full=True))[-1] == "suspended"
        assert (await mover.person(ADA)).roles == {}
        await returns()
        assert (await mover.person(ADA)).roles == {network_id(1): Role.ADMINISTRATOR}


async def _operator_gives(mover: Mover, email: str, number: int = 1) -> Any:
    audit = (await mover.store.list_audit(limit=1))[0]
    return await mover.store.put_membership(
        new_user=await mover.person(email), network_id=network_id(number), role=Role.ADMINISTRATOR, audit=audit
    )


async def test_roles_in_a_suspended_network_wait_for_it(mover: Mover) -> None:
    """One that is given meanwhile counts from its return on; its owner stays its owner (OW-13)."""
    await mover.syncs(*LIST, full=True)
    await mover.syncs(*LIST[1:3], LIST[4], full=True)
    assert (await _operator_gives(mover, BEN)).roles == {network_id(2): Role.MEMBER}
    assert await _operator_gives(mover, OLENA) is None
    olena = await mover.person(OLENA)
    audit = (await mover.store.list_audit(limit=1))[0]
    now = mover.clock.now()
    assert not await mover.store.set_user_blocked(user_id=olena.id, blocked=True, now=now, audit=audit)
    asked = {"user_id": olena.id, "network_id": network_id(1), "now": now, "audit": audit}
    assert not await mover.store.remove_membership(**asked)
    await mover.syncs(network(), role(ADA, 1, "member"))
    assert (await mover.person(BEN)).roles == {network_id(1): Role.ADMINISTRATOR, network_id(2): Role.MEMBER}
    assert (await mover.person(ADA)).roles == {network_id(1): Role.MEMBER}


async def test_ow_05_a_new_owner_ends_what_the_former_one_let_apps_do_there(mover: Mover, house: House) -> None:
    """OW-05: the former owner is administrator, and their apps need a new consent; other networks are untouched."""
    await mover.imports(
        *EVERYTHING, network(2), token(OLENA, "olenas-old-refresh-token", networks=[network_id(1), network_id(2)])
    )
    plan = await mover.syncs(network(owner=ADA))
    assert [(verdict.outcome, verdict.detail) for verdict in plan.verdicts] == [("changed", "owner")]
    olena, ada = await mover.person(OLENA), await mover.person(ADA)
    assert olena.roles == {network_id(1): Role.ADMINISTRATOR, network_id(2): Role.OWNER}
    assert ada.roles == {network_id(1): Role.OWNER}
    grant = await mover.store.find_foreign_grant(mover.mint.digests("olenas-old-refresh-token"))
    assert [edge.dropped_at is None for edge in grant.edges] == [False, True]
    adas = await mover.store.find_foreign_grant(mover.mint.digests(TOKEN))
    assert [edge.dropped_at for edge in adas.edges] == [None]
    connection = await mover.store.find_connection(olena.id, "door-locks")
    assert connection.networks_given == (network_id(2),)
    await mover.syncs(network(owner=OLENA))
    assert await mover.store.find_foreign_grant(mover.mint.digests("olenas-old-refresh-token")) == grant


async def test_an_address_moves_with_its_id(mover: Mover) -> None:
    """Two may change places; an address that somebody else keeps is a conflict, and so is one that was given up."""
    await mover.syncs(network(), user(ADA, 1), user(BEN, 2), role(ADA), role(BEN, 1, "member"), full=True)
    ada = await mover.person(ADA)
    plan = await mover.syncs(user(BEN, 1), user(ADA, 2))
    assert outcomes(plan) == ["changed", "changed"]
    assert (await mover.person(BEN)).id == ada.id
    assert (await mover.person(BEN)).roles == {network_id(1): Role.ADMINISTRATOR}
    assert problems(await mover.syncs(user(OLENA, 1)))[0].startswith("this address has the id ")
    assert problems(await mover.syncs(user("x@north.example", 1), role(BEN))) == ["line 1 gives this address up"]
    assert outcomes(await mover.syncs(user("x@north.example", 1), role("x@north.example"))) == ["changed", "same"]
    assert await mover.person(BEN) is None


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ((user(ADA, 9),), "this address has the id "),
        ((role(ADA, 5),), "there is no such network here or in the list"),
        ((role(OLENA),), "owns the network: leave this row out"),
        ((network(), network()), "line 1 tells of it already"),
        ((user(ADA, 1), user(BEN, 1)), "line "),
    ],
)
async def test_what_cannot_be_followed_changes_nothing(mover: Mover, rows: tuple[Any, ...], problem: str) -> None:
    """All or nothing, with the row named."""
    await mover.syncs(*LIST, full=True)
    before = await mover.actions()
    plan = await mover.syncs(network(7), *rows) if rows[0]["kind"] != "network" else await mover.syncs(*rows)
    assert plan.is_refused
    assert problems(plan)[0].startswith(problem)
    assert await mover.actions() == before


async def test_a_role_in_a_network_that_a_full_list_leaves_out_is_a_contradiction(mover: Mover) -> None:
    """Either the network's row or the role's is missing: nobody can tell which."""
    await mover.syncs(*LIST, full=True)
    assert problems(await mover.syncs(network(2), role(ADA), full=True)) == [
        "there is no such network in this full list"
    ]


async def test_a_cut_off_list_is_not_believed(mover: Mover) -> None:
    """More than a fifth of the networks or users is suspended only where that many were expected."""
    rows = [network(number, f"owner{number}@x.example") for number in range(1, 11)]
    await mover.syncs(*rows, full=True)
    plan = await mover.syncs(*rows[:7], full=True, accepted=0)
    assert plan.objection == (
        "this full list would suspend 3 of 10 networks, 3 of 10 users, 0 of 0 roles; "
        "accept it with --accept-suspensions 6"
    )
    assert (await mover.store.find_network(network_id(10))).suspended_at is None
    assert (await mover.syncs(*rows[:7], full=True, accepted=5)).objection
    assert not (await mover.syncs(*rows[:8], full=True, accepted=0)).objection
    assert (await mover.store.find_network(network_id(10))).suspended_at is not None
    assert not (await mover.syncs(*rows[:6], full=True, accepted=4)).is_refused


async def test_lost_roles_are_noticed_too(mover: Mover) -> None:
    """A list without its role rows shuts everybody but owners out; a few roles may go without a question."""
    people = [role(f"user{number}@x.example") for number in range(20)]
    named = [user(row["email"]) for row in people]
    await mover.syncs(network(), *named, *people, full=True)
    assert "20 of 20 roles" in (await mover.syncs(network(), *named, full=True, accepted=0)).objection
    assert not (await mover.syncs(network(), *named, *people[10:], full=True, accepted=0)).objection


# -- against a naive model
EMAILS = (OLENA, ADA, BEN)
LISTS = st.fixed_dictionaries(
    {
        "full": st.booleans(),
        "owners": st.dictionaries(st.integers(1, 3), st.sampled_from(EMAILS), min_size=0, max_size=3),
        "users": st.sets(st.sampled_from(EMAILS)),
        "roles": st.dictionaries(
            st.tuples(st.sampled_from(EMAILS), st.integers(1, 3)), st.sampled_from(["administrator", "member"])
        ),
    }
)


class Model:
    """What a list means, said as plainly as possible."""

    def __init__(self) -> None:
        self.owners: dict[int, str] = {}
        self.roles: dict[tuple[str, int], str] = {}
        self.off_networks: set[int] = set()
        self.off_users: set[str] = set()
        self.off_roles: set[tuple[str, int]] = set()
        self.users: set[str] = set()

    def follow(self, asked: dict[str, Any]) -> list[dict[str, Any]] | None:
        """The rows to send, and what they do here; None: they contradict each other."""
        owners, full = asked["owners"], asked["full"]
        after = {**self.owners, **owners}
        roles = {key: held for key, held in asked["roles"].items() if after.get(key[1]) != key[0]}
        if any(at not in (owners if full else after) for _, at in roles):
            return None
        named = {*owners.values(), *asked["users"], *(email for email, _ in roles)}
        for at, owner in owners.items():
            former = self.owners.get(at)
            if former is not None and former != owner:
                self.roles[former, at] = "administrator"
                self.off_roles.discard((former, at))
            self.roles.pop((owner, at), None)
            self.off_roles.discard((owner, at))
        self.owners = after
        self.off_networks -= owners.keys()
        self.roles.update(roles)
        self.off_roles -= roles.keys()
        self.users |= named
        self.off_users -= named
        if full:
            self.off_networks |= after.keys() - owners.keys()
            self.off_users |= self.users - named
            self.off_roles |= {key for key in self.roles if key[1] in owners and key not in roles}
        return [
            *(network(at, owner) for at, owner in owners.items()),
            *(user(email) for email in sorted(asked["users"])),
            *(role(email, at, held) for (email, at), held in roles.items()),
        ]

    def counts(self, email: str) -> dict[str, str]:
        """The roles of a person that count."""
        held = {at: "owner" for at, owner in self.owners.items() if owner == email}
        held |= {at: role for (who, at), role in self.roles.items() if who == email and (who, at) not in self.off_roles}
        return {network_id(at): role for at, role in held.items() if at not in self.off_networks}


async def _follows_the_model(store: Any, lists: list[dict[str, Any]]) -> None:
    mover, model = Mover(store), Model()
    for asked in lists:
        rows = model.follow(asked)
        if rows is None:
            continue
        plan = await mover.syncs(*rows, full=asked["full"])
        assert not plan.is_refused, problems(plan)
        assert (await mover.syncs(*rows, full=asked["full"])).changes == ()
        for email in EMAILS:
            found = await mover.person(Email(email))
            roles = {} if found is None else {at: held.value for at, held in found.roles.items()}
            assert roles == model.counts(email)
            assert (found is not None and found.blocked_at is not None) == (email in model.off_users)
        for at in model.owners:
            off = (await mover.store.find_network(network_id(at))).suspended_at is not None
            assert off == (at in model.off_networks)


@given(lists=st.lists(LISTS, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_sequence_of_lists_ends_where_a_naive_model_does(lists: list[dict[str, Any]]) -> None:
    """Full and partial lists, owners that change, roles that come and go."""
    anyio.run(_follows_the_model, MemoryStore(), lists)


@given(lists=st.lists(LISTS, min_size=2, max_size=6))
@settings(max_examples=25, deadline=None)
def test_the_database_follows_the_model_too(lists: list[dict[str, Any]]) -> None:
    """The same on SQLite, whose memory must forget whatever a list changed."""

    async def walk() -> None:
        with TemporaryDirectory() as folder:
            store = await open_sqlite(Path(folder) / "frontdesk.db", create=True)
            try:
                await _follows_the_model(store, lists)
            finally:
                await store.aclose()

    anyio.run(walk)
