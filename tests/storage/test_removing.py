"""Removing what a trial run made, and nothing else: the contract of both stores."""

from dataclasses import replace

import pytest

from frontdesk.protocol.ids import CredentialId, Email, GrantId, NetworkId, UserId
from frontdesk.protocol.records import Network, OwnGrant, Role, User
from frontdesk.protocol.trials import Removed, Trial, trial_address, trial_title
from frontdesk.protocol.weak_forms import WeakForm, WeakUse
from storage.house import House

pytestmark = pytest.mark.anyio

# Begun when the house's clock starts, as ids in time order say it: every id of a code or grant is later.
MARK = "01a10000-0000-7000-8000-00000000abcd"


def late(house: House) -> str:
    """An id that is made after the run began."""
    return f"01a10000-{house.new_id()[9:]}"


async def trial_network(house: House, name: str = "A") -> tuple[NetworkId, User]:
    """A network of the run with the run's owner."""
    network = Network(id=NetworkId(house.new_id()), title=trial_title(MARK, name), created_at=house.now)
    await house.store.add_network(
        network=network,
        owner=house.person(trial_address(MARK, "owner")),
        credential=house.pair(network.id),
        audit=house.event("network.created", network_id=network.id),
    )
    owner = await house.store.find_user_by_email(trial_address(MARK, "owner"))
    assert owner is not None
    return network.id, owner


async def remove(house: House, **named: object) -> Removed:
    """Remove a trial that names these."""
    trial = replace(Trial(mark=MARK), **named)  # type: ignore[arg-type]
    removed: Removed = await house.store.remove_trial(trial=trial, audit=house.event("trial.removed"))
    return removed


async def test_everything_of_a_run_goes_with_all_that_hangs_on_it(house: House) -> None:
    """Network, pair, people, app, connection, code, grant, session, login code and budget; the audit rows stay."""
    network, owner = await trial_network(house)
    guest = await house.member(trial_address(MARK, "guest"), network, role=Role.MEMBER)
    client = await house.client(name=trial_title(MARK, "app"))
    pair = await house.store.find_credential_of(network)
    code = house.new_code(owner.id, client.id, network, id=late(house))
    await house.consent(owner.id, client.id, network, id=code.id)
    taken = await house.exchange(code, id=late(house))
    waiting = await house.consent(owner.id, client.id, network, id=late(house))
    session = await house.sign_in(owner.id)
    login_code = house.login_code(guest.id)
    await house.store.start_login(budget_key=b"key", login_code=login_code, now=house.now)
    before = await house.actions()

    removed = await remove(
        house, networks=[network], users=[owner.id, guest.id], clients=[client.id], budget_keys=[b"key"]
    )

    assert removed == Removed(networks=1, users=2, clients=1)
    store = house.store
    assert await store.find_network(network) is None
    assert await store.find_network_credential(pair.client_id) is None
    assert await store.find_user(owner.id) is None
    assert await store.find_user_by_email(guest.email) is None
    assert await store.find_client(client.id) is None
    assert await store.find_connection(owner.id, client.id) is None
    assert await store.find_grant(taken.grant.id) is None
    assert await store.find_code(code.id) is None
    assert await store.find_code(waiting.id) is None
    assert await store.find_session(session.id) is None
    assert (await store.find_budget(b"key")).mails == ()
    assert [*before, "trial.removed"] == await house.actions()


async def test_what_does_not_carry_the_mark_is_left_alone(house: House) -> None:
    """Real networks, people and apps cannot be removed, whoever names them; nor can those of another run."""
    network = await house.network()
    owner = await house.store.find_user_by_email(Email("olga@example.com"))
    client = await house.client(name="Frontdesk try it")
    other = await house.client(name=trial_title("01a10000-0000-7000-8000-00000000ffff", "app"))
    grant = await house.connect(owner.id, client.id, network)

    removed = await remove(house, networks=[network], users=[owner.id], clients=[client.id, other.id])

    assert removed == Removed(networks=0, users=0, clients=0)
    assert await house.store.find_network(network) is not None
    assert (await house.store.find_user(owner.id)).roles == {network: Role.OWNER}
    assert await house.store.find_client(client.id) == client
    assert await house.store.find_client(other.id) == other
    assert await house.store.find_grant(grant.id) == grant


