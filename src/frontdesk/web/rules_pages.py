"""Network > Rules: which apps may be connected, by whom, and for how long."""

from frontdesk.flows.network_rules import RuledNetwork
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.messages import N_
from frontdesk.protocol.network_rules import MAX_DAYS
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.views_network import Choice
from frontdesk.web.views_rules import RulesView
from frontdesk.web.words import notice_of

APP = "app."  # a check box is called so, with the app's id behind it
DAYS_PROBLEM = N_("Enter a whole number of days from 1 to 3650, or nothing.")
APP_PROBLEM = N_("No app has this client id. Its makers know the right one; at most 200 apps can be listed.")
MEANWHILE = N_(
    "Somebody changed the rules after you opened this page. You see what is in force now; nothing of yours was saved."
)
_PROBLEMS = {
    Reason.DAYS_OUT_OF_RANGE: (400, DAYS_PROBLEM, "days"),
    Reason.APP_UNKNOWN: (400, APP_PROBLEM, "another"),
    Reason.RULES_CHANGED_MEANWHILE: (409, MEANWHILE, ""),
}


async def show_rules(desk: Desk, visit: Visit, user: User) -> Answer:
    """The rules in force."""
    ruled = await desk.rules.open(user, visit.params["network"])
    if isinstance(ruled, Refusal):
        return desk.notice(visit, notice_of(ruled.reason))
    return _page(desk, visit, ruled, saved=visit.asked("saved") == "1")


async def save_rules(desk: Desk, visit: Visit, user: User) -> Answer:
    """Other rules from now on."""
    version, days = visit.asked("version"), visit.asked("days").strip()
    ticked = [name.removeprefix(APP) for name in visit.form.values if name.startswith(APP)]
    another = visit.asked("another").strip()
    saved = await desk.rules.change(
        user,
        visit.params["network"],
        apps=[*ticked, *([another] if another else [])] if visit.asked("apps") == "listed" else None,
        administrators_only=visit.asked("administrators_only") == "1",
        connection_days=None if not days else int(days) if _is_number(days) else 0,
        read_only_first=visit.asked("read_only_first") == "1",
        owner_passkey=visit.asked("owner_passkey") == "1",
        seen_version=int(version) if _is_number(version) else -1,
        origin=visit.origin,
    )
    if not isinstance(saved, Refusal):
        return send_to(f"/account/networks/{saved.id}/rules?saved=1")
    if saved.reason not in _PROBLEMS:
        return desk.notice(visit, notice_of(saved.reason))
    ruled = await desk.rules.open(user, visit.params["network"])
    if isinstance(ruled, Refusal):
        return desk.notice(visit, notice_of(ruled.reason))
    status, problem, field = _PROBLEMS[saved.reason]
    typed = None if saved.reason is Reason.RULES_CHANGED_MEANWHILE else visit
    return _page(desk, visit, ruled, typed=typed, status=status, problem=problem, field=field)


def _page(
    desk: Desk,
    visit: Visit,
    ruled: RuledNetwork,
    *,
    typed: Visit | None = None,
    status: int = 200,
    problem: str = "",
    field: str = "",
    saved: bool = False,
) -> Answer:
    """The page; with `typed` it shows what was typed there in the place of what is in force."""
    rules = ruled.rules
    allowed = rules.apps or ()
    view = RulesView(
        network_id=ruled.network.id,
        network=ruled.network.title,
        ticket=desk.ticket(visit, f"/account/networks/{ruled.network.id}/rules"),
        version=rules.version,
        listed=typed.asked("apps") == "listed" if typed is not None else rules.apps is not None,
        apps=tuple(
            Choice(
                value=f"{APP}{app.id}",
                label=app.name,
                chosen=bool(typed.asked(f"{APP}{app.id}")) if typed is not None else app.id in allowed,
            )
            for app in ruled.apps
        ),
        another=typed.asked("another")[:300] if typed is not None else "",
        administrators_only=typed.asked("administrators_only") == "1" if typed else rules.administrators_only,
        days=typed.asked("days")[:20] if typed is not None else str(rules.connection_days or ""),
        read_only_first=typed.asked("read_only_first") == "1" if typed else rules.read_only_first,
        owner_passkey=typed.asked("owner_passkey") == "1" if typed else rules.owner_passkey,
        offers_passkeys=desk.passkeys.judge is not None or rules.owner_passkey,
        saved=saved,
        problem=problem,
        field=field,
    )
    return desk.page(visit, view, status=status, section="networks")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MAX_DAYS)) + 2
