"""A network's history for its owner: who did what, when and from where, page by page or as a whole. ATTACKS TN-17."""

from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.flows.acting import Actor, open_owned
from frontdesk.flows.needs import Mint, Store
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.history import NEWEST, HistoryFilter
from frontdesk.protocol.ids import ClientId, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, Network

PAGE = 25  # rows
EXPORT = 10_000  # rows
_PURPOSE = "history-page"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One row, with people by address and apps by name; empty where there is none, or none any more."""

    event: AuditEvent
    actor: str
    person: str
    app: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Rows of a network, newest first; `older` asks for those after them, and is empty at the end."""

    network: Network
    entries: tuple[HistoryEntry, ...]
    older: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Reads audit rows for the owner of their network and for operators, and for nobody else."""

    store: Store
    mint: Mint

    async def page(self, actor: Actor, network_id: str, wanted: HistoryFilter, *, page: str) -> HistoryPage | Refusal:
        """Some rows from where `page` (an earlier `older`) says; a token that was not given for this is refused."""
        network = await open_owned(self.store, actor, network_id)
        if isinstance(network, Refusal):
            return network
        before = self._read_page(network.id, wanted, page)
        if before is None:
            return Refusal(reason=Reason.PAGE_TOKEN_FORGED)
        rows = await self.store.list_history(network.id, wanted, before=before, limit=PAGE + 1)
        older = self._page_token(network.id, wanted, rows[PAGE - 1][0]) if len(rows) > PAGE else ""
        entries = await self._named([event for _, event in rows[:PAGE]])
        return HistoryPage(network=network, entries=entries, older=older)

    async def export(self, actor: Actor, network_id: str, wanted: HistoryFilter) -> HistoryPage | Refusal:
        """The newest ten thousand rows; `older` is not empty where there are more."""
        network = await open_owned(self.store, actor, network_id)
        if isinstance(network, Refusal):
            return network
        rows = await self.store.list_history(network.id, wanted, before=NEWEST, limit=EXPORT + 1)
        entries = await self._named([event for _, event in rows[:EXPORT]])
        older = self._page_token(network.id, wanted, rows[EXPORT - 1][0]) if len(rows) > EXPORT else ""
        return HistoryPage(network=network, entries=entries, older=older)

    async def find_person(self, typed: str) -> UserId | None:
        """Whose rows are meant; an address that nobody has gets an id that nobody has. None: nothing was typed."""
        if not typed.strip():
            return None
        email = read_email(typed)
        user = await self.store.find_user_by_email(email) if email is not None else None
        return user.id if user is not None else UserId("00000000-0000-0000-0000-000000000000")

    async def _named(self, events: list[AuditEvent]) -> tuple[HistoryEntry, ...]:
        people: dict[str, str] = {}
        apps: dict[str, str] = {}
        for event in events:
            kind, _, actor_id = event.actor.partition(":")
            for user_id in {event.user_id, actor_id if kind == "user" else None} - people.keys() - {None, ""}:
                user = await self.store.find_user(UserId(str(user_id)))
                people[str(user_id)] = user.email if user is not None else ""
            if event.client_id is not None and event.client_id not in apps:
                client = await self.store.find_client(ClientId(event.client_id))
                apps[event.client_id] = client.name if client is not None else ""
        return tuple(_entry(event, people, apps) for event in events)

    def _page_token(self, network: NetworkId, wanted: HistoryFilter, before: int) -> str:
        return f"{before}.{self.mint.mac(_PURPOSE, _content(network, wanted, before))}"

    def _read_page(self, network: NetworkId, wanted: HistoryFilter, page: str) -> int | None:
        if not page:
            return NEWEST
        before, _, proof = page.partition(".")
        if not (before.isascii() and before.isdigit() and len(before) < 19 and proof.isascii()):
            return None
        position = int(before)
        return position if self.mint.checks_mac(_PURPOSE, _content(network, wanted, position), proof) else None


def _content(network: NetworkId, wanted: HistoryFilter, before: int) -> str:
    """A token is good for the network and the filter that it was given for."""
    return "\n".join(
        (network, str(before), str(wanted.since), str(wanted.until), " ".join(wanted.actions), wanted.person or "")
    )


def _entry(event: AuditEvent, people: Mapping[str, str], apps: Mapping[str, str]) -> HistoryEntry:
    kind, _, actor_id = event.actor.partition(":")
    return HistoryEntry(
        event=event,
        actor=people.get(actor_id, "") if kind == "user" else event.actor,
        person=people.get(event.user_id or "", ""),
        app=apps.get(event.client_id or "", ""),
    )
