"""Partners' apps and their grants, over the administration API."""

from frontdesk.flows.app_administration import AppWords
from frontdesk.flows.hardening import AppStanding, Deviation, Treatment
from frontdesk.flows.listing import KnownGrant
from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import FreshClient
from frontdesk.protocol.ids import ClientId, GrantId
from frontdesk.protocol.records import Client, Profile
from frontdesk.protocol.weak_forms import ABOUT
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Fault, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.paging import PAGED, Page, read_page
from frontdesk.web.admin.shapes import instant, maybe_instant
from frontdesk.web.app_marks import LOGO_PATH

TAG = "Apps"


async def list_apps(desk: AdminDesk, call: Call) -> Outcome:
    """A page, in the order of their ids."""
    page = await _page_of_apps(desk, call)
    if not isinstance(page, Page):
        return page
    return shapes.Apps(apps=[app_shape(client) for client in page.rows], next_page_token=page.token)


async def add_app(desk: AdminDesk, call: Call) -> Outcome:
    """Register an app."""
    new: shapes.NewApp = call.body
    made = await desk.registration.add_client(
        new.name,
        redirect_uris=new.redirect_uris,
        scope=" ".join(new.scopes),
        own_scope=" ".join(new.own_scopes),
        treatment=Treatment(
            profile=Profile(new.profile) if new.profile is not None else None,
            public=new.public,
            native=new.native,
            require_pkce=new.require_pkce,
        ),
        origin=call.origin,
    )
    return made if isinstance(made, Objection) else _fresh(made)


async def show_app(desk: AdminDesk, call: Call) -> Outcome:
    """One app."""
    client = await desk.looking.find_client(call.params["client"])
    return client if isinstance(client, Objection) else app_shape(client)


async def change_app(desk: AdminDesk, call: Call) -> Outcome:
    """Let it say something else of itself; treat it more strictly or less."""
    new: shapes.AppChange = call.body
    words = AppWords(
        name=new.name,
        homepage=new.homepage,
        privacy_url=new.privacy_url,
        redirect_uris=new.redirect_uris,
        scopes=new.scopes,
        optional_scopes=new.optional_scopes,
    )
    if words != AppWords():
        described = await desk.makers.describe(call.params["client"], words, origin=call.origin)
        if isinstance(described, Objection):
            return described
        if new.profile is None and new.require_pkce is None:
            return app_shape(described)
    changed = await desk.hardening.change(
        call.params["client"],
        profile=Profile(new.profile) if new.profile is not None else None,
        require_pkce=new.require_pkce,
        force=new.force,
        origin=call.origin,
    )
    return changed if isinstance(changed, Objection) else app_shape(changed)


async def disable(desk: AdminDesk, call: Call) -> Outcome:
    """Refuse everything that it holds."""
    return await _stop(desk, call, stopped=True)


async def enable(desk: AdminDesk, call: Call) -> Outcome:
    """Accept it again."""
    return await _stop(desk, call, stopped=False)


async def _stop(desk: AdminDesk, call: Call, *, stopped: bool) -> Outcome:
    why: shapes.Why = call.body
    client = await desk.makers.stop(call.params["client"], stopped=stopped, reason=why.reason, origin=call.origin)
    return client if isinstance(client, Objection) else app_shape(client)


async def rotate_secret(desk: AdminDesk, call: Call) -> Outcome:
    """A new secret in the old one's place."""
    made = await desk.registration.rotate_secret(call.params["client"], origin=call.origin)
    return made if isinstance(made, Objection) else _fresh(made)


async def set_own_scopes(desk: AdminDesk, call: Call) -> Outcome:
    """What it may do without a user."""
    new: shapes.OwnScopes = call.body
    client = await desk.registration.set_own_scopes(call.params["client"], " ".join(new.own_scopes), origin=call.origin)
    return client if isinstance(client, Objection) else app_shape(client)


async def list_standings(desk: AdminDesk, call: Call) -> Outcome:
    """Which weak forms are still in use, by a page of apps."""
    page = await _page_of_apps(desk, call)
    if not isinstance(page, Page):
        return page
    standings = await desk.hardening.standings_of(page.rows)
    return shapes.Standings(apps=[_standing(each) for each in standings], next_page_token=page.token)


async def list_grants(desk: AdminDesk, call: Call) -> Outcome:
    """A page of live grants, in the order of their ids."""
    page = await read_page(
        call,
        desk,
        lambda after, limit: desk.listing.grants(GrantId(after) if after else None, limit),
        lambda known: known.grant.id,
    )
    if not isinstance(page, Page):
        return page
    return shapes.Grants(grants=[_grant(known) for known in page.rows], next_page_token=page.token)


async def revoke_grant(desk: AdminDesk, call: Call) -> Outcome:
    """End a grant for good."""
    ended = await desk.registration.revoke_grant(call.params["grant"], origin=call.origin)
    return ended if isinstance(ended, Objection) else shapes.Done()


async def _page_of_apps(desk: AdminDesk, call: Call) -> Page[Client] | Objection | Fault:
    return await read_page(
        call,
        desk,
        lambda after, limit: desk.listing.clients(ClientId(after) if after else None, limit),
        lambda client: client.id,
    )


