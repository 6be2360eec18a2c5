"""Moving in: the contract of both stores, and what of a list is refused."""

import hashlib
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.protocol.ids import Micros
from frontdesk.protocol.records import Profile, Role
from frontdesk.storage.memory import MemoryStore
from storage.house import House
from storage.mover import (
    ADA,
    BEN,
    EVERYTHING,
    OLENA,
    TOKEN,
    Mover,
    app,
    credential,
    network,
    network_id,
    outcomes,
    problems,
    role,
    token,
    user,
)

pytestmark = pytest.mark.anyio
BCRYPT = "$2b$10$" + "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"[:53]


@pytest.fixture
def mover(house: House) -> Mover:
    """A mover on each store in turn."""
    return Mover(house.store)


async def test_everything_moves_in_with_its_ids_and_secrets(mover: Mover) -> None:
    """Nobody has to reconnect: ids are kept, secrets prove what they proved, tokens stand for what they stood for."""
    plan = await mover.imports(*EVERYTHING)
    assert outcomes(plan) == ["added"] * 6
    ((north, owner, pair),) = await mover.store.list_networks()
    assert (north.id, north.title, owner.email, pair.client_id) == (network_id(1), "Network 1", OLENA, "north")
    assert mover.mint.proves("an old secret of north", pair.secret_digest)
    assert mover.mint.reveal_secret(north.id, 1, pair.sealed_secret) == "an old secret of north"
    client = await mover.store.find_client("door-locks")
    assert mover.mint.proves("an old secret of the app", client.secret_digest)
    ada = await mover.person(ADA)
    assert ada.roles == {network_id(1): Role.ADMINISTRATOR}
    grant = await mover.store.find_foreign_grant(mover.mint.digests(TOKEN))
    assert (grant.user_id, grant.client_id, grant.scopes_given) == (ada.id, "door-locks", ("resources",))
    assert grant.refresh_digest == mover.mint.digest(TOKEN)
    assert [edge.network_id for edge in grant.edges] == [network_id(1)]
    connection = await mover.store.find_connection(ada.id, client.id)
    assert (connection.redirect_uri, connection.networks_given) == (client.redirect_uris[0], (network_id(1),))
    assert await mover.store.has_foreign_tokens()


async def test_a_second_import_changes_nothing(mover: Mover) -> None:
    """And says so, row by row; neither does a dry run."""
    assert outcomes(await mover.imports(*EVERYTHING, commit=False)) == ["added"] * 6
    assert await mover.store.list_networks() == []
    assert await mover.actions() == []
    await mover.imports(*EVERYTHING)
    before = await mover.actions()
    plan = await mover.imports(*EVERYTHING)
    assert outcomes(plan) == ["same"] * 6
    assert plan.changes == ()
    assert await mover.actions() == before


async def test_every_change_is_audited_in_its_own_transaction(mover: Mover) -> None:
    """One row a thing, and one for the list."""
    await mover.imports(*EVERYTHING)
    assert await mover.actions() == [
        "user.created",
        "user.created",
        "network.created",
        "membership.given",
        "client.created",
        "grant.imported",
        "import.applied",
    ]
    assert {event.actor for event in await mover.store.list_audit(limit=100)} == {"operator"}


CONFLICTS: tuple[tuple[dict[str, Any], str], ...] = (
    (user(ADA, 7), "this address has the id "),
    (network(owner=BEN), "it is owned by olena@north.example here, not by ben@north.example"),
    (network(title="Other"), "it has another title here"),
    (role(ADA, role="member"), "is administrator here"),
    (role(OLENA), "owns the network: leave this row out"),
    (role(ADA, 2), "there is no such network"),
    (credential(secret="another secret"), "it has another secret here"),
    (credential(client_id="other"), "the network has the pair north here"),
    (credential(2, client_id="south"), "there is no such network"),
    (app("north"), "this id is a network's here"),
    (app(secret="another secret"), "it has another secret here"),
    (app(secret_hash=BCRYPT), ""),
    (app(public=True), "public is different here"),
    (app(profile="strict"), "profile is different here"),
    (app(disabled=True), "disabled is different here"),
    (app(name="Other", scopes=["resources"]), "name, scopes: different here; take these with --update"),
    (token(client_id="nobody"), "there is no such app"),
    (token("eve@north.example"), "there is no such person"),
    (token(value="a-second-old-token", networks=[network_id(2)]), "this person has no role in the network"),
    (token(value="a-second-old-token", scopes=["bookings"]), "the app may not ask for the scope bookings"),
    (token(value="a-second-old-token", issued_at="2999-01-01T00:00:00Z"), "issued_at is in the future"),
    (token(OLENA), "it stands for something else here"),
    (token(scopes=["locations"]), "it stands for something else here"),
)


