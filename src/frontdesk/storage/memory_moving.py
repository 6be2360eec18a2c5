"""In memory: a list carried out, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import Digest
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
from frontdesk.protocol.moving_plan import Known, KnownNetwork, KnownUser, Plan, Procedure
from frontdesk.protocol.records import Grant, Role
from frontdesk.storage.memory_moving_parts import MemoryMovingParts


class MemoryMoving(MemoryMovingParts):
    """What `frontdesk.flows.needs_moving.MovingStore` asks for, in dictionaries."""

    async def find_foreign_grant(self, digests: Sequence[Digest]) -> Grant | None:
        """The grant that a refresh token from elsewhere stands for."""
        return self._foreign_grant(digests)

    async def carry_out(self, procedure: Procedure) -> Plan:
        """Look up, decide, change."""
        plan = procedure.decide(self._look_up(procedure))
        if plan.is_refused or not procedure.commit or not plan.changes:
            return plan
        for change in plan.changes:
            self._make(change, procedure)
            audit = audit_change(change, procedure.audit)
            if audit is not None:
                self._note(audit)
        self._note(procedure.audit)
        return plan

    def _foreign_grant(self, digests: Sequence[Digest]) -> Grant | None:
        for digest in digests:
            grant_id = self.foreign_tokens.get(digest)
            if grant_id is not None and grant_id in self.grants:
                return self.grants[grant_id]
        return None

    def _look_up(self, procedure: Procedure) -> Known:
        """Everything: what a list does not name is not looked at."""
        known = Known(
            credentials=dict(self.credentials),
            credential_of={pair.network_id: pair for pair in self.credentials.values() if pair.is_main},
            clients=dict(self.clients),
            servers=dict(self.resource_servers),
            connections=dict(self.connections),
            roles=self._all_roles(),
        )
        for user in self.users.values():
            blocked, suspended = user.id in self.blocked_users, user.id in self.suspended_users
            known.add_user(KnownUser(id=user.id, email=user.email, blocked=blocked, suspended=suspended))
        owners = {at: user for (user, at), held in known.roles.items() if held.role is Role.OWNER}
        for network in self.networks.values():
            known.networks[network.id] = KnownNetwork(
                id=network.id,
                title=network.title,
                owner=owners[network.id],
                suspended=network.id in self.suspended_networks,
            )
        self._look_up_grants(known, procedure)
        self._look_up_parts(known)
        if procedure.asked.pictures:
            known.pictures.update((name, picture) for name, (_, picture) in self.app_logos.items())
        return known

    def _look_up_grants(self, known: Known, procedure: Procedure) -> None:
        live = {grant.code_id: grant for grant in self.grants.values() if grant.revoked_at is None}
        for grant in live.values():
            pair = (grant.user_id, grant.client_id)
            known.live_grants[pair] = known.live_grants.get(pair, 0) + 1
        for digests in procedure.asked.tokens:
            moved = next((live[code] for code in map(code_id_of, digests) if code in live), None)
            found = self._foreign_grant(digests) or moved
            if found is not None:
                known.tokens.update(dict.fromkeys(digests, found))

    def _make(self, change: Change, procedure: Procedure) -> None:
        now = procedure.now
        match change:
            case AddUser(user=user):
                self.users[user.id] = user
            case MoveUser(user_id=user_id, email=email):
                self.users[user_id] = replace(self.users[user_id], email=email)
            case AddNetwork(network=network, owner=owner, credential=credential):
                self.networks[network.id] = network
                self.credentials[credential.client_id] = credential
                self._set_role(owner, network.id, Role.OWNER, network.created_at)
            case RetitleNetwork(network_id=network_id, title=title):
                self.networks[network_id] = replace(self.networks[network_id], title=title)
            case TransferNetwork(network_id=network_id, former=former, owner=owner):
                self._transfer(network_id, former=former, owner=owner, now=now)
            case GiveRole(user_id=user_id, network_id=network_id, role=role):
                self._set_role(user_id, network_id, role, now)
            case SuspendNetwork(network_id=network_id, restored=restored):
                self._suspend_network(network_id, None if restored else now)
            case SuspendUser(user_id=user_id, restored=restored):
                self._suspend_user(user_id, None if restored else now, now)
            case SuspendRole(user_id=user_id, network_id=network_id):
                self._suspend_role(user_id, network_id)
            case AddClient(client=client) | ChangeClient(client=client):
                self.clients[client.id] = client
            case SetClient(client=client, disables=disables):
                self.clients[client.id] = client
                if disables:
                    self._void(lambda code: code.client_id == client.id, now)
            case AddServer(server=server) | SetServer(server=server):
                self.resource_servers[server.id] = server
            case AddGrant(grant=grant):
                self.grants[grant.id] = grant
                self.foreign_tokens[grant.refresh_digest] = grant.id
            case PutConnection(connection=connection):
                self.connections[connection.user_id, connection.client_id] = connection
            case _:
                self._make_part(change, now)
