"""A grant with its user and its client, from memory where memory is proven fresh, else from the store (D5)."""

from dataclasses import dataclass

from frontdesk.flows.needs import Glance, Store
from frontdesk.protocol.ids import GrantId
from frontdesk.protocol.records import Client, Grant, OwnGrant, User


@dataclass(frozen=True, slots=True)
class Recalled:
    """A grant and whom it joins, as they are now; None for one that is gone."""

    grant: Grant
    client: Client | None
    user: User | None


@dataclass(frozen=True, slots=True)
class RecalledOwn:
    """What an app's own tokens point to, with the app as it is now; None for an app that is gone."""

    own_grant: OwnGrant
    client: Client | None


async def recall_pointed(store: Store, glance: Glance, grant_id: GrantId) -> Recalled | RecalledOwn | None:
    """What an access token points to, whichever it is. `glance` as in `recall_grant`."""
    own_grant = glance.own_grant(grant_id)
    if own_grant is None:
        recalled = await recall_grant(store, glance, grant_id)
        if recalled is not None:
            return recalled
        own_grant = await store.find_own_grant(grant_id)
        if own_grant is None:
            return None
    client = store.glance().client(own_grant.client_id) or await store.find_client(own_grant.client_id)
    return RecalledOwn(own_grant, client)


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
