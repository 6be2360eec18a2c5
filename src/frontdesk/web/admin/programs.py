"""Programs of the provider's own, over the administration API: resource servers, and keys of this API."""

from frontdesk.flows.operator import Objection
from frontdesk.flows.resource_servers import FreshServer
from frontdesk.protocol import records
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import instant, maybe_instant

SERVERS, KEYS = "Resource servers", "Administration keys"


async def list_servers(desk: AdminDesk, _: Call) -> Outcome:
    """All of them."""
    return shapes.ResourceServers(
        resource_servers=[_server(server) for server in await desk.resource_servers.list_all()]
    )


async def add_server(desk: AdminDesk, call: Call) -> Outcome:
    """Let an API ask."""
    new: shapes.Named = call.body
    made = await desk.resource_servers.add(new.name, origin=call.origin)
    return made if isinstance(made, Objection) else _fresh_server(made)


async def disable_server(desk: AdminDesk, call: Call) -> Outcome:
    """Answer it nothing."""
    server = await desk.resource_servers.disable(call.params["server"], disabled=True, origin=call.origin)
    return server if isinstance(server, Objection) else _server(server)


async def enable_server(desk: AdminDesk, call: Call) -> Outcome:
    """Answer it again."""
    server = await desk.resource_servers.disable(call.params["server"], disabled=False, origin=call.origin)
    return server if isinstance(server, Objection) else _server(server)


async def rotate_server_secret(desk: AdminDesk, call: Call) -> Outcome:
    """A new secret in the old one's place."""
    made = await desk.resource_servers.rotate_secret(call.params["server"], origin=call.origin)
    return made if isinstance(made, Objection) else _fresh_server(made)


async def remove_server(desk: AdminDesk, call: Call) -> Outcome:
    """Forget it for good."""
    server = await desk.resource_servers.remove(call.params["server"], origin=call.origin)
    return server if isinstance(server, Objection) else shapes.Done()


async def list_keys(desk: AdminDesk, _: Call) -> Outcome:
    """All keys."""
    return shapes.AdminKeys(admin_keys=[_key(key) for key in await desk.admin_keys.list_all()])


async def add_key(desk: AdminDesk, call: Call) -> Outcome:
    """A new key, told once."""
    new: shapes.NewAdminKey = call.body
    made = await desk.admin_keys.add(new.name, read_only=new.read_only, days=new.days, origin=call.origin)
    if isinstance(made, Objection):
        return made
    return shapes.FreshAdminKey(admin_key=_key(made.key), value=made.value)


async def revoke_key(desk: AdminDesk, call: Call) -> Outcome:
    """Refuse a key from now on; the one that asks too."""
    key = await desk.admin_keys.revoke(call.params["key"], origin=call.origin)
    return key if isinstance(key, Objection) else shapes.Done()


def _server(server: records.ResourceServer) -> shapes.ResourceServer:
    return shapes.ResourceServer(
        id=server.id,
        name=server.name,
        created_at=instant(server.created_at),
        disabled_at=maybe_instant(server.disabled_at),
    )


def _fresh_server(made: FreshServer) -> shapes.FreshServer:
    return shapes.FreshServer(resource_server=_server(made.server), secret=made.secret)


def _key(key: records.AdminKey) -> shapes.AdminKey:
    return shapes.AdminKey(
        id=key.id,
        name=key.name,
        read_only=key.read_only,
        created_at=instant(key.created_at),
        expires_at=maybe_instant(key.expires_at),
        last_used_at=maybe_instant(key.last_used_at),
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/resource-servers",
        name="listResourceServers",
        tag=SERVERS,
        summary="List the APIs that may ask what a token is worth",
        walk=list_servers,
        gives=shapes.ResourceServers,
    ),
    Operation(
        method="POST",
        path="/resource-servers",
        name="addResourceServer",
        tag=SERVERS,
        summary="Let an API ask about tokens; its secret is told once",
        walk=add_server,
        takes=shapes.Named,
        gives=shapes.FreshServer,
        status=201,
    ),
    Operation(
        method="POST",
        path="/resource-servers/{server}/disable",
        name="disableResourceServer",
        tag=SERVERS,
        summary="Answer it nothing, until it is enabled again",
        walk=disable_server,
        gives=shapes.ResourceServer,
    ),
    Operation(
        method="POST",
        path="/resource-servers/{server}/enable",
        name="enableResourceServer",
        tag=SERVERS,
        summary="Answer it again",
        walk=enable_server,
        gives=shapes.ResourceServer,
    ),
    Operation(
        method="POST",
        path="/resource-servers/{server}/rotate-secret",
        name="rotateResourceServerSecret",
        tag=SERVERS,
        summary="Make a new secret; the old one is refused at once",
        walk=rotate_server_secret,
        gives=shapes.FreshServer,
        status=201,
    ),
    Operation(
        method="DELETE",
        path="/resource-servers/{server}",
        name="removeResourceServer",
        tag=SERVERS,
        summary="Forget it for good",
        walk=remove_server,
        gives=shapes.Done,
    ),
    Operation(
        method="GET",
        path="/admin-keys",
        name="listAdminKeys",
        tag=KEYS,
        summary="List the keys of this API, without what they open with",
        walk=list_keys,
        gives=shapes.AdminKeys,
    ),
    Operation(
        method="POST",
        path="/admin-keys",
        name="addAdminKey",
        tag=KEYS,
        summary="Make a key, which is told once",
        walk=add_key,
        takes=shapes.NewAdminKey,
        gives=shapes.FreshAdminKey,
        status=201,
    ),
    Operation(
        method="DELETE",
        path="/admin-keys/{key}",
        name="revokeAdminKey",
        tag=KEYS,
        summary="Refuse a key from now on",
        walk=revoke_key,
        gives=shapes.Done,
    ),
)
