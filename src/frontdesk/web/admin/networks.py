"""Networks, their Basic pairs and their people, over the administration API."""

from frontdesk.flows.operator import FreshPair, KnownNetwork, Objection, RoleGiven
from frontdesk.protocol.ids import ClientId, NetworkId, UserId
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.paging import PAGED, Page, read_page
from frontdesk.web.admin.shapes import instant, maybe_instant

TAG = "Networks"


async def list_networks(desk: AdminDesk, call: Call) -> Outcome:
    """A page, in the order of their ids."""
    page = await read_page(
        call,
        desk,
        lambda after, limit: desk.listing.networks(NetworkId(after) if after else None, limit),
        lambda known: known.network.id,
    )
    if not isinstance(page, Page):
        return page
    return shapes.Networks(networks=[_network(each) for each in page.rows], next_page_token=page.token)


async def add_network(desk: AdminDesk, call: Call) -> Outcome:
    """A new network with its owner and its first Basic pair."""
    new: shapes.NewNetwork = call.body
    made = await desk.operator.add_network(new.title, owner=new.owner, network_id=new.id, origin=call.origin)
    if isinstance(made, Objection):
        return made
    return shapes.FreshNetwork(
        id=made.network.id, title=made.network.title, owner=made.owner, credential=_fresh_pair(made)
    )


async def show_network(desk: AdminDesk, call: Call) -> Outcome:
    """One network."""
    known = await desk.operator.find_network(call.params["network"])
    return known if isinstance(known, Objection) else _network(known)


async def regenerate(desk: AdminDesk, call: Call) -> Outcome:
    """A new pair in the old one's place."""
    made = await desk.operator.regenerate_credential(call.params["network"], origin=call.origin)
    return made if isinstance(made, Objection) else _fresh_pair(made)


async def give_role(desk: AdminDesk, call: Call) -> Outcome:
    """Make somebody an administrator or a member."""
    new: shapes.NewRole = call.body
    given = await desk.operator.give_role(
        call.params["email"], network_id=call.params["network"], role=new.role, origin=call.origin
    )
    return given if isinstance(given, Objection) else _role(given)


async def remove_role(desk: AdminDesk, call: Call) -> Outcome:
    """Take somebody's role away."""
    given = await desk.operator.remove_role(call.params["email"], network_id=call.params["network"], origin=call.origin)
    return given if isinstance(given, Objection) else _role(given)


async def list_reach(desk: AdminDesk, call: Call) -> Outcome:
    """Which apps reach a network, through whom."""
    page = await read_page(
        call,
        desk,
        lambda after, limit: desk.listing.reach(call.params["network"], _read_pair(after), limit),
        lambda reach: f"{reach.user.id} {reach.client.id}",
    )
    if not isinstance(page, Page):
        return page
    return shapes.Reaches(
        connections=[
            shapes.Reach(
                user_id=reach.user.id,
                email=reach.user.email,
                client_id=reach.client.id,
                app=reach.client.name,
                scopes=list(reach.scopes),
                since=instant(reach.since),
                adopted_at=maybe_instant(reach.adopted_at),
                last_used_at=maybe_instant(reach.last_used_at),
            )
            for reach in page.rows
        ],
        next_page_token=page.token,
    )


async def cut_reach(desk: AdminDesk, call: Call) -> Outcome:
    """Shut one person's app out of a network."""
    params = call.params
    objection = await desk.taking_away.drop_network(
        params["user"], params["client"], network_id=params["network"], origin=call.origin
    )
    return objection if objection is not None else shapes.Done()


def _read_pair(after: str) -> tuple[UserId, ClientId] | None:
    user, _, client = after.partition(" ")
    return (UserId(user), ClientId(client)) if after else None


def _network(known: KnownNetwork) -> shapes.Network:
    network, pair = known.network, known.credential
    return shapes.Network(
        id=network.id,
        title=network.title,
        owner=known.owner.email,
        created_at=instant(network.created_at),
        suspended_at=maybe_instant(network.suspended_at),
        credential=shapes.Credential(
            client_id=pair.client_id,
            last_four=pair.last_four,
            version=pair.version,
            created_at=instant(pair.created_at),
            last_used_at=maybe_instant(pair.last_used_at),
            revealed_at=maybe_instant(pair.revealed_at),
        ),
    )


def _fresh_pair(made: FreshPair) -> shapes.FreshPair:
    return shapes.FreshPair(client_id=made.credential.client_id, client_secret=made.secret)


def _role(given: RoleGiven) -> shapes.GivenRole:
    return shapes.GivenRole(
        user_id=given.user.id, email=given.user.email, network_id=given.network.id, role=given.role.value
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/networks",
        name="listNetworks",
        tag=TAG,
        summary="List networks with their owners and Basic pairs",
        walk=list_networks,
        gives=shapes.Networks,
        asks=PAGED,
    ),
    Operation(
        method="POST",
        path="/networks",
        name="addNetwork",
        tag=TAG,
        summary="Add a network with its owner and its Basic pair, whose secret is told once",
        walk=add_network,
        takes=shapes.NewNetwork,
        gives=shapes.FreshNetwork,
        status=201,
    ),
    Operation(
        method="GET",
        path="/networks/{network}",
        name="getNetwork",
        tag=TAG,
        summary="Show one network",
        walk=show_network,
        gives=shapes.Network,
    ),
    Operation(
        method="POST",
        path="/networks/{network}/credential/regenerate",
        name="regenerateCredential",
        tag=TAG,
        summary="Make a new Basic pair; the old one is refused at once, and the owner is told by mail",
        walk=regenerate,
        gives=shapes.FreshPair,
        status=201,
    ),
    Operation(
        method="PUT",
        path="/networks/{network}/members/{email}",
        name="giveRole",
        tag=TAG,
        summary="Make somebody an administrator or a member; the person is made where there is none",
        walk=give_role,
        takes=shapes.NewRole,
        gives=shapes.GivenRole,
    ),
    Operation(
        method="DELETE",
        path="/networks/{network}/members/{email}",
        name="removeRole",
        tag=TAG,
        summary="Take somebody's role away, and with it what their apps may do there",
        walk=remove_role,
        gives=shapes.GivenRole,
    ),
    Operation(
        method="GET",
        path="/networks/{network}/connections",
        name="listNetworkConnections",
        tag=TAG,
        summary="List which apps reach a network, through whom",
        walk=list_reach,
        gives=shapes.Reaches,
        asks=PAGED,
    ),
    Operation(
        method="DELETE",
        path="/networks/{network}/connections/{user}/{client}",
        name="cutNetworkConnection",
        tag=TAG,
        summary="Shut one person's app out of a network; what it reaches elsewhere stays",
        walk=cut_reach,
        gives=shapes.Done,
    ),
)
