"""What happened, over the administration API: the audit log, and why calls were refused."""

from datetime import timedelta

from frontdesk.flows.network_administration import NO_NETWORK
from frontdesk.flows.operator import Objection
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.history import (
    BEGINNING,
    END_OF_TIME,
    NEWEST,
    HistoryFilter,
    Topic,
    read_day,
    start_of,
)
from frontdesk.protocol.ids import NetworkId, read_uuid
from frontdesk.protocol.inspection import (
    EVERYBODY,
    LET_IN,
    CallFilter,
    Inspected,
    reasons_with,
    refused_statuses,
)
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.sight import Operator, describe
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Asked, Call, Fault, Operation, Outcome, Sheet, bad_request
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.paging import PAGED, Page, read_page
from frontdesk.web.history_files import FORMATS
from frontdesk.web.history_words import actions_about

TAG = "History"
_NETWORK = Asked(name="network", text="Of this network only.")
_CLIENT = Asked(name="client", text="Of this app, or of this Basic pair, only: its client id.")

_CALLS = (
    Asked(name="status", text="Answered so by Frontdesk: such as 401; or ok, for calls that were let in."),
    Asked(name="reason", text="Refused for this reason only."),
    Asked(name="method", text="Of this method only: such as POST."),
    Asked(name="operation", text="Of this operation only: such as GET /rooms/v1/{id}."),
)
_WISH = (
    Asked(name="since", text="From this day on, UTC: 2026-03-31."),
    Asked(name="until", text="Until this day, and with it."),
    Asked(name="about", text="apps, credentials, people or network."),
    Asked(name="person", text="By or about the person of this address."),
)


async def list_audit(desk: AdminDesk, call: Call) -> Outcome:
    """A page, the newest rows first."""
    page = await read_page(
        call,
        desk,
        lambda before, limit: desk.listing.audit(
            network=call.asked("network"),
            client=call.asked("client"),
            before=int(before) if before else NEWEST,
            limit=limit,
        ),
        lambda row: str(row[0]),
    )
    if not isinstance(page, Page):
        return page
    return shapes.Audit(rows=[_row(event) for _, event in page.rows], next_page_token=page.token)


async def list_decisions(desk: AdminDesk, call: Call) -> Outcome:
    """Decided calls, the newest first."""
    network = read_uuid(call.asked("network")) if call.asked("network") else None
    if call.asked("network") and network is None:
        return bad_request("network is no network's id (a UUID)")
    inspected = Inspected(network_id=NetworkId(network)) if network is not None else EVERYBODY
    return await _list_calls(desk, call, inspected, caller=call.asked("client"))


async def list_network_calls(desk: AdminDesk, call: Call) -> Outcome:
    """Those that concern a network."""
    network = await desk.looking.find_network(call.params["network"])
    if isinstance(network, Objection):
        return network
    return await _list_calls(desk, call, Inspected(network_id=network.id), caller=call.asked("client"))


async def list_app_calls(desk: AdminDesk, call: Call) -> Outcome:
    """An app's."""
    client = await desk.looking.find_client(call.params["client"])
    if isinstance(client, Objection):
        return client
    return await _list_calls(desk, call, Inspected(client_id=client.id))


async def _list_calls(desk: AdminDesk, call: Call, inspected: Inspected, *, caller: str = "") -> Outcome:
    wanted = _read_filter(call, caller)
    if isinstance(wanted, Fault):
        return wanted
    await desk.explanations.flush()
    page = await read_page(
        call,
        desk,
        lambda before, limit: desk.listing.requests(
            inspected, wanted, before=int(before) if before else NEWEST, limit=limit
        ),
        lambda one: str(one.position),
    )
    if not isinstance(page, Page):
        return page
    return shapes.Decisions(
        decisions=[describe(one.noted, Operator()) for one in page.rows],
        dropped=await desk.explanations.count_dropped(),
        next_page_token=page.token,
    )


def _read_filter(call: Call, caller: str) -> CallFilter | Fault:
    """Which calls: `reason` before `status`, of which several may be."""
    reason, status = call.asked("reason"), call.asked("status")
    if reason and reason not in Reason.__members__:
        return bad_request(f"there is no such reason: one is {Reason.BAD_CREDENTIAL.name}", "see docs/explain.md")
    reasons: tuple[str, ...] = (reason,) if reason else ()
    if status and not reason:
        known = {LET_IN: ("",), **{str(code): reasons_with(code) for code in refused_statuses()}}
        if status not in known:
            return bad_request(f"status is one of {', '.join(known)}")
        reasons = known[status]
    return CallFilter(reasons=reasons, method=call.asked("method"), operation=call.asked("operation"), caller=caller)