async def test_a_network_that_others_joined_stays_and_with_it_its_owner(house: House) -> None:
    """A real person was given a role in it meanwhile: somebody counts on it."""
    network, owner = await trial_network(house)
    await house.member("olga@example.com", network)
    assert await remove(house, networks=[network], users=[owner.id]) == Removed(networks=0, users=0, clients=0)
    assert await house.store.find_network(network) is not None
    assert (await house.store.find_user(owner.id)).roles == {network: Role.OWNER}


async def test_a_person_with_a_role_elsewhere_stays_without_those_of_the_run(house: House) -> None:
    """Nothing of a real network changes."""
    real = await house.network()
    network, owner = await trial_network(house)
    await house.member(owner.email, real)
    assert await remove(house, networks=[network], users=[owner.id]) == Removed(networks=1, users=0, clients=0)
    assert (await house.store.find_user(owner.id)).roles == {real: Role.ADMINISTRATOR}


async def test_what_a_stranger_let_the_runs_app_do_goes_with_the_app(house: House) -> None:
    """A grant without its app would open nothing, and name nothing that people could end."""
    network = await house.network()
    owner = await house.store.find_user_by_email(Email("olga@example.com"))
    client = await house.client(name=trial_title(MARK, "app"))
    code = await house.consent(owner.id, client.id, network, id=late(house))
    taken = await house.exchange(code, id=late(house))
    assert await remove(house, clients=[client.id]) == Removed(networks=0, users=0, clients=1)
    assert await house.store.find_grant(taken.grant.id) is None
    assert await house.store.find_connection(owner.id, client.id) is None
    assert await house.store.find_user(owner.id) is not None


async def test_what_an_app_did_without_a_user_goes_with_it(house: House) -> None:
    """Its own grant, and the count of weak forms; a count that comes in late finds no app any more."""
    client = await house.client(name=trial_title(MARK, "app"), own_scopes=("resources",))
    own = OwnGrant(id=GrantId(late(house)), client_id=client.id, stamp=7, scopes=("resources",), created_at=house.now)
    await house.store.put_own_grant(own_grant=own, audit=house.event("own_grant.made", client_id=client.id))
    use = WeakUse(client_id=client.id, form=next(iter(WeakForm)), first_at=house.now, last_at=house.now, uses=1)
    await house.store.count_weak_forms(uses=[use])
    assert await house.store.find_own_grant_of(client.id) is not None
    assert await house.store.list_weak_forms() != []

    assert await remove(house, clients=[client.id]) == Removed(networks=0, users=0, clients=1)
    await house.store.count_weak_forms(uses=[use])
    assert await house.store.find_own_grant_of(client.id) is None
    assert await house.store.list_weak_forms() == []


async def test_removing_twice_or_what_never_was_does_nothing(house: House) -> None:
    """A run that is interrupted while it clears up may do so again."""
    network, owner = await trial_network(house)
    named = {"networks": [network], "users": [owner.id], "clients": ["fdci_never"]}
    assert await remove(house, **named) == Removed(networks=1, users=1, clients=0)
    assert await remove(house, **named) == Removed(networks=0, users=0, clients=0)
    unknown = {"networks": [NetworkId(house.new_id())], "users": [UserId(house.new_id())]}
    assert await remove(house, **unknown) == Removed(networks=0, users=0, clients=0)


async def test_a_removed_pair_is_forgotten_by_who_remembered_it(house: House) -> None:
    """What a check keeps in memory goes in the same commit (D5)."""
    network, owner = await trial_network(house)
    pair = await house.store.find_credential_of(network)
    assert await house.store.find_network_credential(CredentialId(pair.client_id)) is not None
    await remove(house, networks=[network], users=[owner.id])
    assert house.store.glance().credential(pair.client_id) is None
    assert house.store.glance().network(network) is None
    assert house.store.glance().user(owner.id) is None
