"""What is an owner's, over the administration API: a network's rules, its ownership, connections left behind."""

from datetime import datetime

from frontdesk.flows.adoption import LeftConnection
from frontdesk.flows.network_rules import RuledNetwork
from frontdesk.flows.operator import Objection
from frontdesk.protocol.adoption import Adoption
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.people import user_shape
from frontdesk.web.admin.shapes import Shape, instant

TAG = "Owners"


class Rules(Shape):
    """What may be connected to a network. `apps`: client ids, none is any; `version` counts changes.

    `read_only_first`: what is connected only reads until the owner lets it write. `owner_passkey`: the owner's pages
    ask for a sign-in by passkey.
    """

    version: int
    apps: list[str] | None
    administrators_only: bool
    connection_days: int | None
    read_only_first: bool
    owner_passkey: bool


class NewRules(Shape):
    """Rules for all that is connected from now on. `version`: that of the rules which were looked at, or none."""

    apps: list[str] | None = None
    administrators_only: bool = False
    connection_days: int | None = None
    read_only_first: bool = False
    owner_passkey: bool = False
    version: int | None = None


class NewOwner(Shape):
    """Who is to own the network: an id or an e-mail address. `keep_named`: named Basic pairs do not end with that."""

    user: str
    keep_named: bool = False


class Offer(Shape):
    """An offer of ownership under way; the receiver knows of it once it is `confirmed`."""

    receiver: str
    confirmed: bool
    made_at: datetime
    expires_at: datetime


class LeftBehind(Shape):
    """A connection that stopped when its person left; `adoptable` where the owner may take it over."""

    grant_id: str
    client_id: str
    app: str
    email: str
    left_at: datetime
    adoptable: bool


class LeftConnections(Shape):
    """All of them, the latest first."""

    connections: list[LeftBehind]


async def show_rules(desk: AdminDesk, call: Call) -> Outcome:
    """As they are."""
    opened = await desk.owners.open_rules(call.params["network"], origin=call.origin)
    return opened if isinstance(opened, Objection) else _rules(opened)


async def change_rules(desk: AdminDesk, call: Call) -> Outcome:
    """Others."""
    new: NewRules = call.body
    changed = await desk.owners.change_rules(
        call.params["network"],
        apps=new.apps,
        administrators_only=new.administrators_only,
        connection_days=new.connection_days,
        read_only_first=new.read_only_first,
        owner_passkey=new.owner_passkey,
        seen_version=new.version,
        origin=call.origin,
    )
    return changed if isinstance(changed, Objection) else _rules(changed)


async def let_write(desk: AdminDesk, call: Call) -> Outcome:
    """More than reading."""
    params = call.params
    objection = await desk.owners.let_write(params["network"], params["user"], params["client"], origin=call.origin)
    return objection if objection is not None else shapes.Done()


async def give_ownership(desk: AdminDesk, call: Call) -> Outcome:
    """At once."""
    new: NewOwner = call.body
    owner = await desk.owners.give_ownership(
        call.params["network"], new.user, keeps_named=new.keep_named, origin=call.origin
    )
    return owner if isinstance(owner, Objection) else user_shape(owner)


async def show_offer(desk: AdminDesk, call: Call) -> Outcome:
    """What an owner began."""
    found = await desk.owners.find_offer(call.params["network"])
    if isinstance(found, Objection):
        return found
    offer, receiver = found
    return Offer(
        receiver=receiver.email,
        confirmed=offer.confirmed_at is not None,
        made_at=instant(offer.made_at),
        expires_at=instant(offer.expires_at),
    )


async def end_offer(desk: AdminDesk, call: Call) -> Outcome:
    """Nothing changes hands."""
    ended = await desk.owners.end_offer(call.params["network"], origin=call.origin)
    return ended if isinstance(ended, Objection) else shapes.Done()


async def list_left(desk: AdminDesk, call: Call) -> Outcome:
    """What stopped."""
    found = await desk.owners.list_left(call.params["network"], origin=call.origin)
    return found if isinstance(found, Objection) else LeftConnections(connections=[_left(one) for one in found])


async def adopt(desk: AdminDesk, call: Call) -> Outcome:
    """Go on with it."""
    done = await desk.owners.adopt(call.params["network"], call.params["grant"], origin=call.origin)
    return done if isinstance(done, Objection) else shapes.Done()


def _rules(opened: RuledNetwork) -> Rules:
    rules = opened.rules
    return Rules(
        version=rules.version,
        apps=list(rules.apps) if rules.apps is not None else None,
        administrators_only=rules.administrators_only,
        connection_days=rules.connection_days,
        read_only_first=rules.read_only_first,
        owner_passkey=rules.owner_passkey,
    )


def _left(left: LeftConnection) -> LeftBehind:
    return LeftBehind(
        grant_id=left.grant.id,
        client_id=left.client.id,
        app=left.client.name,
        email=left.person.email,
        left_at=instant(left.left_at),
        adoptable=left.prospect is Adoption.DONE,
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/networks/{network}/connections/{user}/{client}/let-write",
        name="letConnectionWrite",
        tag=TAG,
        summary="Let what somebody connected do more than read in a network whose rules say reading first",
        walk=let_write,
        gives=shapes.Done,
    ),
    Operation(
        method="GET",
        path="/networks/{network}/rules",
        name="getNetworkRules",
        tag=TAG,
        summary="Show which apps may be connected to a network, by whom, for how long",
        walk=show_rules,
        gives=Rules,
    ),
    Operation(
        method="PUT",
        path="/networks/{network}/rules",
        name="setNetworkRules",
        tag=TAG,
        summary="Put other rules in their place; only the days hold for what is connected already",
        walk=change_rules,
        takes=NewRules,
        gives=Rules,
    ),
    Operation(
        method="PUT",
        path="/networks/{network}/owner",
        name="setNetworkOwner",
        tag=TAG,
        summary="Give a network to another owner at once; the former one is administrator, and both are told by mail",
        walk=give_ownership,
        takes=NewOwner,
        gives=shapes.User,
    ),
    Operation(
        method="GET",
        path="/networks/{network}/offer",
        name="getOwnershipOffer",
        tag=TAG,
        summary="Show the offer of ownership that is under way",
        walk=show_offer,
        gives=Offer,
    ),
    Operation(
        method="DELETE",
        path="/networks/{network}/offer",
        name="endOwnershipOffer",
        tag=TAG,
        summary="End an offer of ownership; nothing changes hands, and both are told by mail",
        walk=end_offer,
        gives=shapes.Done,
    ),
    Operation(
        method="GET",
        path="/networks/{network}/left-connections",
        name="listLeftConnections",
        tag=TAG,
        summary="List connections that stopped because their person left the network",
        walk=list_left,
        gives=LeftConnections,
    ),
    Operation(
        method="POST",
        path="/networks/{network}/left-connections/{grant}/adopt",
        name="adoptConnection",
        tag=TAG,
        summary="Put such a connection into the owner's name, so that the app goes on; its person is told by mail",
        walk=adopt,
        gives=shapes.Done,
    ),
)
