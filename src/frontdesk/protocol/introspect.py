"""What a token is worth right now, told to those who may ask. RFC 7662.

An answer says what the gateway would decide by: the same records, the same masks, and the strictest of all rules. A
token that fails any of them is inactive, and nothing more is said of it (§2.2).
"""

from dataclasses import dataclass
from typing import TypeAlias

from frontdesk.protocol.access import AppCaller, PartnerCaller, judge_grant
from frontdesk.protocol.ids import SECOND, ClientId, Micros, NetworkId
from frontdesk.protocol.records import Client, Grant, ResourceServer, Role, User
from frontdesk.protocol.role_scopes import NO_LIMITS, RoleScopes, readers
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, render_scopes
from frontdesk.protocol.token import still_allowed

INACTIVE = {"active": False}

Asker: TypeAlias = Client | ResourceServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspection:
    """A living token. `expires_at` is None for a refresh token, which has no end of its own."""

    client_id: ClientId
    subject: str  # user id; the client's for a token of its own
    scopes: Scopes
    issued_at: Micros
    expires_at: Micros | None
    networks: tuple[tuple[NetworkId, Role], ...]
    reading: frozenset[NetworkId] = frozenset()  # those in which an owner has not yet let the app write

    def document(self, issuer: str, role_scopes: RoleScopes = NO_LIMITS) -> dict[str, object]:
        """The JSON object. Times are whole seconds, cut: a token is never said to live longer than it does.

        A network in which the user's role or the owner's rules leave less than `scope` has a `scope` of its own.
        """
        said: dict[str, object] = {
            "active": True,
            "client_id": self.client_id,
            "scope": render_scopes(self.scopes),
            "sub": self.subject,
            "token_type": "Bearer",
            "iss": issuer,
            "iat": self.issued_at // SECOND,
        }
        if self.expires_at is not None:
            said["exp"] = self.expires_at // SECOND
        said["networks"] = [self._network(network, role, role_scopes) for network, role in self.networks]
        return said

    def _network(self, network: NetworkId, role: Role, role_scopes: RoleScopes) -> dict[str, str]:
        said = {"id": str(network), "role": role.value}
        told = role_scopes.told(self.scopes, role)
        if network in self.reading:
            told = readers(role_scopes.inclusion).told(told, role)
        return said if told == self.scopes else {**said, "scope": render_scopes(told)}


def may_ask(asker: Asker, client_id: ClientId, *, is_refresh: bool) -> bool:
    """Whether this asker is told of a token of this client's.

    A client is told of its own. A resource server is told of access tokens: a refresh token is never sent to an API,
    and whoever sends one must not be let in with it (OWASP ASVS 9.2.2).
    """
    return not is_refresh if isinstance(asker, ResourceServer) else asker.id == client_id


def describe_access(
    caller: PartnerCaller | AppCaller, *, issued_at: Micros, expires_at: Micros, offered_roles: frozenset[Role]
) -> Introspection | None:
    """A proven access token; None where it opens no network any more. A token of an app's own never opens one."""
    if isinstance(caller, AppCaller):
        subject: str = caller.client.id
        networks: tuple[tuple[NetworkId, Role], ...] = ()
        reading: frozenset[NetworkId] = frozenset()
    else:
        subject = caller.user.id
        networks = live_roles(caller.grant, caller.user, offered_roles=offered_roles)
        reading = _reading(caller.grant)
        if not networks:
            return None
    return Introspection(
        client_id=caller.client.id,
        subject=subject,
        scopes=caller.scopes,
        issued_at=issued_at,
        expires_at=expires_at,
        networks=networks,
        reading=reading,
    )


def describe_refresh(
    grant: Grant,
    client: Client | None,
    user: User | None,
    *,
    offered_roles: frozenset[Role],
    inclusion: Inclusion = CONTRACT,
) -> Introspection | None:
    """A proven refresh token; None where it would buy nothing."""
    if client is None or user is None or judge_grant(grant, user, client) is not None:
        return None
    networks = live_roles(grant, user, offered_roles=offered_roles)
    scopes = still_allowed(grant.scopes_given, client.scopes, inclusion)
    if not networks or not scopes:
        return None
    return Introspection(
        client_id=client.id,
        subject=user.id,
        scopes=scopes,
        issued_at=grant.created_at,
        expires_at=None,
        networks=networks,
        reading=_reading(grant),
    )


def _reading(grant: Grant) -> frozenset[NetworkId]:
    return frozenset(edge.network_id for edge in grant.edges if edge.reads_only)


def live_roles(grant: Grant, user: User, *, offered_roles: frozenset[Role]) -> tuple[tuple[NetworkId, Role], ...]:
    """The networks that a grant opens right now, with what its user is in each."""
    return tuple(
        (edge.network_id, role)
        for edge in grant.edges
        if edge.dropped_at is None and (role := user.roles.get(edge.network_id)) in offered_roles and role is not None
    )
