"""Network > History: who did what, filtered, page by page, and as a file. ATTACKS AD-06, BK-07, TN-17."""

from dataclasses import dataclass
from datetime import timedelta

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.history import BEGINNING, END_OF_TIME, HistoryFilter, Topic, read_day, start_of
from frontdesk.protocol.http import Answer
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.history_files import FORMATS
from frontdesk.web.history_words import TOPICS, actions_about, detail_of, sentence_of
from frontdesk.web.pages import send_to
from frontdesk.web.shields import download_headers
from frontdesk.web.views_network import Choice, HistoryRow, HistoryView
from frontdesk.web.words import moment, notice_of

DATE_PROBLEM = N_("Enter a day as year, month and day, such as 2026-03-31.")
ORDER_PROBLEM = N_("The last day is before the first one. Nothing can have happened in between.")
FORGED_PROBLEM = N_("This link to older rows is broken, or was made for another list. You see the newest rows instead.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A filter as it was typed, and as it is understood."""

    what: str
    person: str
    since: str
    until: str
    filter: HistoryFilter
    problem: str = ""
    field: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What a link carries to ask the same again."""
        return {"what": self.what, "person": self.person, "since": self.since, "until": self.until}


async def show_history(desk: Desk, visit: Visit, user: User) -> Answer:
    """Some changes, newest first."""
    wish = await _read_wish(desk, visit)
    page = await desk.history.page(user, visit.params["network"], wish.filter, page=visit.asked("page"))
    status, problem = (400, wish.problem) if wish.problem else (200, "")
    if isinstance(page, Refusal) and page.reason is Reason.PAGE_TOKEN_FORGED:
        status, problem = 400, FORGED_PROBLEM
        page = await desk.history.page(user, visit.params["network"], wish.filter, page="")
    if isinstance(page, Refusal):
        return desk.notice(visit, notice_of(page.reason))
    now, path = desk.clock.now(), f"/account/networks/{page.network.id}/history"
    view = HistoryView(
        network_id=page.network.id,
        network=page.network.title,
        rows=tuple(
            HistoryRow(
                sentence=sentence_of(entry),
                detail=detail_of(entry),
                at=moment(entry.event.at, now),
                address=entry.event.address or "",
            )
            for entry in page.entries
        ),
        topics=tuple(
            Choice(value=topic.value, label=label, chosen=wish.what == topic.value) for topic, label in TOPICS.items()
        ),
        person=wish.person,
        since=wish.since,
        until=wish.until,
        filtered=any(wish.fields.values()),
        newest=with_query(path, **wish.fields) if visit.asked("page") else "",
        older=with_query(path, **wish.fields, page=page.older) if page.older else "",
        csv=with_query(f"{path}/export", **wish.fields, format="csv"),
        json=with_query(f"{path}/export", **wish.fields, format="json"),
        problem=problem,
        field=wish.field,
    )
    return desk.page(visit, view, status=status, section="networks")


async def export(desk: Desk, visit: Visit, user: User) -> Answer:
    """The same as a file, to be saved."""
    wish = await _read_wish(desk, visit)
    page = await desk.history.export(user, visit.params["network"], wish.filter)
    if isinstance(page, Refusal):
        return desk.notice(visit, notice_of(page.reason))
    if wish.problem or visit.asked("format") not in FORMATS:
        return send_to(with_query(f"/account/networks/{page.network.id}/history", **wish.fields))
    render, media_type = FORMATS[visit.asked("format")]
    name = f"history-{page.network.id}.{visit.asked('format')}"
    return Answer(status=200, headers=download_headers(media_type, name), body=render(page))


async def _read_wish(desk: Desk, visit: Visit) -> Wish:
    """What was asked for; with a problem, all rows are meant."""
    what = visit.asked("what") if visit.asked("what") in list(Topic) else ""
    person, since, until = (visit.asked(name)[:300] for name in ("person", "since", "until"))
    first, last = read_day(since), read_day(until)
    problem, field = "", ""
    for typed, day, name in ((since, first, "since"), (until, last, "until")):
        if typed and day is None:
            problem, field = DATE_PROBLEM, name
    if first is not None and last is not None and last < first:
        problem, field = ORDER_PROBLEM, "until"
    wanted = HistoryFilter(
        since=start_of(first) if first is not None else BEGINNING,
        until=start_of(last + timedelta(days=1)) if last is not None else END_OF_TIME,
        actions=actions_about(Topic(what)) if what else (),
        person=await desk.history.find_person(person),
    )
    return Wish(
        what=what,
        person=person,
        since=since,
        until=until,
        filter=HistoryFilter() if problem else wanted,
        problem=problem,
        field=field,
    )
