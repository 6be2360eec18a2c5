"""What hangs on each key, renewing what was used, and telling every process: the same in both stores."""

from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from frontdesk.protocol.email_changes import EmailChange
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, Digest, Email, Micros, ResourceServerId
from frontdesk.protocol.members import Invitation
from frontdesk.protocol.operators import SetupLink
from frontdesk.protocol.ownership import OwnershipOffer
from frontdesk.protocol.records import Profile, ResourceServer, Role
from frontdesk.storage.sqlite import open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio


def under(key: int, digest: Digest) -> Digest:
    """The same digest as if it was made under another key."""
    return Digest(bytes((key,)) + digest[1:])


async def uses(house: House) -> dict[tuple[str, int], dict[str, int]]:
    """What hangs on each key."""
    found: dict[tuple[str, int], dict[str, int]] = {}
    for use in await house.store.count_key_uses(now=house.now):
        found.setdefault((use.purpose, use.key_id), {})[use.kind] = use.count
    return found


async def test_an_empty_store_hangs_on_no_key(house: House) -> None:
    """And never heard of any."""
    assert await uses(house) == {}
    assert await house.store.find_announced_keys() == ""


async def test_everything_that_is_alive_is_counted_under_its_key(house: House) -> None:
    """Grants, apps, pairs, servers, sessions, codes; what ended, expired or was used is not."""
    network = await house.network()
    user = (await house.store.list_users())[0].id
    client, other = await house.client(), await house.client()
    await house.client(secret_digest=None, profile=Profile.STRICT)
    server = ResourceServer(
        id=ResourceServerId("fdri_1"), name="API", secret_digest=under(7, house.digest()), created_at=house.now
    )
    await house.store.add_resource_server(server=server, audit=house.event("x"))
    grant = await house.connect(user, client.id, network)
    await house.revoke((await house.connect(user, other.id, network)).id)
    await house.consent(user, other.id, network)
    await house.sign_in(user)
    await house.store.start_login(budget_key=b"k", login_code=house.login_code(user), now=house.now)
    before = {"grants": 1, "apps": 2, "network pairs": 1, "sessions": 1, "codes": 1, "sign-in codes": 1}
    assert await uses(house) == {("digest", 1): before, ("digest", 7): {"resource servers": 1}}

    await house.store.renew_digests(grants=[(grant.id, grant.refresh_digest, under(2, grant.refresh_digest))])
    house.pass_time(10 * MINUTE)
    assert await uses(house) == {
        ("digest", 1): {"apps": 2, "network pairs": 1, "sessions": 1},
        ("digest", 2): {"grants": 1},
        ("digest", 7): {"resource servers": 1},
    }
    house.pass_time(12 * HOUR)
    assert "sessions" not in (await uses(house))["digest", 1]


async def test_what_is_on_its_way_hangs_on_a_key_while_it_is_good(house: House) -> None:
    """The set-up link of a first operator, both codes of a new address, the code of a handover."""
    network = await house.network()
    user = (await house.store.list_users())[0]
    other = await house.member("ada@example.com", network)
    until = Micros(house.now + 10 * MINUTE)
    link = SetupLink(digest=under(3, house.digest()), expires_at=until)
    await house.store.put_setup_link(link=link, audit=house.event("operator.link_made"))
    change = EmailChange(
        user_id=user.id,
        session_id=(await house.sign_in(user.id)).id,
        email=Email("new@example.com"),
        old_digest=under(4, house.digest()),
        new_digest=under(4, house.digest()),
        expires_at=until,
    )
    await house.store.start_email_change(budget_key=b"k", change=change, now=house.now)
    offer = OwnershipOffer(
        network_id=network,
        giver_id=user.id,
        receiver_id=other.id,
        made_at=house.now,
        expires_at=Micros(house.now + DAY),
        code_digest=under(5, house.digest()),
        code_expires_at=until,
    )
    await house.store.start_offer(offer=offer, budget_key=b"g", now=house.now)
    found = await uses(house)
    assert {key: found.get(("digest", key)) for key in (3, 4, 5)} == {
        3: {"set-up links": 1},
        4: {"changes of address": 1},
        5: {"codes of a handover": 1},
    }
    house.pass_time(10 * MINUTE)
    assert {key for _, key in await uses(house)} == {1}


