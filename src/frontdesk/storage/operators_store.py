"""The verbs about operators, set-up links and networks out of service, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Digest, Micros, NetworkId, UserId
from frontdesk.protocol.operators import Appointed, SetupLink
from frontdesk.protocol.records import AuditEvent, User
from frontdesk.protocol.searching import Found
from frontdesk.protocol.standing import SigningIn
from frontdesk.storage import clients, networks, operators, searching, standing, stopping, users
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class OperatorVerbs:
    """What `frontdesk.flows.needs_operators.OperatorStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def is_operator(self, user_id: UserId) -> bool:
        """Whether a user is an operator now."""
        return await self._reader.read(operators.is_operator, user_id)

    async def list_operators(self) -> Sequence[Appointed]:
        """All operators."""
        return await self._reader.read_long(operators.list_operators())

    async def add_operator(self, *, new_user: User, now: Micros, audit: AuditEvent) -> User | None:
        """Make somebody an operator."""
        return await self._writer.write(operators.add_operator(new_user=new_user, now=now, audit=audit))

    async def remove_operator(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Take it away."""
        return await self._writer.write(operators.remove_operator(user_id=user_id, audit=audit), urgent=True)

    async def put_setup_link(self, *, link: SetupLink, audit: AuditEvent) -> None:
        """A new set-up link."""
        await self._writer.write(operators.put_setup_link(link=link, audit=audit))

    async def find_setup_link(self) -> SetupLink | None:
        """The link that was made last."""
        return await self._reader.read(operators.find_setup_link)

    async def open_setup_link(self, *, digest: Digest, new_user: User, now: Micros) -> User | None:
        """The user with this address."""
        return await self._writer.write(operators.open_setup_link(digest=digest, new_user=new_user, now=now))

    async def take_setup_link(self, *, digest: Digest, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Use the link up."""
        verb = operators.take_setup_link(digest=digest, user_id=user_id, now=now, audit=audit)
        return await self._writer.write(verb)

    async def search(self, text: str, *, limit: int) -> Found:
        """People, networks and apps by how they begin."""
        ids, memory = await self._reader.read_long(searching.search(text, limit)), self._reader.cache
        return Found(
            users=tuple(await self._reader.recall_all(memory.users, ids.users, users.find_user)),
            networks=tuple(await self._reader.recall_all(memory.networks, ids.networks, networks.find_network)),
            clients=tuple(await self._reader.recall_all(memory.clients, ids.clients, clients.find_client)),
            more=ids.more,
        )

    async def count_signing_in(self, *, now: Micros) -> SigningIn:
        """What goes on at sign-in."""
        return await self._reader.read_long(standing.count_signing_in(now))

    async def set_network_stopped(
        self, *, network_id: NetworkId, stopped: bool, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take a network out of service, or put it back."""
        verb = stopping.set_network_stopped(network_id=network_id, stopped=stopped, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)