@pytest.mark.parametrize(("row", "problem"), CONFLICTS)
async def test_what_is_here_gives_way_to_nothing(mover: Mover, row: dict[str, Any], problem: str) -> None:
    """A conflict refuses the whole list, and names the row."""
    await mover.imports(*EVERYTHING)
    before = await mover.actions()
    plan = await mover.imports(network(9, "new@x.example"), row)
    if not problem:  # a hash cannot be compared with our digest: nothing is changed by it
        assert problems(plan) == []
        assert mover.mint.proves(
            "an old secret of the app", (await mover.store.find_client("door-locks")).secret_digest
        )
        return
    (found,) = problems(plan)
    assert found.startswith(problem)
    assert plan.is_refused
    assert await mover.store.find_network(network_id(9)) is None
    assert await mover.actions() == before


async def test_update_takes_what_people_read_and_what_an_app_may_ask_for(mover: Mover) -> None:
    """Titles, names, redirect URIs and scopes: nothing else."""
    await mover.imports(*EVERYTHING)
    await mover.store.find_client("door-locks")
    changed = app(name="Locks", redirect_uris=["https://locks.example/new"], scopes=["resources"])
    plan = await mover.imports(network(title="North"), changed, update=True)
    assert outcomes(plan) == ["changed", "changed"]
    client = await mover.store.find_client("door-locks")
    assert (client.name, client.redirect_uris, client.scopes) == (
        "Locks",
        ("https://locks.example/new",),
        ("resources",),
    )
    assert mover.mint.proves("an old secret of the app", client.secret_digest)
    assert (await mover.store.find_network(network_id(1))).title == "North"
    assert outcomes(await mover.imports(network(title="North"), changed, update=True)) == ["same", "same"]
    assert problems(await mover.imports(app(secret="x", name="Y"), update=True)) == ["it has another secret here"]


async def test_hashes_are_kept_until_their_first_right_use(mover: Mover) -> None:
    """As they are; a second import compares them as long as they are there, and never puts one back."""
    rows = (network(), credential(secret_hash=BCRYPT), app(secret_hash=BCRYPT))
    await mover.imports(*rows)
    pair = await mover.store.find_network_credential("north")
    assert (pair.foreign_secret, pair.sealed_secret) == (BCRYPT, None)
    assert not mover.mint.proves("", pair.secret_digest)
    client = await mover.store.find_client("door-locks")
    assert (client.foreign_secret, client.secret_digest, client.is_confidential) == (BCRYPT, None, True)
    assert outcomes(await mover.imports(*rows)) == ["same"] * 3
    other = BCRYPT[:-1] + "z"
    assert problems(await mover.imports(app(secret_hash=other))) == ["it has another secret here"]
    digest = mover.mint.digest("the secret")
    audit = (await mover.store.list_audit(limit=1))[0]
    assert await mover.store.adopt_client_secret(
        client_id="door-locks", foreign_secret=BCRYPT, digest=digest, audit=audit
    )
    plan = await mover.imports(*rows)
    assert (outcomes(plan), plan.changes) == (["same"] * 3, ())
    await mover.store.set_client_secret(client_id="door-locks", digest=digest, now=mover.clock.now(), audit=audit)
    assert problems(await mover.imports(*rows)) == ["it has another secret here"]


async def test_a_public_app_is_strict_and_has_no_secret(mover: Mover) -> None:
    """RFC 9700: nothing proves it, so nothing of it may be weak."""
    await mover.imports(app(public=True, native=True))
    client = await mover.store.find_client("door-locks")
    assert (client.profile, client.is_confidential, client.native, client.require_pkce) == (
        Profile.STRICT,
        False,
        True,
        True,
    )


async def test_a_token_is_the_same_whatever_it_is_known_by(mover: Mover) -> None:
    """By value or by its SHA-256; one that is known by a signature is told again once it was used whole."""
    hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
    rows = (network(), role(ADA), app())
    await mover.imports(*rows, _by_hash(hashed))
    assert outcomes(await mover.imports(token())) == ["same"]
    signature = hashlib.sha256(b"signature").hexdigest()
    signed = {**_by_hash(hashed), "token_signature_sha256": signature}
    del signed["token_sha256"]
    await mover.imports(signed)
    before = len(await mover.store.list_grants())
    (grant,) = [one for one in await mover.store.list_grants() if one.refresh_digest != mover.mint.digest(TOKEN)]
    whole = mover.mint.digest("ory_rt_random.signature")
    assert await mover.store.pin_foreign_token(grant_id=grant.id, known_by=[grant.refresh_digest], digest=whole)
    plan = await mover.imports(signed)
    assert (outcomes(plan), plan.changes) == (["same"], ())
    assert len(await mover.store.list_grants()) == before == 2


def _by_hash(hashed: str) -> dict[str, Any]:
    row = {**token(), "token_sha256": hashed}
    del row["token"]
    return row


async def test_the_cap_of_a_connection_holds_at_import(mover: Mover) -> None:
    """One beyond it is named; counted with what is here already."""
    mover.cap = 3
    await mover.imports(
        network(), role(ADA), app(), token(value="old-refresh-token-0"), token(value="old-refresh-token-1")
    )
    plan = await mover.imports(token(value="old-refresh-token-2"), token(value="old-refresh-token-3"))
    assert outcomes(plan) == ["added", "conflict"]
    assert problems(plan) == ["a person and an app have at most 3 grants together"]
    assert len(await mover.store.list_grants()) == 2


