"""A list carried out in one transaction: look up what it names, decide, and make every change or none."""

from collections.abc import Iterable

from frontdesk.protocol.ids import CodeId, Digest, Email, GrantId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.import_list import code_id_of
from frontdesk.protocol.moving_changes import (
    AddClient,
    AddGrant,
    AddNetwork,
    AddServer,
    AddUser,
    Change,
    ChangeClient,
    GiveRole,
    MoveUser,
    PutConnection,
    RetitleNetwork,
    SetClient,
    SetServer,
    SuspendNetwork,
    SuspendRole,
    SuspendUser,
    TransferNetwork,
    audit_change,
)
from frontdesk.protocol.moving_plan import Known, KnownNetwork, KnownRole, KnownUser, Plan, Procedure
from frontdesk.protocol.records import Client, Connection, Grant, Role
from frontdesk.storage import suspending
from frontdesk.storage.audit import entry
from frontdesk.storage.clients import find_client, insert_client, list_clients
from frontdesk.storage.codes import void_codes_of_client
from frontdesk.storage.columns import live_edges, network_text, pack_networks
from frontdesk.storage.connections import find_connection
from frontdesk.storage.consents import INSERT_GRANT, PUT_CONNECTION
from frontdesk.storage.credentials import find_credential_of, find_stored_credential
from frontdesk.storage.grants import find_grant
from frontdesk.storage.moving_parts import look_up_parts, make_part
from frontdesk.storage.networks import insert_network
from frontdesk.storage.partners import list_logos
from frontdesk.storage.resource_servers import insert_resource_server, list_resource_servers
from frontdesk.storage.users import insert_user
from frontdesk.storage.verbs import Rows, Value, Verb

_USERS = """
SELECT u.id, u.email, u.blocked_at, u.suspended_at, m.network_id, m.role, m.suspended
FROM users u LEFT JOIN memberships m ON m.user_id = u.id
"""
ALL_USERS = _USERS + "ORDER BY u.id"
USER_BY_EMAIL = _USERS + "WHERE u.email = $1"
USER_BY_ID = _USERS + "WHERE u.id = $1"
_NETWORKS = """
SELECT n.id, n.title, n.suspended_at, m.user_id
FROM networks n JOIN memberships m ON m.network_id = n.id AND m.role = 'owner'
"""
ALL_NETWORKS = _NETWORKS + "ORDER BY n.id"
NETWORK_BY_ID = _NETWORKS + "WHERE n.id = $1"
GRANT_OF_FOREIGN = "SELECT grant_id FROM foreign_tokens WHERE digest = $1"
LIVE_GRANTS = "SELECT id, code_id FROM grants WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL"
RETITLE = "UPDATE networks SET title = $1 WHERE id = $2"
CHANGE_CLIENT = "UPDATE clients SET name = $1, redirect_uris = $2, scopes = $3 WHERE id = $4"
SET_CLIENT = """
UPDATE clients SET name = $1, redirect_uris = $2, scopes = $3, optional_scopes = $4, own_scopes = $5, profile = $6,
    require_pkce = $7, native = $8, disabled_at = $9, verified_at = $10, homepage = $11, privacy_url = $12
WHERE id = $13
"""
SET_SERVER = "UPDATE resource_servers SET name = $1, disabled_at = $2 WHERE id = $3"
INSERT_FOREIGN = "INSERT INTO foreign_tokens (digest, grant_id) VALUES ($1, $2)"


def carry_out(procedure: Procedure) -> Verb[Plan]:
    """Look up, decide, change; a plan that is refused, or that is only asked for, changes nothing."""
    known = yield from look_up(procedure)
    plan = procedure.decide(known)
    if plan.is_refused or not procedure.commit or not plan.changes:
        return plan
    for change in plan.changes:
        yield from _make(change, procedure)
        audit = audit_change(change, procedure.audit)
        if audit is not None:
            yield entry(audit)
    yield entry(procedure.audit)
    return plan


def find_foreign_grant(digests: Iterable[Digest]) -> Verb[Grant | None]:
    """The grant, revoked or not, that a refresh token from elsewhere stands for."""
    for digest in digests:
        for (grant,) in (yield GRANT_OF_FOREIGN, (digest,)):
            return (yield from find_grant(GrantId(uuid_text(grant))))
    return None


# -- what a list names
def look_up(procedure: Procedure) -> Verb[Known]:
    """What the store holds of it: by key, or everything for a full list."""
    asked, known = procedure.asked, Known()
    if asked.everything:
        _know_users(known, (yield ALL_USERS, ()))
        _know_networks(known, (yield ALL_NETWORKS, ()))
        if asked.programs:
            known.clients.update((client.id, client) for client in (yield from list_clients()))
            known.servers.update((server.id, server) for server in (yield from list_resource_servers()))
            yield from look_up_parts(known)
        if asked.pictures:
            known.pictures.update((yield from list_logos()))
        return known
    for email in asked.emails:
        _know_users(known, (yield USER_BY_EMAIL, (email,)))
    for network_id in asked.networks:
        _know_networks(known, (yield NETWORK_BY_ID, (uuid_bytes(network_id),)))
    for user_id in {*asked.users, *(network.owner for network in known.networks.values())} - known.users.keys():
        _know_users(known, (yield USER_BY_ID, (uuid_bytes(user_id),)))
    yield from _look_up_credentials(known, procedure)
    yield from _look_up_grants(known, procedure)
    return known


