"""What the API gets while the policy is only watched: the caller's own credential, and no name where it was refused."""

import pytest

from gateway.desk import NORTH, Desk, call, network
from gateway.test_checks import standing
from gateway.upstream import RawApi

pytestmark = pytest.mark.anyio

LIES = ((b"x-frontdesk-subject", b"me"), (b"x_frontdesk_role", b"owner"), (b"x-forwarded-for", b"6.6.6.6"))


async def test_a_refused_call_goes_on_as_it_was_sent(desk: Desk, api: RawApi) -> None:
    """Its own Authorization, network and cookies; no identity, neither ours nor one that the caller made up."""
    wrong = desk.basic(secret="wrong")
    cookie = (b"cookie", b"fd_session=x; theirs=1")
    async with standing(desk, api, enforcement="shadow") as gateway:
        answer = await gateway.handle(call("GET", "/rooms/v1", wrong, network(NORTH), cookie, *LIES))
    assert answer.status == 200
    (heard,) = api.calls
    assert heard.all(b"authorization") == [wrong]
    assert heard.all(b"spacebring-network-id") == [NORTH.encode()]
    assert heard.all(b"cookie") == [b"theirs=1"]
    assert not {name for name in heard.names if name.replace(b"_", b"-").startswith(b"x-frontdesk-")}
    assert heard.all(b"x-request-id") == [b"r-1"]
    assert heard.all(b"x-forwarded-for") == [b"203.0.113.9"]


async def test_an_allowed_call_keeps_its_credential_beside_its_name(desk: Desk, api: RawApi) -> None:
    """The API still checks itself; enforced, it gets the name only."""
    for enforcement, kept in (("shadow", [desk.basic()]), ("on", [])):
        api.calls.clear()
        async with standing(desk, api, enforcement=enforcement) as gateway:
            assert (await gateway.handle(call("GET", "/rooms/v1", desk.basic(), *LIES))).status == 200
        (heard,) = api.calls
        assert heard.all(b"authorization") == kept
        assert heard.all(b"x-frontdesk-subject") == [f"network:{NORTH}".encode()]
        assert heard.all(b"x-frontdesk-role") == []
