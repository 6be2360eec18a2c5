"""Who acts: a person in their own right, or an operator; and the audit row of what an operator did."""

from typing import TypeAlias

from frontdesk.flows.needs import Origin, Store
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import GrantId, Micros, NetworkId, UserId, read_uuid
from frontdesk.protocol.records import AuditEvent, Network, Role, User

# A person, whose role is read at each step, or an operator by the word that the audit has for them.
Actor: TypeAlias = User | str


async def open_owned(store: Store, actor: Actor, network_id: str) -> Network | Refusal:
    """A network: 404 to a stranger, whether or not it exists; 403 to others who belong to it. An operator sees all."""
    known = read_uuid(network_id)
    network = await store.find_network(NetworkId(known)) if known is not None else None
    role = actor.roles.get(network.id) if network is not None and isinstance(actor, User) else None
    if network is None or (isinstance(actor, User) and role is None):
        return Refusal(reason=Reason.PAGE_UNKNOWN)
    if isinstance(actor, User) and role is not Role.OWNER:
        return Refusal(reason=Reason.NOT_THE_OWNER)
    return network


def actor_word(actor: Actor) -> str:
    """What the audit has for them."""
    return f"user:{actor.id}" if isinstance(actor, User) else actor


def row_of_operator(
    action: str,
    now: Micros,
    origin: Origin,
    *,
    network: NetworkId | None = None,
    client: str | None = None,
    user: UserId | None = None,
    grant: GrantId | None = None,
    detail: str = "",
) -> AuditEvent:
    """The audit row of what an operator did, and what it was about."""
    return AuditEvent(
        at=now,
        action=action,
        actor=origin.operator,
        network_id=network,
        client_id=client,
        user_id=user,
        grant_id=grant,
        address=origin.address,
        request_id=origin.request_id,
        detail=detail,
    )
