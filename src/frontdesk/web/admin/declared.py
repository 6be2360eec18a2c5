"""The installation as one file, over the administration API: the shape of the file, and three operations on it."""

from typing import Literal

from msgspec import field

from frontdesk.flows.operator import Objection
from frontdesk.protocol import declared, declared_parts
from frontdesk.protocol.ids import ClientId, Email, NetworkId, ResourceServerId
from frontdesk.protocol.moving_plan import Outcome, Plan
from frontdesk.protocol.records import Profile
from frontdesk.web.admin.call import Asked, Call, Fault, Operation, bad_request
from frontdesk.web.admin.call import Outcome as Answered
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import Shape

TAG = "The installation as one file"
_FULL = Asked(
    name="full", text="true: networks, apps and resource servers that the file does not name are taken out of service."
)

_PICTURES = Asked(name="pictures", text="false: the apps' logos are named, and not in the file.")


class DeclaredPair(Shape, omit_defaults=True):
    """A Basic pair by its name, the main one by none; what is left out narrows nothing. `last_day` in UTC."""

    name: str = ""
    read_only: bool = False
    operations: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    last_day: str = ""


class DeclaredRules(Shape, omit_defaults=True):
    """Which apps may be connected, by their client ids (none said: any), by whom, for how many days.

    `read_only_first`: only reading until they are let write. `owner_passkey`: the owner's pages ask for a sign-in by
    passkey.
    """

    apps: list[str] | None = None
    administrators_only: bool = False
    connection_days: int | None = None
    read_only_first: bool = False
    owner_passkey: bool = False


class DeclaredPartner(Shape, omit_defaults=True):
    """Somebody who makes apps, and under which name."""

    email: str
    name: str
    website: str = ""


class DeclaredNetwork(Shape, omit_defaults=True):
    """A network with all of its people, by e-mail address."""

    id: str
    title: str
    owner: str
    administrators: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    credentials: list[DeclaredPair] = field(default_factory=list)
    rules: DeclaredRules = field(default_factory=DeclaredRules)


class DeclaredApp(Shape, omit_defaults=True):
    """A partner's app."""

    client_id: str
    name: str
    redirect_uris: list[str]
    scopes: list[str]
    optional_scopes: list[str] = field(default_factory=list)
    own_scopes: list[str] = field(default_factory=list)
    profile: Literal["compat", "strict"] | None = None  # none: compat with a secret, strict without
    require_pkce: bool = False
    public: bool = False
    native: bool = False
    disabled: bool = False
    verified: bool = False
    homepage: str = ""
    privacy_url: str = ""
    logo: str = ""
    makers: list[str] = field(default_factory=list)


class DeclaredServer(Shape, omit_defaults=True):
    """An API of yours that may ask what a token is worth."""

    id: str
    name: str
    disabled: bool = False


class File(Shape, omit_defaults=True):
    """What an installation is; `frontdesk` is the version of this form. It holds no secret.

    Version 1 knows nothing of credentials, rules, logos, makers, partners and who is blocked: these stay as they are.
    `pictures`: the apps' logos by their names, in base64.
    """

    frontdesk: Literal[1, 2]
    networks: list[DeclaredNetwork] = field(default_factory=list)
    apps: list[DeclaredApp] = field(default_factory=list)
    resource_servers: list[DeclaredServer] = field(default_factory=list)
    partners: list[DeclaredPartner] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)


class Step(Shape):
    """What becomes of one thing: added, changed, suspended, restored, ended or in conflict."""

    kind: str
    name: str
    outcome: str
    detail: str


class Planned(Shape):
    """What applying the file would do. Where there is a conflict nothing would be."""

    changes: bool
    refused: bool
    steps: list[Step]


class MadeSecret(Shape):
    """A secret that was made for something new: the only moment in which it is told."""

    kind: str
    name: str
    client_id: str
    secret: str


