"""An app's secrets, one beside the other while it changes, and which weak forms it still uses."""

from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import FreshClient
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import Client, User
from frontdesk.protocol.weak_forms import ABOUT
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.partner_pages import SECTION, path_of
from frontdesk.web.views_partner import AppSecurityView, FreshAppView, SecretRow, WeakRow
from frontdesk.web.words import moment, notice_of

ADD, END, STRICT = "add", "end", "strict"

MOVED = N_("The secrets were changed after you opened this page. What you see now is in force; nothing was done.")
STILL_USED = N_("The app used one of these lately, and would stop working. Change it first, or say that it shall stop.")


async def show_security(desk: Desk, visit: Visit, user: User) -> Answer:
    """What is in force."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    return await _security_page(desk, visit, client)


async def take_step(desk: Desk, visit: Visit, user: User) -> Answer:
    """Make a second secret, end the earlier one, or become strict: whichever button was pressed."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    done = await _do(desk, visit, user, client)
    if isinstance(done, FreshClient):
        view = FreshAppView(
            path=path_of(done.client),
            app=done.client.name,
            client_id=done.client.id,
            secret=done.secret,
            is_new=False,
        )
        return desk.page(visit, view, section=SECTION)
    if isinstance(done, Objection):
        return await _security_page(desk, visit, client, problem=STILL_USED, status=409)
    if isinstance(done, Refusal):
        if done.reason is Reason.SIGN_IN_AGAIN:
            return send_to(with_query("/sign-in", next=f"{path_of(client)}/security", again="1"))
        if done.reason in (Reason.APP_CHANGED_MEANWHILE, Reason.LAST_SECRET):
            return await _security_page(desk, visit, client, problem=MOVED, status=409)
        return desk.notice(visit, notice_of(done.reason))
    return send_to(f"{path_of(client)}/security")


async def _do(desk: Desk, visit: Visit, user: User, client: Client) -> FreshClient | Client | Refusal | Objection:
    number, step = visit.asked("number"), visit.asked("step")
    seen = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    if step == ADD:
        return await desk.app_security.add_secret(
            user, visit.visitor.session, client.id, seen_number=seen, origin=visit.origin
        )
    if step == END:
        return await desk.app_security.end_earlier(user, client.id, seen_number=seen, origin=visit.origin)
    if step == STRICT:
        force = visit.asked("force") == "yes"
        return await desk.app_security.make_strict(user, client.id, force=force, origin=visit.origin)
    return client


async def _security_page(desk: Desk, visit: Visit, client: Client, *, problem: str = "", status: int = 200) -> Answer:
    now, path, session = desk.clock.now(), path_of(client), visit.visitor.session
    known = await desk.app_security.list_secrets(client)
    standing = await desk.app_security.standing_of(client)
    weak = tuple(
        WeakRow(
            text=ABOUT[found.form].text,
            standard=ABOUT[found.form].standard,
            uses=found.use.uses if found.use is not None else 0,
            last=moment(found.use.last_at, now) if found.use is not None else None,
            in_use=found.in_use,
        )
        for found in (standing.deviations if standing is not None else ())
    )
    breaking = standing.deviations if standing is not None else ()
    view = AppSecurityView(
        path=path,
        app=client.name,
        ticket=desk.ticket(visit, f"{path}/security"),
        number=client.secret_number,
        secrets=tuple(
            SecretRow(
                last_four=secret.last_four,
                made=moment(secret.made_at, now),
                last_used=moment(secret.last_used_at, now) if secret.last_used_at is not None else None,
                is_earlier=place > 0,
                is_silent=secret.is_silent,
            )
            for place, secret in enumerate(known)  # the present one comes first
        ),
        can_add=len(known) == 1 and client.foreign_secret is None,
        must_sign_in=session is None or not desk.reveal.is_fresh(session),
        is_strict=client.is_strict,
        weak=weak,
        stops=any(found.in_use and ABOUT[found.form].breaks for found in breaking),
        problem=problem,
    )
    return desk.page(visit, view, status=status, section=SECTION)
