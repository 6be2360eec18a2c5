"""Networks, users, roles, Basic pairs and apps: the contract of both stores."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import HOUR, Email, Micros
from frontdesk.protocol.records import Network, Profile, Role
from storage.house import SCOPES, House

pytestmark = pytest.mark.anyio


async def test_a_network_comes_with_its_owner_and_its_pair(house: House) -> None:
    """All three are there together, and the owner is made where the address is new."""
    network = await house.network("North", "olga@example.com")
    ((found, owner, pair),) = await house.store.list_networks()
    assert (found.id, found.title, owner.email) == (network, "North", "olga@example.com")
    assert owner.roles == {network: Role.OWNER}
    assert await house.store.find_network(network) == found
    assert await house.store.find_network_credential(pair.client_id) == pair
    assert await house.store.find_credential_of(network) == pair
    assert await house.store.find_user_by_email(Email("olga@example.com")) == owner
    assert await house.store.find_user(owner.id) == owner


async def test_several_networks_are_found_at_once(house: House) -> None:
    """In the order in which they are asked for, less those that are not there, as they are after a change."""
    north, south = await house.network("North"), await house.network("South")
    asked = (south, house.new_id(), north)
    assert [found.title for found in await house.store.find_networks(asked)] == ["South", "North"]
    audit = house.event("network.stopped")
    assert await house.store.set_network_stopped(network_id=north, stopped=True, now=house.now, audit=audit)
    found = await house.store.find_networks(asked)
    assert [network.suspended_at for network in found] == [None, house.now]


async def test_an_owner_of_two_networks_is_one_user(house: House) -> None:
    """The address tells who it is, not the id that a new user would have got; the audit row names the real one."""
    first = await house.network("North")
    owner = await house.store.find_user_by_email(Email("olga@example.com"))
    stranger = house.person("olga@example.com")
    network = Network(id=house.new_id(), title="South", created_at=house.now)
    await house.store.add_network(
        network=network,
        owner=stranger,
        credential=house.pair(network.id),
        audit=house.event("network.created", user_id=stranger.id),
    )
    assert (await house.store.find_user(owner.id)).roles == {first: Role.OWNER, network.id: Role.OWNER}
    assert await house.store.find_user(stranger.id) is None
    assert (await house.store.list_audit(limit=1))[0].user_id == owner.id
    assert [found.title for found, _, _ in await house.store.list_networks()] == ["North", "South"]


async def test_a_taken_id_makes_no_network(house: House) -> None:
    """Neither a network's id nor a pair's can be given twice, and nothing of the second is left behind."""
    taken = await house.network()
    pair = await house.store.find_credential_of(taken)
    new = Network(id=house.new_id(), title="Other", created_at=house.now)
    for network, credential in ((replace(new, id=taken), house.pair(taken)), (new, replace(pair, network_id=new.id))):
        added = await house.store.add_network(
            network=network, owner=house.person("x@example.com"), credential=credential, audit=house.event("no")
        )
        assert added is None
    assert await house.store.find_network(new.id) is None
    assert await house.store.find_user_by_email(Email("x@example.com")) is None
    assert "no" not in await house.actions()


async def test_a_role_is_given_and_changed_but_never_the_owners(house: House) -> None:
    """The owner changes by transfer only (OW-13); giving a role makes the user where there is none."""
    network = await house.network()
    user = await house.member("ada@example.com", network, role=Role.MEMBER)
    assert (await house.store.find_user(user.id)).roles == {network: Role.MEMBER}
    await house.member("ada@example.com", network, role=Role.ADMINISTRATOR)
    assert (await house.store.find_user(user.id)).roles == {network: Role.ADMINISTRATOR}
    for email, at, role in (
        ("olga@example.com", network, Role.MEMBER),
        ("ada@example.com", network, Role.OWNER),
        ("eve@example.com", house.new_id(), Role.MEMBER),
    ):
        given = await house.store.put_membership(
            new_user=house.person(email), network_id=at, role=role, audit=house.event("no")
        )
        assert given is None
    assert (await house.store.find_user_by_email(Email("olga@example.com"))).roles == {network: Role.OWNER}
    assert await house.store.find_user_by_email(Email("eve@example.com")) is None
    assert "no" not in await house.actions()
    assert [known.email for known in await house.store.list_users()] == ["ada@example.com", "olga@example.com"]


async def test_the_owners_role_cannot_be_taken_away(house: House) -> None:
    """Nor one that is not there (OW-13)."""
    network = await house.network()
    owner = await house.store.find_user_by_email(Email("olga@example.com"))
    stranger = await house.member("ada@example.com", await house.network("South", "s@example.com"))
    for user in (owner.id, stranger.id, house.new_id()):
        audit = house.event("no")
        assert not await house.store.remove_membership(user_id=user, network_id=network, now=house.now, audit=audit)
    assert "no" not in await house.actions()


async def test_regenerating_replaces_the_pair_at_once(house: House) -> None:
    """The old pair is not found any more, by any way (OW-01)."""
    network = await house.network()
    old = await house.store.find_credential_of(network)
    await house.store.find_network_credential(old.client_id)
    await house.store.touch(grants=[], credentials=[(old.client_id, house.now, None)])
    new = house.pair(network, version=2)
    assert await house.store.regenerate_credential(
        credential=new, replaces_version=1, audit=house.event("credential.regenerated", network_id=network)
    )
    assert await house.store.find_network_credential(old.client_id) is None
    assert house.store.glance().credential(old.client_id) is None
    assert await house.store.find_network_credential(new.client_id) == new
    assert await house.store.find_credential_of(network) == new


async def test_a_secret_alone_can_be_replaced(house: House) -> None:
    """Under the same id the new secret counts from the next look on."""
    network = await house.network()
    old = await house.store.find_credential_of(network)
    assert await house.store.find_network_credential(old.client_id) == old
    new = replace(old, version=2, secret_digest=house.digest())
    assert await house.store.regenerate_credential(credential=new, replaces_version=1, audit=house.event("r"))
    assert await house.store.find_network_credential(old.client_id) == new


async def test_of_two_regenerations_one_wins(house: House) -> None:
    """Both saw version 1; there is one final pair and one audit row (OW-02)."""
    network = await house.network()
    pairs = [house.pair(network, version=2) for _ in range(2)]
    won = await asyncio.gather(
        *(
            house.store.regenerate_credential(credential=pair, replaces_version=1, audit=house.event("regenerated"))
            for pair in pairs
        )
    )
    assert sorted(won) == [False, True]
    assert await house.store.find_credential_of(network) == pairs[won.index(True)]
    assert (await house.actions()).count("regenerated") == 1


async def test_an_app_is_kept_as_it_was_given(house: House) -> None:
    """Confidential or public, strict or not, with every redirect URI byte for byte."""
    confidential = await house.client(name="B", disabled_at=None)
    public = await house.client(name="A", secret_digest=None, profile=Profile.STRICT, require_pkce=True, scopes=())
    bare = await house.client(name="C", redirect_uris=())
    for client in (confidential, public, bare):
        assert await house.store.find_client(client.id) == client
    assert list(await house.store.list_clients()) == [public, confidential, bare]
    assert not await house.store.add_client(client=replace(bare, name="D"), audit=house.event("no"))
    assert "no" not in await house.actions()


async def test_disabling_an_app_is_seen_at_the_next_look_and_can_be_undone(house: House) -> None:
    """Disabled twice, it stays disabled since the first time."""
    client = await house.client()
    assert (await house.store.find_client(client.id)).disabled_at is None
    first = house.now
    for _ in range(2):
        assert await house.store.set_client_disabled(
            client_id=client.id, disabled=True, now=house.now, audit=house.event("client.disabled")
        )
        assert (await house.store.find_client(client.id)).disabled_at == first
        house.pass_time(HOUR)
    await house.store.set_client_disabled(
        client_id=client.id, disabled=False, now=house.now, audit=house.event("client.enabled")
    )
    assert await house.store.find_client(client.id) == client
    nobody = house.new_client().id
    assert not await house.store.set_client_disabled(
        client_id=nobody, disabled=True, now=house.now, audit=house.event("no")
    )
    assert "no" not in await house.actions()


async def test_a_rotated_secret_counts_from_the_next_look_on(house: House) -> None:
    """The old digest is gone from everywhere (CA-16)."""
    client = await house.client()
    assert await house.store.find_client(client.id) == client
    digest = house.digest()
    asked = {"digest": digest, "now": house.now, "audit": house.event("client.secret_rotated")}
    assert await house.store.set_client_secret(client_id=client.id, **asked)
    found = await house.store.find_client(client.id)
    assert (found.secret_digest, found.secret_changed_at) == (digest, house.now)
    assert not await house.store.set_client_secret(client_id=house.new_client().id, **asked)


async def test_last_uses_never_move_back(house: House) -> None:
    """Batches may come late and out of order; what is not there is skipped."""
    network = await house.network()
    client = await house.client()
    user = await house.member("ada@example.com", network)
    grant = await house.connect(user.id, client.id, network)
    pair = await house.store.find_credential_of(network)
    for at in (200, 100):
        await house.store.touch(
            grants=[(house.new_id(), Micros(1)), (grant.id, Micros(at))],
            credentials=[(pair.client_id, Micros(at), f"192.0.2.{at}")],
        )
    ((_, (touched,)),) = await house.store.list_connections(user.id)
    assert touched == replace(grant, last_used_at=200)
    assert await house.store.find_credential_of(network) == replace(
        pair, last_used_at=200, last_used_from="192.0.2.200"
    )


async def test_ids_of_any_content_are_only_ids(house: House) -> None:
    """SQL, NUL and 64 kB are looked for like any other text (CA-11)."""
    for text in ("' OR 1=1 --", "a\0b", "x" * 65_536, ""):
        assert await house.store.find_client(text) is None
        assert await house.store.find_network_credential(text) is None
    assert (await house.client()).scopes == SCOPES
