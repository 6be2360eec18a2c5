"""People and what they connected, over the administration API. A person is named by id or address."""

from frontdesk.flows.operator import Objection
from frontdesk.protocol import records
from frontdesk.protocol.ids import UserId
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.paging import PAGED, Page, read_page
from frontdesk.web.admin.shapes import instant, maybe_instant

TAG = "People"


async def list_users(desk: AdminDesk, call: Call) -> Outcome:
    """A page, in the order of their ids."""
    page = await read_page(
        call,
        desk,
        lambda after, limit: desk.listing.users(UserId(after) if after else None, limit),
        lambda user: user.id,
    )
    if not isinstance(page, Page):
        return page
    return shapes.Users(users=[user_shape(user) for user in page.rows], next_page_token=page.token)


async def show_user(desk: AdminDesk, call: Call) -> Outcome:
    """One person."""
    user = await desk.looking.find_user(call.params["user"])
    return user if isinstance(user, Objection) else user_shape(user)


async def block(desk: AdminDesk, call: Call) -> Outcome:
    """Shut somebody out."""
    return await _set_blocked(desk, call, blocked=True)


async def unblock(desk: AdminDesk, call: Call) -> Outcome:
    """Let somebody in again."""
    return await _set_blocked(desk, call, blocked=False)


async def list_connections(desk: AdminDesk, call: Call) -> Outcome:
    """What somebody let apps do."""
    found = await desk.looking.list_held(call.params["user"])
    if isinstance(found, Objection):
        return found
    return shapes.Connections(
        connections=[
            shapes.Connection(
                client_id=held.client.id,
                app=held.client.name,
                networks=list(held.networks),
                scopes=list(held.scopes),
                consented_at=instant(held.connection.consented_at),
                finished=bool(held.grants),
            )
            for held in found
        ]
    )


async def disconnect(desk: AdminDesk, call: Call) -> Outcome:
    """End a whole connection."""
    ended = await desk.taking_away.disconnect(call.params["user"], call.params["client"], origin=call.origin)
    return ended if isinstance(ended, Objection) else shapes.Done()


async def take_scope(desk: AdminDesk, call: Call) -> Outcome:
    """Some of what an app may do."""
    said: shapes.TakenScope = call.body
    done = await desk.taking_away.take_scope(
        call.params["user"], call.params["client"], said.scope, leave=said.leave, origin=call.origin
    )
    return done if isinstance(done, Objection) else shapes.Done()


async def _set_blocked(desk: AdminDesk, call: Call, *, blocked: bool) -> Outcome:
    user = await desk.looking.find_user(call.params["user"])
    if isinstance(user, Objection):
        return user
    why: shapes.Why = call.body
    changed = await desk.operator.block_user(user.email, blocked=blocked, reason=why.reason, origin=call.origin)
    return changed if isinstance(changed, Objection) else user_shape(changed)


def user_shape(user: records.User) -> shapes.User:
    """A person as they are told."""
    return shapes.User(
        id=user.id,
        email=user.email,
        created_at=instant(user.created_at),
        blocked_at=maybe_instant(user.blocked_at),
        language=user.language,
        roles={network: role.value for network, role in user.roles.items()},
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/users",
        name="listUsers",
        tag=TAG,
        summary="List people with their roles",
        walk=list_users,
        gives=shapes.Users,
        asks=PAGED,
    ),
    Operation(
        method="GET",
        path="/users/{user}",
        name="getUser",
        tag=TAG,
        summary="Show one person, by id or e-mail address",
        walk=show_user,
        gives=shapes.User,
    ),
    Operation(
        method="POST",
        path="/users/{user}/block",
        name="blockUser",
        tag=TAG,
        summary="Shut somebody and every app that acts for them out",
        walk=block,
        takes=shapes.Why,
        may_be_bare=True,
        gives=shapes.User,
    ),
    Operation(
        method="POST",
        path="/users/{user}/unblock",
        name="unblockUser",
        tag=TAG,
        summary="Let somebody in again",
        walk=unblock,
        takes=shapes.Why,
        may_be_bare=True,
        gives=shapes.User,
    ),
    Operation(
        method="GET",
        path="/users/{user}/connections",
        name="listUserConnections",
        tag=TAG,
        summary="List what somebody let apps do",
        walk=list_connections,
        gives=shapes.Connections,
    ),
    Operation(
        method="DELETE",
        path="/users/{user}/connections/{client}",
        name="endUserConnection",
        tag=TAG,
        summary="End everything that somebody let an app do",
        walk=disconnect,
        gives=shapes.Done,
    ),
    Operation(
        method="POST",
        path="/users/{user}/connections/{client}/take-scope",
        name="takeConnectionScope",
        tag=TAG,
        summary="Take a scope from an app of somebody's, or all of it but a smaller one, at once",
        walk=take_scope,
        takes=shapes.TakenScope,
        gives=shapes.Done,
    ),
)
