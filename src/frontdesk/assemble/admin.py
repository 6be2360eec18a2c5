"""Furnishing the administration's own door: the API, its document and its page, on a listener of their own (AD-02)."""

import msgspec

from frontdesk import __version__
from frontdesk.assemble.document_lint import open_standing
from frontdesk.assemble.house import House
from frontdesk.flows.admin_keys import AdminKeys
from frontdesk.flows.app_logos import AppLogos
from frontdesk.flows.credentials import Credentials
from frontdesk.flows.declaring import Declaring
from frontdesk.flows.explanations import Explanations
from frontdesk.flows.hardening import Hardening
from frontdesk.flows.history import History
from frontdesk.flows.listing import Listing
from frontdesk.flows.looking import Looking
from frontdesk.flows.maker_administration import MakerAdministration
from frontdesk.flows.member_administration import MemberAdministration
from frontdesk.flows.notices import Notices
from frontdesk.flows.operating import Operating
from frontdesk.flows.operator import Operator
from frontdesk.flows.operators import Operators
from frontdesk.flows.pair_administration import PairAdministration
from frontdesk.flows.registration import Registration
from frontdesk.flows.resource_servers import ResourceServers
from frontdesk.flows.reviewing import Reviewing
from frontdesk.flows.standing import HealthReport
from frontdesk.flows.taking_away import TakingAway
from frontdesk.gateway.policy_in_force import PolicyInForce
from frontdesk.protocol.http import Answer, Request
from frontdesk.runtime.randomness import Randomness
from frontdesk.runtime.request_ids import RequestIds
from frontdesk.runtime.witness import log_trouble
from frontdesk.settings import inclusion_of
from frontdesk.web.admin.api import FAMILY, MAX_BODY, AdminApi
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.document import make_document
from frontdesk.web.admin.explorer import Explorer
from frontdesk.web.admin.table import OPERATIONS, PREFIX
from frontdesk.web.asgi import Receive, Scope, Send
from frontdesk.web.edge import Edge
from frontdesk.web.front import Front, Route


def furnish_admin(
    house: House, in_force: PolicyInForce, explanations: Explanations, notices: Notices, health: HealthReport
) -> Front:
    """The administration's front door. No proxy is believed there: the peer is the peer."""
    desk = open_admin_desk(house, in_force, explanations, notices, health)
    document = make_document(OPERATIONS, prefix=PREFIX, product=house.settings.product_name, version=__version__)
    api = AdminApi(desk, OPERATIONS, prefix=PREFIX, document=msgspec.json.encode(document))
    explorer = Explorer(product=house.settings.product_name)

    async def answer(request: Request) -> Answer:
        handler = api.answer if request.path.startswith(PREFIX.encode() + b"/") else explorer.answer
        return await handler(request)

    return Front(
        routes={},
        site=_no_site,
        site_prefixes=(),
        otherwise=Route(handler=answer, family=FAMILY, max_body=MAX_BODY),
        edge=Edge(),
        new_request_id=RequestIds(house.clock, random=Randomness()),
        on_bug=log_trouble,
    )


def open_admin_desk(
    house: House, in_force: PolicyInForce, explanations: Explanations, notices: Notices, health: HealthReport
) -> AdminDesk:
    """The operator's walks."""
    store, clock, mint = house.store, house.clock, house.mint
    looking = Looking(store=store)
    partners = house.open_partners(notices, in_force.known_scopes)
    operator = Operator(store=store, clock=clock, mint=mint, pairs=house.pairs, notices=notices)
    return AdminDesk(
        clock=clock,
        mint=mint,
        accounts=house.open_accounts(notices),
        owners=house.open_network_administration(notices),
        makers=house.open_app_administration(partners),
        maker_invitations=MakerAdministration(makers=house.open_makers(partners)),
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
                operations=in_force.basic_operations,
            )
        ),
        open_registration=lambda: Registration(
            store=store,
            clock=clock,
            mint=mint,
            known_scopes=in_force.known_scopes() or frozenset(),
            inclusion=inclusion_of(house.settings),
        ),
        resource_servers=ResourceServers(store=store, clock=clock, mint=mint),
        hardening=Hardening(store=store, clock=clock),
        admin_keys=AdminKeys(store=store, clock=clock, mint=mint),
        explanations=explanations,
        listing=Listing(store=store),
        looking=looking,
        taking_away=TakingAway(
            store=store,
            clock=clock,
            looking=looking,
            known_scopes=in_force.known_scopes,
            inclusion=inclusion_of(house.settings),
        ),
        standing=open_standing(house, in_force, notices, health),
        history=History(store=store, mint=mint),
        operating=Operating(store=store, clock=clock, notices=notices),
        operators=Operators(store=store, clock=clock, mint=mint, notices=notices),
        health=health,
        app_logos=AppLogos(store=store, clock=clock),
        reviewing=Reviewing(store=store, clock=clock, notices=notices),
        open_declaring=lambda: Declaring(
            store=store,
            clock=clock,
            mint=mint,
            pairs=house.pairs,
            known_scopes=in_force.known_scopes() or frozenset(),
            operations=in_force.basic_operations(),
            inclusion=inclusion_of(house.settings),
        ),
    )


async def _no_site(scope: Scope, receive: Receive, send: Send) -> None:
    """No path is a page's here."""
    raise AssertionError("the administration has no site")
