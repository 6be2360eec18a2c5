"""Furnishing a house: every flow, endpoint and page, behind one front door."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network

import msgspec

from frontdesk.assemble.house import House
from frontdesk.assemble.leaks import leak_routes, watched
from frontdesk.flows.account import Account
from frontdesk.flows.authorize import AuthorizeFlow
from frontdesk.flows.check import CheckFlow
from frontdesk.flows.connected import ConnectedApps
from frontdesk.flows.decisions import Decisions
from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.foreign_tokens import ForeignTokens
from frontdesk.flows.freshcodes import FreshCodes
from frontdesk.flows.introspect import IntrospectFlow
from frontdesk.flows.introspections import Introspections
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.repeats import Repeats
from frontdesk.flows.reveal import Reveal
from frontdesk.flows.revoke import RevokeFlow
from frontdesk.flows.rotation import Rotation
from frontdesk.flows.sessions import Sessions
from frontdesk.flows.signin import SignIn
from frontdesk.flows.token import TokenFlow
from frontdesk.flows.uses import LastUses
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.gateway.document import Document, DocumentError, load_document
from frontdesk.gateway.gateway import Gateway, build_gateway
from frontdesk.gateway.policy import Policy, compile_policy
from frontdesk.gateway.refusals import render_bug, render_refusal
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.metadata import (
    AUTHORIZE_PATH,
    INTROSPECT_PATH,
    METADATA_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
    metadata_document,
)
from frontdesk.protocol.records import Role
from frontdesk.runtime.foreign_secrets import SlowChecks
from frontdesk.runtime.witness import log_trouble
from frontdesk.settings import Settings, inclusion_of, named_scopes, role_scopes_of
from frontdesk.web.edge import Edge
from frontdesk.web.front import Family, Front, Route
from frontdesk.web.health import Health
from frontdesk.web.introspection import IntrospectionEndpoint
from frontdesk.web.oauth import MAX_FORM, OAuthEndpoints, oauth_bug, oauth_fault, oauth_unavailable
from frontdesk.web.pages import Pages
from frontdesk.web.site import SITE_PREFIXES, build_site
from frontdesk.web.visitors import Visitors

_EMPTY = Document(title="", operations=(), schemes={}, bases=("",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """A worker's app, and what must be opened, flushed and closed with it."""

    front: Front
    gateway: Gateway
    uses: LastUses
    weak_forms: WeakForms
    renewals: Renewals

    async def flush(self) -> None:
        """Write what was noted beside the requests."""
        await self.renewals.flush()
        await self.uses.flush()
        await self.weak_forms.flush()

    async def flush_all(self) -> None:
        """The same at the end: whatever is left."""
        await self.renewals.flush()
        await self.uses.flush()
        await self.weak_forms.flush(everything=True)


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
    )
    ours = {prefix.decode().strip("/").split("/")[0] for prefix in SITE_PREFIXES} | {"oauth2"}
    for operation in policy.operations:
        room = operation.template.split("/")[1] if "/" in operation.template else ""
        if room in ours:
            raise DocumentError(
                f"the document lists {operation.method} {operation.template}, but Frontdesk serves /{room} itself",
                hint="move the operation, or serve the API under another base path",
            )
    return policy


