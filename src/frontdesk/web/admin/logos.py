"""An app's logo, over the administration API."""

from frontdesk.flows.operator import Objection
from frontdesk.web.admin import shapes
from frontdesk.web.admin.apps import TAG, app_shape
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import Shape


class NewLogo(Shape):
    """A picture: a PNG, JPEG or WebP in base64. It is made anew of what draws; all else that it says is left out."""

    picture: bytes


async def set_logo(desk: AdminDesk, call: Call) -> Outcome:
    """Another picture."""
    new: NewLogo = call.body
    client = await desk.app_logos.change_by_operator(call.params["client"], new.picture, origin=call.origin)
    return client if isinstance(client, Objection) else app_shape(client)


async def remove_logo(desk: AdminDesk, call: Call) -> Outcome:
    """None."""
    client = await desk.app_logos.change_by_operator(call.params["client"], None, origin=call.origin)
    return client if isinstance(client, Objection) else app_shape(client)


OPERATIONS = (
    Operation(
        method="PUT",
        path="/apps/{client}/logo",
        name="setAppLogo",
        tag=TAG,
        summary="Give an app a logo, which people see when they are asked to connect it",
        walk=set_logo,
        takes=NewLogo,
        gives=shapes.App,
    ),
    Operation(
        method="DELETE",
        path="/apps/{client}/logo",
        name="removeAppLogo",
        tag=TAG,
        summary="Remove an app's logo; its initials stand in its place",
        walk=remove_logo,
        gives=shapes.App,
    ),
)