async def test_a_session_that_is_kept_awake_counts_for_seven_days(house: House) -> None:
    """The very instant of its end is its end."""
    await house.network()
    user = (await house.store.list_users())[0].id
    session = await house.sign_in(user)
    house.pass_time(7 * DAY - 1)
    await house.store.touch_session(session_id=session.id, now=house.now)
    assert (await uses(house))["digest", 1]["sessions"] == 1
    house.pass_time(1)
    assert "sessions" not in (await uses(house))["digest", 1]


async def test_a_digest_is_renewed_only_in_the_place_of_the_one_that_was_proven(house: House) -> None:
    """Whoever got a new secret, or was revoked and connected anew, meanwhile keeps it."""
    network = await house.network()
    user = (await house.store.list_users())[0].id
    client, pair = await house.client(), await house.store.find_credential_of(network)
    server = ResourceServer(
        id=ResourceServerId("fdri_1"), name="API", secret_digest=house.digest(), created_at=house.now
    )
    await house.store.add_resource_server(server=server, audit=house.event("x"))
    grant = await house.connect(user, client.id, network)
    stale, fresh = house.digest(), under(2, house.digest())
    for old in (stale, None):
        await house.store.renew_digests(
            clients=[(client.id, old or client.secret_digest, fresh)],
            credentials=[(pair.client_id, old or pair.secret_digest, fresh)],
            resource_servers=[(server.id, old or server.secret_digest, fresh)],
            grants=[(grant.id, old or grant.refresh_digest, fresh)],
        )
        expected = fresh if old is None else None
        assert (await house.store.find_client(client.id)).secret_digest == (expected or client.secret_digest)
        found = await house.store.find_network_credential(pair.client_id)
        assert found == replace(pair, secret_digest=expected or pair.secret_digest)
        assert (await house.store.find_resource_server(server.id)).secret_digest == (expected or server.secret_digest)
        assert (await house.store.find_grant(grant.id)).refresh_digest == (expected or grant.refresh_digest)


async def test_a_token_that_was_ever_replaced_is_left_alone(house: House) -> None:
    """Its successors are derived under the key of its digest."""
    network = await house.network()
    user = (await house.store.list_users())[0].id
    client = await house.client()
    grant = await house.connect(user, client.id, network)
    second = house.digest()
    await house.store.confirm_successor(grant_id=grant.id, generation=1, digest=second)
    await house.store.renew_digests(grants=[(grant.id, second, under(2, second))])
    assert (await house.store.find_grant(grant.id)).refresh_digest == second


async def seal(house: House, network: str, text: str) -> None:
    """Give a network a pair whose secret is kept."""
    old = await house.store.find_credential_of(network)
    pair = replace(house.pair(old.network_id, old.version + 1), sealed_secret=text)
    assert await house.store.regenerate_credential(
        credential=pair, replaces_version=old.version, audit=house.event("credential.regenerated")
    )


async def test_sealed_secrets_move_and_are_forgotten(house: House) -> None:
    """Counted by key, listed by network less those under one key, replaced unless changed meanwhile."""
    north, south, west = [await house.network(title) for title in ("North", "South", "West")]
    await house.network("Once")
    for network, text in ((north, "1.a"), (south, "1.b"), (west, "12.c")):
        await seal(house, network, text)
    assert (await uses(house))["vault", 1] == {"sealed secrets": 2}
    assert (await uses(house))["vault", 12] == {"sealed secrets": 1}
    store = house.store
    assert list(await store.list_sealed_under_others(key_id=1, after=None, limit=9)) == [(west, 2, "12.c")]
    assert list(await store.list_sealed_under_others(key_id=2, after=None, limit=2)) == [
        (north, 2, "1.a"),
        (south, 2, "1.b"),
    ]
    assert list(await store.list_sealed_under_others(key_id=2, after=south, limit=2)) == [(west, 2, "12.c")]
    moves = [(north, 2, "1.a", "2.x"), (south, 1, "1.b", "2.y"), (west, 2, "12.d", "2.z")]
    assert await store.seal_again(secrets=moves) == 1
    assert (await store.find_credential_of(north)).sealed_secret == "2.x"
    assert await store.forget_sealed_secrets(announcement="a", audit=house.event("keys.destroyed")) == 3
    assert [pair.sealed_secret for _, _, pair in await store.list_networks()] == [None] * 4
    assert await store.forget_sealed_secrets(announcement="b", audit=house.event("keys.destroyed")) == 0
    assert await store.find_announced_keys() == "b"


