"""Trying an app out: a link that connects it as its users will, and our own page for the code to land on."""

from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.partner_pages import SECTION, path_of
from frontdesk.web.quick_starts import LANGUAGES, Start, render_quick_start
from frontdesk.web.views_try import LandingView, Sample, StartView, TryLink, TryView
from frontdesk.web.words import STALE_REQUEST, notice_of

_MAX_SHOWN = 300


async def show_try(desk: Desk, visit: Visit, user: User) -> Answer:
    """A link for each address that the app may send people back to."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    browser, test_page = visit.visitor.browser, desk.partners.test_page
    links = tuple(
        TryLink(
            redirect_uri=uri,
            link=desk.try_out.authorize_link(client, uri, browser=browser),
            is_ours=uri == test_page,
        )
        for uri in sorted(client.redirect_uris, key=lambda uri: uri != test_page)
    )
    offered = set(await desk.authorize.offered(user, client.id, client.scopes))
    titles = tuple(network.title for network in await desk.account.list_networks(user) if network.id in offered)
    view = TryView(path=path_of(client), app=client.name, links=links, networks=titles)
    return desk.page(visit, view, section=SECTION)


async def show_landing(desk: Desk, visit: Visit, user: User) -> Answer:
    """What came back from our own authorize endpoint, in the browser that was sent there."""
    browser = visit.visitor.browser
    client_id = desk.try_out.app_of(visit.asked("state"), browser=browser)
    if client_id is None:
        return desk.notice(visit, STALE_REQUEST)
    client = await desk.partners.open_app(user, client_id)
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    code, networks = visit.asked("code"), await desk.authorize.offered(user, client.id, client.scopes)
    view = LandingView(
        path=path_of(client),
        app=client.name,
        error=visit.asked("error")[:_MAX_SHOWN],
        error_text=visit.asked("error_description")[:_MAX_SHOWN],
        exchange=desk.try_out.token_request(client, code=code, browser=browser).curl if code else "",
        call=desk.try_out.first_call(client, network=networks[0] if networks else "").curl,
        seconds=desk.authorize.code_lifetime // SECOND,
        is_confidential=client.is_confidential,
    )
    return desk.page(visit, view, section=SECTION)


async def show_start(desk: Desk, visit: Visit, user: User) -> Answer:
    """Programs in several languages, with this app's ids in them."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    test_page = desk.partners.test_page
    redirect_uri = min(client.redirect_uris, key=lambda uri: uri == test_page, default=test_page)
    start = Start(
        issuer=desk.issuer,
        client=client,
        redirect_uri=redirect_uri,
        network_header=desk.try_out.network_header,
        path=desk.try_out.call_path(client),
    )
    view = StartView(
        path=path_of(client),
        app=client.name,
        samples=tuple(
            Sample(key=key, name=name, text=render_quick_start(key, start)) for key, name in LANGUAGES.items()
        ),
        is_confidential=client.is_confidential,
        is_ours=redirect_uri == test_page,
    )
    return desk.page(visit, view, section=SECTION, script="copy.js")