def app_shape(client: Client) -> shapes.App:
    """An app as it is told."""
    return shapes.App(
        client_id=client.id,
        name=client.name,
        redirect_uris=list(client.redirect_uris),
        scopes=list(client.scopes),
        optional_scopes=list(client.optional_scopes),
        own_scopes=list(client.own_scopes),
        homepage=client.homepage,
        privacy_url=client.privacy_url,
        review=client.review.value,
        verified=client.verified_at is not None,
        profile=client.profile.value,
        public=not client.is_confidential,
        native=client.native,
        require_pkce=client.require_pkce,
        created_at=instant(client.created_at),
        disabled_at=maybe_instant(client.disabled_at),
        secret_changed_at=maybe_instant(client.secret_changed_at),
        logo=LOGO_PATH + client.logo if client.logo else None,
    )


def _fresh(made: FreshClient) -> shapes.FreshApp:
    return shapes.FreshApp(app=app_shape(made.client), client_secret=made.secret or None)


def _standing(standing: AppStanding) -> shapes.Standing:
    return shapes.Standing(
        client_id=standing.client.id,
        app=standing.client.name,
        weak_forms=[_weak_form(deviation) for deviation in standing.deviations],
        can_end=standing.can_end or None,
        plain_redirect_uris=list(standing.plain_uris),
    )


def _weak_form(deviation: Deviation) -> shapes.WeakForm:
    use = deviation.use
    return shapes.WeakForm(
        form=deviation.form.value,
        text=ABOUT[deviation.form].text,
        uses=use.uses if use is not None else 0,
        last_used_at=maybe_instant(use.last_at) if use is not None else None,
        in_use=deviation.in_use,
    )


def _grant(known: KnownGrant) -> shapes.Grant:
    grant = known.grant
    return shapes.Grant(
        id=grant.id,
        user=known.user.email if known.user is not None else None,
        client_id=grant.client_id,
        app=known.client.name if known.client is not None else None,
        networks=[edge.network_id for edge in grant.edges if edge.dropped_at is None],
        scopes=list(grant.scopes_given),
        created_at=instant(grant.created_at),
        adopted_at=maybe_instant(grant.adopted_at),
        last_used_at=maybe_instant(grant.last_used_at),
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/apps",
        name="listApps",
        tag=TAG,
        summary="List partners' apps",
        walk=list_apps,
        gives=shapes.Apps,
        asks=PAGED,
    ),
    Operation(
        method="POST",
        path="/apps",
        name="addApp",
        tag=TAG,
        summary="Register an app; its secret is told once",
        walk=add_app,
        takes=shapes.NewApp,
        gives=shapes.FreshApp,
        status=201,
    ),
    Operation(
        method="GET",
        path="/apps/{client}",
        name="getApp",
        tag=TAG,
        summary="Show one app",
        walk=show_app,
        gives=shapes.App,
    ),
    Operation(
        method="PATCH",
        path="/apps/{client}",
        name="changeApp",
        tag=TAG,
        summary="Let an app say something else of itself, or treat it more strictly or less (with care, or `force`)",
        walk=change_app,
        takes=shapes.AppChange,
        gives=shapes.App,
    ),
    Operation(
        method="POST",
        path="/apps/{client}/disable",
        name="disableApp",
        tag=TAG,
        summary="Refuse everything that an app holds, until it is enabled again; its makers are told by mail",
        walk=disable,
        takes=shapes.Why,
        may_be_bare=True,
        gives=shapes.App,
    ),
    Operation(
        method="POST",
        path="/apps/{client}/enable",
        name="enableApp",
        tag=TAG,
        summary="Accept what an app holds again",
        walk=enable,
        takes=shapes.Why,
        may_be_bare=True,
        gives=shapes.App,
    ),
    Operation(
        method="POST",
        path="/apps/{client}/rotate-secret",
        name="rotateAppSecret",
        tag=TAG,
        summary="Make a new secret for an app; the old one is refused at once, what users granted stays",
        walk=rotate_secret,
        gives=shapes.FreshApp,
        status=201,
    ),
    Operation(
        method="PUT",
        path="/apps/{client}/own-scopes",
        name="setOwnScopes",
        tag=TAG,
        summary="Say what an app may do without a user; its living tokens are cut at once",
        walk=set_own_scopes,
        takes=shapes.OwnScopes,
        gives=shapes.App,
    ),
    Operation(
        method="GET",
        path="/weak-forms",
        name="listWeakForms",
        tag=TAG,
        summary="List which weak forms of the protocol apps may still use, and which they do",
        walk=list_standings,
        gives=shapes.Standings,
        asks=PAGED,
    ),
    Operation(
        method="GET",
        path="/grants",
        name="listGrants",
        tag=TAG,
        summary="List live grants",
        walk=list_grants,
        gives=shapes.Grants,
        asks=PAGED,
    ),
    Operation(
        method="POST",
        path="/grants/{grant}/revoke",
        name="revokeGrant",
        tag=TAG,
        summary="End a grant for good; its tokens are refused at once",
        walk=revoke_grant,
        gives=shapes.Done,
    ),
)
