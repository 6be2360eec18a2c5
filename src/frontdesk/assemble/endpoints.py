"""Every endpoint that is no page: OAuth, introspection, the check, and whether the worker is well."""

from collections.abc import Mapping

import msgspec

from frontdesk.assemble.ground import Ground
from frontdesk.flows.introspect import IntrospectFlow
from frontdesk.flows.introspections import Introspections
from frontdesk.flows.repeats import Repeats
from frontdesk.flows.revoke import RevokeFlow
from frontdesk.flows.rotation import Rotation
from frontdesk.flows.token import TokenFlow
from frontdesk.gateway.forwarded import ENVOY_PREFIX
from frontdesk.gateway.gateway import Gateway
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
from frontdesk.web.front import Family, Route
from frontdesk.web.health import Health
from frontdesk.web.introspection import IntrospectionEndpoint
from frontdesk.web.oauth import MAX_FORM, OAuthEndpoints, oauth_bug, oauth_fault, oauth_unavailable


def build_oauth(ground: Ground) -> OAuthEndpoints:
    """Authorize, token, revoke and what is said of them."""
    house = ground.house
    settings, store, clock, mint = house.settings, house.store, house.clock, house.mint
    return OAuthEndpoints(
        authorize_flow=ground.authorize,
        token_flow=TokenFlow(
            store=store,
            clock=clock,
            mint=mint,
            witness=house.witness,
            uses=ground.uses,
            weak_forms=ground.weak_forms,
            repeats=Repeats(mint.trace),
            rotation=Rotation(store=store, mint=mint, witness=house.witness),
            foreign_secrets=ground.foreign_secrets,
            foreign_tokens=ground.foreign_tokens,
            fresh=ground.fresh,
            offered_roles=ground.roles,
            access_token_lifetime=settings.access_token_lifetime * SECOND,
            grants_per_connection=settings.grants_per_connection,
            inclusion=ground.inclusion,
            renewals=ground.renewals,
            habits=ground.habits,
        ),
        revoke_flow=RevokeFlow(
            store=store,
            clock=clock,
            mint=mint,
            witness=house.witness,
            weak_forms=ground.weak_forms,
            notices=ground.notices,
            foreign_secrets=ground.foreign_secrets,
            foreign_tokens=ground.foreign_tokens,
            renewals=ground.renewals,
        ),
        visitors=ground.visitors,
        pages=ground.pages,
        metadata=lambda: msgspec.json.encode(metadata_document(settings.issuer, ground.in_force.known_scopes())),
        is_https=settings.is_https,
    )


def build_introspection(ground: Ground) -> IntrospectionEndpoint:
    """What a token is worth."""
    house = ground.house
    settings, store, clock, mint = house.settings, house.store, house.clock, house.mint
    return IntrospectionEndpoint(
        flow=IntrospectFlow(
            store=store,
            clock=clock,
            mint=mint,
            witness=house.witness,
            answered=Introspections(mint.trace),
            foreign_secrets=ground.foreign_secrets,
            foreign_tokens=ground.foreign_tokens,
            encode=msgspec.json.encode,
            issuer=settings.issuer,
            offered_roles=ground.roles,
            inclusion=ground.inclusion,
            role_scopes=ground.role_scopes,
            renewals=ground.renewals,
        ),
        is_https=settings.is_https,
    )


def endpoint_routes(ground: Ground, gateway: Gateway, health: Health) -> Mapping[bytes, Route]:
    """Every endpoint that is no page. A path that is in no row, and no page, is the API's."""
    oauth, introspection, pages = build_oauth(ground), build_introspection(ground), ground.pages
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
        TOKEN_PATH.encode(): Route(handler=oauth.token, at_once=oauth.token_at_once, family=OAUTH, max_body=MAX_FORM),
        INTROSPECT_PATH.encode(): Route(handler=introspection.introspect, family=OAUTH, max_body=MAX_FORM),
        REVOKE_PATH.encode(): Route(handler=oauth.revoke, family=OAUTH, max_body=MAX_FORM),
        METADATA_PATH.encode(): Route(handler=oauth.describe, family=OAUTH),
        b"/_frontdesk/check": Route(
            handler=gateway.handle_check, at_once=gateway.handle_check_at_once, family=API, names=True
        ),
        ENVOY_PREFIX + b"/": Route(handler=gateway.handle_envoy, family=API, names=True),
        b"/_frontdesk/refusal": Route(handler=gateway.handle_refusal, family=API, names=True),
        b"/livez": Route(handler=health.live, family=API),
        b"/readyz": Route(handler=health.ready, family=API),
        b"/version": Route(handler=health.version, family=API),
    }


OAUTH = Family(
    too_large=lambda request_id: oauth_fault(Refusal(reason=Reason.FORM_TOO_LARGE), request_id),
    unavailable=oauth_unavailable,
    bug=oauth_bug,
)
API = Family(
    too_large=lambda request_id: render_refusal(Refusal(reason=Reason.BODY_TOO_LARGE), request_id=request_id),
    unavailable=lambda request_id: render_refusal(
        Refusal(reason=Reason.OUT_OF_ORDER, retry_after=1), request_id=request_id
    ),
    bug=render_bug,
)
