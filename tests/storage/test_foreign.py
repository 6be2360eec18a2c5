"""The contract of what was issued elsewhere: hashes give way once, to whoever was first; tokens are pinned once."""

from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.protocol.ids import ClientId, CredentialId, NetworkId
from frontdesk.protocol.moving_changes import AddGrant
from frontdesk.protocol.moving_plan import Asked, Plan, Procedure
from frontdesk.protocol.records import Grant, Network
from frontdesk.storage.sqlite import open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio

HASH = "pbkdf2_sha256$1$salt$" + "A" * 43 + "="


async def test_a_foreign_hash_gives_way_to_our_digest_once(house: House) -> None:
    """Conditional on the hash still being there; seen at the next look; one audit row."""
    client = await house.client(secret_digest=None, foreign_secret=HASH)
    assert (await house.store.find_client(client.id)).is_confidential
    digest, late = house.digest(), house.digest()
    audit = house.event("client.secret_adopted", client_id=client.id)
    adopted = {"client_id": client.id, "foreign_secret": HASH, "audit": audit}
    assert not await house.store.adopt_client_secret(**{**adopted, "foreign_secret": HASH + "x"}, digest=digest)
    assert await house.store.adopt_client_secret(**adopted, digest=digest)
    assert not await house.store.adopt_client_secret(**adopted, digest=late)
    found = await house.store.find_client(client.id)
    assert found == replace(client, secret_digest=digest, foreign_secret=None)
    assert not await house.store.adopt_client_secret(**{**adopted, "client_id": ClientId("nobody")}, digest=digest)
    assert (await house.actions()).count("client.secret_adopted") == 1


async def test_a_pair_s_foreign_hash_gives_way_once_and_its_version_stays(house: House) -> None:
    """The pair is the same pair: only how its secret is known changes, and that its owner may see it."""
    network = Network(id=NetworkId(house.new_id()), title="North", created_at=house.now)
    old = replace(house.pair(network.id), foreign_secret=HASH, last_four="····")
    owner = house.person("olga@example.com")
    assert await house.store.add_network(network=network, owner=owner, credential=old, audit=house.event("added"))
    assert await house.store.find_network_credential(old.client_id) == old
    adopted = {
        "client_id": old.client_id,
        "foreign_secret": HASH,
        "digest": house.digest(),
        "last_four": "wxyz",
        "sealed_secret": "1.sealed",
        "audit": house.event("credential.secret_adopted"),
    }
    assert not await house.store.adopt_network_secret(**{**adopted, "foreign_secret": HASH + "x"})
    assert await house.store.adopt_network_secret(**adopted)
    assert not await house.store.adopt_network_secret(**{**adopted, "digest": house.digest()})
    assert not await house.store.adopt_network_secret(**{**adopted, "client_id": CredentialId("nobody")})
    found = await house.store.find_network_credential(old.client_id)
    told = {"secret_digest": adopted["digest"], "last_four": "wxyz", "sealed_secret": "1.sealed"}
    assert found == replace(old, foreign_secret=None, **told)
    assert (await house.actions()).count("credential.secret_adopted") == 1


async def _move_token(house: House, *, known_by: bytes) -> Grant:
    """A grant that a token from elsewhere stands for."""
    network = await house.network()
    user = await house.member("ada@example.com", network)
    client = await house.client()
    code = house.new_code(user.id, client.id, network)
    grant = house.new_grant(code, refresh_digest=known_by)
    plan = Plan(verdicts=(), changes=(AddGrant(grant=grant),))
    await house.store.carry_out(
        Procedure(asked=Asked(), decide=lambda _: plan, now=house.now, audit=house.event("import.applied"), commit=True)
    )
    return grant


async def test_whether_there_are_foreign_tokens_is_exact(house: House) -> None:
    """None is remembered as none, until the very commit that brings the first."""
    assert not await house.store.has_foreign_tokens()
    assert not await house.store.has_foreign_tokens()
    grant = await _move_token(house, known_by=house.digest())
    assert await house.store.has_foreign_tokens()
    assert await house.store.find_foreign_grant([house.digest(), grant.refresh_digest]) == grant


async def test_a_token_is_pinned_once(house: House) -> None:
    """Of two texts with one signature the first stays; the grant is known by it from the next look on."""
    part, first, second = house.digest(), house.digest(), house.digest()
    grant = await _move_token(house, known_by=part)
    assert await house.store.find_grant(grant.id) == grant
    pin = {"grant_id": grant.id, "digest": first}
    assert not await house.store.pin_foreign_token(**pin, known_by=[house.digest()])
    assert not await house.store.pin_foreign_token(**{**pin, "grant_id": house.new_id()}, known_by=[part])
    assert await house.store.pin_foreign_token(**pin, known_by=[house.digest(), part])
    assert not await house.store.pin_foreign_token(**{**pin, "digest": second}, known_by=[part])
    pinned = replace(grant, refresh_digest=first)
    assert await house.store.find_grant(grant.id) == pinned
    assert await house.store.find_foreign_grant([second]) is None
    for digest in (first, part):  # the part is still found: a second import must see that the token is here
        assert await house.store.find_foreign_grant([digest]) == pinned


async def test_another_process_learns_of_the_first_foreign_token(tmp_path: Path) -> None:
    """What it remembers as none is dropped with the import's commit (D5)."""
    path = tmp_path / "frontdesk.db"
    one, other = House(await open_sqlite(path, create=True)), await open_sqlite(path, create=False)
    try:
        assert not await other.has_foreign_tokens()
        await _move_token(one, known_by=one.digest())
        assert await other.has_foreign_tokens()
    finally:
        await other.aclose()
        await one.store.aclose()
