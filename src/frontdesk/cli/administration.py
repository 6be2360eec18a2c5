"""How a command of the administrator reaches the store: beside a running server, and as the data folder's owner.

Each command opens the data folder, walks once and ends; what it changed holds from the server's next request on,
because every worker asks the store for changes before it trusts what it remembers (DESIGN D5).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from frontdesk.cli import speech
from frontdesk.cli.options import Ground
from frontdesk.cli.ownership import enter_folder
from frontdesk.cli.settling import settle
from frontdesk.flows.hardening import Hardening
from frontdesk.flows.keys import KeyKeeping
from frontdesk.flows.leaks import Leaks
from frontdesk.flows.moving import Importer
from frontdesk.flows.needs import Origin
from frontdesk.flows.notices import Notices
from frontdesk.flows.operator import Objection, Operator
from frontdesk.flows.registration import Registration
from frontdesk.flows.resource_servers import ResourceServers
from frontdesk.flows.syncing import Syncer
from frontdesk.protocol.ids import Email
from frontdesk.settings import Settings, inclusion_of

if TYPE_CHECKING:  # what it brings along would slow every command down
    from frontdesk.assemble import House

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command may do, over an open store. `origin` marks its audit rows: typed on this machine."""

    operator: Operator
    registration: Registration
    resource_servers: ResourceServers
    hardening: Hardening
    importer: Importer
    syncer: Syncer
    leaks: Leaks
    origin: Origin
    keys: KeyKeeping | None  # None: they are kept nowhere


def administer(
    ground: Ground,
    walk: Callable[[Desk], Awaitable[T | Objection]],
    *,
    create: bool = False,
    reads_document: bool = False,
) -> T:
    """Open the data folder, walk, close; an objection or anything else that fails becomes `Refused`.

    `create` makes the folder, the keys and the database where there are none: a newcomer adds a network first.
    `reads_document` lets the walk know which scopes the API's document has.
    """
    settings = settle(ground)
    known = read_known_scopes(settings) if reads_document else frozenset()
    # Before root is given up: what is imported later must still be readable.
    from frontdesk.assemble import open_house
    from frontdesk.cli.troubles import in_words
    from frontdesk.runtime.logs import start_logs

    start_logs("warning")  # to stderr: stdout is for the answer
    enter_folder(settings.data, create=create)

    async def run() -> T | Objection:
        async with open_house(settings, create=create) as house:
            return await walk(open_desk(house, known))

    try:
        outcome = asyncio.run(run())
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        raise refused from error
    if isinstance(outcome, Objection):
        raise speech.Refused(outcome.problem, outcome.hint)
    return outcome


def open_desk(house: "House", known_scopes: frozenset[str] = frozenset()) -> Desk:
    """The administrator's walks over an open house."""
    store, clock, mint = house.store, house.clock, house.mint
    inclusion = inclusion_of(house.settings)
    return Desk(
        operator=Operator(store=store, clock=clock, mint=mint, pairs=house.pairs, notices=_notices_of(house)),
        registration=Registration(store=store, clock=clock, mint=mint, known_scopes=known_scopes, inclusion=inclusion),
        resource_servers=ResourceServers(store=store, clock=clock, mint=mint),
        hardening=Hardening(store=store, clock=clock),
        importer=Importer(
            store=store,
            clock=clock,
            mint=mint,
            pairs=house.pairs,
            cap=house.settings.grants_per_connection,
            known_scopes=known_scopes,
            inclusion=inclusion,
        ),
        syncer=Syncer(store=store, clock=clock, mint=mint, pairs=house.pairs),
        leaks=house.open_leaks(_notices_of(house)),
        origin=Origin(address=None, request_id=f"cli-{mint.new_id()}"),
        keys=house.keys.open_keeping(house.settings, clock) if house.keys is not None else None,
    )


class _NoPost:
    """Where no mail is set up, letters would be shown to whoever types, between the lines of the answer."""

    def post(self, to: Email, subject: str, text: str) -> None:
        """Nothing is sent, and nothing shown."""


def _notices_of(house: "House") -> Notices:
    notices = house.open_notices()
    return replace(notices, post=_NoPost()) if house.settings.mail == "console:" else notices


def read_known_scopes(settings: Settings) -> frozenset[str]:
    """The scopes of the API's document; none where no document is configured."""
    if settings.openapi is None:
        return frozenset()
    from frontdesk.assemble.front import load_policy
    from frontdesk.cli.troubles import in_words

    try:
        return load_policy(settings).known_scopes
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        raise refused from error
