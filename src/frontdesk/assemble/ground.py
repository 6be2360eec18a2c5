"""What the parts of a worker share: what they note beside the requests, who is signed in, whose words are believed."""

from dataclasses import dataclass

from frontdesk.assemble.explaining import Explaining, open_explaining
from frontdesk.assemble.house import House
from frontdesk.flows.authorize import AuthorizeFlow
from frontdesk.flows.call_counts import CallCounts
from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.foreign_tokens import ForeignTokens
from frontdesk.flows.freshcodes import FreshCodes
from frontdesk.flows.habits import HabitCounts
from frontdesk.flows.hours import Hours
from frontdesk.flows.notices import Notices
from frontdesk.flows.pair_warnings import PairWarnings
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.scope_uses import ScopeUses
from frontdesk.flows.secret_uses import SecretUses
from frontdesk.flows.sessions import Sessions
from frontdesk.flows.signin import SignIn
from frontdesk.flows.standing import HealthReport
from frontdesk.flows.uses import LastUses
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.gateway.policy_in_force import PolicyInForce
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.records import Role
from frontdesk.protocol.role_scopes import RoleScopes
from frontdesk.protocol.scopes import Inclusion
from frontdesk.runtime.foreign_secrets import SlowChecks
from frontdesk.settings import inclusion_of, role_scopes_of
from frontdesk.web.pages import Pages
from frontdesk.web.visitors import Visitors


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What more than one part of a worker stands on."""

    house: House
    in_force: PolicyInForce
    calls: CallCounts
    roles: frozenset[Role]
    inclusion: Inclusion
    role_scopes: RoleScopes
    uses: LastUses
    fresh: FreshCodes
    weak_forms: WeakForms
    habits: HabitCounts
    scope_uses: ScopeUses
    foreign_secrets: ForeignSecrets
    foreign_tokens: ForeignTokens
    pages: Pages
    secret_uses: SecretUses
    renewals: Renewals
    sessions: Sessions
    notices: Notices
    hours: Hours
    health_report: HealthReport
    sign_in: SignIn
    visitors: Visitors
    authorize: AuthorizeFlow
    warnings: PairWarnings
    explaining: Explaining


def lay_ground(house: House, in_force: PolicyInForce, *, worker: int) -> Ground:
    """Make it, once for a worker."""
    settings, store, clock, mint = house.settings, house.store, house.clock, house.mint
    calls = CallCounts(store, clock)
    roles = frozenset(Role(role) for role in settings.picker_roles)
    inclusion = inclusion_of(settings)
    role_scopes = role_scopes_of(settings, inclusion)
    uses, fresh, weak_forms = LastUses(store), FreshCodes(), WeakForms(store, clock)
    habits = HabitCounts(store, clock, token_life=settings.access_token_lifetime * SECOND)
    scope_uses = ScopeUses(store, inclusion)
    foreign_secrets = ForeignSecrets(
        store=store, clock=clock, mint=mint, witness=house.witness, hashes=SlowChecks(), pairs=house.pairs
    )
    foreign_tokens = ForeignTokens(store=store, mint=mint, witness=house.witness)
    pages = Pages(settings)
    secret_uses = SecretUses(store, clock)
    renewals = Renewals(store, mint, secret_uses)
    sessions = Sessions(store=store, clock=clock, mint=mint)
    notices = house.open_notices(in_force.scope_texts)
    hours = Hours(store, clock, house.post_office, worker=worker)
    health_report = HealthReport(store=store, clock=clock, hours=hours)
    sign_in = SignIn(
        store=store,
        clock=clock,
        mint=mint,
        post=house.post_office,
        sessions=sessions,
        notices=notices,
        hours=hours,
    )
    visitors = Visitors(sessions=sessions, sign_in=sign_in, mint=mint, https=settings.is_https)
    authorize = AuthorizeFlow(
        store=store,
        clock=clock,
        mint=mint,
        fresh=fresh,
        notices=notices,
        issuer=settings.issuer,
        offered_roles=roles,
        code_lifetime=settings.code_lifetime * SECOND,
        weak_forms=weak_forms,
        known_scopes=in_force.known_scopes,
        inclusion=inclusion,
        role_scopes=role_scopes,
        habits=habits,
    )
    warnings = PairWarnings(store=store, notices=notices)
    explaining = open_explaining(house)
    return Ground(
        house=house,
        in_force=in_force,
        calls=calls,
        roles=roles,
        inclusion=inclusion,
        role_scopes=role_scopes,
        uses=uses,
        fresh=fresh,
        weak_forms=weak_forms,
        habits=habits,
        scope_uses=scope_uses,
        foreign_secrets=foreign_secrets,
        foreign_tokens=foreign_tokens,
        pages=pages,
        secret_uses=secret_uses,
        renewals=renewals,
        sessions=sessions,
        notices=notices,
        hours=hours,
        health_report=health_report,
        sign_in=sign_in,
        visitors=visitors,
        authorize=authorize,
        warnings=warnings,
        explaining=explaining,
    )