class AppliedFile(Shape):
    """What was done."""

    steps: list[Step]
    secrets: list[MadeSecret]


def write_file(told: declared.Declared) -> File:
    """The file that says what there is."""
    return File(
        frontdesk=2,
        networks=[
            DeclaredNetwork(
                id=network.id,
                title=network.title,
                owner=network.owner,
                administrators=list(network.administrators),
                members=list(network.members),
                credentials=[_write_pair(pair) for pair in network.credentials or ()],
                rules=_write_rules(network.rules or declared_parts.NOTHING_RULED),
            )
            for network in told.networks
        ],
        apps=[
            DeclaredApp(
                client_id=app.client_id,
                name=app.name,
                redirect_uris=list(app.redirect_uris),
                scopes=list(app.scopes),
                optional_scopes=list(app.optional_scopes),
                own_scopes=list(app.own_scopes),
                profile=app.profile.value,
                require_pkce=app.require_pkce,
                public=app.public,
                native=app.native,
                disabled=app.disabled,
                verified=app.verified,
                homepage=app.homepage,
                privacy_url=app.privacy_url,
                logo=app.logo or "",
                makers=list(app.makers or ()),
            )
            for app in told.apps
        ],
        resource_servers=[
            DeclaredServer(id=server.id, name=server.name, disabled=server.disabled) for server in told.servers
        ],
        partners=[
            DeclaredPartner(email=partner.email, name=partner.name, website=partner.website)
            for partner in told.partners
        ],
        blocked=list(told.blocked or ()),
        pictures=dict(told.pictures),
    )


def _write_pair(pair: declared_parts.DeclaredPair) -> DeclaredPair:
    return DeclaredPair(
        name=pair.name,
        read_only=pair.read_only,
        operations=list(pair.operations),
        addresses=list(pair.addresses),
        last_day=pair.last_day,
    )


def _write_rules(rules: declared_parts.DeclaredRules) -> DeclaredRules:
    return DeclaredRules(
        apps=list(rules.apps) if rules.apps is not None else None,
        administrators_only=rules.administrators_only,
        connection_days=rules.connection_days,
        read_only_first=rules.read_only_first,
        owner_passkey=rules.owner_passkey,
    )


def _read_pair(pair: DeclaredPair) -> declared_parts.DeclaredPair:
    return declared_parts.DeclaredPair(
        name=pair.name,
        read_only=pair.read_only,
        operations=tuple(pair.operations),
        addresses=tuple(pair.addresses),
        last_day=pair.last_day,
    )


def _read_rules(rules: DeclaredRules) -> declared_parts.DeclaredRules:
    return declared_parts.DeclaredRules(
        apps=tuple(map(ClientId, rules.apps)) if rules.apps is not None else None,
        administrators_only=rules.administrators_only,
        connection_days=rules.connection_days,
        read_only_first=rules.read_only_first,
        owner_passkey=rules.owner_passkey,
    )


def read_file(file: File) -> declared.Declared:
    """What a file says, as it is written: nothing is judged yet. ValueError: its version has no such thing."""
    if file.frontdesk == 1 and (misplaced := _misplaced(file)):
        raise ValueError(f"a file of version 1 has no {misplaced}: say `frontdesk: 2`")
    is_new = file.frontdesk > 1
    return declared.Declared(
        networks=tuple(
            declared.DeclaredNetwork(
                id=NetworkId(network.id),
                title=network.title,
                owner=Email(network.owner),
                administrators=tuple(Email(email) for email in network.administrators),
                members=tuple(Email(email) for email in network.members),
                credentials=tuple(map(_read_pair, network.credentials)) if is_new else None,
                rules=_read_rules(network.rules) if is_new else None,
            )
            for network in file.networks
        ),
        apps=tuple(
            declared.DeclaredApp(
                client_id=ClientId(app.client_id),
                name=app.name,
                redirect_uris=tuple(app.redirect_uris),
                scopes=tuple(app.scopes),
                optional_scopes=tuple(app.optional_scopes),
                own_scopes=tuple(app.own_scopes),
                profile=Profile(app.profile or ("strict" if app.public else "compat")),
                require_pkce=app.require_pkce,
                public=app.public,
                native=app.native,
                disabled=app.disabled,
                verified=app.verified,
                homepage=app.homepage,
                privacy_url=app.privacy_url,
                logo=app.logo if is_new else None,
                makers=tuple(map(Email, app.makers)) if is_new else None,
            )
            for app in file.apps
        ),
        servers=tuple(
            declared.DeclaredServer(id=ResourceServerId(server.id), name=server.name, disabled=server.disabled)
            for server in file.resource_servers
        ),
        partners=tuple(
            declared_parts.DeclaredPartner(email=Email(partner.email), name=partner.name, website=partner.website)
            for partner in file.partners
        ),
        blocked=tuple(map(Email, file.blocked)) if is_new else None,
        pictures=file.pictures,
    )


