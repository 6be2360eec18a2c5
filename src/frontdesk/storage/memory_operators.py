"""The in-memory twin of storage/operators.py and storage/stopping.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import HOUR, Digest, Micros, NetworkId, UserId
from frontdesk.protocol.operators import Appointed, SetupLink
from frontdesk.protocol.records import AuditEvent, User
from frontdesk.protocol.searching import Found, folded, spellings
from frontdesk.protocol.standing import SigningIn
from frontdesk.storage.memory_suspending import MemorySuspending


class MemoryOperators(MemorySuspending):
    """Operators, the set-up link, and networks that they took out of service."""

    async def is_operator(self, user_id: UserId) -> bool:
        """Whether a user is an operator now."""
        return user_id in self.operators and user_id in self.users

    async def list_operators(self) -> Sequence[Appointed]:
        """All operators, the longest first."""
        rows = sorted(self.operators.items(), key=lambda row: (row[1], row[0]))
        return [Appointed(user=self.users[user_id], since=since) for user_id, since in rows if user_id in self.users]

    async def add_operator(self, *, new_user: User, now: Micros, audit: AuditEvent) -> User | None:
        """Make somebody an operator."""
        user = self._ensure(new_user)
        if user.blocked_at is not None or user.id in self.operators:
            return None
        self.operators[user.id] = now
        self._forget_visits(user.id)
        self._note(replace(audit, user_id=user.id) if audit.user_id == new_user.id else audit)
        return user

    async def remove_operator(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Take it away, but from the last one."""
        if user_id not in self.operators or len(self.operators) < 2:
            return False
        del self.operators[user_id]
        self._forget_visits(user_id)
        self._note(audit)
        return True

    async def put_setup_link(self, *, link: SetupLink, audit: AuditEvent) -> None:
        """A new link in the place of any other."""
        self.setup_link = {link.digest: link.expires_at}
        self._note(audit)

    async def find_setup_link(self) -> SetupLink | None:
        """The link that was made last."""
        links = (SetupLink(digest=digest, expires_at=at) for digest, at in self.setup_link.items())
        return next(links, None)

    async def open_setup_link(self, *, digest: Digest, new_user: User, now: Micros) -> User | None:
        """The user with this address, while the link is alive."""
        return self._ensure(new_user) if self._is_open(digest, now) else None

    async def take_setup_link(self, *, digest: Digest, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Use the link up."""
        user = self.users.get(user_id)
        if user is None or user.blocked_at is not None or not self._is_open(digest, now):
            return False
        self.setup_link = {}
        self.operators.setdefault(user_id, now)
        self._forget_visits(user_id)
        self._note(audit)
        return True

    async def search(self, text: str, *, limit: int) -> Found:
        """People, networks and apps by how they begin."""
        ways = spellings(text)

        def begins(name: str) -> bool:
            return any(folded(name).startswith(folded(way)) for way in ways)

        users = sorted((u for u in self.users.values() if u.email.startswith(ways[0].lower())), key=lambda u: u.email)
        networks = sorted((n for n in self.networks.values() if begins(n.title)), key=lambda n: (n.title, n.id))
        clients = sorted((c for c in self.clients.values() if begins(c.name)), key=lambda c: (c.name, c.id))
        return Found(
            users=tuple(users[:limit]),
            networks=tuple(networks[:limit]),
            clients=tuple(clients[:limit]),
            more=max(len(users), len(networks), len(clients)) > limit,
        )

    async def count_signing_in(self, *, now: Micros) -> SigningIn:
        """What goes on at sign-in."""
        return SigningIn(
            visitors=sum(one.last_seen_at > now - HOUR for one in self.sessions.values()),
            codes=sum(one.expires_at > now for one in self.login_codes.values()),
        )

    async def set_network_stopped(
        self, *, network_id: NetworkId, stopped: bool, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take a network out of service, or put it back."""
        if network_id not in self.networks:
            return False
        since = self.stopped_networks.get(network_id, now) if stopped else None
        self._set_network_time(self.stopped_networks, network_id, since)
        self._note(audit)
        return True

    def _forget_visits(self, user_id: UserId) -> None:
        """As the triggers do: a visitor that is remembered is remembered with it."""
        self.users[user_id] = replace(self.users[user_id])

    def _is_open(self, digest: Digest, now: Micros) -> bool:
        return digest in self.setup_link and now < self.setup_link[digest]

    def _ensure(self, new_user: User) -> User:
        known = next((user for user in self.users.values() if user.email == new_user.email), None)
        if known is None:
            known = self.users[new_user.id] = replace(new_user, roles={})
        return known
