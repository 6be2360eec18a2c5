"""Leaked tokens and secrets: whose they are, and ending single things, the same in every store."""

from dataclasses import replace

import pytest

from frontdesk.protocol import tokens
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, CodeId, Micros, ResourceServerId, SessionId
from frontdesk.protocol.records import OwnGrant, Profile, ResourceServer
from storage.house import House

pytestmark = pytest.mark.anyio


async def _server(house: House) -> ResourceServer:
    server = ResourceServer(
        id=ResourceServerId("fdri_1"), name="Reports", secret_digest=house.digest(), created_at=house.now
    )
    assert await house.store.add_resource_server(server=server, audit=house.event("resource_server.created"))
    return server


async def test_the_holder_of_a_secret_is_found_by_digest(house: House) -> None:
    """Apps, networks and resource servers each among their own kind, many at a time, unknown ones not at all."""
    network = await house.network()
    pair = await house.store.find_credential_of(network)
    clients = [await house.client() for _ in range(120)]
    public = await house.client(secret_digest=None, profile=Profile.STRICT)
    server = await _server(house)
    digests = [client.secret_digest for client in clients]
    found = await house.store.find_secret_holders(tokens.CLIENT_SECRET, [house.digest(), *digests])
    assert found == {client.secret_digest: client.id for client in clients}
    assert public.id not in found.values()
    assert await house.store.find_secret_holders(tokens.NETWORK_SECRET, [pair.secret_digest, house.digest()]) == {
        pair.secret_digest: pair.client_id
    }
    assert await house.store.find_secret_holders(tokens.RESOURCE_SERVER_SECRET, [server.secret_digest]) == {
        server.secret_digest: server.id
    }
    assert await house.store.find_secret_holders(tokens.NETWORK_SECRET, digests) == {}
    assert await house.store.find_secret_holders(tokens.CLIENT_SECRET, []) == {}


async def test_a_leaked_secret_is_replaced_only_while_it_is_the_one(house: House) -> None:
    """The app's or resource server's: a secret that was rotated meanwhile is left alone, with no audit row."""
    client, server = await house.client(), await _server(house)
    own = OwnGrant(id=house.new_id(), client_id=client.id, stamp=7, scopes=("resources",), created_at=house.now)
    await house.store.put_own_grant(own_grant=own, audit=house.event("own_grant.created", grant_id=own.id))
    for prefix, holder, digest in (
        (tokens.CLIENT_SECRET, client.id, client.secret_digest),
        (tokens.RESOURCE_SERVER_SECRET, server.id, server.secret_digest),
    ):
        event = house.event("secret.ended", client_id=holder)
        for replaces, is_done in ((house.digest(), False), (digest, True), (digest, False)):
            done = await house.store.replace_leaked_secret(
                prefix, holder=holder, replaces=replaces, digest=house.digest(), now=house.now, audit=event
            )
            assert done is is_done
    now = await house.store.find_client(client.id)
    assert now.secret_digest != client.secret_digest
    assert now == replace(
        client, secret_digest=now.secret_digest, secret_changed_at=house.now, secret_number=client.secret_number + 1
    )
    assert (await house.store.find_resource_server(server.id)).secret_digest != server.secret_digest
    assert await house.store.find_own_grant_of(client.id) is None  # whoever had the secret could have got its tokens
    assert (await house.actions()).count("secret.ended") == 2


async def test_a_pending_code_is_voided_once(house: House) -> None:
    """With it goes a connection that lived on it alone; used, void, expired and unknown codes are left as they are."""
    network = await house.network()
    user, client = await house.member("ann@example.com", network), await house.client()
    code = await house.consent(user.id, client.id, network)
    used = await house.consent(user.id, (await house.client()).id, network)
    await house.exchange(used)
    event = house.event("code.voided")
    assert await house.store.void_code(code_id=code.id, now=house.now, audit=event)
    assert (await house.store.find_code(code.id)).voided_at == house.now
    assert await house.store.find_connection(user.id, client.id) is None
    late = await house.consent(user.id, client.id, network)
    house.pass_time(MINUTE)
    for code_id in (code.id, used.id, late.id, CodeId(house.new_id())):
        assert not await house.store.void_code(code_id=code_id, now=house.now, audit=event)
    assert (await house.actions()).count("code.voided") == 1


async def test_a_leaked_session_ends_and_is_written_down(house: House) -> None:
    """Once; another session of the same person goes on."""
    user = await house.member("ann@example.com", await house.network())
    session, other = await house.sign_in(user.id), await house.sign_in(user.id)
    event = house.event("session.ended", user_id=user.id)
    assert await house.store.end_leaked_session(session_id=session.id, audit=event)
    assert await house.store.find_session(session.id) is None
    assert await house.store.find_session(other.id) == other
    for session_id in (session.id, SessionId(house.new_id())):
        assert not await house.store.end_leaked_session(session_id=session_id, audit=event)
    assert (await house.actions()).count("session.ended") == 1


async def test_something_is_noted_once_in_a_while(house: House) -> None:
    """By action and client: the same again within the time is not saved, something else is."""

    async def note(action: str, client: str) -> bool:
        audit = house.event(action, client_id=client)
        return await house.store.note_once(audit=audit, since=Micros(house.now - DAY))

    assert await note("secret.leaked", "fdci_1")
    house.pass_time(HOUR)
    assert not await note("secret.leaked", "fdci_1")
    assert await note("secret.leaked", "fdci_2")
    assert await note("secret.seen", "fdci_1")
    house.pass_time(DAY - HOUR)
    assert await note("secret.leaked", "fdci_1")
    assert (await house.actions()).count("secret.leaked") == 3