def _misplaced(file: File) -> str:
    """What a file of the first version cannot say, and this one does."""
    found = {
        "credentials": any(network.credentials for network in file.networks),
        "rules": any(network.rules != DeclaredRules() for network in file.networks),
        "logo": any(app.logo for app in file.apps),
        "makers": any(app.makers for app in file.apps),
        "partners": bool(file.partners),
        "blocked": bool(file.blocked),
        "pictures": bool(file.pictures),
    }
    return next((name for name, is_said in found.items() if is_said), "")


def steps_of(plan: Plan) -> list[Step]:
    """What becomes of everything that does not stay as it is, and what could not be as the file says."""
    return [
        Step(kind=told.kind, name=told.name, outcome=told.outcome.value, detail=told.detail)
        for told in plan.verdicts
        if told.outcome is not Outcome.SAME or told.detail
    ]


def _read(call: Call) -> declared.Declared | Fault:
    try:
        return read_file(call.body)
    except ValueError as fault:
        return bad_request(str(fault))


async def export(desk: AdminDesk, call: Call) -> Answered:
    """What there is."""
    return write_file(await desk.declaring.export(pictures=call.asked("pictures") != "false"))


async def plan_file(desk: AdminDesk, call: Call) -> Answered:
    """What applying would do."""
    written = _read(call)
    if isinstance(written, Fault):
        return written
    plan = await desk.declaring.plan(written, full=call.asked("full") == "true")
    if isinstance(plan, Objection):
        return plan
    return Planned(changes=bool(plan.changes), refused=plan.is_refused, steps=steps_of(plan))


async def apply_file(desk: AdminDesk, call: Call) -> Answered:
    """All of it, or nothing."""
    written = _read(call)
    if isinstance(written, Fault):
        return written
    applied = await desk.declaring.apply(written, full=call.asked("full") == "true", origin=call.origin)
    if isinstance(applied, Objection):
        return applied
    return AppliedFile(
        steps=steps_of(applied.plan),
        secrets=[
            MadeSecret(kind=made.kind, name=made.name, client_id=made.client_id, secret=made.secret)
            for made in applied.secrets
        ],
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/export",
        name="export",
        tag=TAG,
        summary="Say what the installation is, as one file without secrets",
        walk=export,
        gives=File,
        asks=(_PICTURES,),
    ),
    Operation(
        method="POST",
        path="/plan",
        name="plan",
        tag=TAG,
        summary="Say what applying a file would do; nothing is changed",
        walk=plan_file,
        takes=File,
        gives=Planned,
        asks=(_FULL,),
        is_dry=True,
    ),
    Operation(
        method="POST",
        path="/apply",
        name="apply",
        tag=TAG,
        summary="Bring the installation to where a file is, all or nothing; secrets of what is new are told once",
        walk=apply_file,
        takes=File,
        gives=AppliedFile,
        asks=(_FULL,),
    ),
)
