"""What Frontdesk knows: one frozen record per thing. Secrets and digests never print."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from frontdesk.protocol.ids import (
    AdminKeyId,
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
from frontdesk.protocol.narrowing import WIDE, Narrowing
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


class Proof(StrEnum):
    """What somebody showed to be signed in."""

    CODE = "code"  # from the mailbox
    CODE_AND_APP = "code_and_app"  # and one from an authenticator app, or a recovery code
    PASSKEY = "passkey"
    PROVIDER = "provider"  # the word of the provider's own sign-in


class Review(StrEnum):
    """Where a partner's app is on its way to other people's networks. Only an approved one may be connected by them."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"  # by a reviewer, with a note


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
    language: str = ""  # the one they chose (RFC 5646); empty: none
    roles: dict[NetworkId, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCredential:
    """A Basic pair of a network. `version` is its alone among the network's, and a later pair's is greater.

    Every network has one pair without a name, its main one, and as many named ones as its owner made. The pair that
    takes another's place has the same name; the old one may go on beside it until `retires_at`.
    """

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
    name: str = ""  # the owner's word for it; empty: the main pair
    narrowing: Narrowing = WIDE
    last_used_from: str | None = None  # the address of that use, where it is known
    retires_at: Micros | None = None  # another pair is in its place: this one goes on for so long
    replaced_by: CredentialId | None = None  # that pair

    @property
    def is_main(self) -> bool:
        """Whether it is the one that every network has."""
        return not self.name and self.retires_at is None

    @property
    def is_plain(self) -> bool:
        """Whether it opens the same from everywhere and for ever: all that Basic may do in its network."""
        return self.retires_at is None and not self.narrowing.narrows


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
    homepage: str = ""
    privacy_url: str = ""
    logo: str = ""  # the name of its picture; empty: none
    optional_scopes: Scopes = ()  # those of `scopes` that a user may leave out
    verified_at: Micros | None = None  # since when its publisher is proven
    review: Review = Review.APPROVED  # whoever runs the installation registers apps that need none
    review_at: Micros | None = None  # when that last changed
    review_note: str = ""
    secret_number: int = 1  # counts its secrets, the present one included
    secret_last_four: str = ""  # empty: not known
    earlier_digest: Digest | None = field(default=None, repr=False)  # the secret before, while both work
    earlier_last_four: str = ""
    earlier_made_at: Micros | None = None

    def __post_init__(self) -> None:
        """Nothing proves a public client but the token itself: it must be one that rotates (RFC 9700 §2.2.2)."""
        if self.profile is Profile.COMPAT and not self.is_confidential:
            raise ValueError("a client without a secret is always strict")

    @property
    def is_confidential(self) -> bool:
        """Holds a secret (RFC 6749 §2.1)."""
        return self.secret_digest is not None or self.foreign_secret is not None

    @property
    def digests(self) -> tuple[Digest, ...]:
        """Of the secrets in force, the present one first. Two of them while a partner changes from one to the other."""
        return tuple(digest for digest in (self.secret_digest, self.earlier_digest) if digest is not None)

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
    # Until an owner lets the app write there. It is the same edge before and after.
    reads_only: bool = field(default=False, compare=False)


@lru_cache(maxsize=8_192)
def live_edge(network_id: NetworkId) -> Edge:
    """An undropped edge to a network; the same record for the same network, because many grants lead to one."""
    return Edge(network_id=network_id)


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
    adopted_at: Micros | None = None  # when a network's owner took it over from somebody who left


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
class AdminKey:
    """What a program of the operator's proves itself with at the administration API. Revoking one forgets it."""

    id: AdminKeyId
    name: str
    digest: Digest = field(repr=False)
    created_at: Micros
    expires_at: Micros | None = None
    read_only: bool = False
    last_used_at: Micros | None = None  # to the hour

    def is_alive(self, now: Micros) -> bool:
        """Whether it still opens anything."""
        return self.expires_at is None or now < self.expires_at


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
    address: str | None = None  # the peer's IP address when it began
    browser: str = ""  # "Firefox"; empty where it did not tell
    system: str = ""  # "Linux"
    proof: Proof = Proof.CODE


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
