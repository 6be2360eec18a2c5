"""What comes of a list that moves in: whatever is not there yet is added, and nothing that is there gives way."""

from dataclasses import replace
from typing import TypeVar

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, Email, NetworkId, UserId
from frontdesk.protocol.import_list import AppDraft, CredentialDraft, ImportList, TokenDraft
from frontdesk.protocol.moving import NetworkRow, RoleRow, TokenRow, UserRow
from frontdesk.protocol.moving_changes import (
    AddClient,
    AddGrant,
    AddNetwork,
    AddUser,
    Change,
    ChangeClient,
    GiveRole,
    PutConnection,
    RetitleNetwork,
)
from frontdesk.protocol.moving_plan import Known, KnownNetwork, KnownRole, KnownUser, Outcome, Plan, Verdict
from frontdesk.protocol.records import Client, Connection, Grant, Network, NetworkCredential, Role, User

T = TypeVar("T", bound=str)


def plan_import(listed: ImportList, known: Known) -> Plan:
    """Judge every row against the store and against the rows before it. `known` is moved on."""
    planner = _Planner(listed, known)
    for user in listed.users:
        planner.judge_user(user)
    for network in listed.networks:
        planner.judge_network(network)
    for role in listed.roles:
        planner.judge_role(role)
    for credential in listed.credentials:
        planner.judge_credential(credential)
    for app in listed.apps:
        planner.judge_app(app)
    for token in listed.tokens:
        planner.judge_token(token)
    return planner.finish()


