"""What goes in and comes out of the administration API, one record a thing. Nothing here holds a secret's digest."""

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from frontdesk.protocol.ids import SECOND, Micros

NEXT_PAGE: Any = msgspec.field(name="nextPageToken")  # as lists of the contract's API name it


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    """One JSON object; a field of another name is refused."""


def instant(at: Micros) -> datetime:
    """A point in time, to the second, as RFC 3339 writes it."""
    return datetime.fromtimestamp(at // SECOND, UTC)


def maybe_instant(at: Micros | None) -> datetime | None:
    """The same, of what may never have happened."""
    return None if at is None else instant(at)


class Problem(Shape):
    """Why a call did nothing: for programs (`type`), and in words."""

    type: str
    message: str
    hint: str | None = None


class Why(Shape):
    """Why it is done; it is written down, and those whose it is are told by mail."""

    reason: str = ""


# -- networks
class Credential(Shape):
    """A network's Basic pair, without its secret."""

    client_id: str
    last_four: str
    version: int
    created_at: datetime
    last_used_at: datetime | None
    revealed_at: datetime | None


class Network(Shape):
    """A tenant of the API."""

    id: str
    title: str
    owner: str
    created_at: datetime
    suspended_at: datetime | None
    credential: Credential


class Networks(Shape):
    """A page of networks."""

    networks: list[Network]
    next_page_token: str | None = NEXT_PAGE


class NewNetwork(Shape):
    """A network to be made, with its owner's e-mail address; its `id` in your API, or none and one is made."""

    title: str
    owner: str
    id: str | None = None


class FreshPair(Shape):
    """A Basic pair with its secret: the only moment in which it is told."""

    client_id: str
    client_secret: str


class FreshNetwork(Shape):
    """A network that was just made."""

    id: str
    title: str
    owner: str
    credential: FreshPair


class NewRole(Shape):
    """What somebody is to be in a network."""

    role: Literal["administrator", "member"]


class GivenRole(Shape):
    """Who is, or was until now, what in which network."""

    user_id: str
    email: str
    network_id: str
    role: str


class Reach(Shape):
    """One person's app with a way into a network."""

    user_id: str
    email: str
    client_id: str
    app: str
    scopes: list[str]
    since: datetime
    adopted_at: datetime | None
    last_used_at: datetime | None


class Reaches(Shape):
    """A page of the ways into a network."""

    connections: list[Reach]
    next_page_token: str | None = NEXT_PAGE


# -- people
class User(Shape):
    """A person, with the roles that count now, by network. `language`: as they chose, or empty."""

    id: str
    email: str
    created_at: datetime
    blocked_at: datetime | None
    language: str
    roles: dict[str, str]


class Users(Shape):
    """A page of people."""

    users: list[User]
    next_page_token: str | None = NEXT_PAGE


class Connection(Shape):
    """What a person let an app do. It is not `finished` until the app fetched its tokens."""

    client_id: str
    app: str
    networks: list[str]
    scopes: list[str]
    consented_at: datetime
    finished: bool


class Connections(Shape):
    """All of a person's connections."""

    connections: list[Connection]


class TakenScope(Shape):
    """A scope that is taken; `leave`: a smaller one that stays of it."""

    scope: str
    leave: str = ""


# -- apps
class App(Shape):
    """A partner's app."""

    client_id: str
    name: str
    redirect_uris: list[str]
    scopes: list[str]
    optional_scopes: list[str]
    own_scopes: list[str]
    homepage: str
    privacy_url: str
    review: str
    verified: bool
    profile: str
    public: bool
    native: bool
    require_pkce: bool
    created_at: datetime
    disabled_at: datetime | None
    secret_changed_at: datetime | None
    logo: str | None  # where its picture is served, below the public URL


class Apps(Shape):
    """A page of apps."""

    apps: list[App]
    next_page_token: str | None = NEXT_PAGE


class NewApp(Shape):
    """An app to be registered. Without a `profile`: compat with a secret, strict without."""

    name: str
    redirect_uris: list[str]
    scopes: list[str]
    own_scopes: list[str] = []
    profile: Literal["compat", "strict"] | None = None
    public: bool = False
    native: bool = False
    require_pkce: bool = False


class FreshApp(Shape):
    """An app with its secret, the only moment in which it is told; a public one has none."""

    app: App
    client_secret: str | None


class AppChange(Shape):
    """What an app says of itself, and how it is treated; what is left out stays.

    `force`: though it used the weak form lately.
    """

    name: str | None = None
    homepage: str | None = None
    privacy_url: str | None = None
    redirect_uris: list[str] | None = None
    scopes: list[str] | None = None
    optional_scopes: list[str] | None = None
    profile: Literal["compat", "strict"] | None = None
    require_pkce: bool | None = None
    force: bool = False


class OwnScopes(Shape):
    """What an app may do without a user."""

    own_scopes: list[str]


class WeakForm(Shape):
    """A form that RFC 9700 advises against, and what this app made of it."""

    form: str
    text: str
    uses: int
    last_used_at: datetime | None
    in_use: bool


class Standing(Shape):
    """What an app may still do, and how that could end without harm (options of `frontdesk app change`)."""

    client_id: str
    app: str
    weak_forms: list[WeakForm]
    can_end: str | None
    plain_redirect_uris: list[str]


class Standings(Shape):
    """Enabled apps that may still use a weak form: those of a page of apps, which may be none."""

    apps: list[Standing]
    next_page_token: str | None = NEXT_PAGE


class Grant(Shape):
    """One live refresh token with what it opens; `adopted_at` where a network's owner took it over."""

    id: str
    user: str | None
    client_id: str
    app: str | None
    networks: list[str]
    scopes: list[str]
    created_at: datetime
    adopted_at: datetime | None
    last_used_at: datetime | None


class Grants(Shape):
    """A page of grants."""

    grants: list[Grant]
    next_page_token: str | None = NEXT_PAGE


# -- resource servers and keys
class ResourceServer(Shape):
    """An API of yours that may ask what a token is worth."""

    id: str
    name: str
    created_at: datetime
    disabled_at: datetime | None


class ResourceServers(Shape):
    """All of them."""

    resource_servers: list[ResourceServer]


class Named(Shape):
    """A name for something new."""

    name: str


class FreshServer(Shape):
    """A resource server with its secret: the only moment in which it is told."""

    resource_server: ResourceServer
    secret: str


class AdminKey(Shape):
    """A key of this API, without what it opens with."""

    id: str
    name: str
    read_only: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class AdminKeys(Shape):
    """All keys, those that have expired too."""

    admin_keys: list[AdminKey]


class NewAdminKey(Shape):
    """A key to be made, for so many days or until it is revoked."""

    name: str
    read_only: bool = False
    days: int | None = None


class FreshAdminKey(Shape):
    """A key in the clear: the only moment in which it is told."""

    admin_key: AdminKey
    value: str


# -- what happened
class AuditRow(Shape):
    """One security change: what, when, by whom, about what, from where."""

    at: datetime
    action: str
    actor: str
    network_id: str | None
    client_id: str | None
    user_id: str | None
    grant_id: str | None
    address: str | None
    request_id: str | None
    detail: str


class Audit(Shape):
    """A page, the newest rows first."""

    rows: list[AuditRow]
    next_page_token: str | None = NEXT_PAGE


class Decision(Shape):
    """A decided call with its checks, its cause, and what would pass: docs/explain.md."""

    decision: dict[str, Any]


class Decisions(Shape):
    """Decided calls, the newest first. `dropped`: how many refusals of the days that are kept were too many to keep."""

    decisions: list[dict[str, Any]]
    dropped: int
    next_page_token: str | None = NEXT_PAGE


class Done(Shape):
    """It is done."""

    done: bool = True
