"""What comes of a list: for each row a verdict, and the changes that bring the store to where the list is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, Email, Micros, NetworkId, ResourceServerId, UserId
from frontdesk.protocol.moving_changes import Change
from frontdesk.protocol.network_rules import NetworkRules
from frontdesk.protocol.partners import Partner
from frontdesk.protocol.records import AuditEvent, Client, Connection, Grant, NetworkCredential, ResourceServer, Role

# The bits of a membership that is set aside.
ROLE_SUSPENDED = 1
NETWORK_SUSPENDED = 2


class Outcome(StrEnum):
    """What became of a row, or of what no row names any more."""

    ADDED = "added"
    SAME = "same"
    CHANGED = "changed"
    SUSPENDED = "suspended"
    RESTORED = "restored"
    ENDED = "ended"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line of the report. `line` is None for what the list does not name."""

    line: int | None
    kind: str
    name: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownUser:
    """A person as the store has them."""

    id: UserId
    email: Email
    blocked: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNetwork:
    """A network as the store has it."""

    id: NetworkId
    title: str
    owner: UserId
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRole:
    """A role with the reasons, if any, why it does not count now."""

    role: Role
    suspended: int = 0


@dataclass(slots=True, kw_only=True)
class Known:
    """What the store holds of what a list names (all of it, for a full list). A plan moves it on as it goes."""

    users: dict[UserId, KnownUser] = field(default_factory=dict)
    emails: dict[Email, UserId] = field(default_factory=dict)
    networks: dict[NetworkId, KnownNetwork] = field(default_factory=dict)
    roles: dict[tuple[UserId, NetworkId], KnownRole] = field(default_factory=dict)
    credentials: dict[CredentialId, NetworkCredential] = field(default_factory=dict)
    credential_of: dict[NetworkId, NetworkCredential] = field(default_factory=dict)
    clients: dict[ClientId, Client] = field(default_factory=dict)
    servers: dict[ResourceServerId, ResourceServer] = field(default_factory=dict)
    pairs: dict[NetworkId, tuple[NetworkCredential, ...]] = field(default_factory=dict)  # old ones that go on, too
    rules: dict[NetworkId, NetworkRules] = field(default_factory=dict)
    partners: dict[UserId, Partner] = field(default_factory=dict)
    makers: dict[ClientId, frozenset[UserId]] = field(default_factory=dict)
    operators: frozenset[UserId] = frozenset()
    pictures: dict[str, bytes] = field(default_factory=dict)  # of apps, by their names
    tokens: dict[Digest, Grant] = field(default_factory=dict)
    live_grants: dict[tuple[UserId, ClientId], int] = field(default_factory=dict)
    connections: dict[tuple[UserId, ClientId], Connection] = field(default_factory=dict)

    def add_user(self, user: KnownUser) -> None:
        """Know a person, by id and address."""
        self.users[user.id] = user
        self.emails[user.email] = user.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the store a list names. `everything`: all networks, users and roles, for a full list.

    `programs`: all apps and resource servers too, and what hangs on networks and apps; `pictures`: the apps' logos.
    """

    emails: frozenset[Email] = frozenset()
    users: frozenset[UserId] = frozenset()
    networks: frozenset[NetworkId] = frozenset()
    credentials: frozenset[CredentialId] = frozenset()
    clients: frozenset[ClientId] = frozenset()
    tokens: tuple[tuple[Digest, ...], ...] = ()
    connections: frozenset[tuple[Email, ClientId]] = frozenset()
    everything: bool = False
    programs: bool = False
    pictures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done. With an objection or a conflict nothing is."""

    verdicts: tuple[Verdict, ...]
    changes: tuple[Change, ...]
    objection: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether the whole list is turned away."""
        return bool(self.objection) or any(verdict.outcome is Outcome.CONFLICT for verdict in self.verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """How a list is carried out in one transaction: what to look up, how to decide, and how to mark the audit rows."""

    asked: Asked
    decide: Callable[[Known], Plan]
    now: Micros
    audit: AuditEvent
    commit: bool  # False: a dry run