class _Planner:
    """Goes through the rows, and keeps what came of them."""

    def __init__(self, listed: ImportList, known: Known) -> None:
        self._listed = listed
        self._known = known
        self._verdicts: list[Verdict] = []
        self._changes: list[Change] = []
        self._lines: dict[tuple[str, object], int] = {}
        self._drafts = {draft.row.network: draft for draft in reversed(listed.credentials)}
        self._new_networks: set[NetworkId] = set()
        self._connected: dict[tuple[UserId, ClientId], None] = {}

    def finish(self) -> Plan:
        """The plan, its report in the order of the lines."""
        self._changes += [PutConnection(connection=self._known.connections[pair]) for pair in self._connected]
        return Plan(
            verdicts=tuple(sorted(self._verdicts, key=lambda verdict: verdict.line or 0)), changes=tuple(self._changes)
        )

    # -- people and networks
    def judge_user(self, row: UserRow) -> None:
        """A person is known by address; an id that is given must be theirs."""
        if self._is_told_twice(row.line, "user", row.email, row.email):
            return
        if row.id is not None and self._is_told_twice(row.line, "user", row.email, row.id):
            return
        by_address = self._known.emails.get(row.email)
        by_id = self._known.users.get(row.id) if row.id is not None else None
        if by_id is not None and by_id.email != row.email:
            self._refuse(row.line, "user", row.email, f"the id {by_id.id} has the address {by_id.email} here")
        elif by_address is not None and row.id not in (None, by_address):
            self._refuse(row.line, "user", row.email, f"this address has the id {by_address} here")
        elif by_address is not None:
            self._say(row.line, "user", row.email, Outcome.SAME)
        else:
            self._add_user(row.email, row.id)
            self._say(row.line, "user", row.email, Outcome.ADDED)

    def judge_network(self, row: NetworkRow) -> None:
        """A network comes with its owner and its pair; one that is there keeps its owner."""
        if self._is_told_twice(row.line, "network", row.id, row.id):
            return
        there = self._known.networks.get(row.id)
        if there is None:
            self._add_network(row)
            return
        owner = self._known.users[there.owner].email
        if owner != row.owner:
            self._refuse(row.line, "network", row.id, f"it is owned by {owner} here, not by {row.owner}")
        elif there.title == row.title:
            self._say(row.line, "network", row.id, Outcome.SAME)
        elif self._listed.update:
            self._known.networks[row.id] = replace(there, title=row.title)
            self._changes.append(RetitleNetwork(network_id=row.id, title=row.title))
            self._say(row.line, "network", row.id, Outcome.CHANGED, "title")
        else:
            self._refuse(row.line, "network", row.id, "it has another title here; take this one with --update")

    def _add_network(self, row: NetworkRow) -> None:
        draft = self._drafts.get(row.id)
        owner = self._person(row.owner)
        if owner.blocked:
            self._refuse(row.line, "network", row.id, f"its owner {row.owner} is blocked here")
            return
        pair = draft.credential if draft is not None else self._listed.spare_credentials[row.id]
        self._new_networks.add(row.id)
        self._known.networks[row.id] = KnownNetwork(id=row.id, title=row.title, owner=owner.id)
        self._known.roles[owner.id, row.id] = KnownRole(role=Role.OWNER)
        network = Network(id=row.id, title=row.title, created_at=self._listed.now)
        self._changes.append(AddNetwork(network=network, owner=owner.id, credential=pair))
        self._say(row.line, "network", row.id, Outcome.ADDED, "" if draft is not None else "with a new Basic pair")

    def judge_role(self, row: RoleRow) -> None:
        """A role is given where there is none; another one that is there stays."""
        name = f"{row.email} in {row.network}"
        if self._is_told_twice(row.line, "role", name, (row.email, row.network)):
            return
        network = self._known.networks.get(row.network)
        if network is None:
            self._refuse(row.line, "role", name, "there is no such network, neither here nor in the list")
            return
        user = self._person(row.email)
        there = self._known.roles.get((user.id, row.network))
        if user.id == network.owner:
            self._refuse(row.line, "role", name, "owns the network: leave this row out")
        elif there is None:
            self._known.roles[user.id, row.network] = KnownRole(role=row.role)
            self._changes.append(GiveRole(user_id=user.id, network_id=row.network, role=row.role))
            self._say(row.line, "role", name, Outcome.ADDED)
        elif there.role is row.role:
            self._say(row.line, "role", name, Outcome.SAME)
        else:
            self._refuse(row.line, "role", name, f"is {there.role.value} here")

    # -- credentials and apps
    def judge_credential(self, draft: CredentialDraft) -> None:
        """A pair comes with its network; a network that is there has one, which must be this one."""
        row, known = draft.row, self._known
        name = row.client_id
        if self._is_told_twice(row.line, "credential", name, row.network):
            return
        if self._is_told_twice(row.line, "credential", name, ("id", name), kind_of_key="id"):
            return
        under_id = known.credentials.get(row.client_id)
        if row.network not in known.networks:
            self._refuse(row.line, "credential", name, "there is no such network, neither here nor in the list")
        elif ClientId(row.client_id) in known.clients:
            self._refuse(row.line, "credential", name, "this id is an app's here")
        elif under_id is not None and under_id.network_id != row.network:
            self._refuse(row.line, "credential", name, f"this id is that of the network {under_id.network_id} here")
        elif row.network in self._new_networks:
            known.credentials[row.client_id] = known.credential_of[row.network] = draft.credential
            self._say(row.line, "credential", name, Outcome.ADDED)
        else:
            self._compare_credential(draft, known.credential_of[row.network])

    def _compare_credential(self, draft: CredentialDraft, there: NetworkCredential) -> None:
        row = draft.row
        if there.client_id != row.client_id:
            self._refuse(row.line, "credential", row.client_id, f"the network has the pair {there.client_id} here")
            return
        changed_here = there.version > 1
        self._compare_secret(
            row.line,
            "credential",
            row.client_id,
            is_same=_is_same_secret(draft.digests, row.secret_hash, there.secret_digest, there.foreign_secret),
            changed_here=changed_here,
        )

    def judge_app(self, draft: AppDraft) -> None:
        """An app is known by its id. What people read and what it may ask for can be brought up to date."""
        row, known = draft.row, self._known
        if self._is_told_twice(row.line, "app", row.client_id, ("id", row.client_id), kind_of_key="id"):
            return
        there = known.clients.get(row.client_id)
        if CredentialId(row.client_id) in known.credentials:
            self._refuse(row.line, "app", row.client_id, "this id is a network's here")
        elif there is None:
            known.clients[row.client_id] = draft.client
            self._changes.append(AddClient(client=draft.client))
            self._say(row.line, "app", row.client_id, Outcome.ADDED)
        else:
            self._compare_app(draft, there)

    def _compare_app(self, draft: AppDraft, there: Client) -> None:
        row, new = draft.row, draft.client
        for what, old, asked in (
            ("public", not there.is_confidential, row.public),
            ("profile", there.profile, new.profile),
            ("native", there.native, new.native),
            ("disabled", there.disabled_at is not None, row.disabled),
        ):
            if old != asked:
                self._refuse(row.line, "app", row.client_id, f"{what} is different here")
                return
        fields = ("name", "redirect_uris", "scopes")
        different = [field.replace("_", " ") for field in fields if getattr(there, field) != getattr(new, field)]
        if different and not self._listed.update:
            words = ", ".join(different)
            self._refuse(row.line, "app", row.client_id, f"{words}: different here; take these with --update")
            return
        is_same = row.public or _is_same_secret(
            draft.digests, row.secret_hash, there.secret_digest, there.foreign_secret
        )
        if is_same is False or not different:
            changed_here = there.secret_changed_at is not None
            self._compare_secret(row.line, "app", row.client_id, is_same=is_same, changed_here=changed_here)
            return
        changed = replace(there, name=new.name, redirect_uris=new.redirect_uris, scopes=new.scopes)
        self._known.clients[row.client_id] = changed
        self._changes.append(ChangeClient(client=changed))
        self._say(row.line, "app", row.client_id, Outcome.CHANGED, ", ".join(different))

    def _compare_secret(self, line: int, kind: str, name: str, *, is_same: bool | None, changed_here: bool) -> None:
        if is_same:
            self._say(line, kind, name, Outcome.SAME)
        elif is_same is None and not changed_here:
            self._say(line, kind, name, Outcome.SAME, "its secret was used here since: not compared with the hash")
        else:
            self._refuse(line, kind, name, "it has another secret here")

    # -- refresh tokens
    def judge_token(self, draft: TokenDraft) -> None:
        """A token becomes a grant of its own, with what it was given elsewhere and nothing more."""
        row = draft.row
        name = f"{row.client_id} for {row.email}"
        if self._is_told_twice(row.line, "refresh_token", name, row.known_by):
            return
        client, user_id = self._known.clients.get(row.client_id), self._known.emails.get(row.email)
        problem = self._judge_token(row, client, user_id)
        if problem or client is None or user_id is None:
            self._refuse(row.line, "refresh_token", name, problem)
            return
        there = next((grant for digest in draft.digests if (grant := self._known.tokens.get(digest))), None)
        if there is not None:
            self._compare_grant(row, name, there, user_id)
            return
        pair = (user_id, client.id)
        live = self._known.live_grants.get(pair, 0)
        if live >= self._listed.cap:
            problem = f"a person and an app have at most {self._listed.cap} grants together"
            self._refuse(row.line, "refresh_token", name, problem)
            return
        self._known.live_grants[pair] = live + 1
        grant = replace(draft.grant, user_id=user_id)
        self._changes.append(AddGrant(grant=grant))
        self._connect(grant, client)
        self._say(row.line, "refresh_token", name, Outcome.ADDED)

    def _judge_token(self, row: TokenRow, client: Client | None, user_id: UserId | None) -> str:
        if client is None:
            return "there is no such app, neither here nor in the list"
        if user_id is None:
            return "there is no such person, neither here nor in the list"
        for network in row.networks:
            if (user_id, network) not in self._known.roles:
                return f"this person has no role in the network {network}"
        for scope in row.scopes:
            if scope not in client.scopes:
                return f"the app may not ask for the scope {scope}"
        if row.issued_at is not None and row.issued_at > self._listed.now:
            return "issued_at is in the future"
        return ""

    def _compare_grant(self, row: TokenRow, name: str, there: Grant, user_id: UserId) -> None:
        networks = {edge.network_id for edge in there.edges}
        if there.revoked_at is not None:
            self._refuse(row.line, "refresh_token", name, "it was revoked here")
        elif (there.user_id, there.client_id, networks, set(there.scopes_asked)) == (
            user_id,
            row.client_id,
            set(row.networks),
            set(row.scopes),
        ):
            self._say(row.line, "refresh_token", name, Outcome.SAME)
        else:
            self._refuse(row.line, "refresh_token", name, "it stands for something else here")

    def _connect(self, grant: Grant, client: Client) -> None:
        """What people see and can end is the union of what the grants give."""
        pair = (grant.user_id, client.id)
        networks = tuple(edge.network_id for edge in grant.edges)
        before = self._known.connections.get(pair)
        if before is None:
            connection = Connection(
                user_id=grant.user_id,
                client_id=client.id,
                redirect_uri=client.redirect_uris[0],
                scopes_given=grant.scopes_given,
                networks_offered=networks,
                networks_given=networks,
                created_at=grant.created_at,
                consented_at=grant.created_at,
            )
        else:
            connection = replace(
                before,
                scopes_given=_union(before.scopes_given, grant.scopes_given),
                networks_offered=_union(before.networks_offered, networks),
                networks_given=_union(before.networks_given, networks),
                created_at=min(before.created_at, grant.created_at),
                consented_at=max(before.consented_at, grant.created_at),
            )
        self._known.connections[pair] = connection
        self._connected[pair] = None

    # -- what all rows share
    def _person(self, email: Email) -> KnownUser:
        """Whoever has this address, made where there is nobody."""
        known = self._known.emails.get(email)
        return self._known.users[known] if known is not None else self._add_user(email, None)

    def _add_user(self, email: Email, user_id: UserId | None) -> KnownUser:
        user = User(id=user_id or self._listed.user_ids[email], email=email, created_at=self._listed.now)
        made = KnownUser(id=user.id, email=email)
        self._known.add_user(made)
        self._changes.append(AddUser(user=user))
        return made

    def _is_told_twice(self, line: int, kind: str, name: str, key: object, *, kind_of_key: str = "") -> bool:
        first = self._lines.setdefault((kind_of_key or kind, key), line)
        if first != line:
            self._refuse(line, kind, name, f"line {first} tells of it already")
        return first != line

    def _say(self, line: int, kind: str, name: str, outcome: Outcome, detail: str = "") -> None:
        self._verdicts.append(Verdict(line=line, kind=kind, name=name, outcome=outcome, detail=detail))

    def _refuse(self, line: int, kind: str, name: str, problem: str) -> None:
        self._say(line, kind, name, Outcome.CONFLICT, problem)


def _is_same_secret(
    digests: tuple[Digest, ...], secret_hash: str | None, digest: Digest | None, foreign: str | None
) -> bool | None:
    """None: the list has a hash only, and here it gave way to our digest, or never was: they cannot be compared."""
    if digests:
        return digest in digests
    return None if foreign is None else foreign == secret_hash


def _union(before: tuple[T, ...], more: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*before, *more)))
