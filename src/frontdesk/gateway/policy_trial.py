"""Made-up calls, decided by the very rules of a server but for the proof of a credential. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from frontdesk.gateway.policy import Policy
from frontdesk.gateway.target import read_target
from frontdesk.protocol.access import AppCaller, NetworkCaller, PartnerCaller, judge_access
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import ClientId, CodeId, CredentialId, Digest, Email, GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.records import Client, Edge, Grant, OwnGrant, Profile, Role, User
from frontdesk.protocol.role_scopes import RoleScopes
from frontdesk.protocol.scopes import Inclusion, Scopes, implied

OWN, SECOND, FOREIGN = (NetworkId(f"00000000-0000-7000-8000-00000000000{digit}") for digit in "123")
_LONG_AGO = Micros(0)


class Network(StrEnum):
    """What a made-up call says about its network."""

    OWN = "own"  # it names one that the caller may use
    NONE = "none"  # it names none; a token's user let it into two
    OTHER = "other"  # it names one that the caller may not use


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who makes a call. `scheme` is "basic", "oauth2" or "none"; a token without a role has no user: an app's own."""

    scheme: str = "none"
    scopes: Scopes = ()
    role: Role | None = Role.OWNER
    network: Network = Network.OWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The rules of one server."""

    policy: Policy
    inclusion: Inclusion
    role_scopes: RoleScopes
    offered_roles: frozenset[Role]

    def judge(self, method: str, target: str, holder: Holder) -> Refusal | None:
        """Decide a call: None where it is let in."""
        read = read_target(target.encode("utf-8", "surrogateescape"))
        if isinstance(read, Refusal):
            return read
        operations = self.policy.match(method, read)
        if isinstance(operations, Refusal):
            return operations
        if holder.scheme == "none":
            is_public = all("public" in operation.schemes for operation in operations)
            return None if is_public else Refusal(reason=Reason.NO_CREDENTIAL)
        named = {Network.OWN: OWN, Network.NONE: None, Network.OTHER: FOREIGN}[holder.network]
        outcome = judge_access(
            self._caller(holder), operations, named, offered_roles=self.offered_roles, role_scopes=self.role_scopes
        )
        return outcome if isinstance(outcome, Refusal) else None

    def _caller(self, holder: Holder) -> NetworkCaller | PartnerCaller | AppCaller:
        if holder.scheme == "basic":
            return NetworkCaller(client_id=CredentialId("fdni_trial"), network_id=OWN)
        held = implied(holder.scopes, self.inclusion)
        if holder.role is None:
            own = OwnGrant(id=GrantId(OWN), client_id=_CLIENT.id, stamp=0, scopes=holder.scopes, created_at=_LONG_AGO)
            return AppCaller(own_grant=own, client=_CLIENT, scopes=holder.scopes, held=held)
        user = User(
            id=UserId(OWN),
            email=Email("trial@example.invalid"),
            created_at=_LONG_AGO,
            roles={OWN: holder.role, SECOND: holder.role},
        )
        grant = Grant(
            id=GrantId(OWN),
            user_id=user.id,
            client_id=_CLIENT.id,
            stamp=0,
            scopes_asked=holder.scopes,
            scopes_given=holder.scopes,
            edges=(Edge(network_id=OWN), Edge(network_id=SECOND)),
            refresh_digest=Digest(b""),
            code_id=CodeId(OWN),
            created_at=_LONG_AGO,
        )
        return PartnerCaller(grant=grant, client=_CLIENT, user=user, scopes=holder.scopes, held=held)


_CLIENT = Client(
    id=ClientId("fdci_trial"),
    name="trial",
    redirect_uris=(),
    scopes=(),
    secret_digest=None,
    profile=Profile.STRICT,
    created_at=_LONG_AGO,
)
