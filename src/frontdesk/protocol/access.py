"""May this caller make this call, in which network? The contract's checks 4 to 7, in its order. RFC 6750 §3.1."""

from dataclasses import dataclass, field
from typing import TypeAlias

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.network_places import NetworkPlaces
from frontdesk.protocol.rate_limits import Limit
from frontdesk.protocol.records import Client, Grant, OwnGrant, Role, User
from frontdesk.protocol.role_scopes import NO_LIMITS, RoleScopes, readers
from frontdesk.protocol.scopes import Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One security object of an operation that a single credential can meet.

    `scheme` is "basic", "oauth2" (a bearer token, whichever scheme of the document asks for it) or "public". A token
    must hold one scope of each set of `needs`; where there are none, a valid token is enough.
    """

    scheme: str
    needs: tuple[frozenset[str], ...] = ()

    @property
    def scopes(self) -> frozenset[str]:
        """Every scope that is named."""
        return frozenset().union(*self.needs)

    def is_met(self, held: frozenset[str]) -> bool:
        """Whether a token that holds these scopes (with all that they include) meets it."""
        return all(not needed.isdisjoint(held) for needed in self.needs)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One operation of the OpenAPI document, as far as a decision needs it. Each is itself only: no two are equal."""

    method: str
    template: str  # the key under `paths`; `path` has the server's base before it
    alternatives: tuple[Alternative, ...]  # any one of them opens it; none: nothing does
    networkless: bool = False  # needs no network
    shown_scopes: Scopes = ()  # in the document's order, for the challenge
    base: str = ""  # path of the server that it is offered under, without a slash at the end
    limit: Limit | None = None  # the nearest one that the document gives it; None: the credential's own
    network_places: NetworkPlaces | None = None  # where its targets name the network; None: nowhere
    opens_to_readers: bool = False  # a token that holds nothing but reading scopes opens it
    # One that the very same callers may call, under the same limit: what is decided for it holds here. None: itself.
    twin: "Operation | None" = field(default=None, repr=False)
    schemes: tuple[str, ...] = field(init=False)  # the schemes that it accepts, each once

    def __post_init__(self) -> None:
        """Collect the schemes once: every call asks for them."""
        schemes = dict.fromkeys(alternative.scheme for alternative in self.alternatives)
        object.__setattr__(self, "schemes", tuple(schemes))
        object.__setattr__(self, "twin", self.twin or self)

    @property
    def path(self) -> str:
        """The whole template, as requests are matched against it."""
        return self.base + self.template


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCaller:
    """A customer, proven by its network's Basic pair."""

    client_id: CredentialId
    network_id: NetworkId


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCaller:
    """A partner, proven by an access token: what the token holds now, after every live mask."""

    grant: Grant
    client: Client
    user: User
    scopes: Scopes
    held: frozenset[str]  # scopes with what they imply


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCaller:
    """A partner's app on its own, proven by a token that no user gave it: it opens no network."""

    own_grant: OwnGrant
    client: Client
    scopes: Scopes
    held: frozenset[str]  # scopes with what they imply


Caller: TypeAlias = NetworkCaller | PartnerCaller | AppCaller


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Admission:
    """A yes: who acts, in which network, with what. `network_id` is None on a networkless operation."""

    caller: Caller | None  # None: nobody in particular, on a public operation
    scheme: str
    network_id: NetworkId | None
    role: Role | None
    subject: str  # user id, "network:<id>" or "client:<id>"
    client_id: str
    scopes: Scopes
    networkless: bool  # the operation needs no network: none is named to the upstream


PICKER_ROLES = frozenset({Role.OWNER, Role.ADMINISTRATOR})


def live_networks(grant: Grant, user: User, *, offered_roles: frozenset[Role]) -> tuple[NetworkId, ...]:
    """The networks that a grant opens right now: an undropped edge, and a role that the picker offers."""
    roles = user.roles
    return tuple(
        edge.network_id
        for edge in grant.edges
        if edge.dropped_at is None and roles.get(edge.network_id) in offered_roles
    )


def has_live_network(grant: Grant, user: User, *, offered_roles: frozenset[Role]) -> bool:
    """Whether a grant opens any network right now."""
    roles = user.roles
    return any(edge.dropped_at is None and roles.get(edge.network_id) in offered_roles for edge in grant.edges)


def judge_grant(grant: Grant, user: User | None, client: Client | None) -> Reason | None:
    """Why a grant opens nothing at all right now; None where it is alive."""
    if grant.revoked_at is not None:
        return Reason.GRANT_REVOKED
    if user is None or user.blocked_at is not None:
        return Reason.USER_BLOCKED
    if client is None or client.disabled_at is not None:
        return Reason.CLIENT_DISABLED
    return None


