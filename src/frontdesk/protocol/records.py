"""What Frontdesk knows: one frozen record per thing. Secrets and digests never print."""

from dataclasses import dataclass, field
from enum import StrEnum

from frontdesk.protocol.ids import (
    ChallengeId,
    ClientId,
    CodeId,
    CredentialId,
    Digest,
    Email,
    GrantId,
    Micros,
    NetworkId,
    ResourceServerId,
    SessionId,
    UserId,
)
from frontdesk.protocol.scopes import Scopes


class Role(StrEnum):
    """What a user is in a network. Exactly one owner each network."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"


class Profile(StrEnum):
    """How strictly a client is treated: `compat` is the contract, `strict` is RFC 9700."""

    COMPAT = "compat"
    STRICT = "strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A tenant of the API."""

    id: NetworkId
    title: str
    created_at: Micros
    suspended_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, with the role held in each network. A blocked user's grants are refused until unblocked.

    `roles` holds what counts: no suspended role, and none in a suspended network.
    """

    id: UserId
    email: Email
    created_at: Micros
    blocked_at: Micros | None = None
    roles: dict[NetworkId, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCredential:
    """A network's Basic pair. `version` counts regenerations, so that two in parallel cannot both win."""

    client_id: CredentialId
    network_id: NetworkId
    version: int
    last_four: str
    secret_digest: Digest = field(repr=False)
    created_at: Micros
    last_used_at: Micros | None = None
    sealed_secret: str | None = field(default=None, repr=False)  # the secret again, for its owner's eyes (D8)
    foreign_secret: str | None = field(default=None, repr=False)  # a hash made elsewhere, until its first right use
    revealed_at: Micros | None = None  # when the secret was last shown to its owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A partner's app. `scopes` is what it may ask for; `redirect_uris` are matched byte for byte."""

    id: ClientId
    name: str
    redirect_uris: tuple[str, ...]
    scopes: Scopes
    secret_digest: Digest | None = field(repr=False)  # None: a public client
    profile: Profile = Profile.COMPAT
    require_pkce: bool = False
    created_at: Micros
    disabled_at: Micros | None = None
    secret_changed_at: Micros | None = None
    native: bool = False  # its loopback redirect URIs match on any port (RFC 8252 §7.3)
    own_scopes: Scopes = ()  # what it may do without a user: client credentials (RFC 6749 §4.4)
    foreign_secret: str | None = field(default=None, repr=False)  # a hash made elsewhere, until its first right use

    def __post_init__(self) -> None:
        """Nothing proves a public client but the token itself: it must be one that rotates (RFC 9700 §2.2.2)."""
        if self.profile is Profile.COMPAT and not self.is_confidential:
            raise ValueError("a client without a secret is always strict")

    @property
    def is_confidential(self) -> bool:
        """Holds a secret (RFC 6749 §2.1)."""
        return self.secret_digest is not None or self.foreign_secret is not None

    @property
    def is_strict(self) -> bool:
        """Its refresh tokens rotate, it proves itself wherever it asks, and it sends PKCE (RFC 9700)."""
        return self.profile is Profile.STRICT

    @property
    def needs_pkce(self) -> bool:
        """Sends a code_challenge at authorize, or gets no code."""
        return self.require_pkce or self.profile is Profile.STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One network of one grant. Dropped edges stay, so that "ever given one network" can be told."""

    network_id: NetworkId
    dropped_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one user let one client do, in which networks: one per code exchange, never widened later."""

    id: GrantId
    user_id: UserId
    client_id: ClientId
    stamp: int  # 64 random bits; an access token names them
    scopes_asked: Scopes  # append-only: an access token's scope bitmap counts along it
    scopes_given: Scopes
    edges: tuple[Edge, ...]
    refresh_digest: Digest = field(repr=False)
    code_id: CodeId
    created_at: Micros
    last_used_at: Micros | None = None
    revoked_at: Micros | None = None
    generation: int = 0  # how often its refresh token was replaced (strict clients)
    first_digest: Digest | None = field(default=None, repr=False)  # of the first refresh token, once it is replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGrant:
    """What an app may do without a user: what its client-credentials tokens point to. At most one an app."""

    id: GrantId
    client_id: ClientId
    stamp: int  # 64 random bits, as in Grant
    scopes: Scopes  # an access token's scope bitmap counts along it
    created_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceServer:
    """An API of the provider that may ask what a token is worth (RFC 7662)."""

    id: ResourceServerId
    name: str
    secret_digest: Digest = field(repr=False)
    created_at: Micros
    disabled_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """What a consent bound together, waiting for its exchange. `grant_id` is set once it is used."""

    id: CodeId
    digest: Digest = field(repr=False)
    client_id: ClientId
    user_id: UserId
    redirect_uri: str
    scopes_asked: Scopes
    scopes_given: Scopes
    networks: tuple[NetworkId, ...]
    code_challenge: str | None  # S256 only
    created_at: Micros
    expires_at: Micros
    grant_id: GrantId | None = None
    voided_at: Micros | None = None
    wrong_verifiers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The union that people see (user + client), and what the last consent page offered and was given.

    It exists while any grant or pending code of it lives; ending the last one ends it, so that the next
    authorize request shows the consent page again.
    """

    user_id: UserId
    client_id: ClientId
    redirect_uri: str
    scopes_given: Scopes
    networks_offered: tuple[NetworkId, ...]
    networks_given: tuple[NetworkId, ...]
    created_at: Micros
    consented_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser. Idle 12 hours and 7 days in all; `signed_in_at` tells how fresh it is."""

    id: SessionId
    user_id: UserId
    digest: Digest = field(repr=False)
    signed_in_at: Micros
    last_seen_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginCode:
    """A six-digit code on its way to a mailbox; works once, only in the browser that asked."""

    id: ChallengeId
    user_id: UserId
    browser: str = field(repr=False)  # a hash of its cookie
    digest: Digest = field(repr=False)
    created_at: Micros
    expires_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One security change: what, when, by whom, about what, from where. Saved in the change's own transaction."""

    at: Micros
    action: str  # "grant.revoked", "credential.regenerated", …
    actor: str  # "user:<id>", "client:<id>", "operator", "unauthenticated"
    network_id: NetworkId | None = None
    client_id: str | None = None
    user_id: UserId | None = None
    grant_id: GrantId | None = None
    address: str | None = None  # the peer's IP address
    request_id: str | None = None
    detail: str = ""
