"""The console's pages, over the flows behind them."""

from starlette.applications import Starlette

from frontdesk.assemble.document_lint import open_standing
from frontdesk.assemble.ground import Ground
from frontdesk.flows.account import Account
from frontdesk.flows.adoption import Adoptions
from frontdesk.flows.app_logos import AppLogos
from frontdesk.flows.app_security import AppSecurity
from frontdesk.flows.askers import Askers
from frontdesk.flows.connected import ConnectedApps
from frontdesk.flows.credentials import Credentials
from frontdesk.flows.email_change import EmailChanges
from frontdesk.flows.history import History
from frontdesk.flows.identities import Identities
from frontdesk.flows.inspecting import Inspecting
from frontdesk.flows.languages import Languages
from frontdesk.flows.leaving import Leaving
from frontdesk.flows.network_rules import Rules
from frontdesk.flows.operating import Operating
from frontdesk.flows.operators import Operators
from frontdesk.flows.own_sessions import OwnSessions
from frontdesk.flows.ownership import Ownership
from frontdesk.flows.partners import OPEN
from frontdesk.flows.passkeys import Passkeys
from frontdesk.flows.provider_sign_in import ProviderSignIn
from frontdesk.flows.reveal import Reveal
from frontdesk.flows.reviewing import Reviewing
from frontdesk.flows.second_factor import SecondFactors
from frontdesk.flows.sign_up import SignUp
from frontdesk.flows.try_out import TryOut
from frontdesk.runtime.passkeys import open_passkeys
from frontdesk.runtime.provider import open_provider
from frontdesk.web.site import build_site


def build_console(ground: Ground) -> Starlette:
    """Every page of the table."""
    house = ground.house
    settings, store, clock, mint = house.settings, house.store, house.clock, house.mint
    account = Account(store=store, clock=clock, pairs=house.pairs, notices=ground.notices)
    credentials = Credentials(
        store=store, clock=clock, pairs=house.pairs, notices=ground.notices, operations=ground.in_force.basic_operations
    )
    partners = house.open_partners(ground.notices, ground.in_force.known_scopes)
    invitations = house.open_invitations(ground.notices)
    return build_site(
        settings=settings,
        clock=clock,
        mint=mint,
        pages=ground.pages,
        visitors=ground.visitors,
        sessions=ground.sessions,
        sign_in=ground.sign_in,
        authorize=ground.authorize,
        account=account,
        rules=Rules(store=store, clock=clock),
        ownership=Ownership(
            store=store,
            clock=clock,
            mint=mint,
            post=house.post_office,
            account=account,
            notices=ground.notices,
            kept_here=house.keeps_members,
        ),
        members=invitations.members,
        invitations=invitations,
        history=History(store=store, mint=mint),
        inspecting=Inspecting(
            store=store, mint=mint, account=account, partners=partners, explanations=ground.explaining.explanations
        ),
        adoptions=Adoptions(store=store, clock=clock, notices=ground.notices, cap=settings.grants_per_connection),
        credentials=credentials,
        reveal=Reveal(store=store, clock=clock, mint=mint, credentials=credentials, notices=ground.notices),
        partners=partners,
        app_logos=AppLogos(store=store, clock=clock),
        makers=house.open_makers(partners),
        app_security=AppSecurity(store=store, clock=clock, mint=mint, partners=partners),
        sign_up=SignUp(
            store=store,
            clock=clock,
            mint=mint,
            post=house.post_office,
            notices=ground.notices,
            sessions=ground.sessions,
            is_open=settings.partner_sign_up == OPEN,
        ),
        try_out=TryOut(
            mint=mint,
            issuer=settings.issuer,
            network_header=settings.network_header,
            path_for=ground.in_force.bearer_path,
            inclusion=ground.inclusion,
        ),
        apps=ConnectedApps(store=store, clock=clock, authorize=ground.authorize, offered_roles=ground.roles),
        askers=Askers(store=store, clock=clock, product=settings.product_name),
        reviewing=Reviewing(store=store, clock=clock, notices=ground.notices),
        standing=open_standing(house, ground.in_force, ground.notices, ground.health_report),
        operating=Operating(store=store, clock=clock, notices=ground.notices),
        operators=Operators(store=store, clock=clock, mint=mint, notices=ground.notices),
        own_sessions=OwnSessions(store=store, clock=clock, notices=ground.notices),
        email_changes=EmailChanges(store=store, clock=clock, mint=mint, post=house.post_office, notices=ground.notices),
        leaving=Leaving(store=store, clock=clock, notices=ground.notices),
        languages=Languages(store=store, offered=settings.languages),
        second_factors=SecondFactors(
            store=store, clock=clock, mint=mint, sign_ins=ground.sign_in, notices=ground.notices
        ),
        provider_sign_in=ProviderSignIn(
            store=store, clock=clock, mint=mint, provider=open_provider(settings, clock), sign_ins=ground.sign_in
        ),
        identities=Identities(store=store, clock=clock, notices=ground.notices),
        passkeys=Passkeys(
            store=store,
            clock=clock,
            mint=mint,
            judge=open_passkeys(settings.issuer, settings.product_name),
            sign_ins=ground.sign_in,
            notices=ground.notices,
        ),
        scope_texts=ground.in_force.scope_texts,
        scope_operations=ground.in_force.scope_operations,
        inclusion=ground.inclusion,
        curl_path=ground.in_force.curl_path,
    )