async def test_a_revoked_token_is_not_moved_in_again(mover: Mover) -> None:
    """It stays dead while it is remembered, and its row goes with its grant (DESIGN D14)."""
    await mover.imports(*EVERYTHING)
    digests = mover.mint.digests(TOKEN)
    grant = await mover.store.find_foreign_grant(digests)
    audit = (await mover.store.list_audit(limit=1))[0]
    assert await mover.store.revoke_grant(grant_id=grant.id, now=mover.clock.now(), audit=audit)
    assert (await mover.store.find_foreign_grant(digests)).revoked_at is not None
    assert problems(await mover.imports(token())) == ["it was revoked here"]
    mover.clock.pass_minutes(61)
    assert await mover.store.clean(now=mover.clock.now(), limit=100)
    assert await mover.store.find_foreign_grant(digests) is None
    assert not await mover.store.has_foreign_tokens()


async def test_evicting_a_moved_grant_forgets_its_token(house: House) -> None:
    """The least recently used one goes at the exchange beyond the cap, with all that leads to it."""
    mover = Mover(house.store)
    house.now = mover.clock.now()
    await mover.imports(*EVERYTHING, token(value="old-refresh-token-2", issued_at="2020-01-01T00:00:00Z"))
    ada = await mover.person(ADA)
    code = await house.consent(ada.id, "door-locks", network_id(1))
    await house.exchange(code, cap=2)
    assert await mover.store.find_foreign_grant(mover.mint.digests("old-refresh-token-2")) is None
    assert await mover.store.find_foreign_grant(mover.mint.digests(TOKEN)) is not None


async def test_a_moved_connection_grows_with_its_grants_and_ends_with_them(mover: Mover) -> None:
    """What people see is the union; disconnecting ends what moved in like anything else."""
    second = token(value="old-refresh-token-2", networks=[network_id(2)], scopes=["locations"])
    plan = await mover.imports(
        *EVERYTHING, network(2), role(ADA, 2), {**second, "issued_at": "2024-05-01T12:00:00+02:00"}
    )
    assert problems(plan) == []
    ada = await mover.person(ADA)
    ((connection, grants),) = await mover.store.list_connections(ada.id)
    assert connection.networks_given == (network_id(1), network_id(2))
    assert connection.scopes_given == ("resources", "locations")
    assert connection.created_at == Micros(1_714_557_600_000_000)
    assert len(grants) == 2
    ended = await mover.store.disconnect(
        user_id=ada.id, client_id="door-locks", now=mover.clock.now(), audit=(await mover.store.list_audit(limit=1))[0]
    )
    assert ended == 2
    assert (await mover.store.find_foreign_grant(mover.mint.digests(TOKEN))).revoked_at is not None


async def test_a_row_told_twice_is_refused(mover: Mover) -> None:
    """Which of two counts must not depend on their order; one id is one thing."""
    plan = await mover.imports(
        network(), network(title="B"), app("x"), network(2), credential(2, "x"), user(ADA), user(ADA)
    )
    assert sorted(problems(plan)) == sorted(
        ["line 1 tells of it already", "line 5 tells of it already", "line 6 tells of it already"]
    )


async def test_un_05_what_is_stored_is_what_was_judged(mover: Mover) -> None:
    """UN-05, UN-01: addresses are compared and stored in one form; look-alikes of other forms are other people."""
    await mover.imports(network(owner="OLENA@North.Example"), user("Ada@NORTH.example"))
    assert (await mover.person(OLENA)).roles == {network_id(1): Role.OWNER}
    assert outcomes(await mover.imports(network(owner=OLENA), user("ADA@north.example"))) == ["same", "same"]
    assert outcomes(await mover.imports(user("olena@xn--nrth-5qa.example"))) == ["added"]


FIXED = (network(1), network(2), user(ADA, 1), role(ADA), role(ADA, 2), role(BEN), credential(), app(), app("b"))
TOKENS = tuple(token(value=f"old-refresh-token-{number}") for number in range(4))


@given(picked=st.lists(st.sampled_from(FIXED + TOKENS), unique_by=repr, max_size=13), data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_importing_twice_is_importing_once(picked: list[dict[str, Any]], data: st.DataObject) -> None:
    """In any order and in any number of lists: what is once accepted is the same ever after."""
    order = data.draw(st.permutations(picked))
    cut = data.draw(st.integers(0, len(order)))

    async def walk() -> None:
        mover = Mover(MemoryStore())
        plan = await mover.imports(*picked)
        again = await mover.imports(*order)
        if plan.is_refused:
            assert mover.store.users == {}
            assert sorted(problems(again)) == sorted(problems(plan))
            return
        assert again.changes == ()
        assert set(outcomes(again)) <= {"same"}
        before = (dict(mover.store.users), dict(mover.store.grants), dict(mover.store.clients))
        for part in (order[:cut], order[cut:]):
            assert (await mover.imports(*part)).changes == ()
        assert before == (mover.store.users, mover.store.grants, mover.store.clients)

    anyio.run(walk)
