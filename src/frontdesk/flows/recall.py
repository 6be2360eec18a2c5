"""A grant with its user and its client, from memory where memory is proven fresh, else from the store (D5)."""

from dataclasses import dataclass

from frontdesk.flows.needs import Glance, Store
from frontdesk.protocol.ids import GrantId
from frontdesk.protocol.records import Client, Grant, User


@dataclass(frozen=True, slots=True)
class Recalled:
    """A grant and whom it joins, as they are now; None for one that is gone."""

    grant: Grant
    client: Client | None
    user: User | None


async def recall_grant(store: Store, glance: Glance, grant_id: GrantId) -> Recalled | None:
    """Read all three in one synchronous stretch where they are in memory: without an await nothing changes between.

    `glance` was taken since the last time that anything waited.
    """
    grant = glance.grant(grant_id)
    if grant is not None:
        client, user = glance.client(grant.client_id), glance.user(grant.user_id)
        if client is not None and user is not None:
            return Recalled(grant, client, user)
    grant = await store.find_grant(grant_id)
    if grant is None:
        return None
    return Recalled(grant, await store.find_client(grant.client_id), await store.find_user(grant.user_id))
