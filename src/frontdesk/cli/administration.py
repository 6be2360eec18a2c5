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
from frontdesk.flows.accounts import Accounts
from frontdesk.flows.admin_keys import AdminKeys
from frontdesk.flows.app_administration import AppAdministration
from frontdesk.flows.app_logos import AppLogos
from frontdesk.flows.credentials import Credentials
from frontdesk.flows.declaring import Declaring
from frontdesk.flows.explanations import Explanations
from frontdesk.flows.hardening import Hardening
from frontdesk.flows.keys import KeyKeeping
from frontdesk.flows.leaks import Leaks
from frontdesk.flows.listing import Listing
from frontdesk.flows.looking import Looking
from frontdesk.flows.maker_administration import MakerAdministration
from frontdesk.flows.member_administration import MemberAdministration
from frontdesk.flows.moving import Importer
from frontdesk.flows.needs import Origin
from frontdesk.flows.network_administration import NetworkAdministration
from frontdesk.flows.notices import Notices
from frontdesk.flows.operating import Operating
from frontdesk.flows.operator import Objection, Operator
from frontdesk.flows.operators import Operators
from frontdesk.flows.pair_administration import PairAdministration
from frontdesk.flows.registration import Registration
from frontdesk.flows.resource_servers import ResourceServers
from frontdesk.flows.reviewing import Reviewing
from frontdesk.flows.shadow import ShadowReports
from frontdesk.flows.standing import HealthReport
from frontdesk.flows.syncing import Syncer
from frontdesk.flows.taking_away import TakingAway
from frontdesk.protocol.ids import Email
from frontdesk.protocol.standing import MailState
from frontdesk.settings import Settings, inclusion_of

if TYPE_CHECKING:  # what it brings along would slow every command down
    from frontdesk.assemble import House
    from frontdesk.gateway.policy import Policy

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command may do, over an open store. `origin` marks its audit rows: typed on this machine."""

    listing: Listing
    looking: Looking
    taking_away: TakingAway
    operating: Operating
    reviewing: Reviewing
    operator: Operator
    accounts: Accounts
    owners: NetworkAdministration
    makers: AppAdministration
    maker_invitations: MakerAdministration
    members: MemberAdministration
    pairs: PairAdministration
    operators: Operators
    health: HealthReport
    registration: Registration
    resource_servers: ResourceServers
    hardening: Hardening
    admin_keys: AdminKeys
    app_logos: AppLogos
    declaring: Declaring
    importer: Importer
    syncer: Syncer
    leaks: Leaks
    explanations: Explanations
    shadow: ShadowReports
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
    `reads_document` lets the walk know which scopes and operations the API's document has.
    """
    settings = settle(ground)
    policy = _read_policy(settings) if reads_document else None
    # Before root is given up: what is imported later must still be readable.
    from frontdesk.assemble import open_house
    from frontdesk.cli.troubles import in_words
    from frontdesk.runtime.logs import start_logs

    start_logs("warning")  # to stderr: stdout is for the answer
    enter_folder(settings.data, create=create)

    async def run() -> T | Objection:
        async with open_house(settings, create=create) as house:
            return await walk(open_desk(house, policy))

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


def open_desk(house: "House", policy: "Policy | None" = None) -> Desk:
    """The administrator's walks over an open house; `policy` is what the API's document says, where it is known."""
    known_scopes = policy.known_scopes if policy is not None else frozenset()
    store, clock, mint = house.store, house.clock, house.mint
    inclusion, notices = inclusion_of(house.settings), _notices_of(house)
    looking = Looking(store=store)
    partners = house.open_partners(notices, lambda: known_scopes or None)
    operator = Operator(store=store, clock=clock, mint=mint, pairs=house.pairs, notices=notices)
    return Desk(
        looking=looking,
        taking_away=TakingAway(
            store=store,
            clock=clock,
            looking=looking,
            known_scopes=lambda: known_scopes or None,
            inclusion=inclusion,
        ),
        operating=Operating(store=store, clock=clock, notices=notices),
        reviewing=Reviewing(store=store, clock=clock, notices=notices),
        accounts=house.open_accounts(notices),
        owners=house.open_network_administration(notices),
        makers=house.open_app_administration(partners),
        maker_invitations=MakerAdministration(makers=house.open_makers(partners)),
        listing=Listing(store=store),
        operator=operator,
        members=MemberAdministration(
            store=store, clock=clock, operator=operator, invitations=house.open_invitations(notices)
        ),
        pairs=PairAdministration(
            credentials=Credentials(
                store=store,
                clock=clock,
                pairs=house.pairs,
                notices=notices,
                operations=lambda: policy.basic_operations if policy is not None else (),
            )
        ),
        operators=Operators(store=store, clock=clock, mint=mint, notices=notices),
        health=HealthReport(store=store, clock=clock),
        registration=Registration(store=store, clock=clock, mint=mint, known_scopes=known_scopes, inclusion=inclusion),
        resource_servers=ResourceServers(store=store, clock=clock, mint=mint),
        hardening=Hardening(store=store, clock=clock),
        app_logos=AppLogos(store=store, clock=clock),
        admin_keys=AdminKeys(store=store, clock=clock, mint=mint),
        declaring=Declaring(
            store=store,
            clock=clock,
            mint=mint,
            pairs=house.pairs,
            known_scopes=known_scopes,
            operations=policy.basic_operations if policy is not None else (),
            inclusion=inclusion,
        ),
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
        leaks=house.open_leaks(notices),
        explanations=house.open_explanations(),
        shadow=ShadowReports(store=store, clock=clock),
        origin=Origin(address=None, request_id=f"cli-{mint.new_id()}"),
        keys=house.keys.open_keeping(house.settings, clock) if house.keys is not None else None,
    )


class _NoPost:
    """Where no mail is set up, letters would be shown to whoever types, between the lines of the answer."""

    def post(self, to: Email, subject: str, text: str, *, language: str = "") -> None:
        """Nothing is sent, and nothing shown."""

    @property
    def state(self) -> MailState:
        """Nothing becomes of it."""
        return MailState()


def _notices_of(house: "House") -> Notices:
    notices = house.open_notices()
    return replace(notices, post=_NoPost()) if house.settings.mail == "console:" else notices


def read_known_scopes(settings: Settings) -> frozenset[str]:
    """The scopes of the API's document; none where no document is configured."""
    policy = _read_policy(settings)
    return policy.known_scopes if policy is not None else frozenset()


def _read_policy(settings: Settings) -> "Policy | None":
    if settings.openapi is None:
        return None
    from frontdesk.assemble.front import load_policy
    from frontdesk.cli.troubles import in_words

    try:
        return load_policy(settings)
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        raise refused from error