async def list_history(desk: AdminDesk, call: Call) -> Outcome:
    """A page of a network's, the newest first."""
    wanted = await _read_wish(desk, call)
    if isinstance(wanted, Fault):
        return wanted
    page = await read_page(
        call,
        desk,
        lambda before, limit: desk.listing.history(
            call.params["network"], wanted, before=int(before) if before else NEWEST, limit=limit
        ),
        lambda row: str(row[0]),
    )
    if not isinstance(page, Page):
        return page
    return shapes.Audit(rows=[_row(event) for _, event in page.rows], next_page_token=page.token)


async def export_history(desk: AdminDesk, call: Call) -> Outcome:
    """As a file."""
    wanted = await _read_wish(desk, call)
    if isinstance(wanted, Fault):
        return wanted
    kind = call.asked("format") or "csv"
    if kind not in FORMATS:
        return bad_request(f"format is one of {', '.join(FORMATS)}")
    found = await desk.history.export(call.origin.operator, call.params["network"], wanted)
    if isinstance(found, Refusal):
        return NO_NETWORK
    render, media_type = FORMATS[kind]
    return Sheet(media_type=media_type, name=f"history-{found.network.id}.{kind}", body=render(found))


async def _read_wish(desk: AdminDesk, call: Call) -> HistoryFilter | Fault:
    about, since, until = call.asked("about"), call.asked("since"), call.asked("until")
    first, last = read_day(since), read_day(until)
    if about and about not in list(Topic):
        return bad_request(f"about is one of {', '.join(Topic)}")
    if (since and first is None) or (until and last is None):
        return bad_request("a day is written as 2026-03-31")
    return HistoryFilter(
        since=start_of(first) if first is not None else BEGINNING,
        until=start_of(last + timedelta(days=1)) if last is not None else END_OF_TIME,
        actions=actions_about(Topic(about)) if about else (),
        person=await desk.history.find_person(call.asked("person")),
    )


async def show_decision(desk: AdminDesk, call: Call) -> Outcome:
    """One decision, by the id in the answer's X-Request-Id."""
    found = await desk.explanations.find(call.params["id"], Operator())
    if isinstance(found, Refusal):
        return Objection(problem="nothing is kept under this id", missing=True)
    return shapes.Decision(decision=found)


def _row(event: AuditEvent) -> shapes.AuditRow:
    return shapes.AuditRow(
        at=shapes.instant(event.at),
        action=event.action,
        actor=event.actor,
        network_id=event.network_id,
        client_id=event.client_id,
        user_id=event.user_id,
        grant_id=event.grant_id,
        address=event.address,
        request_id=event.request_id,
        detail=event.detail,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/audit",
        name="listAudit",
        tag=TAG,
        summary="List security changes, the newest first",
        walk=list_audit,
        gives=shapes.Audit,
        asks=(*PAGED, _NETWORK, _CLIENT),
    ),
    Operation(
        method="GET",
        path="/networks/{network}/history",
        name="listNetworkHistory",
        tag=TAG,
        summary="List what happened in a network, the newest first, by days, subject and person",
        walk=list_history,
        gives=shapes.Audit,
        asks=(*PAGED, *_WISH),
    ),
    Operation(
        method="GET",
        path="/networks/{network}/history/export",
        name="exportNetworkHistory",
        tag=TAG,
        summary="The newest ten thousand of these rows as a file, with people by address and apps by name",
        walk=export_history,
        asks=(Asked(name="format", text="csv, which it is where none is sent, or json."), *_WISH),
        sends=("text/csv", "application/json"),
    ),
    Operation(
        method="GET",
        path="/decisions",
        name="listDecisions",
        tag=TAG,
        summary="List decided calls with why they were refused, the newest first",
        walk=list_decisions,
        gives=shapes.Decisions,
        asks=(*PAGED, _NETWORK, _CLIENT, *_CALLS),
    ),
    Operation(
        method="GET",
        path="/networks/{network}/requests",
        name="listNetworkRequests",
        tag=TAG,
        summary="List decided calls that concern a network, the newest first",
        walk=list_network_calls,
        gives=shapes.Decisions,
        asks=(*PAGED, _CLIENT, *_CALLS),
    ),
    Operation(
        method="GET",
        path="/apps/{client}/requests",
        name="listAppRequests",
        tag=TAG,
        summary="List an app's decided calls, the newest first",
        walk=list_app_calls,
        gives=shapes.Decisions,
        asks=(*PAGED, *_CALLS),
    ),
    Operation(
        method="GET",
        path="/decisions/{id}",
        name="getDecision",
        tag=TAG,
        summary="Say why a call was refused, by the X-Request-Id of its answer",
        walk=show_decision,
        gives=shapes.Decision,
    ),
)
