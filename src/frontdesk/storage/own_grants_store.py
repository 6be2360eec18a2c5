"""The verbs about apps' own grants, as methods."""

from frontdesk.protocol.ids import ClientId, GrantId
from frontdesk.protocol.records import AuditEvent, OwnGrant
from frontdesk.protocol.scopes import Scopes
from frontdesk.storage import own_grants
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class OwnGrantVerbs:
    """What `frontdesk.flows.needs_own_tokens` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def find_own_grant(self, grant_id: GrantId) -> OwnGrant | None:
        """What an app's own tokens point to."""
        return await self._reader.recall(self._reader.cache.own_grants, grant_id, own_grants.find_own_grant)

    async def find_own_grant_of(self, client_id: ClientId) -> OwnGrant | None:
        """The row of an app."""
        return await self._reader.read(own_grants.find_own_grant_of, client_id)

    async def put_own_grant(self, *, own_grant: OwnGrant, audit: AuditEvent) -> OwnGrant:
        """The app's row, with these scopes on its list."""
        return await self._writer.write(own_grants.put_own_grant(own_grant=own_grant, audit=audit))

    async def renew_own_grant(self, *, grant_id: GrantId, stamp: int, fresh_stamp: int, audit: AuditEvent) -> bool:
        """End every token under a stamp."""
        verb = own_grants.renew_own_grant(grant_id=grant_id, stamp=stamp, fresh_stamp=fresh_stamp, audit=audit)
        return await self._writer.write(verb, urgent=True, step="revoke")

    async def set_own_scopes(self, *, client_id: ClientId, own_scopes: Scopes, audit: AuditEvent) -> bool:
        """What an app may do without a user."""
        verb = own_grants.set_own_scopes(client_id=client_id, own_scopes=own_scopes, audit=audit)
        return await self._writer.write(verb, urgent=True)
