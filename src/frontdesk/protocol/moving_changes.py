"""The changes that a list can bring about, and the audit row that tells of each."""

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from frontdesk.protocol.ids import ClientId, Email, NetworkId, UserId
from frontdesk.protocol.network_rules import NetworkRules
from frontdesk.protocol.partners import Partner
from frontdesk.protocol.records import (
    AuditEvent,
    Client,
    Connection,
    Grant,
    Network,
    NetworkCredential,
    ResourceServer,
    Role,
    User,
)


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
class SetClient:
    """All that a file may say of an app that is there; its secret and what users gave it stay. `disables`: from now."""

    client: Client
    disables: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddServer:
    """A new resource server."""

    server: ResourceServer


@dataclass(frozen=True, slots=True, kw_only=True)
class SetServer:
    """Another name of a resource server that is there, and whether it is answered."""

    server: ResourceServer


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGrant:
    """What a refresh token from elsewhere stands for; found by `grant.refresh_digest`."""

    grant: Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class PutConnection:
    """What a person and an app have together."""

    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPair:
    """Another Basic pair of a network."""

    credential: NetworkCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowPair:
    """What a pair may from now on; its name and secret stay."""

    credential: NetworkCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPair:
    """A named pair, refused from now on, with an old one that goes on beside it."""

    credential: NetworkCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class PutRules:
    """Rules about connecting apps, in the place of the version before."""

    rules: NetworkRules


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockUser:
    """Shut out by an operator, signed out for good, or (`restored`) let in again."""

    user_id: UserId
    restored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPartner:
    """Somebody who makes apps, new or called something else."""

    partner: Partner


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMaker:
    """One more of an app's people."""

    client_id: ClientId
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMaker:
    """One less, with the invitations that they made."""

    client_id: ClientId
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLogo:
    """Another picture in the place of the one named `before`, or none (`logo` is empty)."""

    client_id: ClientId
    before: str
    logo: str
    picture: bytes = field(default=b"", repr=False)


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
    | SetClient
    | AddServer
    | SetServer
    | AddGrant
    | PutConnection
    | AddPair
    | NarrowPair
    | EndPair
    | PutRules
    | BlockUser
    | PutPartner
    | AddMaker
    | DropMaker
    | SetLogo
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
        case ChangeClient(client=client) | SetClient(client=client):
            return replace(template, action="client.changed", client_id=client.id)
        case AddServer(server=server):
            return replace(template, action="resource_server.created", client_id=server.id)
        case SetServer(server=server):
            return replace(template, action="resource_server.changed", client_id=server.id)
        case AddGrant(grant=grant):
            return replace(
                template, action="grant.imported", client_id=grant.client_id, user_id=grant.user_id, grant_id=grant.id
            )
        case PutConnection():
            return None
        case AddPair() | NarrowPair() | EndPair() | PutRules() | BlockUser() | PutPartner():
            return _audit_part(change, template)
        case AddMaker(client_id=client_id, user_id=user_id):
            return replace(template, action="client.maker_added", client_id=client_id, user_id=user_id)
        case DropMaker(client_id=client_id, user_id=user_id):
            return replace(template, action="client.maker_removed", client_id=client_id, user_id=user_id)
        case SetLogo(client_id=client_id):
            return replace(template, action="client.logo_changed", client_id=client_id)


def _audit_part(
    change: AddPair | NarrowPair | EndPair | PutRules | BlockUser | PutPartner, template: AuditEvent
) -> AuditEvent:
    """Of what belongs to a network, or to a person."""
    match change:
        case AddPair(credential=pair):
            action = "credential.added"
        case NarrowPair(credential=pair):
            action = "credential.changed"
        case EndPair(credential=pair):
            action = "credential.ended"
        case PutRules(rules=rules):
            return replace(template, action="network.rules_changed", network_id=rules.network_id)
        case BlockUser(user_id=user_id, restored=restored):
            return replace(template, action="user.unblocked" if restored else "user.blocked", user_id=user_id)
        case PutPartner(partner=partner):
            return replace(template, action="partner.changed", user_id=partner.user_id)
    return replace(template, action=action, network_id=pair.network_id, client_id=pair.client_id, detail=pair.name)
