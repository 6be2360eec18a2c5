"""The gateway of a worker, over the check that it asks."""

from frontdesk.assemble.ground import Ground
from frontdesk.flows.check import CheckFlow
from frontdesk.flows.decisions import Decisions
from frontdesk.flows.failures import Failures
from frontdesk.flows.limits import Limits
from frontdesk.gateway.gateway import Gateway, build_gateway
from frontdesk.protocol.rate_limits import DEFAULT, make_limit


def build_api_gateway(ground: Ground) -> Gateway:
    """What stands before the API."""
    house = ground.house
    settings, store, clock, mint = house.settings, house.store, house.clock, house.mint
    return build_gateway(
        settings,
        policy=ground.in_force.policy,
        door=CheckFlow(
            store=store,
            mint=mint,
            limits=Limits(
                limiter=house.limiter,
                default=make_limit(DEFAULT, requests=settings.requests_per_second, burst=settings.burst),
                network_share=settings.network_share,
            ),
            uses=ground.uses,
            decisions=Decisions(mint.trace),
            failures=Failures(witness=house.witness, trace=mint.trace),
            foreign_secrets=ground.foreign_secrets,
            offered_roles=ground.roles,
            inclusion=ground.inclusion,
            role_scopes=ground.role_scopes,
            renewals=ground.renewals,
            scope_uses=ground.scope_uses,
            warnings=ground.warnings,
        ),
        clock=clock,
        store=store,
        mac=mint.mac,
        checks_mac=house.checks_mac,
        signer=house.signing,
        observers=(ground.calls, *ground.explaining.observers),
        on_failure=ground.explaining.note,
    )
