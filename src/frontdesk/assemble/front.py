"""Furnishing a house: every flow, endpoint and page, behind one front door."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network

from frontdesk.assemble.admin import furnish_admin
from frontdesk.assemble.api_gateway import build_api_gateway
from frontdesk.assemble.console import build_console
from frontdesk.assemble.endpoints import API, endpoint_routes
from frontdesk.assemble.explaining import Explaining
from frontdesk.assemble.ground import lay_ground
from frontdesk.assemble.house import House
from frontdesk.assemble.leaks import leak_routes, watched
from frontdesk.flows.call_counts import CallCounts
from frontdesk.flows.habits import HabitCounts
from frontdesk.flows.hours import Hours
from frontdesk.flows.pair_warnings import PairWarnings
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.scope_uses import ScopeUses
from frontdesk.flows.secret_uses import SecretUses
from frontdesk.flows.uses import LastUses
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.gateway.document import Document, DocumentError, load_document
from frontdesk.gateway.gateway import Gateway
from frontdesk.gateway.policy import Policy, compile_policy
from frontdesk.gateway.policy_in_force import PolicyInForce
from frontdesk.protocol.assertions import JWKS_PATH
from frontdesk.runtime.randomness import Randomness
from frontdesk.runtime.request_ids import RequestIds
from frontdesk.runtime.witness import log_trouble
from frontdesk.settings import Settings, inclusion_of, named_scopes
from frontdesk.web.edge import Edge
from frontdesk.web.front import Front, Route
from frontdesk.web.health import Health
from frontdesk.web.jwks import JwksEndpoint
from frontdesk.web.site import SITE_PREFIXES

_EMPTY = Document(title="", operations=(), schemes={}, bases=("",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """A worker's app, and what must be opened, flushed and closed with it."""

    front: Front
    gateway: Gateway
    uses: LastUses
    scope_uses: ScopeUses
    weak_forms: WeakForms
    habits: HabitCounts
    hours: Hours
    renewals: Renewals
    secret_uses: SecretUses
    warnings: PairWarnings
    in_force: PolicyInForce
    calls: CallCounts
    explaining: Explaining
    admin: Front | None  # the administration's own door; None: there is none

    async def flush(self) -> None:
        """Write what was noted beside the requests."""
        await self.renewals.flush()
        await self.uses.flush()
        await self.warnings.flush()
        await self.scope_uses.flush()
        await self.weak_forms.flush()
        await self.habits.flush()
        await self.hours.flush()
        await self.secret_uses.flush()
        await self.calls.flush()

    async def flush_all(self) -> None:
        """The same at the end: whatever is left."""
        await self.renewals.flush()
        await self.uses.flush()
        await self.warnings.flush()
        await self.scope_uses.flush()
        await self.weak_forms.flush(everything=True)
        await self.habits.flush(everything=True)
        await self.hours.flush(everything=True)
        await self.secret_uses.flush(everything=True)
        await self.calls.flush(everything=True)
        await self.explaining.flush()


def load_policy(settings: Settings) -> Policy:
    """Compile the configured document; without one, no call passes. Raises DocumentError."""
    document = load_document(settings.openapi) if settings.openapi is not None else _EMPTY
    policy = compile_policy(
        document,
        scope_match=settings.scope_match,
        public_operations=settings.public_operations,
        networkless_operations=settings.networkless_operations,
        serve_networks=settings.serve_networks,
        named_scopes=named_scopes(settings),
        inclusion=inclusion_of(settings),
        network_parameters=settings.network_parameters,
    )
    ours = {prefix.decode().strip("/").split("/")[0] for prefix in SITE_PREFIXES} | {"oauth2"}
    for operation in policy.operations:
        room = operation.path.split("/")[1] if "/" in operation.path else ""
        if room in ours:
            raise DocumentError(
                f"the document lists {operation.method} {operation.path}, but Frontdesk serves /{room} itself",
                hint="move the operation, or serve the API under another base path",
            )
    return policy


def furnish(
    house: House,
    *,
    worker: int,
    policy: Policy | None = None,
    on_trouble: Callable[[str, BaseException], None] = log_trouble,
) -> Furnished:
    """Join everything of one worker. Raises DocumentError where the document cannot be a policy.

    `on_trouble` hears of what callers are told as a plain 500 or 503, with the request's id.
    """
    settings = house.settings
    in_force = PolicyInForce(policy or load_policy(settings), has_document=settings.openapi is not None)
    ground = lay_ground(house, in_force, worker=worker)
    gateway = build_api_gateway(ground)
    in_force.watch(gateway.checker.load)
    health = Health(
        worker=worker,
        check_store=house.store.check,
        find_key_trouble=house.keys.find_trouble if house.keys is not None else None,
        policy_trouble=lambda: in_force.trouble,
    )
    leaks = house.open_leaks(ground.notices)
    jwks = Route(handler=JwksEndpoint(publish=house.publish_keys).answer, family=API)
    routes = {
        **endpoint_routes(ground, gateway, health),
        JWKS_PATH.encode(): jwks,
        **leak_routes(house, leaks, API),
        **ground.explaining.routes(ground.foreign_secrets, ground.renewals, API),
    }
    front = Front(
        routes={path: watched(house, leaks, route) for path, route in routes.items()},
        site=build_console(ground),
        site_prefixes=SITE_PREFIXES,
        otherwise=watched(house, leaks, Route(handler=gateway.handle, family=API, max_body=None, names=True)),
        edge=Edge(trusted=tuple(ip_network(proxy) for proxy in settings.trusted_proxies)),
        new_request_id=RequestIds(house.clock, random=Randomness()),
        on_bug=on_trouble,
    )
    return Furnished(
        front=front,
        gateway=gateway,
        uses=ground.uses,
        scope_uses=ground.scope_uses,
        weak_forms=ground.weak_forms,
        habits=ground.habits,
        hours=ground.hours,
        renewals=ground.renewals,
        secret_uses=ground.secret_uses,
        warnings=ground.warnings,
        in_force=in_force,
        calls=ground.calls,
        explaining=ground.explaining,
        admin=furnish_admin(house, in_force, ground.explaining.explanations, ground.notices, ground.health_report)
        if settings.admin_port is not None
        else None,
    )
