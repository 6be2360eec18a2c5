"""Signing in by the provider's own account: the way there, and the way back. OIDC Core §3.1.2.

The way there is a link, not a form: a form's policy would have to name every address that the provider may lead on to.
"""

from frontdesk.flows.signin import SecondNeeded
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.signin_pages import own_page
from frontdesk.web.words import NO_SUCH_PAGE
from frontdesk.web.words_own import PROVIDER_NOTICES

PATH = "/sign-in/provider"
CALLBACK = f"{PATH}/callback"


async def begin(desk: Desk, visit: Visit) -> Answer:
    """Send the browser to the provider; what it came for travels along, sealed."""
    carried = {"request": visit.asked("request"), "next": own_page(visit)}
    address = await desk.provider_sign_in.begin(
        visit.visitor.browser, {name: value for name, value in carried.items() if value}
    )
    return _refused(desk, visit, address) if isinstance(address, Refusal) else send_to(address)


async def finish(desk: Desk, visit: Visit) -> Answer:
    """Back from the provider: a session, or the second factor, or the reason why not."""
    visitor = visit.visitor
    returned = await desk.provider_sign_in.finish(
        visitor.browser,
        state=visit.asked("state"),
        code=visit.asked("code"),
        said_issuer=visit.asked("iss"),
        device=visitor.device,
        replaces=visitor.session,
        origin=visit.origin,
    )
    if isinstance(returned, Refusal):
        return _refused(desk, visit, returned)
    carried = returned.carried
    if isinstance(returned.outcome, SecondNeeded):
        return send_to(with_query("/sign-in/second", step=returned.outcome.sealed, **carried))
    cookies = [
        desk.visitors.session_cookie(returned.outcome.opened),
        desk.visitors.device_cookie(returned.outcome.device),
    ]
    request = carried.get("request", "")
    onward = with_query("/consent", request=request) if request else carried.get("next") or "/account"
    return send_to(onward, cookies=cookies)


def _refused(desk: Desk, visit: Visit, refusal: Refusal) -> Answer:
    return desk.notice(visit, PROVIDER_NOTICES.get(refusal.reason, NO_SUCH_PAGE))
