"""What comes of a list that others keep: the store follows it. What a full list does not name is suspended."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from frontdesk.protocol.ids import Email, Micros, NetworkId, UserId
from frontdesk.protocol.moving import NetworkRow, RoleRow, UserRow
from frontdesk.protocol.moving_changes import (
    AddNetwork,
    AddUser,
    Change,
    GiveRole,
    MoveUser,
    RetitleNetwork,
    SuspendNetwork,
    SuspendRole,
    SuspendUser,
    TransferNetwork,
)
from frontdesk.protocol.moving_plan import (
    ROLE_SUSPENDED,
    Known,
    KnownNetwork,
    KnownRole,
    KnownUser,
    Outcome,
    Plan,
    Verdict,
)
from frontdesk.protocol.records import Network, NetworkCredential, Role, User

# A list that leaves out more than one in so many of what is in force was more likely cut off than meant.
GUARD = 5
ROLES_UNGUARDED = 10  # roles come and go: so few may go without being asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncList:
    """All rows, with the ids and pairs that may be needed made beforehand."""

    networks: tuple[NetworkRow, ...]
    users: tuple[UserRow, ...]
    roles: tuple[RoleRow, ...]
    user_ids: Mapping[Email, UserId]
    spare_credentials: Mapping[NetworkId, NetworkCredential]
    now: Micros
    full: bool
    accepted: int = 0  # how many suspensions are meant


def plan_sync(listed: SyncList, known: Known) -> Plan:
    """What brings the store to where the list is. `known` is moved on; for a full list it must be everything."""
    planner = _Planner(listed, known)
    planner.move_users()
    for user in listed.users:
        planner.judge_user(user)
    for network in listed.networks:
        planner.judge_network(network)
    for role in listed.roles:
        planner.judge_role(role)
    if listed.full:
        planner.judge_absent()
    return planner.finish()


class _Planner:
    """Goes through the rows, and keeps what came of them and who was named."""

    def __init__(self, listed: SyncList, known: Known) -> None:
        self._listed = listed
        self._known = known
        self._verdicts: list[Verdict] = []
        self._changes: list[Change] = []
        self._lines: dict[tuple[str, object], int] = {}
        self._moved: dict[Email, int] = {}  # addresses that were given up, by the line that says so
        self._named_users: set[UserId] = set()
        self._named_networks: set[NetworkId] = set()
        self._named_roles: set[tuple[UserId, NetworkId]] = set()
        self._live = (
            sum(not network.suspended for network in known.networks.values()),
            sum(not user.suspended for user in known.users.values()),
            sum(held.role is not Role.OWNER and not held.suspended for held in known.roles.values()),
        )

    def finish(self) -> Plan:
        """The plan: its report in the order of the lines, then what no line names."""
        told = sorted(self._verdicts, key=lambda verdict: (verdict.line is None, verdict.line or 0))
        return Plan(verdicts=tuple(told), changes=tuple(self._changes), objection=self._object())

    def _object(self) -> str:
        """Why a full list is not believed: it leaves out too much of what is in force."""
        gone = [
            sum(verdict.outcome is Outcome.SUSPENDED and verdict.kind == kind for verdict in self._verdicts)
            for kind in ("network", "user", "role")
        ]
        networks, users, roles = (count * GUARD > live for count, live in zip(gone, self._live, strict=True))
        if not (networks or users or (roles and gone[2] > ROLES_UNGUARDED)) or sum(gone) <= self._listed.accepted:
            return ""
        counts = ", ".join(
            f"{count:,} of {live:,} {what}"
            for count, live, what in zip(gone, self._live, ("networks", "users", "roles"), strict=True)
        )
        return f"this full list would suspend {counts}; accept it with --accept-suspensions {sum(gone)}"

    # -- people
    def move_users(self) -> None:
        """Take up new addresses first: all other rows name people by the address they have from now on."""
        known = self._known
        movers = [
            (row, there)
            for row in self._listed.users
            if row.id is not None and (there := known.users.get(row.id)) is not None and there.email != row.email
        ]
        for row, there in movers:
            self._moved.setdefault(there.email, row.line)
            known.emails.pop(there.email, None)
        swapped = any(row.email in self._moved for row, _ in movers)
        for _, there in movers if swapped else ():
            nobodys = Email(f"{there.id}@moving.invalid")
            self._changes.append(MoveUser(user_id=there.id, email=nobodys, interim=True))
        for row, there in movers:
            if ("user", there.id) in self._lines:
                continue  # told of twice: judged as such later
            self._lines["user", there.id] = row.line
            other = known.emails.get(row.email)
            if other is not None:
                self._refuse(row.line, "user", row.email, f"this address has the id {other} here")
                continue
            moved = replace(there, email=row.email)
            known.add_user(moved)
            self._changes.append(MoveUser(user_id=there.id, email=row.email))
            self._say(row.line, "user", row.email, Outcome.CHANGED, f"address, was {there.email}")

    def judge_user(self, row: UserRow) -> None:
        """A person is known by id where the list gives one, else by address."""
        if row.id is not None and self._lines.get(("user", row.id)) == row.line:
            self._name_moved(row)
            return
        if self._is_told_twice(row.line, "user", row.email, row.email):
            return
        if row.id is not None and self._is_told_twice(row.line, "user", row.email, row.id):
            return
        there = self._known.emails.get(row.email)
        if there is None:
            user = self._add_user(row.email, row.id)
            self._named_users.add(user.id)
            self._say(row.line, "user", row.email, Outcome.ADDED)
        elif row.id not in (None, there):
            self._refuse(row.line, "user", row.email, f"this address has the id {there} here")
        else:
            restored = self._name_user(self._known.users[there])
            self._say(row.line, "user", row.email, Outcome.RESTORED if restored else Outcome.SAME)

    def _name_moved(self, row: UserRow) -> None:
        there = self._known.emails.get(row.email)
        if there is not None and there == row.id and not self._is_told_twice(row.line, "user", row.email, row.email):
            self._name_user(self._known.users[there])

    def _person(self, row: NetworkRow | RoleRow, email: Email) -> KnownUser | None:
        """Whoever has this address from now on, made where there is nobody; None where it was just given up."""
        there = self._known.emails.get(email)
        if there is None and email in self._moved:
            return None
        user = self._known.users[there] if there is not None else self._add_user(email, None)
        self._name_user(user)
        return self._known.users[user.id]

    def _add_user(self, email: Email, user_id: UserId | None) -> KnownUser:
        user = User(id=user_id or self._listed.user_ids[email], email=email, created_at=self._listed.now)
        self._known.add_user(KnownUser(id=user.id, email=email))
        self._changes.append(AddUser(user=user))
        return self._known.users[user.id]

    def _name_user(self, user: KnownUser) -> bool:
        """Whoever is named is in service; whether they were not."""
        self._named_users.add(user.id)
        if not user.suspended:
            return False
        self._known.users[user.id] = replace(user, suspended=False)
        self._changes.append(SuspendUser(user_id=user.id, restored=True))
        return True

    # -- networks
    def judge_network(self, row: NetworkRow) -> None:
        """A network follows its row: title, owner, and that it is there at all."""
        if self._is_told_twice(row.line, "network", row.id, row.id):
            return
        self._named_networks.add(row.id)
        owner = self._person(row, row.owner)
        if owner is None:
            self._refuse(row.line, "network", row.id, f"line {self._moved[row.owner]} gives {row.owner} up")
            return
        there = self._known.networks.get(row.id)
        if owner.blocked and (there is None or there.owner != owner.id):
            self._refuse(row.line, "network", row.id, f"its owner {row.owner} is blocked here")
        elif there is None:
            self._add_network(row, owner)
        else:
            self._follow(row, there, owner)

    def _add_network(self, row: NetworkRow, owner: KnownUser) -> None:
        self._known.networks[row.id] = KnownNetwork(id=row.id, title=row.title, owner=owner.id)
        self._known.roles[owner.id, row.id] = KnownRole(role=Role.OWNER)
        network = Network(id=row.id, title=row.title, created_at=self._listed.now)
        credential = self._listed.spare_credentials[row.id]
        self._changes.append(AddNetwork(network=network, owner=owner.id, credential=credential))
        self._say(row.line, "network", row.id, Outcome.ADDED, "with a new Basic pair")

    def _follow(self, row: NetworkRow, there: KnownNetwork, owner: KnownUser) -> None:
        what = []
        if there.suspended:
            self._changes.append(SuspendNetwork(network_id=row.id, restored=True))
        if there.title != row.title:
            what.append("title")
            self._changes.append(RetitleNetwork(network_id=row.id, title=row.title))
        if there.owner != owner.id:
            what.append("owner")
            self._changes.append(TransferNetwork(network_id=row.id, former=there.owner, owner=owner.id))
            self._known.roles[there.owner, row.id] = KnownRole(role=Role.ADMINISTRATOR)
            self._known.roles[owner.id, row.id] = KnownRole(role=Role.OWNER)
        self._known.networks[row.id] = KnownNetwork(id=row.id, title=row.title, owner=owner.id)
        outcome = Outcome.RESTORED if there.suspended else Outcome.CHANGED if what else Outcome.SAME
        self._say(row.line, "network", row.id, outcome, ", ".join(what))

    # -- roles
    def judge_role(self, row: RoleRow) -> None:
        """A role follows its row; the owner's is the network's own row."""
        name = f"{row.email} in {row.network}"
        if self._is_told_twice(row.line, "role", name, (row.email, row.network)):
            return
        network = self._known.networks.get(row.network)
        if network is None or (self._listed.full and row.network not in self._named_networks):
            where = "in this full list" if self._listed.full else "here or in the list"
            self._refuse(row.line, "role", name, f"there is no such network {where}")
            return
        user = self._person(row, row.email)
        if user is None:
            self._refuse(row.line, "role", name, f"line {self._moved[row.email]} gives this address up")
            return
        if user.id == network.owner:
            self._refuse(row.line, "role", name, "owns the network: leave this row out")
            return
        self._named_roles.add((user.id, row.network))
        there = self._known.roles.get((user.id, row.network))
        was_suspended = there is not None and bool(there.suspended & ROLE_SUSPENDED)
        if there is None or was_suspended or there.role is not row.role:
            self._known.roles[user.id, row.network] = KnownRole(role=row.role)
            self._changes.append(GiveRole(user_id=user.id, network_id=row.network, role=row.role))
        if there is None:
            self._say(row.line, "role", name, Outcome.ADDED)
        elif was_suspended:
            self._say(row.line, "role", name, Outcome.RESTORED)
        elif there.role is row.role:
            self._say(row.line, "role", name, Outcome.SAME)
        else:
            self._say(row.line, "role", name, Outcome.CHANGED, f"was {there.role.value}")

    # -- what is not named
    def judge_absent(self) -> None:
        """Set aside what a full list leaves out. Roles in a network that is left out are set aside with it."""
        known = self._known
        for network in known.networks.values():
            if network.id not in self._named_networks and not network.suspended:
                self._changes.append(SuspendNetwork(network_id=network.id))
                self._say(None, "network", network.id, Outcome.SUSPENDED, network.title)
        for (user_id, network_id), held in known.roles.items():
            is_here = network_id in self._named_networks and held.role is not Role.OWNER
            if is_here and (user_id, network_id) not in self._named_roles and not held.suspended & ROLE_SUSPENDED:
                self._changes.append(SuspendRole(user_id=user_id, network_id=network_id))
                name = f"{known.users[user_id].email} in {network_id}"
                self._say(None, "role", name, Outcome.SUSPENDED, held.role.value)
        for user in known.users.values():
            if user.id not in self._named_users and not user.suspended:
                self._changes.append(SuspendUser(user_id=user.id))
                self._say(None, "user", user.email, Outcome.SUSPENDED)

    # -- what all rows share
    def _is_told_twice(self, line: int, kind: str, name: str, key: object) -> bool:
        first = self._lines.setdefault((kind, key), line)
        if first != line:
            self._refuse(line, kind, name, f"line {first} tells of it already")
        return first != line

    def _say(self, line: int | None, kind: str, name: str, outcome: Outcome, detail: str = "") -> None:
        self._verdicts.append(Verdict(line=line, kind=kind, name=name, outcome=outcome, detail=detail))

    def _refuse(self, line: int, kind: str, name: str, problem: str) -> None:
        self._say(line, kind, name, Outcome.CONFLICT, problem)
