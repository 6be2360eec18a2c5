"""The in-memory twin of storage/removing.py."""

from frontdesk.protocol.ids import ClientId, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.trials import Removed, Trial, is_trial_address, is_trial_title
from frontdesk.storage.memory_state import MemoryState


class MemoryRemoving(MemoryState):
    """Taking away what a trial run made."""

    async def remove_trial(self, *, trial: Trial, audit: AuditEvent) -> Removed:
        """Remove what a trial run made."""
        people = {
            user for user in trial.users if user in self.users and is_trial_address(self.users[user].email, trial.mark)
        }
        networks = {
            network
            for network in trial.networks
            if network in self.networks
            and is_trial_title(self.networks[network].title, trial.mark)
            and all(user.id in people for user in self.users.values() if network in user.roles)
        }
        apps = {
            client
            for client in trial.clients
            if client in self.clients and is_trial_title(self.clients[client].name, trial.mark)
        }
        self._let_go(people, apps)
        for key in trial.budget_keys:
            self.budgets.pop(key, None)
        for network in networks:
            del self.networks[network]
            for user in self.users.values():
                user.roles.pop(network, None)
        self.network_rules = {key: one for key, one in self.network_rules.items() if key not in networks}
        self.ownership_offers = {key: one for key, one in self.ownership_offers.items() if key not in networks}
        self.invitations = {key: one for key, one in self.invitations.items() if one.network_id not in networks}
        self.member_since = {key: at for key, at in self.member_since.items() if key[1] not in networks}
        self.left_edges = {key: at for key, at in self.left_edges.items() if key[0] not in networks}
        self.credentials = {key: pair for key, pair in self.credentials.items() if pair.network_id not in networks}
        gone = [user for user in people if not self.users[user].roles]
        for user_id in gone:
            del self.users[user_id]
        for client in apps:
            del self.clients[client]
        self._note(audit)
        return Removed(networks=len(networks), users=len(gone), clients=len(apps))

    def _let_go(self, people: set[UserId], apps: set[ClientId]) -> None:
        def hangs(user_id: UserId | None, client_id: ClientId) -> bool:
            return user_id in people or client_id in apps

        self.codes = {key: code for key, code in self.codes.items() if not hangs(code.user_id, code.client_id)}
        self.grants = {key: one for key, one in self.grants.items() if not hangs(one.user_id, one.client_id)}
        self.own_grants = {key: own for key, own in self.own_grants.items() if own.client_id not in apps}
        self.connections = {pair: one for pair, one in self.connections.items() if not hangs(*pair)}
        self.sessions = {key: one for key, one in self.sessions.items() if one.user_id not in people}
        self.last_sign_ins = {user: at for user, at in self.last_sign_ins.items() if user not in people}
        self.login_codes = {key: one for key, one in self.login_codes.items() if one.user_id not in people}
        self.email_changes = {user: one for user, one in self.email_changes.items() if user not in people}
        self.passkeys = {key: one for key, one in self.passkeys.items() if one.user_id not in people}
        self.second_factors = {user: one for user, one in self.second_factors.items() if user not in people}
        self.recovery_codes = {user: codes for user, codes in self.recovery_codes.items() if user not in people}
        self.identities = {key: held for key, held in self.identities.items() if held not in people}
        self.unlinked_identities = {key: at for key, at in self.unlinked_identities.items() if key in self.identities}
        self.weak_forms = {key: use for key, use in self.weak_forms.items() if key[0] not in apps}
        self.habits = {key: one for key, one in self.habits.items() if key[0] not in apps}
        self.app_owners = {key: at for key, at in self.app_owners.items() if key[1] not in apps}
        self.maker_invitations = {
            key: one for key, one in self.maker_invitations.items() if not hangs(one.invited_by, one.client_id)
        }
        self.app_logos = {name: logo for name, logo in self.app_logos.items() if logo[0] not in apps}
        self.secret_uses = {key: at for key, at in self.secret_uses.items() if key[0] not in apps}
