"""What an installation is, as one file says it: networks with their people, apps, resource servers; never a secret.

What is an incident is no configuration: what is set aside, and what users granted, are not in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from frontdesk.protocol.declared_parts import (
    NOTHING_RULED,
    DeclaredPair,
    DeclaredPartner,
    DeclaredRules,
    PartDrafts,
    PartPlanner,
    Parts,
    tell_blocked,
    tell_makers,
    tell_pairs,
    tell_partners,
    tell_rules,
)
from frontdesk.protocol.ids import ClientId, Email, Micros, NetworkId, ResourceServerId, UserId
from frontdesk.protocol.moving import NetworkRow, RoleRow
from frontdesk.protocol.moving_changes import (
    AddClient,
    AddServer,
    Change,
    SetClient,
    SetServer,
    SuspendNetwork,
    SuspendRole,
)
from frontdesk.protocol.moving_plan import ROLE_SUSPENDED, Known, Outcome, Plan, Verdict
from frontdesk.protocol.records import Client, NetworkCredential, Profile, ResourceServer, Review, Role
from frontdesk.protocol.scopes import Scopes
from frontdesk.protocol.sync_plan import SyncList, plan_sync


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredNetwork:
    """A tenant with all of its people."""

    id: NetworkId
    title: str
    owner: Email
    administrators: tuple[Email, ...] = ()
    members: tuple[Email, ...] = ()
    credentials: tuple[DeclaredPair, ...] | None = ()  # None: the file says nothing of them
    rules: DeclaredRules | None = NOTHING_RULED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredApp:
    """A partner's app."""

    client_id: ClientId
    name: str
    redirect_uris: tuple[str, ...]
    scopes: Scopes
    optional_scopes: Scopes = ()
    own_scopes: Scopes = ()
    profile: Profile = Profile.COMPAT
    require_pkce: bool = False
    public: bool = False
    native: bool = False
    disabled: bool = False
    verified: bool = False
    homepage: str = ""
    privacy_url: str = ""
    logo: str | None = ""  # the name of a picture, made of its hash; None: the file says nothing of it
    makers: tuple[Email, ...] | None = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredServer:
    """An API of the provider that may ask what tokens are worth."""

    id: ResourceServerId
    name: str
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The whole file."""

    networks: tuple[DeclaredNetwork, ...] = ()
    apps: tuple[DeclaredApp, ...] = ()
    servers: tuple[DeclaredServer, ...] = ()
    partners: tuple[DeclaredPartner, ...] = ()
    blocked: tuple[Email, ...] | None = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # of the apps, by their names

    @property
    def parts(self) -> Parts:
        """What it says of what hangs on networks, apps and people."""
        networks, apps = self.networks, self.apps
        return Parts(
            pairs={one.id: one.credentials for one in networks if one.credentials is not None},
            rules={one.id: one.rules for one in networks if one.rules is not None},
            makers={one.client_id: one.makers for one in apps if one.makers is not None},
            logos={one.client_id: one.logo for one in apps if one.logo is not None},
            pictures=self.pictures,
            partners=self.partners,
            blocked=self.blocked or (),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """What a plan may need of new ids, pairs and secrets: it draws nothing itself."""

    user_ids: Mapping[Email, UserId]
    pairs: Mapping[NetworkId, NetworkCredential]
    clients: Mapping[ClientId, Client]
    servers: Mapping[ResourceServerId, ResourceServer]
    named_pairs: Mapping[tuple[NetworkId, str], NetworkCredential]


def tell_declared(known: Known) -> Declared:
    """What the store holds, in the order of ids. What is set aside is left out."""
    people: dict[NetworkId, dict[Role, list[Email]]] = {}
    for (user_id, network_id), held in known.roles.items():
        if not held.suspended & ROLE_SUSPENDED and not known.users[user_id].suspended:
            of_role = people.setdefault(network_id, {}).setdefault(held.role, [])
            of_role.append(known.users[user_id].email)
    apps = tuple(
        replace(_tell_app(client), logo=client.logo, makers=tell_makers(known, client.id))
        for _, client in sorted(known.clients.items())
        if _is_declared(client)
    )
    return Declared(
        networks=tuple(
            DeclaredNetwork(
                id=network.id,
                title=network.title,
                owner=known.users[network.owner].email,
                administrators=tuple(sorted(people.get(network.id, {}).get(Role.ADMINISTRATOR, ()))),
                members=tuple(sorted(people.get(network.id, {}).get(Role.MEMBER, ()))),
                credentials=tell_pairs(known, network.id),
                rules=tell_rules(known, network.id),
            )
            for network in sorted(known.networks.values(), key=lambda network: network.id)
            if not network.suspended
        ),
        apps=apps,
        servers=tuple(
            DeclaredServer(id=server.id, name=server.name, disabled=server.disabled_at is not None)
            for _, server in sorted(known.servers.items())
        ),
        partners=tell_partners(known),
        blocked=tell_blocked(known),
        pictures={app.logo: known.pictures[app.logo] for app in apps if app.logo in known.pictures},
    )


def plan_declared(declared: Declared, known: Known, drafts: Drafts, *, now: Micros, full: bool) -> Plan:
    """What brings the store to where the file is. `known` is everything, and is moved on.

    A network's people are those that the file names. `full`: networks, apps and servers that it does not name are set
    aside or disabled; else they stay as they are.
    """
    planner = _Planner(declared, known, drafts, now)
    planner.follow_networks()
    planner.take_roles()
    for app in declared.apps:
        planner.judge_app(app)
    for server in declared.servers:
        planner.judge_server(server)
    planner.judge_parts(full=full)
    if full:
        planner.judge_absent()
    return planner.finish()


class _Planner:
    """Goes through the file, and keeps what came of it."""

    def __init__(self, declared: Declared, known: Known, drafts: Drafts, now: Micros) -> None:
        self._declared = declared
        self._known = known
        self._drafts = drafts
        self._now = now
        self._verdicts: list[Verdict] = []
        self._changes: list[Change] = []
        self._named: set[tuple[str, str]] = set()

    def finish(self) -> Plan:
        """The plan."""
        return Plan(verdicts=tuple(self._verdicts), changes=tuple(self._changes))

    # -- networks and their people
    def follow_networks(self) -> None:
        """Networks, owners and the roles that are named: what a kept list would do."""
        rows = [
            NetworkRow(line=line, id=network.id, title=network.title, owner=network.owner)
            for line, network in enumerate(self._declared.networks, start=1)
        ]
        synced = plan_sync(
            SyncList(
                networks=tuple(rows),
                users=(),
                roles=tuple(_role_rows(self._declared, after=len(rows))),
                user_ids=self._drafts.user_ids,
                spare_credentials=self._drafts.pairs,
                now=self._now,
                full=False,
            ),
            self._known,
        )
        self._changes += synced.changes
        self._verdicts += [replace(told, line=None) for told in synced.verdicts]

    def take_roles(self) -> None:
        """A network that is named has nobody else."""
        named = {(row.email, row.network) for row in _role_rows(self._declared, after=0)}
        networks = {network.id for network in self._declared.networks}
        for (user_id, network_id), held in self._known.roles.items():
            email = self._known.users[user_id].email
            is_left_out = network_id in networks and (email, network_id) not in named
            if is_left_out and held.role is not Role.OWNER and not held.suspended & ROLE_SUSPENDED:
                self._changes.append(SuspendRole(user_id=user_id, network_id=network_id))
                self._say("role", f"{email} in {network_id}", Outcome.SUSPENDED, held.role.value)

    # -- apps
    def judge_app(self, app: DeclaredApp) -> None:
        """An app is made, or follows what the file says of it; whether it has a secret never changes."""
        if self._is_told_twice("app", app.client_id):
            return
        there = self._known.clients.get(app.client_id)
        if there is None:
            client = self._drafts.clients[app.client_id]
            self._changes.append(AddClient(client=client))
            self._say("app", app.client_id, Outcome.ADDED, "with a new secret" if client.is_confidential else "")
            return
        before = _tell_app(there)
        if app.public != before.public:
            said = "public here, and has no secret" if before.public else "not public here: it has a secret"
            self._say("app", app.client_id, Outcome.CONFLICT, f"it is {said}; register another app")
            return
        told = [name for name in DeclaredApp.__slots__ if name not in ("logo", "makers")]
        changed = [name for name in told if getattr(app, name) != getattr(before, name)]
        if not changed:
            self._say("app", app.client_id, Outcome.SAME)
            return
        client = follow_app(there, app, self._now)
        disables = app.disabled and not before.disabled
        self._changes.append(SetClient(client=client, disables=disables))
        self._say("app", app.client_id, Outcome.CHANGED, ", ".join(changed))

    # -- resource servers
    def judge_server(self, server: DeclaredServer) -> None:
        """The same of a resource server."""
        if self._is_told_twice("resource server", server.id):
            return
        there = self._known.servers.get(server.id)
        if there is None:
            self._changes.append(AddServer(server=self._drafts.servers[server.id]))
            self._say("resource server", server.id, Outcome.ADDED, "with a new secret")
            return
        was = DeclaredServer(id=there.id, name=there.name, disabled=there.disabled_at is not None)
        changed = [name for name in DeclaredServer.__slots__ if getattr(server, name) != getattr(was, name)]
        if changed:
            since = (there.disabled_at or self._now) if server.disabled else None
            self._changes.append(SetServer(server=replace(there, name=server.name, disabled_at=since)))
        outcome = Outcome.CHANGED if changed else Outcome.SAME
        self._say("resource server", server.id, outcome, ", ".join(changed))

    def judge_parts(self, *, full: bool) -> None:
        """What hangs on networks, apps and people; whom a file says nothing of is let in by no `full`."""
        drafts = PartDrafts(
            user_ids=self._drafts.user_ids,
            named_pairs={
                **{(network, ""): pair for network, pair in self._drafts.pairs.items()},
                **self._drafts.named_pairs,
            },
        )
        parts = PartPlanner(self._declared.parts, self._known, drafts, self._now, self._say)
        parts.judge(full=full and self._declared.blocked is not None)
        self._changes += parts.changes

    # -- what the file does not name
    def judge_absent(self) -> None:
        """Out of service, and kept as it is: naming it again undoes it."""
        networks = {network.id for network in self._declared.networks}
        for network in self._known.networks.values():
            if network.id not in networks and not network.suspended:
                self._changes.append(SuspendNetwork(network_id=network.id))
                self._say("network", network.id, Outcome.SUSPENDED, network.title)
        for client in self._known.clients.values():
            if ("app", client.id) not in self._named and client.disabled_at is None and _is_declared(client):
                self._changes.append(SetClient(client=replace(client, disabled_at=self._now), disables=True))
                self._say("app", client.id, Outcome.SUSPENDED, client.name)
        for server in self._known.servers.values():
            if ("resource server", server.id) not in self._named and server.disabled_at is None:
                self._changes.append(SetServer(server=replace(server, disabled_at=self._now)))
                self._say("resource server", server.id, Outcome.SUSPENDED, server.name)

    def _is_told_twice(self, kind: str, name: str) -> bool:
        again = (kind, name) in self._named
        self._named.add((kind, name))
        if again:
            self._say(kind, name, Outcome.CONFLICT, "the file tells of it twice")
        return again

    def _say(self, kind: str, name: str, outcome: Outcome, detail: str = "") -> None:
        self._verdicts.append(Verdict(line=None, kind=kind, name=name, outcome=outcome, detail=detail))


def follow_app(client: Client, app: DeclaredApp, now: Micros) -> Client:
    """A client as the file says; what the file does not know of stays."""
    return replace(
        client,
        name=app.name,
        redirect_uris=app.redirect_uris,
        scopes=app.scopes,
        optional_scopes=app.optional_scopes,
        own_scopes=app.own_scopes,
        profile=app.profile,
        require_pkce=app.require_pkce,
        native=app.native,
        disabled_at=(client.disabled_at or now) if app.disabled else None,
        verified_at=(client.verified_at or now) if app.verified else None,
        homepage=app.homepage,
        privacy_url=app.privacy_url,
    )


def _is_declared(client: Client) -> bool:
    """What waits for its review is its makers' own affair: a file that is applied elsewhere must not approve it."""
    return client.review is Review.APPROVED


def _tell_app(client: Client) -> DeclaredApp:
    return DeclaredApp(
        client_id=client.id,
        name=client.name,
        redirect_uris=client.redirect_uris,
        scopes=client.scopes,
        optional_scopes=client.optional_scopes,
        own_scopes=client.own_scopes,
        profile=client.profile,
        require_pkce=client.require_pkce,
        public=not client.is_confidential,
        native=client.native,
        disabled=client.disabled_at is not None,
        verified=client.verified_at is not None,
        homepage=client.homepage,
        privacy_url=client.privacy_url,
    )


def _role_rows(declared: Declared, *, after: int) -> Iterator[RoleRow]:
    line = after
    for network in declared.networks:
        for role, people in ((Role.ADMINISTRATOR, network.administrators), (Role.MEMBER, network.members)):
            for email in people:
                line += 1
                yield RoleRow(line=line, email=email, network=network.id, role=role)
