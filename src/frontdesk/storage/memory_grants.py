"""Connections, codes and grants, in dictionaries."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ClientId, CodeId, CredentialId, Digest, GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, AuthorizationCode, Connection, Edge, Grant
from frontdesk.protocol.store import CodeTaken, CodeUsedBefore
from frontdesk.storage.cleaning import CODE_KEPT, REVOKED_KEPT
from frontdesk.storage.memory_state import MemoryState


class MemoryGrants(MemoryState):
    """From a consent to the end of what it gave."""

    async def find_connection(self, user_id: UserId, client_id: ClientId) -> Connection | None:
        """What the last consent gave."""
        return self.connections.get((user_id, client_id))

    async def list_connections(
        self, user_id: UserId, *, start: int = 0, count: int | None = None
    ) -> Sequence[tuple[Connection, Sequence[Grant]]]:
        """A user's connections with their live grants."""
        own = [connection for connection in self.connections.values() if connection.user_id == user_id]
        own.sort(key=lambda connection: (-connection.consented_at, connection.client_id))
        shown = own[start : None if count is None else start + count]
        return [(connection, self._live(user_id, connection.client_id)) for connection in shown]

    async def count_connections(self, user_id: UserId) -> int:
        """How many apps a user has connected."""
        return sum(connection.user_id == user_id for connection in self.connections.values())

    async def list_guests(
        self, network_id: NetworkId, *, start: int, count: int
    ) -> tuple[int, Sequence[Sequence[Grant]]]:
        """Who reaches a network by which app."""
        held: dict[tuple[UserId, ClientId], list[Grant]] = {}
        for grant in await self.list_network_grants(network_id):
            held.setdefault((grant.user_id, grant.client_id), []).append(grant)
        guests = sorted(held.items(), key=lambda one: (-min(grant.created_at for grant in one[1]), one[0]))
        return len(guests), [grants for _, grants in guests[start : start + count]]

    async def list_reaching_apps(self, network_id: NetworkId) -> Sequence[ClientId]:
        """The apps that reach a network."""
        return sorted({grant.client_id for grant in await self.list_network_grants(network_id)})

    async def list_network_grants(self, network_id: NetworkId) -> Sequence[Grant]:
        """Live grants with an undropped edge to a network."""
        return [grant for grant in await self.list_grants() if Edge(network_id=network_id) in grant.edges]

    async def list_grants(self) -> Sequence[Grant]:
        """All live grants, newest first."""
        live = [grant for grant in self.grants.values() if grant.revoked_at is None]
        return sorted(live, key=lambda grant: (grant.created_at, grant.id), reverse=True)

    async def save_consent(self, *, code: AuthorizationCode, connection: Connection, audit: AuditEvent) -> None:
        """Store a code and what the connection now is, less the networks the user has no role in."""
        self._must_know(code.user_id, code.client_id)
        self._reach("consent.before_commit")
        key, held = (connection.user_id, connection.client_id), self.users[code.user_id].roles
        before = self.connections.get(key)
        self.codes[code.id] = replace(code, networks=tuple(at for at in code.networks if at in held))
        self.connections[key] = replace(
            connection,
            networks_given=tuple(at for at in connection.networks_given if at in held),
            created_at=connection.created_at if before is None else before.created_at,
        )
        self._note_each(audit, [network for network in code.networks if network in held])
        self._reach("consent.after_commit")

    async def renew_consent(self, *, code: AuthorizationCode, consented_at: Micros, audit: AuditEvent) -> bool:
        """Store a code for a connection that stands as it was."""
        self._must_know(code.user_id, code.client_id)
        self._reach("consent.before_commit")
        connection, held = self.connections.get((code.user_id, code.client_id)), self.users[code.user_id].roles
        stands = connection is not None and connection.consented_at == consented_at
        if stands:
            self.codes[code.id] = replace(code, networks=tuple(at for at in code.networks if at in held))
            self._note(audit)
        self._reach("consent.after_commit")
        return stands

    async def find_code(self, code_id: CodeId) -> AuthorizationCode | None:
        """A code, used or not."""
        return self.codes.get(code_id)

    async def take_code(
        self, *, code_id: CodeId, grant: Grant, now: Micros, cap: int, audit: AuditEvent
    ) -> CodeTaken | CodeUsedBefore:
        """Exchange a code for a grant, once."""
        code = self.codes.get(code_id)
        if code is None or not _is_pending(code, now):
            return CodeUsedBefore(grant_id=None if code is None else code.grant_id)
        self._must_know(grant.user_id, grant.client_id)
        self._reach("exchange.before_commit")
        self.codes[code_id] = replace(code, grant_id=grant.id)
        writing = self._written_to(grant.user_id, grant.client_id)
        edges = tuple(
            Edge(network_id=network, reads_only=self._reads_first(network) and network not in writing)
            for network in code.networks
        )
        stored = replace(grant, edges=edges)
        others = sorted(self._live(grant.user_id, grant.client_id), key=_last_use, reverse=True)
        self.grants[grant.id] = stored
        for out in others[cap - 1 :]:
            del self.grants[out.id]
            self._forget_tokens_of_gone()
        self._note(audit)
        self._reach("exchange.after_commit")
        return CodeTaken(grant=stored, evicted=others[cap - 1].id if len(others) >= cap else None)

    def _reads_first(self, network_id: NetworkId) -> bool:
        rules = self.network_rules.get(network_id)
        return rules is not None and rules.read_only_first

    def _written_to(self, user_id: UserId, client_id: ClientId) -> set[NetworkId]:
        edges = [edge for grant in self._live(user_id, client_id) for edge in grant.edges]
        return {edge.network_id for edge in edges if edge.dropped_at is None and not edge.reads_only}

    async def count_wrong_verifier(self, *, code_id: CodeId, limit: int, now: Micros) -> int:
        """Count a failed PKCE proof; void the code at `limit`."""
        code = self.codes.get(code_id)
        if code is None:
            return 0
        wrong = code.wrong_verifiers + 1
        ends = wrong >= limit and code.grant_id is None and code.voided_at is None
        self.codes[code_id] = replace(code, wrong_verifiers=wrong, voided_at=now if ends else code.voided_at)
        if ends:
            self._settle(code.user_id, code.client_id, now)
        return wrong

    async def revoke_grant(self, *, grant_id: GrantId, now: Micros, audit: AuditEvent) -> bool:
        """End a grant for good."""
        grant = self.grants.get(grant_id)
        if grant is None or grant.revoked_at is not None:
            return False
        self._reach("revoke.before_commit")
        self.grants[grant_id] = replace(grant, revoked_at=now)
        self._settle(grant.user_id, grant.client_id, now)
        self._note_each(audit, _live_networks(grant))
        self._reach("revoke.after_commit")
        return True

    async def revoke_by_token(
        self, *, grant_id: GrantId, client_id: ClientId, digest: Digest, now: Micros, audit: AuditEvent
    ) -> bool:
        """End a grant by its current refresh token."""
        grant = self.grants.get(grant_id)
        if grant is None or (grant.client_id, grant.refresh_digest) != (client_id, digest):
            return False
        return await self.revoke_grant(grant_id=grant_id, now=now, audit=replace(audit, user_id=grant.user_id))

    async def disconnect(self, *, user_id: UserId, client_id: ClientId, now: Micros, audit: AuditEvent) -> int:
        """End a connection with all of its grants."""
        self._reach("disconnect.before_commit")
        ended = self._live(user_id, client_id)
        for grant in ended:
            self.grants[grant.id] = replace(grant, revoked_at=now)
        voided = self._void(lambda code: (code.user_id, code.client_id) == (user_id, client_id), now)
        forgotten = self.connections.pop((user_id, client_id), None)
        if ended or voided or forgotten:
            reached = [network for grant in ended for network in _live_networks(grant)]
            self._note_each(audit, [*reached, *(forgotten.networks_given if forgotten is not None else ())])
        self._reach("disconnect.after_commit")
        return len(ended)

    async def drop_network(
        self, *, user_id: UserId, client_id: ClientId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Drop one network of a connection; a grant or code left without any ends."""
        if not self._drop(user_id, client_id, network_id, now, ends=True):
            return False
        self._settle(user_id, client_id, now)
        self._note(audit)
        return True

    async def touch(
        self,
        *,
        grants: Sequence[tuple[GrantId, Micros]],
        credentials: Sequence[tuple[CredentialId, Micros, str | None]],
    ) -> None:
        """Write last uses; never moves one back."""
        for grant_id, at in grants:
            grant = self.grants.get(grant_id)
            if grant is not None:
                self.grants[grant_id] = replace(grant, last_used_at=max(at, grant.last_used_at or at))
        for client_id, at, address in credentials:
            pair = self.credentials.get(client_id)
            if pair is not None and (pair.last_used_at is None or pair.last_used_at < at):
                self.credentials[client_id] = replace(pair, last_used_at=at, last_used_from=address)

    def _live(self, user_id: UserId, client_id: ClientId) -> list[Grant]:
        """A connection's live grants, newest first."""
        own = [
            grant
            for grant in self.grants.values()
            if (grant.user_id, grant.client_id, grant.revoked_at) == (user_id, client_id, None)
        ]
        return sorted(own, key=lambda grant: (grant.created_at, grant.id), reverse=True)

    def _void(self, chosen: Callable[[AuthorizationCode], bool], now: Micros) -> list[AuthorizationCode]:
        ended = [code for code in self.codes.values() if _is_pending(code, now) and chosen(code)]
        for code in ended:
            self.codes[code.id] = replace(code, voided_at=now)
        for code in ended:
            self._settle(code.user_id, code.client_id, now)
        return ended

    def _settle(self, user_id: UserId, client_id: ClientId, now: Micros) -> int:
        """Forget a connection that nothing alive is left of."""
        pending = any(
            _is_pending(code, now) and (code.user_id, code.client_id) == (user_id, client_id)
            for code in self.codes.values()
        )
        if pending or self._live(user_id, client_id):
            return 0
        return 0 if self.connections.pop((user_id, client_id), None) is None else 1

    def _drop_everywhere(self, user_id: UserId, network_id: NetworkId, now: Micros) -> None:
        gone = Edge(network_id=network_id)
        for grant in self.grants.values():
            if grant.user_id == user_id and grant.revoked_at is None and gone in grant.edges:
                self.left_edges[network_id, grant.id] = now
        clients = {grant.client_id for grant in self.grants.values() if grant.user_id == user_id}
        clients |= {code.client_id for code in self.codes.values() if code.user_id == user_id}
        clients |= {client for user, client in self.connections if user == user_id}
        for client_id in clients:
            self._drop(user_id, client_id, network_id, now, ends=False)

    def _drop(self, user_id: UserId, client_id: ClientId, network_id: NetworkId, now: Micros, *, ends: bool) -> bool:
        """Drop a network from a connection's grants, codes and memory; with `ends`, what is left empty is ended."""
        dropped = False
        for grant in self._live(user_id, client_id):
            if Edge(network_id=network_id) in grant.edges:
                dropped = True
                gone = Edge(network_id=network_id, dropped_at=now)
                edges = tuple(gone if edge == Edge(network_id=network_id) else edge for edge in grant.edges)
                is_over = ends and all(edge.dropped_at is not None for edge in edges)
                self.grants[grant.id] = replace(grant, edges=edges, revoked_at=now if is_over else None)
        for code in list(self.codes.values()):
            mine = (code.user_id, code.client_id) == (user_id, client_id) and _is_pending(code, now)
            if mine and network_id in code.networks:
                dropped = True
                left = tuple(network for network in code.networks if network != network_id)
                self.codes[code.id] = replace(code, networks=left, voided_at=now if ends and not left else None)
        connection = self.connections.get((user_id, client_id))
        if connection is not None and network_id in connection.networks_given:
            dropped = True
            given = tuple(network for network in connection.networks_given if network != network_id)
            self.connections[user_id, client_id] = replace(connection, networks_given=given)
        return dropped

    def _clean_grants(self, now: Micros, limit: int) -> int:
        lapsed = [code for code in self.codes.values() if _waits(code) and code.expires_at <= now][: max(0, limit)]
        for code in lapsed:
            self.codes[code.id] = replace(code, voided_at=code.expires_at)
        for code in lapsed:
            self._settle(code.user_id, code.client_id, now)
        room = max(0, limit - len(lapsed))
        old = [code.id for code in self.codes.values() if code.expires_at <= now - CODE_KEPT][:room]
        for code_id in old:
            del self.codes[code_id]
        ended = [
            grant.id
            for grant in self.grants.values()
            if grant.revoked_at is not None and grant.revoked_at <= now - REVOKED_KEPT
        ][: room - len(old)]
        for grant_id in ended:
            del self.grants[grant_id]
        self._forget_tokens_of_gone()
        return len(lapsed) + len(old) + len(ended)


def _waits(code: AuthorizationCode) -> bool:
    return code.grant_id is None and code.voided_at is None


def _is_pending(code: AuthorizationCode, now: Micros) -> bool:
    return _waits(code) and now < code.expires_at


def _last_use(grant: Grant) -> tuple[Micros, GrantId]:
    return (grant.created_at if grant.last_used_at is None else grant.last_used_at, grant.id)


def _live_networks(grant: Grant) -> list[NetworkId]:
    return [edge.network_id for edge in grant.edges if edge.dropped_at is None]