def _look_up_credentials(known: Known, procedure: Procedure) -> Verb[None]:
    asked = procedure.asked
    for client_id in asked.credentials:
        pair = yield from find_stored_credential(client_id)
        if pair is not None:
            known.credentials[client_id] = pair
    for network_id in known.networks if asked.credentials else ():
        pair = yield from find_credential_of(network_id)
        if pair is not None:
            known.credential_of[network_id] = pair
    for app_id in asked.clients:
        client = yield from find_client(app_id)
        if client is not None:
            known.clients[app_id] = client


def _look_up_grants(known: Known, procedure: Procedure) -> Verb[None]:
    asked = procedure.asked
    for digests in asked.tokens:
        grant = yield from find_foreign_grant(digests)
        if grant is not None:
            known.tokens.update(dict.fromkeys(digests, grant))
    moved = {code_id_of(digest): digests for digests in asked.tokens for digest in digests}
    for email, app_id in asked.connections:
        user_id = known.emails.get(email)
        if user_id is None or app_id not in known.clients:
            continue
        connection = yield from find_connection((user_id, app_id))
        if connection is not None:
            known.connections[user_id, app_id] = connection
        live = yield LIVE_GRANTS, (uuid_bytes(user_id), app_id)
        known.live_grants[user_id, app_id] = len(live)
        for grant_id, code_id in live:
            again = moved.get(CodeId(uuid_text(code_id)), ())
            grant = (yield from find_grant(GrantId(uuid_text(grant_id)))) if again else None
            if grant is not None:
                known.tokens.update(dict.fromkeys(again, grant))


def _know_users(known: Known, rows: Rows) -> None:
    for raw, email, blocked, suspended, network, role, set_aside in rows:
        user_id = UserId(uuid_text(raw))
        if user_id not in known.users:
            is_blocked, is_suspended = blocked is not None, suspended is not None
            known.add_user(KnownUser(id=user_id, email=Email(email), blocked=is_blocked, suspended=is_suspended))
        if network is not None:
            known.roles[user_id, network_text(network)] = KnownRole(role=Role(role), suspended=set_aside)


def _know_networks(known: Known, rows: Rows) -> None:
    for raw, title, suspended, owner in rows:
        network_id = network_text(raw)
        known.networks[network_id] = KnownNetwork(
            id=network_id, title=title, owner=UserId(uuid_text(owner)), suspended=suspended is not None
        )


# -- what is changed
def _make(change: Change, procedure: Procedure) -> Verb[None]:
    now = procedure.now
    match change:
        case AddUser(user=user):
            yield from insert_user(user)
        case MoveUser(user_id=user_id, email=email):
            yield suspending.SET_EMAIL, (email, uuid_bytes(user_id))
        case AddNetwork(network=network, owner=owner, credential=credential):
            yield from insert_network(network, owner, credential)
        case RetitleNetwork(network_id=network_id, title=title):
            yield RETITLE, (title, uuid_bytes(network_id))
        case TransferNetwork(network_id=network_id, former=former, owner=owner):
            yield from suspending.transfer_network(network_id, former=former, owner=owner, now=now)
        case GiveRole(user_id=user_id, network_id=network_id, role=role):
            yield from suspending.give_role(user_id, network_id, role, now)
        case SuspendNetwork(network_id=network_id, restored=restored):
            yield from suspending.suspend_network(network_id, since=None if restored else now)
        case SuspendUser(user_id=user_id, restored=restored):
            yield from suspending.suspend_user(user_id, restored=restored, now=now)
        case SuspendRole(user_id=user_id, network_id=network_id):
            yield suspending.SUSPEND_ROLE, (uuid_bytes(user_id), uuid_bytes(network_id))
        case AddClient(client=client):
            yield from insert_client(client)
        case ChangeClient(client=client):
            uris, scopes = "\n".join(client.redirect_uris), " ".join(client.scopes)
            yield CHANGE_CLIENT, (client.name, uris, scopes, client.id)
        case SetClient(client=client, disables=disables):
            yield SET_CLIENT, _declared_columns(client)
            if disables:
                yield from void_codes_of_client(client.id, now)
        case AddServer(server=server):
            yield from insert_resource_server(server)
        case SetServer(server=server):
            yield SET_SERVER, (server.name, server.disabled_at, server.id)
        case AddGrant(grant=grant):
            yield from _add_grant(grant)
        case PutConnection(connection=connection):
            yield from _put_connection(connection)
        case _:
            yield from make_part(change, now)


def _declared_columns(client: Client) -> tuple[Value, ...]:
    return (
        client.name,
        "\n".join(client.redirect_uris),
        " ".join(client.scopes),
        " ".join(client.optional_scopes),
        " ".join(client.own_scopes),
        client.profile.value,
        int(client.require_pkce),
        int(client.native),
        client.disabled_at,
        client.verified_at,
        client.homepage,
        client.privacy_url,
        client.id,
    )


def _add_grant(grant: Grant) -> Verb[None]:
    key = uuid_bytes(grant.id)
    yield (
        INSERT_GRANT,
        (
            key,
            uuid_bytes(grant.user_id),
            grant.client_id,
            grant.stamp,
            " ".join(grant.scopes_asked),
            " ".join(grant.scopes_given),
            live_edges(pack_networks(edge.network_id for edge in grant.edges)),
            grant.refresh_digest,
            uuid_bytes(grant.code_id),
            grant.created_at,
            None,
            grant.created_at,
            None,
        ),
    )
    yield INSERT_FOREIGN, (grant.refresh_digest, key)


def _put_connection(connection: Connection) -> Verb[None]:
    yield (
        PUT_CONNECTION,
        (
            uuid_bytes(connection.user_id),
            connection.client_id,
            connection.redirect_uri,
            " ".join(connection.scopes_given),
            pack_networks(connection.networks_offered),
            pack_networks(connection.networks_given),
            connection.created_at,
            connection.consented_at,
        ),
    )
