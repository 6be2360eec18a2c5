"""The in-memory twin of storage/leaks.py."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from frontdesk.protocol import tokens
from frontdesk.protocol.ids import ClientId, CodeId, Digest, Micros, ResourceServerId, SessionId
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.leaks import LOOKED_BACK
from frontdesk.storage.memory_grants import MemoryGrants


class MemoryLeaks(MemoryGrants):
    """Leaked tokens and secrets."""

    async def find_secret_holders(self, prefix: str, digests: Sequence[Digest]) -> Mapping[Digest, str]:
        """Whose secrets these are."""
        held: list[tuple[Digest | None, str]]
        if prefix == tokens.CLIENT_SECRET:
            held = [(digest, client.id) for client in self.clients.values() for digest in client.digests]
        elif prefix == tokens.NETWORK_SECRET:
            held = [(pair.secret_digest, pair.client_id) for pair in self.credentials.values()]
        else:
            held = [(server.secret_digest, server.id) for server in self.resource_servers.values()]
        return {digest: holder for digest, holder in held if digest is not None and digest in digests}

    async def replace_leaked_secret(
        self, prefix: str, *, holder: str, replaces: Digest, digest: Digest, now: Micros, audit: AuditEvent
    ) -> bool:
        """End an app's or resource server's secret."""
        client = self.clients.get(ClientId(holder)) if prefix == tokens.CLIENT_SECRET else None
        server = self.resource_servers.get(ResourceServerId(holder)) if client is None else None
        if client is not None and client.secret_digest == replaces:
            self.clients[client.id] = replace(
                client,
                secret_digest=digest,
                foreign_secret=None,
                secret_changed_at=now,
                secret_number=client.secret_number + 1,
                secret_last_four="",
            )
            self.own_grants = {at: own for at, own in self.own_grants.items() if own.client_id != client.id}
        elif client is not None and client.earlier_digest == replaces:
            self.clients[client.id] = replace(client, earlier_digest=None, earlier_last_four="", earlier_made_at=None)
            self.own_grants = {at: own for at, own in self.own_grants.items() if own.client_id != client.id}
        elif server is not None and server.secret_digest == replaces:
            self.resource_servers[server.id] = replace(server, secret_digest=digest)
        else:
            return False
        self._note(audit)
        return True

    async def void_code(self, *, code_id: CodeId, now: Micros, audit: AuditEvent) -> bool:
        """End a pending code."""
        if not self._void(lambda code: code.id == code_id, now):
            return False
        self._note(audit)
        return True

    async def end_leaked_session(self, *, session_id: SessionId, audit: AuditEvent) -> bool:
        """End a session."""
        if self.sessions.pop(session_id, None) is None:
            return False
        self._note(audit)
        return True

    async def note_once(self, *, audit: AuditEvent, since: Micros) -> bool:
        """Write something down, once in a while."""
        about = [event for event in self.audit if event.client_id == audit.client_id][-LOOKED_BACK:]
        if any(event.action == audit.action and event.at > since for event in about):
            return False
        self._note(audit)
        return True
