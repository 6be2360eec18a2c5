"""Calls of the last thirty days by those who could call again, and what these are called."""

from collections.abc import Sequence

from frontdesk.assemble.house import House
from frontdesk.protocol.call_counts import CallCount, CallKind, oldest_day
from frontdesk.protocol.ids import ClientId, NetworkId


async def list_live(house: House) -> Sequence[CallCount]:
    """What was counted, without the apps and networks that are gone, disabled or suspended since."""
    counts = await house.store.list_calls(since=oldest_day(house.clock.now()))
    living: dict[tuple[str, str], bool] = {}
    for count in counts:
        caller = (count.kind.scheme, count.kind.client_id)
        if caller not in living:
            living[caller] = await _lives(house, count.kind)
    return [count for count in counts if living[count.kind.scheme, count.kind.client_id]]


async def _lives(house: House, kind: CallKind) -> bool:
    if kind.scheme == "oauth2":
        client = await house.store.find_client(ClientId(kind.client_id))
        return client is not None and client.disabled_at is None
    if kind.scheme == "basic":
        network = await house.store.find_network(NetworkId(kind.client_id))
        return network is not None and network.suspended_at is None
    return True  # nobody in particular, who will be there tomorrow


async def name_caller(house: House, kind: CallKind) -> str:
    """Who makes calls of a kind, for people."""
    if kind.scheme == "oauth2":
        client = await house.store.find_client(ClientId(kind.client_id))
        return f"{client.name} ({kind.client_id})" if client is not None else kind.client_id
    if kind.scheme == "basic":
        network = await house.store.find_network(NetworkId(kind.client_id))
        return f"{network.title} (HTTP Basic)" if network is not None else kind.client_id
    return "callers without a credential"
