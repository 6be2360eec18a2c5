"""Records that a check needs, in memory, and never staler than the last commit on this host. DESIGN D5.

Whatever ends or alters a cached record names it in `change_log`, in its own transaction. The header of the write-ahead
log's index (`walindex.py`) tells whether anything was committed since; if so, the log is read from our position on,
and what it names is dropped before anything is trusted.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from frontdesk.protocol.ids import (
    ClientId,
    CredentialId,
    GrantId,
    NetworkId,
    ResourceServerId,
    SessionId,
    UserId,
    uuid_text,
)
from frontdesk.protocol.records import (
    Client,
    Connection,
    Grant,
    Network,
    NetworkCredential,
    OwnGrant,
    ResourceServer,
    Session,
    User,
)
from frontdesk.storage.verbs import Verb

CHANGES_SINCE = "SELECT position, kind, subject FROM change_log WHERE position >= $1 ORDER BY position"
NEWEST_POSITION = "SELECT max(position) FROM change_log"

KEYS = "keys"  # the log's word for keys that were announced
GRANTS = 16_384
OTHERS = 8_192

Key = TypeVar("Key", bound=Hashable)
Record = TypeVar("Record")
Change: TypeAlias = tuple[int, str, bytes]


def changes_since(position: int) -> Verb[list[Change]]:
    """The log from a position on, that position's own row included where it still exists."""
    return [(at, kind, subject) for at, kind, subject in (yield CHANGES_SINCE, (position,))]


def newest_position() -> Verb[int]:
    """The position of the newest row; there always is one."""
    rows = yield NEWEST_POSITION, ()
    return int(rows[0][0])


class Shelf(Generic[Key, Record]):
    """A bounded cache in two generations: about least-recently-used, at the price of one dictionary look-up."""

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, size: int) -> None:
        """Holds at most `size` records."""
        self._half = max(1, size // 2)
        self._young: dict[Key, Record] = {}
        self._old: dict[Key, Record] = {}

    def get(self, key: Key) -> Record | None:
        """The record, moved to the young ones; None where it is not here."""
        record = self._young.get(key)
        if record is None:
            record = self._old.get(key)
            if record is not None:
                self.put(key, record)
        return record

    def put(self, key: Key, record: Record) -> None:
        """Keep a record. Once half the room is taken by young ones, those become the old, and the old are let go."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = record

    def drop(self, key: Key) -> None:
        """Forget one record."""
        self._young.pop(key, None)
        self._old.pop(key, None)

    def clear(self) -> None:
        """Forget all."""
        self._young.clear()
        self._old.clear()

    def __len__(self) -> int:
        """How many records are held, those in both generations counted twice."""
        return len(self._young) + len(self._old)


@dataclass(frozen=True, slots=True)
class _Kind:
    shelf: Shelf[Any, Any]
    read_subject: Callable[[bytes], Any]


class Cache:
    """What is remembered, as of a position in the change log; `frontdesk.flows.needs.Glance` is read from it."""

    __slots__ = (
        "_kinds",
        "_look_at_keys",
        "client",
        "clients",
        "commits",
        "connections",
        "credential",
        "credentials",
        "facts",
        "grant",
        "grants",
        "networks",
        "own_grants",
        "position",
        "resource_servers",
        "sessions",
        "user",
        "users",
    )

    def __init__(self, *, grants: int = GRANTS, others: int = OTHERS) -> None:
        """Empty. Sizes are in records; a grant takes about a kilobyte."""
        self.position = 0
        self.commits = 0  # how often somebody was seen to have committed; 0: that cannot be told
        self._look_at_keys: Callable[[], object] = lambda: None
        self.grants: Shelf[GrantId, Grant] = Shelf(grants)
        self.clients: Shelf[ClientId, Client] = Shelf(others)
        self.users: Shelf[UserId, User] = Shelf(others)
        self.networks: Shelf[NetworkId, Network] = Shelf(others)
        self.credentials: Shelf[CredentialId, NetworkCredential] = Shelf(others)
        self.sessions: Shelf[SessionId, Session] = Shelf(others)
        self.connections: Shelf[tuple[UserId, ClientId], Connection] = Shelf(others)
        self.facts: Shelf[str, bool] = Shelf(others)  # about whole tables; each names itself when it changes
        self.own_grants: Shelf[GrantId, OwnGrant] = Shelf(others)
        self.resource_servers: Shelf[ResourceServerId, ResourceServer] = Shelf(others)
        # What each check asks for: the shelf itself answers, with no step in between. None: not remembered.
        self.client: Callable[[ClientId], Client | None] = self.clients.get
        self.user: Callable[[UserId], User | None] = self.users.get
        self.credential: Callable[[CredentialId], NetworkCredential | None] = self.credentials.get
        self.grant: Callable[[GrantId], Grant | None] = self.grants.get
        self._kinds: dict[str, _Kind] = {
            "grant": _Kind(self.grants, uuid_text),
            "client": _Kind(self.clients, _text),
            "user": _Kind(self.users, uuid_text),
            "network": _Kind(self.networks, uuid_text),
            "credential": _Kind(self.credentials, _text),
            "session": _Kind(self.sessions, uuid_text),
            "connection": _Kind(self.connections, _pair),
            "fact": _Kind(self.facts, _text),
            "own_grant": _Kind(self.own_grants, uuid_text),
            "resource_server": _Kind(self.resource_servers, _text),
        }

    def on_keys(self, look: Callable[[], object]) -> None:
        """Call `look`, which raises nothing, whenever the keys may be others than before."""
        self._look_at_keys = look

    def look_at_keys(self) -> None:
        """Have the keys looked at now."""
        self._look_at_keys()

    def forget_what_was_proven(self) -> None:
        """Drop everything, and have the keys looked at before anything is proven anew."""
        for kind in self._kinds.values():
            kind.shelf.clear()
        self._look_at_keys()

    def learn(self, changes: list[Change]) -> None:
        """Drop what the log names, given from our own position's row on.

        Where that row is not the first, the log was trimmed past us and what it said is lost: drop everything.
        """
        if changes[0][0] != self.position:
            self.forget_what_was_proven()
        for _, name, subject in changes[1:]:
            if name == KEYS:
                self.forget_what_was_proven()
            changed = self._kinds.get(name)
            if changed is not None:
                changed.shelf.drop(changed.read_subject(subject))
        self.position = changes[-1][0]

    def network(self, network_id: NetworkId) -> Network | None:
        """A network, if remembered."""
        return self.networks.get(network_id)

    def session(self, session_id: SessionId) -> Session | None:
        """A session's row, if remembered."""
        return self.sessions.get(session_id)

    def connection(self, user_id: UserId, client_id: ClientId) -> Connection | None:
        """What the last consent gave, if remembered."""
        return self.connections.get((user_id, client_id))

    def own_grant(self, grant_id: GrantId) -> OwnGrant | None:
        """What an app's own tokens point to, if remembered."""
        return self.own_grants.get(grant_id)

    def resource_server(self, server_id: ResourceServerId) -> ResourceServer | None:
        """A resource server, disabled or not, if remembered."""
        return self.resource_servers.get(server_id)


def _text(subject: bytes) -> str:
    return subject.decode()


def _pair(subject: bytes) -> tuple[UserId, ClientId]:
    """The user's 16 bytes, then the client's id."""
    return UserId(uuid_text(subject[:16])), ClientId(subject[16:].decode())