def furnish(house: House, *, worker: int, policy: Policy | None = None) -> Furnished:
    """Join everything of one worker. Raises DocumentError where the document cannot be a policy."""
    settings, store, clock, mint = house.settings, house.store, house.clock, house.mint
    policy = policy or load_policy(settings)
    known_scopes = policy.known_scopes if settings.openapi is not None else None
    roles = frozenset(Role(role) for role in settings.picker_roles)
    inclusion = inclusion_of(settings)
    role_scopes = role_scopes_of(settings, inclusion)
    uses, fresh, weak_forms = LastUses(store), FreshCodes(), WeakForms(store, clock)
    foreign_secrets = ForeignSecrets(
        store=store, clock=clock, mint=mint, witness=house.witness, hashes=SlowChecks(), pairs=house.pairs
    )
    foreign_tokens = ForeignTokens(store=store, mint=mint, witness=house.witness)
    pages = Pages(settings)
    renewals = Renewals(store, mint)
    sessions = Sessions(store=store, clock=clock, mint=mint)
    notices = house.open_notices(policy.scope_texts)
    sign_in = SignIn(store=store, clock=clock, mint=mint, post=house.post_office, sessions=sessions, notices=notices)
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
        known_scopes=known_scopes,
        inclusion=inclusion,
        role_scopes=role_scopes,
    )
    oauth = OAuthEndpoints(
        authorize_flow=authorize,
        token_flow=TokenFlow(
            store=store,
            clock=clock,
            mint=mint,
            witness=house.witness,
            uses=uses,
            weak_forms=weak_forms,
            repeats=Repeats(mint.trace),
            rotation=Rotation(store=store, mint=mint, witness=house.witness),
            foreign_secrets=foreign_secrets,
            foreign_tokens=foreign_tokens,
            fresh=fresh,
            offered_roles=roles,
            access_token_lifetime=settings.access_token_lifetime * SECOND,
            grants_per_connection=settings.grants_per_connection,
            inclusion=inclusion,
            renewals=renewals,
        ),
        revoke_flow=RevokeFlow(
            store=store,
            clock=clock,
            mint=mint,
            witness=house.witness,
            weak_forms=weak_forms,
            notices=notices,
            foreign_secrets=foreign_secrets,
            foreign_tokens=foreign_tokens,
        ),
        visitors=visitors,
        pages=pages,
        metadata=msgspec.json.encode(metadata_document(settings.issuer, known_scopes)),
        is_https=settings.is_https,
    )
    introspection = IntrospectionEndpoint(
        flow=IntrospectFlow(
            store=store,
            clock=clock,
            mint=mint,
            witness=house.witness,
            answered=Introspections(mint.trace),
            foreign_secrets=foreign_secrets,
            foreign_tokens=foreign_tokens,
            encode=msgspec.json.encode,
            issuer=settings.issuer,
            offered_roles=roles,
            inclusion=inclusion,
            role_scopes=role_scopes,
            renewals=renewals,
        ),
        is_https=settings.is_https,
    )
    gateway = build_gateway(
        settings,
        policy=policy,
        door=CheckFlow(
            store=store,
            mint=mint,
            limiter=house.limiter,
            uses=uses,
            decisions=Decisions(mint.trace),
            foreign_secrets=foreign_secrets,
            offered_roles=roles,
            inclusion=inclusion,
            role_scopes=role_scopes,
            renewals=renewals,
        ),
        clock=clock,
        store=store,
        mac=mint.mac,
        checks_mac=house.checks_mac,
    )
    account = Account(store=store, clock=clock, pairs=house.pairs, notices=notices)
    site = build_site(
        settings=settings,
        clock=clock,
        mint=mint,
        pages=pages,
        visitors=visitors,
        sessions=sessions,
        sign_in=sign_in,
        authorize=authorize,
        account=account,
        reveal=Reveal(store=store, clock=clock, mint=mint, account=account, notices=notices),
        apps=ConnectedApps(store=store, clock=clock, authorize=authorize, offered_roles=roles),
        scope_texts=policy.scope_texts,
        inclusion=inclusion,
        curl_path=_curl_path(policy),
    )
    health = Health(
        worker=worker,
        check_store=store.check,
        find_key_trouble=house.keys.find_trouble if house.keys is not None else None,
    )
    leaks = house.open_leaks(notices)
    routes = {**_routes(oauth, introspection, gateway, health, pages), **leak_routes(house, leaks, _API)}
    front = Front(
        routes={path: watched(house, leaks, route) for path, route in routes.items()},
        site=site,
        site_prefixes=SITE_PREFIXES,
        otherwise=watched(house, leaks, Route(handler=gateway.handle, family=_API, max_body=None)),
        edge=Edge(trusted=tuple(ip_network(proxy) for proxy in settings.trusted_proxies)),
        worker_tag=f"{worker:x}{os.getpid():x}-{clock.now() // SECOND:x}",
        on_bug=log_trouble,
    )
    return Furnished(front=front, gateway=gateway, uses=uses, weak_forms=weak_forms, renewals=renewals)


def _routes(
    oauth: OAuthEndpoints, introspection: IntrospectionEndpoint, gateway: Gateway, health: Health, pages: Pages
) -> Mapping[bytes, Route]:
    """Every endpoint that is no page. A path that is in no row, and no page, is the API's."""
    page = Family(
        too_large=lambda request_id: pages.error(
            status=413, title="Too much was sent", text="", hint="Go back and try again.", request_id=request_id
        ),
        unavailable=lambda request_id: pages.error(
            status=503,
            title="Try again in a moment",
            text="Nothing was changed.",
            hint="Reload this page.",
            request_id=request_id,
            extra=((b"retry-after", b"1"),),
        ),
        bug=lambda request_id: pages.error(
            status=500,
            title="Something broke on our side",
            text="",
            hint="Try again; if it stays so, tell us the request id below.",
            request_id=request_id,
        ),
    )
    return {
        AUTHORIZE_PATH.encode(): Route(handler=oauth.authorize, family=page, max_body=MAX_FORM),
        TOKEN_PATH.encode(): Route(handler=oauth.token, family=_OAUTH, max_body=MAX_FORM),
        INTROSPECT_PATH.encode(): Route(handler=introspection.introspect, family=_OAUTH, max_body=MAX_FORM),
        REVOKE_PATH.encode(): Route(handler=oauth.revoke, family=_OAUTH, max_body=MAX_FORM),
        METADATA_PATH.encode(): Route(handler=oauth.describe, family=_OAUTH),
        b"/_frontdesk/check": Route(handler=gateway.handle_check, family=_API),
        b"/_frontdesk/refusal": Route(handler=gateway.handle_refusal, family=_API),
        b"/livez": Route(handler=health.live, family=_API),
        b"/readyz": Route(handler=health.ready, family=_API),
        b"/version": Route(handler=health.version, family=_API),
    }


def _curl_path(policy: Policy) -> str:
    """A GET without parameters that HTTP Basic opens, for the ready-made curl line."""
    for operation in policy.operations:
        if operation.method == "GET" and "{" not in operation.template and "basic" in operation.schemes:
            return operation.template
    return "/networks/v1"


_OAUTH = Family(
    too_large=lambda request_id: oauth_fault(Refusal(reason=Reason.FORM_TOO_LARGE), request_id),
    unavailable=oauth_unavailable,
    bug=oauth_bug,
)
_API = Family(
    too_large=lambda request_id: render_refusal(Refusal(reason=Reason.BODY_TOO_LARGE), request_id=request_id),
    unavailable=lambda request_id: render_refusal(
        Refusal(reason=Reason.OUT_OF_ORDER, retry_after=1), request_id=request_id
    ),
    bug=render_bug,
)
