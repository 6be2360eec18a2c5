"""Under which key somebody's wrong codes and mails are counted, while the keys of the house rotate."""

from collections.abc import Sequence

from frontdesk.flows.needs import Mint, Store


def budget_keys(mint: Mint, whose: str) -> list[bytes]:
    """The keys of one budget; the first is for what is counted anew."""
    return [mac.encode("ascii") for mac in mint.macs("login-budget", whose)]


async def key_in_use(store: Store, keys: Sequence[bytes]) -> bytes:
    """The key to count under: what was counted under an older one goes on there, so that rotating gives no tries."""
    for older in keys[1:]:
        counted = await store.find_budget(older)
        if counted.wrong or counted.mails:
            return older
    return keys[0]
