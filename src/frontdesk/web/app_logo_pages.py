"""An app's logo: what people see now, another one, or none."""

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.messages import N_, say
from frontdesk.protocol.pictures import LEAST_SIDE, MAX_PICTURE, MOST_SIDE, PictureFault
from frontdesk.protocol.records import Client, Review, User
from frontdesk.web.app_marks import mark_of
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.partner_pages import SECTION, path_of
from frontdesk.web.views_partner import LogoView
from frontdesk.web.words import notice_of

PROBLEMS = {
    PictureFault.NOTHING: N_("Choose a picture first."),
    PictureFault.TOO_LARGE: say("The picture is larger than %(most)d kB. Make it smaller.", most=MAX_PICTURE // 1024),
    PictureFault.NOT_A_PICTURE: N_(
        "That is no PNG, JPEG or WebP, whatever it is called. Save the logo as one of these."
    ),
    PictureFault.BROKEN: N_("The picture is broken, or it moves. Save it anew, as one that stands still."),
    PictureFault.TOO_SMALL: say("The picture needs at least %(least)d pixels on each side.", least=LEAST_SIDE),
    PictureFault.TOO_WIDE: say("The picture has more than %(most)d pixels on a side. Make it smaller.", most=MOST_SIDE),
}
MOVED = N_("The app was changed after you opened this page. Nothing was done; look at it and try again.")


async def show_logo(desk: Desk, visit: Visit, user: User) -> Answer:
    """The logo as it is."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    return _logo_page(desk, visit, client)


async def take_logo(desk: Desk, visit: Visit, user: User) -> Answer:
    """Put another one in its place, or take it away."""
    app = visit.params["app"]
    if visit.asked("step") == "remove":
        done: Client | Refusal | PictureFault = await desk.app_logos.remove(
            desk.partners, user, app, origin=visit.origin
        )
    else:
        sent = visit.files.get("picture", b"")
        done = await desk.app_logos.change(desk.partners, user, app, sent, origin=visit.origin)
    if isinstance(done, Client):
        return send_to(f"{path_of(done)}/logo")
    client = await desk.partners.open_app(user, app)
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    if isinstance(done, Refusal):
        if done.reason is not Reason.APP_CHANGED_MEANWHILE:
            return desk.notice(visit, notice_of(done.reason))
        return _logo_page(desk, visit, client, problem=MOVED, status=409)
    return _logo_page(desk, visit, client, problem=PROBLEMS[done], status=400)


def _logo_page(desk: Desk, visit: Visit, client: Client, *, problem: str = "", status: int = 200) -> Answer:
    path = path_of(client)
    view = LogoView(
        path=path,
        app=client.name,
        mark=mark_of(client.name, client.logo),
        ticket=desk.ticket(visit, f"{path}/logo"),
        is_public=client.review in (Review.APPROVED, Review.SUBMITTED),
        most=MAX_PICTURE // 1024,
        sides=(LEAST_SIDE, MOST_SIDE),
        problem=problem,
    )
    return desk.page(visit, view, status=status, section=SECTION)
