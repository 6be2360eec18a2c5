"""May this caller make this call, in which network? The contract's checks 4 to 7, in its order. RFC 6750 §3.1."""

from dataclasses import dataclass, field
from typing import TypeAlias

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.records import Client, Grant, OwnGrant, Role, User
from frontdesk.protocol.role_scopes import NO_LIMITS, RoleScopes
from frontdesk.protocol.scopes import Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One security object of an operation that a single credential can meet.

    `scheme` is "basic", "oauth2" or "public". `scopes` is what an oauth2 token must hold: any one of them, or
    all of them where `needs_all`; empty: a valid token is enough.
    """

    scheme: str
    scopes: frozenset[str] = frozenset()
    needs_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One operation of the OpenAPI document, as far as a decision needs it. Each is itself only: no two are equal."""

    method: str
    template: str
    alternatives: tuple[Alternative, ...]  # any one of them opens it; none: nothing does
    networkless: bool = False  # needs no network
    shown_scopes: Scopes = ()  # in the document's order, for the challenge
    schemes: tuple[str, ...] = field(init=False)  # the schemes that it accepts, each once

    def __post_init__(self) -> None:
        """Collect the schemes once: every call asks for them."""
        schemes = dict.fromkeys(alternative.scheme for alternative in self.alternatives)
        object.__setattr__(self, "schemes", tuple(schemes))


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
) -> Admission | Refusal:
    """Decide checks 5 to 7 for a proven caller. Several operations (none more specific) must all allow.

    Where a network was chosen, a token holds no more than `role_scopes` lets the user's role there have.
    """
    scheme = "basic" if isinstance(caller, NetworkCaller) else "oauth2"
    for operation in operations:
        if scheme not in operation.schemes and "public" not in operation.schemes:
            return _refuse(Reason.SCHEME_FORBIDDEN, operation)
    networkless = all(operation.networkless for operation in operations)
    network = _pick_network(caller, named_network, networkless=networkless, offered_roles=offered_roles)
    if isinstance(network, Reason):
        return _refuse(network, operations[0])
    if not isinstance(caller, NetworkCaller):
        held = role_scopes.cut(caller.held, _role_of(caller, network))
        for operation in operations:
            if not any(_opens(alternative, held) for alternative in operation.alternatives):
                return _refuse(Reason.INSUFFICIENT_SCOPE, operation)
    return _admit(caller, scheme, network, networkless=networkless, role_scopes=role_scopes)


def _opens(alternative: Alternative, held: frozenset[str]) -> bool:
    if alternative.scheme == "public":
        return True
    if alternative.scheme != "oauth2":
        return False
    if not alternative.scopes:
        return True
    return alternative.scopes <= held if alternative.needs_all else not alternative.scopes.isdisjoint(held)


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
    return Admission(
        caller=caller,
        scheme=scheme,
        network_id=network,
        role=role,
        subject=caller.user.id if isinstance(caller, PartnerCaller) else f"client:{caller.client.id}",
        client_id=caller.client.id,
        scopes=role_scopes.told(caller.scopes, role),
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
