"""The request inspector: an app's makers look through its calls, a network's owner through those that concern it.

Nobody sees more of a call than `protocol/sight.py` lets them. Whose app or network it is is read at each step.
"""

from dataclasses import dataclass

from frontdesk.flows.account import Account
from frontdesk.flows.explanations import Explanations
from frontdesk.flows.needs import Mint, Store
from frontdesk.flows.partners import Partners
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.explanations import NotedDecision
from frontdesk.protocol.ids import ClientId, NetworkId
from frontdesk.protocol.inspection import BEGINNING, CallFilter, Inspected
from frontdesk.protocol.records import Role, User
from frontdesk.protocol.sight import App, Owner, Reader, may_read

PAGE = 20  # rows
_PURPOSE = "requests-page"
_UNKNOWN = Refusal(reason=Reason.PAGE_UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose calls are looked through, by whom: `name` is the app's or the network's."""

    inspected: Inspected
    name: str
    reader: Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsPage:
    """Some of the calls of a place, newest first; `older` asks for those after them, and is empty at the end."""

    place: Place
    rows: tuple[NotedDecision, ...]
    older: str
    names: dict[str, str]  # of the networks and apps that the reader may know


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspecting:
    """Opens places, and reads their calls."""

    store: Store
    mint: Mint
    account: Account
    partners: Partners
    explanations: Explanations

    async def open_app(self, user: User, client_id: str) -> Place | Refusal:
        """An app of one's own; another's is as unknown as one that is not there."""
        client = await self.partners.open_app(user, client_id)
        if isinstance(client, Refusal):
            return client
        return Place(inspected=Inspected(client_id=client.id), name=client.name, reader=App(client.id))

    async def open_network(self, user: User, network_id: str) -> Place | Refusal:
        """A network of one's own."""
        access = await self.account.open_network(user, network_id)
        if isinstance(access, Refusal):
            return access
        owned = frozenset(network for network, role in user.roles.items() if role is Role.OWNER)
        network = access.network
        return Place(inspected=Inspected(network_id=network.id), name=network.title, reader=Owner(owned))

    async def page(self, place: Place, wanted: CallFilter, *, page: str) -> RequestsPage | Refusal:
        """Some calls from where `page` (an earlier `older`) says; a token that was not given for this is refused."""
        before = self._read_page(place, wanted, page)
        if before is None:
            return Refusal(reason=Reason.PAGE_TOKEN_FORGED)
        await self.explanations.flush()  # of this very process; others write theirs within a second
        found = await self.store.list_requests(inspected=place.inspected, wanted=wanted, before=before, limit=PAGE + 1)
        older = self._token(place, wanted, found[PAGE - 1].position) if len(found) > PAGE else ""
        rows = tuple(one.noted for one in found[:PAGE] if may_read(one.noted, place.reader))
        return RequestsPage(place=place, rows=rows, older=older, names=await self._names(rows, place))

    async def find(self, place: Place, request_id: str) -> NotedDecision | Refusal:
        """One call of a place; the same refusal where there is none, and where it is another's."""
        if len(request_id) > 64 or not request_id.isascii() or not request_id.isalnum():
            return _UNKNOWN
        await self.explanations.flush()
        noted = await self.store.find_decision(request_id)
        inspected = place.inspected
        is_here = noted is not None and (
            noted.client_id == inspected.client_id
            if inspected.client_id is not None
            else noted.network_id == inspected.network_id
        )
        return noted if noted is not None and is_here and may_read(noted, place.reader) else _UNKNOWN

    async def _names(self, rows: tuple[NotedDecision, ...], place: Place) -> dict[str, str]:
        """An owner is told the names of the apps that called. An app is told of networks by their ids only."""
        names: dict[str, str] = {}
        for noted in rows:
            if isinstance(place.reader, Owner) and noted.client_id and noted.client_id not in names:
                client = await self.store.find_client(ClientId(noted.client_id))
                names[noted.client_id] = client.name if client is not None else ""
        return names

    def _token(self, place: Place, wanted: CallFilter, position: int) -> str:
        return f"{position}.{self.mint.mac(_PURPOSE, _content(place, wanted, position))}"

    def _read_page(self, place: Place, wanted: CallFilter, page: str) -> int | None:
        if not page:
            return BEGINNING
        position, _, proof = page.partition(".")
        if not (position.isascii() and position.isdigit() and len(position) < 19 and proof.isascii()):
            return None
        is_ours = self.mint.checks_mac(_PURPOSE, _content(place, wanted, int(position)), proof)
        return int(position) if is_ours else None


def network_of(noted: NotedDecision) -> NetworkId | None:
    """The network that a call named, or was in."""
    return noted.named or noted.network_id


def _content(place: Place, wanted: CallFilter, position: int) -> str:
    """A token is good for the place and the filter that it was given for."""
    return repr((place.inspected, wanted, position))
