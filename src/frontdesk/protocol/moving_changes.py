"""The changes that a list can bring about, and the audit row that tells of each."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from frontdesk.protocol.ids import Email, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, Client, Connection, Grant, Network, NetworkCredential, Role, User


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUser:
    """A new person."""

    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUser:
    """Another address for a person; an `interim` one is nobody's, so that two can change places."""

    user_id: UserId
    email: Email
    interim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNetwork:
    """A new network with its owner and its Basic pair."""

    network: Network
    owner: UserId
    credential: NetworkCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class RetitleNetwork:
    """Another title."""

    network_id: NetworkId
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferNetwork:
    """Another owner; the former one becomes administrator and loses this network's edges for good (DESIGN D1)."""

    network_id: NetworkId
    former: UserId
    owner: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveRole:
    """A role that is not an owner's, given or changed; it is in force unless its network is suspended."""

    user_id: UserId
    network_id: NetworkId
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendNetwork:
    """Out of service with its Basic pair and every edge, or (`restored`) back as it was."""

    network_id: NetworkId
    restored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendUser:
    """Shut out with all grants, signed out for good, or (`restored`) let in again."""

    user_id: UserId
    restored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendRole:
    """Its edges are not live. `GiveRole` restores it."""

    user_id: UserId
    network_id: NetworkId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddClient:
    """A new app."""

    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeClient:
    """Another name, other redirect URIs or scopes, of an app that is there."""

    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGrant:
    """What a refresh token from elsewhere stands for; found by `grant.refresh_digest`."""

    grant: Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class PutConnection:
    """What a person and an app have together."""

    connection: Connection


Change: TypeAlias = (
    AddUser
    | MoveUser
    | AddNetwork
    | RetitleNetwork
    | TransferNetwork
    | GiveRole
    | SuspendNetwork
    | SuspendUser
    | SuspendRole
    | AddClient
    | ChangeClient
    | AddGrant
    | PutConnection
)


def audit_change(change: Change, template: AuditEvent) -> AuditEvent | None:
    """The audit row of a change; None where another's tells of it."""
    match change:
        case AddUser(user=user):
            return replace(template, action="user.created", user_id=user.id)
        case MoveUser(user_id=user_id, interim=interim):
            return None if interim else replace(template, action="user.moved", user_id=user_id)
        case AddNetwork(network=network, owner=owner, credential=pair):
            return replace(
                template, action="network.created", network_id=network.id, user_id=owner, client_id=pair.client_id
            )
        case RetitleNetwork(network_id=network_id):
            return replace(template, action="network.retitled", network_id=network_id)
        case TransferNetwork(network_id=network_id, owner=owner):
            return replace(template, action="network.transferred", network_id=network_id, user_id=owner)
        case GiveRole(user_id=user_id, network_id=network_id, role=role):
            return replace(
                template,
                action="membership.given",
                network_id=network_id,
                user_id=user_id,
                detail=f"{template.detail}: {role.value}",
            )
        case SuspendNetwork(network_id=network_id, restored=restored):
            return replace(
                template, action="network.restored" if restored else "network.suspended", network_id=network_id
            )
        case SuspendUser(user_id=user_id, restored=restored):
            return replace(template, action="user.restored" if restored else "user.suspended", user_id=user_id)
        case SuspendRole(user_id=user_id, network_id=network_id):
            return replace(template, action="membership.suspended", network_id=network_id, user_id=user_id)
        case AddClient(client=client):
            return replace(template, action="client.created", client_id=client.id)
        case ChangeClient(client=client):
            return replace(template, action="client.changed", client_id=client.id)
        case AddGrant(grant=grant):
            return replace(
                template, action="grant.imported", client_id=grant.client_id, user_id=grant.user_id, grant_id=grant.id
            )
        case PutConnection():
            return None