def judge_access(
    caller: Caller,
    operations: tuple[Operation, ...],
    named_network: NetworkId | None,
    *,
    offered_roles: frozenset[Role],
    role_scopes: RoleScopes = NO_LIMITS,
    targeted: tuple[NetworkId, ...] = (),
) -> Admission | Refusal:
    """Decide checks 5 to 7 for a proven caller. Several operations (none more specific) must all allow.

    Where a network was chosen, a token holds no more than `role_scopes` lets the user's role there have. `targeted` are
    the networks that the call's path or query names: every one must be the chosen one (TN-06).
    """
    scheme = "basic" if isinstance(caller, NetworkCaller) else "oauth2"
    for operation in operations:
        if scheme not in operation.schemes and "public" not in operation.schemes:
            return _refuse(Reason.SCHEME_FORBIDDEN, operation)
    networkless = all(operation.networkless for operation in operations)
    if networkless and named_network is None and targeted:
        named_network = targeted[0]  # nothing else says which one is meant, and it must be one of the caller's
    network = _pick_network(caller, named_network, networkless=networkless, offered_roles=offered_roles)
    if isinstance(network, Reason):
        return _refuse(network, operations[0])
    if any(each != network for each in targeted):
        return _refuse(Reason.NETWORK_FORBIDDEN, operations[0])
    if not isinstance(caller, NetworkCaller):
        role = _role_of(caller, network)
        held = role_scopes.cut(caller.held, role)
        if only_reads(caller, network):
            held = readers(role_scopes.inclusion).cut(held, role)
        for operation in operations:
            if not opens(operation, held):
                return _refuse(Reason.INSUFFICIENT_SCOPE, operation)
    return _admit(caller, scheme, network, networkless=networkless, role_scopes=role_scopes)


def only_reads(caller: Caller, network: NetworkId | None) -> bool:
    """Whether the owner of this network has not yet let what was connected write there."""
    if not isinstance(caller, PartnerCaller):
        return False
    return any(edge.reads_only and edge.network_id == network for edge in caller.grant.edges)


def opens(operation: Operation, held: frozenset[str]) -> bool:
    """Whether a token that holds these scopes (with all that they include) opens an operation."""
    return any(
        alternative.scheme == "public" or (alternative.scheme == "oauth2" and alternative.is_met(held))
        for alternative in operation.alternatives
    )


def _pick_network(
    caller: Caller, named: NetworkId | None, *, networkless: bool, offered_roles: frozenset[Role]
) -> NetworkId | Reason | None:
    if isinstance(caller, NetworkCaller):
        if named is not None and named != caller.network_id:
            return Reason.NETWORK_FORBIDDEN
        return caller.network_id
    if isinstance(caller, AppCaller):
        # No user let it in anywhere: whichever network it names, the answer is the same.
        return Reason.NETWORK_FORBIDDEN if named is not None else None if networkless else Reason.NETWORK_REQUIRED
    if named is None:
        if networkless:
            return None
        # "Ever given exactly one" counts dropped edges too: a grant never changes which network it means.
        if len(caller.grant.edges) != 1:
            return Reason.NETWORK_REQUIRED
        named = caller.grant.edges[0].network_id
    for edge in caller.grant.edges:
        if edge.network_id == named and edge.dropped_at is None and caller.user.roles.get(named) in offered_roles:
            return named
    return Reason.NETWORK_FORBIDDEN


def _admit(
    caller: Caller, scheme: str, network: NetworkId | None, *, networkless: bool, role_scopes: RoleScopes
) -> Admission:
    if isinstance(caller, NetworkCaller):
        return Admission(
            caller=caller,
            scheme=scheme,
            network_id=network,
            role=None,
            subject=f"network:{caller.network_id}",
            client_id=caller.client_id,
            scopes=(),
            networkless=networkless,
        )
    role = _role_of(caller, network)
    scopes = role_scopes.told(caller.scopes, role)
    if only_reads(caller, network):
        scopes = readers(role_scopes.inclusion).told(scopes, role)
    return Admission(
        caller=caller,
        scheme=scheme,
        network_id=network,
        role=role,
        subject=caller.user.id if isinstance(caller, PartnerCaller) else f"client:{caller.client.id}",
        client_id=caller.client.id,
        scopes=scopes,
        networkless=networkless,
    )


def _role_of(caller: PartnerCaller | AppCaller, network: NetworkId | None) -> Role | None:
    return caller.user.roles.get(network) if network is not None and isinstance(caller, PartnerCaller) else None


def _refuse(reason: Reason, operation: Operation) -> Refusal:
    return Refusal(reason=reason, schemes=operation.schemes, scopes=operation.shown_scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says of itself, once its MAC is proven."""

    grant_id: str
    stamp: int
    issued_at: Micros
    expires_at: Micros
    scope_mask: int
