"""In memory: roles, users and networks that are set aside. `users` holds what counts, as the records say."""

from dataclasses import replace

from frontdesk.protocol.ids import CredentialId, Micros, NetworkId, UserId
from frontdesk.protocol.moving_plan import NETWORK_SUSPENDED, ROLE_SUSPENDED, KnownRole
from frontdesk.protocol.records import NetworkCredential, Role
from frontdesk.storage.memory_grants import MemoryGrants
from frontdesk.storage.memory_signin import MemorySignIn


class MemorySuspending(MemoryGrants, MemorySignIn):
    """What the column `memberships.suspended` and the two `suspended_at` do."""

    def _pair_in_force(self, client_id: CredentialId) -> NetworkCredential | None:
        pair = self.credentials.get(client_id)
        if pair is None or self.networks[pair.network_id].suspended_at is not None:
            return None
        return pair

    def _role_of(self, user_id: UserId, network_id: NetworkId) -> KnownRole | None:
        user = self.users.get(user_id)
        role = None if user is None else user.roles.get(network_id)
        return KnownRole(role=role) if role is not None else self.set_aside.get((user_id, network_id))

    def _all_roles(self) -> dict[tuple[UserId, NetworkId], KnownRole]:
        counting = {
            (user.id, network_id): KnownRole(role=role)
            for user in self.users.values()
            for network_id, role in user.roles.items()
        }
        return {**counting, **self.set_aside}

    def _owns_any(self, user_id: UserId) -> bool:
        return any(owner == user_id and held.role is Role.OWNER for (owner, _), held in self._all_roles().items())

    def _write_role(self, user_id: UserId, network_id: NetworkId, held: KnownRole) -> None:
        user = self.users[user_id]
        roles = {network: role for network, role in user.roles.items() if network != network_id}
        self.set_aside.pop((user_id, network_id), None)
        if held.suspended:
            self.set_aside[user_id, network_id] = held
        else:
            roles[network_id] = held.role
        self.users[user_id] = replace(user, roles=roles)

    def _set_role(self, user_id: UserId, network_id: NetworkId, role: Role, since: Micros) -> None:
        """In force as soon as its network is; `since` where it is their first there."""
        if self._role_of(user_id, network_id) is None:
            self.member_since[user_id, network_id] = since
        suspended = NETWORK_SUSPENDED if self.networks[network_id].suspended_at is not None else 0
        self._write_role(user_id, network_id, KnownRole(role=role, suspended=suspended))

    def _take_role(self, user_id: UserId, network_id: NetworkId) -> None:
        user = self.users[user_id]
        left = {network: held for network, held in user.roles.items() if network != network_id}
        self.users[user_id] = replace(user, roles=left)
        self.set_aside.pop((user_id, network_id), None)
        self.member_since.pop((user_id, network_id), None)

    def _end_invitations_of(self, user_id: UserId, network_id: NetworkId, now: Micros) -> None:
        for one in list(self.invitations.values()):
            if (one.inviter_id, one.network_id, one.ended_at) == (user_id, network_id, None):
                self.invitations[one.id] = replace(one, ended_at=now)

    def _block(self, user_id: UserId, since: Micros | None) -> None:
        self._set_or_pop(self.blocked_users, user_id, since)

    def _set_or_pop(self, times: dict[UserId, Micros], user_id: UserId, since: Micros | None) -> None:
        if since is None:
            times.pop(user_id, None)
        else:
            times[user_id] = since
        blocked_at = self.blocked_users.get(user_id, self.suspended_users.get(user_id))
        self.users[user_id] = replace(self.users[user_id], blocked_at=blocked_at)

    def _suspend_user(self, user_id: UserId, since: Micros | None, now: Micros) -> None:
        self._set_or_pop(self.suspended_users, user_id, since)
        if since is not None:
            self._end_visits(user_id)
            self._void(lambda code: code.user_id == user_id, now)

    def _suspend_network(self, network_id: NetworkId, since: Micros | None) -> None:
        self._set_network_time(self.suspended_networks, network_id, since)

    def _set_network_time(self, times: dict[NetworkId, Micros], network_id: NetworkId, since: Micros | None) -> None:
        """Out of service while a kept list or an operator says so."""
        if since is None:
            times.pop(network_id, None)
        else:
            times[network_id] = since
        out_since = self.stopped_networks.get(network_id, self.suspended_networks.get(network_id))
        self.networks[network_id] = replace(self.networks[network_id], suspended_at=out_since)
        for (user_id, at), held in self._all_roles().items():
            if at == network_id:
                bits = held.suspended & ROLE_SUSPENDED if out_since is None else held.suspended | NETWORK_SUSPENDED
                self._write_role(user_id, at, replace(held, suspended=bits))

    def _suspend_role(self, user_id: UserId, network_id: NetworkId) -> None:
        held = self._role_of(user_id, network_id)
        if held is not None:
            self._write_role(user_id, network_id, replace(held, suspended=held.suspended | ROLE_SUSPENDED))

    def _transfer(self, network_id: NetworkId, *, former: UserId, owner: UserId, now: Micros) -> None:
        held = self._role_of(former, network_id)
        if held is not None:
            self._write_role(former, network_id, replace(held, role=Role.ADMINISTRATOR))
        self._set_role(owner, network_id, Role.OWNER, now)
        self._drop_everywhere(former, network_id, now)
