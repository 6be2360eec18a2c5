"""What is an app's makers', over the administration API: partners, what apps say of themselves, secrets, review."""

from datetime import datetime

from frontdesk.flows.app_security import KnownSecret
from frontdesk.flows.operator import Objection
from frontdesk.web.admin import shapes
from frontdesk.web.admin.apps import app_shape
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import Shape, instant, maybe_instant

TAG = "Makers"


class PartnerApp(Shape):
    """An app that a partner makes."""

    client_id: str
    name: str
    review: str


class Partner(Shape):
    """Somebody who makes apps, under which name, and which."""

    user_id: str
    email: str
    name: str
    website: str
    since: datetime
    apps: list[PartnerApp]


class NewPartner(Shape):
    """What a partner is called, and where people read about them."""

    name: str
    website: str = ""


class Maker(Shape):
    """One of an app's people."""

    user_id: str
    email: str


class Makers(Shape):
    """Whose app it is; nobody's, where an operator registered it."""

    makers: list[Maker]


class Secret(Shape):
    """A secret in force, without what it is. `silent`: nobody used it for a day."""

    number: int
    last_four: str
    made_at: datetime
    last_used_at: datetime | None
    silent: bool


class Secrets(Shape):
    """The present one first; a public app has none."""

    secrets: list[Secret]


class HandedIn(Shape):
    """A word to the reviewer."""

    note: str = ""


async def show_partner(desk: AdminDesk, call: Call) -> Outcome:
    """Somebody as a partner."""
    found = await desk.accounts.find_partner(call.params["user"])
    if isinstance(found, Objection):
        return found
    user, partner, apps = found
    if partner is None:
        return Objection(problem=f"{user.email} is no partner", missing=True)
    return Partner(
        user_id=user.id,
        email=user.email,
        name=partner.name,
        website=partner.website,
        since=instant(partner.created_at),
        apps=[PartnerApp(client_id=app.id, name=app.name, review=app.review.value) for app in apps],
    )


async def make_partner(desk: AdminDesk, call: Call) -> Outcome:
    """From now on."""
    new: NewPartner = call.body
    made = await desk.accounts.make_partner(call.params["user"], new.name, new.website, origin=call.origin)
    return made if isinstance(made, Objection) else await show_partner(desk, call)


async def list_makers(desk: AdminDesk, call: Call) -> Outcome:
    """All of them."""
    found = await desk.makers.list_makers(call.params["client"])
    if isinstance(found, Objection):
        return found
    return Makers(makers=[Maker(user_id=user.id, email=user.email) for user in found])


async def add_maker(desk: AdminDesk, call: Call) -> Outcome:
    """One more."""
    user = await desk.makers.add_maker(call.params["client"], call.params["user"], origin=call.origin)
    return user if isinstance(user, Objection) else Maker(user_id=user.id, email=user.email)


async def remove_maker(desk: AdminDesk, call: Call) -> Outcome:
    """One less."""
    user = await desk.makers.remove_maker(call.params["client"], call.params["user"], origin=call.origin)
    return user if isinstance(user, Objection) else shapes.Done()


async def list_secrets(desk: AdminDesk, call: Call) -> Outcome:
    """Which are in force."""
    found = await desk.makers.list_secrets(call.params["client"])
    return found if isinstance(found, Objection) else Secrets(secrets=[_secret(one) for one in found])


async def add_secret(desk: AdminDesk, call: Call) -> Outcome:
    """A second one."""
    made = await desk.makers.add_secret(call.params["client"], origin=call.origin)
    if isinstance(made, Objection):
        return made
    return shapes.FreshApp(app=app_shape(made.client), client_secret=made.secret)


async def end_earlier(desk: AdminDesk, call: Call) -> Outcome:
    """Back to one."""
    client = await desk.makers.end_earlier_secret(call.params["client"], origin=call.origin)
    return client if isinstance(client, Objection) else app_shape(client)


async def submit(desk: AdminDesk, call: Call) -> Outcome:
    """Into the queue."""
    said: HandedIn = call.body
    client = await desk.makers.submit(call.params["client"], said.note, origin=call.origin)
    return client if isinstance(client, Objection) else app_shape(client)


async def withdraw(desk: AdminDesk, call: Call) -> Outcome:
    """Out of it."""
    client = await desk.makers.withdraw(call.params["client"], origin=call.origin)
    return client if isinstance(client, Objection) else app_shape(client)


def _secret(secret: KnownSecret) -> Secret:
    return Secret(
        number=secret.number,
        last_four=secret.last_four,
        made_at=instant(secret.made_at),
        last_used_at=maybe_instant(secret.last_used_at),
        silent=secret.is_silent,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/users/{user}/partner",
        name="getPartner",
        tag=TAG,
        summary="Show somebody as a partner, with the apps that they make",
        walk=show_partner,
        gives=Partner,
    ),
    Operation(
        method="PUT",
        path="/users/{user}/partner",
        name="setPartner",
        tag=TAG,
        summary="Let somebody make apps, or call a partner something else",
        walk=make_partner,
        takes=NewPartner,
        gives=Partner,
    ),
    Operation(
        method="GET",
        path="/apps/{client}/makers",
        name="listMakers",
        tag=TAG,
        summary="List whose app it is",
        walk=list_makers,
        gives=Makers,
    ),
    Operation(
        method="PUT",
        path="/apps/{client}/makers/{user}",
        name="addMaker",
        tag=TAG,
        summary="Make a partner one of an app's makers; all of them are told by mail",
        walk=add_maker,
        gives=Maker,
    ),
    Operation(
        method="DELETE",
        path="/apps/{client}/makers/{user}",
        name="removeMaker",
        tag=TAG,
        summary="Make somebody none of an app's makers any more; those who stay are told by mail",
        walk=remove_maker,
        gives=shapes.Done,
    ),
    Operation(
        method="GET",
        path="/apps/{client}/secrets",
        name="listAppSecrets",
        tag=TAG,
        summary="List an app's secrets in force, without what they are, and when each was last used",
        walk=list_secrets,
        gives=Secrets,
    ),
    Operation(
        method="POST",
        path="/apps/{client}/secrets",
        name="addAppSecret",
        tag=TAG,
        summary="Make a second secret beside the present one, which goes on; its makers are told by mail",
        walk=add_secret,
        gives=shapes.FreshApp,
        status=201,
    ),
    Operation(
        method="DELETE",
        path="/apps/{client}/secrets/earlier",
        name="endEarlierAppSecret",
        tag=TAG,
        summary="Refuse the secret before the present one from now on; its makers are told by mail",
        walk=end_earlier,
        gives=shapes.App,
    ),
    Operation(
        method="POST",
        path="/apps/{client}/submit",
        name="submitApp",
        tag=TAG,
        summary="Hand an app in for review in its makers' place",
        walk=submit,
        takes=HandedIn,
        may_be_bare=True,
        gives=shapes.App,
    ),
    Operation(
        method="POST",
        path="/apps/{client}/withdraw",
        name="withdrawApp",
        tag=TAG,
        summary="Take an app out of the reviewers' queue",
        walk=withdraw,
        gives=shapes.App,
    ),
)
