"""A network's several Basic pairs, over the administration API."""

from datetime import datetime
from typing import Literal

import msgspec

from frontdesk.flows.operator import Objection
from frontdesk.protocol.credential_wishes import Wish
from frontdesk.protocol.records import NetworkCredential
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import Shape, instant, maybe_instant

TAG = "Credentials"


class Pair(Shape):
    """A Basic pair without its secret. `name` is empty for the main one; what is empty else narrows nothing."""

    client_id: str
    name: str
    last_four: str
    created_at: datetime
    last_used_at: datetime | None
    last_used_from: str | None
    calls_this_week: int
    read_only: bool
    operations: list[str]
    addresses: list[str]
    expires_at: datetime | None
    retires_at: datetime | None
    replaced_by: str | None


class Pairs(Shape):
    """All pairs of a network: its main one, named ones, each before an old one that goes on beside it."""

    credentials: list[Pair]


class NewPair(Shape):
    """A pair to be made. `last_day` as 2027-01-31, in UTC; what is left out narrows nothing."""

    name: str
    read_only: bool = False
    operations: list[str] = msgspec.field(default_factory=list)
    addresses: list[str] = msgspec.field(default_factory=list)
    last_day: str | None = None


class NewNarrowing(Shape):
    """What a pair may from the next call on, wholly: what is left out narrows nothing. A name left out stays.

    The main pair has no name and no `last_day`.
    """

    name: str | None = None
    read_only: bool = False
    operations: list[str] = msgspec.field(default_factory=list)
    addresses: list[str] = msgspec.field(default_factory=list)
    last_day: str | None = None


class Regeneration(Shape):
    """How long the old pair goes on beside the new one."""

    keep: Literal["now", "1h", "24h", "7d"] = "now"


async def list_pairs(desk: AdminDesk, call: Call) -> Outcome:
    """All pairs of a network."""
    opened = await desk.pairs.list(call.params["network"], origin=call.origin)
    if isinstance(opened, Objection):
        return opened
    return Pairs(credentials=[_pair(each, opened.calls.get(each.client_id, 0)) for each in opened.pairs])


async def add_pair(desk: AdminDesk, call: Call) -> Outcome:
    """Another pair."""
    made = await desk.pairs.add(call.params["network"], _wish(call.body), origin=call.origin)
    if isinstance(made, Objection):
        return made
    return shapes.FreshPair(client_id=made.credential.client_id, client_secret=made.secret)


async def narrow_pair(desk: AdminDesk, call: Call) -> Outcome:
    """What a pair may."""
    params = call.params
    narrowed = await desk.pairs.narrow(
        params["network"], _wish(call.body), client_id=params["client"], origin=call.origin
    )
    return narrowed if isinstance(narrowed, Objection) else _pair(narrowed, 0)


async def regenerate_pair(desk: AdminDesk, call: Call) -> Outcome:
    """Another pair in this one's place."""
    how: Regeneration = call.body
    made = await desk.pairs.regenerate(
        call.params["network"], client_id=call.params["client"], overlap=how.keep, origin=call.origin
    )
    if isinstance(made, Objection):
        return made
    return shapes.FreshPair(client_id=made.credential.client_id, client_secret=made.secret)


async def end_pair(desk: AdminDesk, call: Call) -> Outcome:
    """Refuse a pair from now on."""
    ended = await desk.pairs.end(call.params["network"], client_id=call.params["client"], origin=call.origin)
    return ended if isinstance(ended, Objection) else _pair(ended, 0)


def _wish(typed: NewPair | NewNarrowing) -> Wish:
    return Wish(
        name=typed.name or "",
        read_only=typed.read_only,
        operations="\n".join(typed.operations),
        addresses="\n".join(typed.addresses),
        last_day=typed.last_day or "",
    )


def _pair(pair: NetworkCredential, calls: int) -> Pair:
    narrowing = pair.narrowing
    return Pair(
        client_id=pair.client_id,
        name=pair.name,
        last_four=pair.last_four,
        created_at=instant(pair.created_at),
        last_used_at=maybe_instant(pair.last_used_at),
        last_used_from=pair.last_used_from,
        calls_this_week=calls,
        read_only=narrowing.read_only,
        operations=list(narrowing.operations),
        addresses=list(narrowing.addresses),
        expires_at=maybe_instant(narrowing.expires_at),
        retires_at=maybe_instant(pair.retires_at),
        replaced_by=pair.replaced_by,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/networks/{network}/credentials",
        name="listCredentials",
        tag=TAG,
        summary="Show every Basic pair of a network",
        walk=list_pairs,
        gives=Pairs,
    ),
    Operation(
        method="POST",
        path="/networks/{network}/credentials",
        name="addCredential",
        tag=TAG,
        summary="Make another Basic pair, named and narrowed; the owner is told by mail",
        walk=add_pair,
        takes=NewPair,
        gives=shapes.FreshPair,
        status=201,
    ),
    Operation(
        method="PUT",
        path="/networks/{network}/credentials/{client}/narrowing",
        name="narrowCredential",
        tag=TAG,
        summary="Say what a Basic pair may from the next call on, the main one too; the owner is told by mail",
        walk=narrow_pair,
        takes=NewNarrowing,
        gives=Pair,
    ),
    Operation(
        method="POST",
        path="/networks/{network}/credentials/{client}/regenerate",
        name="regenerateOneCredential",
        tag=TAG,
        summary="Make a new pair in this one's place, which is refused at once or goes on for a while",
        walk=regenerate_pair,
        takes=Regeneration,
        gives=shapes.FreshPair,
        status=201,
    ),
    Operation(
        method="DELETE",
        path="/networks/{network}/credentials/{client}",
        name="endCredential",
        tag=TAG,
        summary="Refuse a named pair, or an old one before its time; the owner is told by mail",
        walk=end_pair,
        gives=Pair,
    ),
)