async def test_an_announcement_has_the_keys_looked_at_before_the_next_read(house: House) -> None:
    """With its audit row, where it has one; the last announcement is the one that is kept."""
    looks: list[str] = []
    house.store.on_keys(lambda: looks.append("looked"))
    house.store.glance()
    looks.clear()
    await house.store.announce_keys(announcement="one", audit=None)
    house.store.glance()
    assert looks == ["looked"]
    house.store.glance()
    assert looks == ["looked"]
    await house.store.announce_keys(announcement="two", audit=house.event("keys.rotated"))
    house.store.glance()
    assert looks == ["looked"] * 2
    assert await house.store.find_announced_keys() == "two"
    assert await house.actions() == ["keys.rotated"]


async def test_another_process_forgets_everything_before_it_trusts_anything(tmp_path: Path) -> None:
    """What it had proven under the old keys is dropped, and its keys are looked at first: on the next glance."""
    one, other = [await open_sqlite(tmp_path / "frontdesk.db", create=True) for _ in range(2)]
    house = House(one)
    client = await house.client()
    known = await other.find_client(client.id)
    assert other.glance().client(client.id) is known
    seen: list[object] = []
    other.on_keys(lambda: seen.append(other._reader.cache.client(client.id)))
    await one.announce_keys(announcement="x", audit=None)
    assert other.glance().client(client.id) is None
    assert seen == [None]
    await one.aclose()
    await other.aclose()


async def test_a_database_too_busy_to_tell_has_the_key_file_itself_looked_at(tmp_path: Path) -> None:
    """A retired key must not be honoured because the log cannot be read just now."""
    store = await open_sqlite(tmp_path / "frontdesk.db", create=True)
    looks: list[str] = []
    store.glance()
    store.on_keys(lambda: looks.append("looked"))
    reader = store._reader
    execute = reader._execute

    def busy(*_: object) -> object:
        raise apsw.BusyError("BusyError: database is locked")

    await House(store).client()
    reader._execute = busy
    store.glance()
    assert looks == ["looked"]
    reader._execute = execute
    await store.aclose()


async def test_forgotten_secrets_leave_no_trace_in_the_file(tmp_path: Path) -> None:
    """Once the log is folded in, not one byte of the rows is left: deleted content is overwritten."""
    path = tmp_path / "frontdesk.db"
    store = await open_sqlite(path, create=True)
    house = House(store)
    for number in range(5):
        await seal(house, await house.network(f"Network {number}"), f"1.canary-of-a-sealed-secret-{number}")
    await store.forget_sealed_secrets(announcement="", audit=house.event("keys.destroyed"))
    await store.aclose()
    assert b"canary-of-a-sealed-secret" not in path.read_bytes()


async def test_an_invitation_hangs_on_its_key_while_it_waits(house: House) -> None:
    """Until it is used, withdrawn or late."""
    network = await house.network()
    for email in ("ada@example.com", "ben@example.com"):
        invitation = Invitation(
            id=house.new_id(),
            network_id=network,
            email=Email(email),
            role=Role.MEMBER,
            digest=under(3, house.digest()),
            inviter_id=None,
            made_at=house.now,
            expires_at=Micros(house.now + DAY),
        )
        await house.store.invite(invitation=invitation, audit=house.event("invitation.sent"))
    assert (await uses(house))["digest", 3] == {"invitations": 2}
    await house.store.end_invitation(
        invitation_id=invitation.id, by=None, email=None, now=house.now, audit=house.event("invitation.ended")
    )
    assert (await uses(house))["digest", 3] == {"invitations": 1}
    house.pass_time(DAY)
    assert ("digest", 3) not in await uses(house)
