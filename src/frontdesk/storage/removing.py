"""Taking away what a trial run made, with all that hangs on it; whatever does not carry the run's mark is left alone.

Audit rows, decisions and counted calls stay: they tell of what happened. Everything else goes in one transaction.
"""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, uuid_bytes
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.trials import Removed, Trial, is_trial_address, is_trial_title, least_id
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

TITLE_OF = "SELECT title FROM networks WHERE id = $1"
EMAIL_OF = "SELECT email FROM users WHERE id = $1"
NAME_OF = "SELECT name FROM clients WHERE id = $1"
PEOPLE_OF = "SELECT user_id FROM memberships WHERE network_id = $1"
# Nothing indexes codes and grants by user or app alone: by the order of their ids only those since the run began are
# looked at.
CODES_OF_USER = "DELETE FROM codes WHERE id >= $1 AND user_id = $2"
CODES_OF_CLIENT = "DELETE FROM codes WHERE id >= $1 AND client_id = $2"
GRANTS_OF_USER = "DELETE FROM grants WHERE id >= $1 AND user_id = $2"
GRANTS_OF_CLIENT = "DELETE FROM grants WHERE id >= $1 AND client_id = $2"
CONNECTIONS_OF_USER = "DELETE FROM connections WHERE user_id = $1"
CONNECTIONS_OF_CLIENT = "DELETE FROM connections WHERE client_id = $1"
SESSIONS_OF_USER = "DELETE FROM sessions WHERE user_id = $1"
LAST_SIGN_IN_OF_USER = "DELETE FROM last_sign_ins WHERE user_id = $1"
PASSKEYS_OF_USER = "DELETE FROM passkeys WHERE user_id = $1"
IDENTITIES_OF_USER = "DELETE FROM identities WHERE user_id = $1"
RECOVERY_CODES_OF_USER = "DELETE FROM recovery_codes WHERE user_id = $1"
SECOND_FACTOR_OF_USER = "DELETE FROM second_factors WHERE user_id = $1"
EMAIL_CHANGE_OF_USER = "DELETE FROM email_changes WHERE user_id = $1"
LOGIN_CODES_OF_USER = "DELETE FROM login_codes WHERE user_id = $1"
BUDGET = "DELETE FROM login_budgets WHERE key = $1"
OWN_GRANT_OF_CLIENT = "DELETE FROM own_grants WHERE client_id = $1"
OWNERS_OF_CLIENT = "DELETE FROM app_owners WHERE client_id = $1"
INVITATIONS_OF_CLIENT = "DELETE FROM maker_invitations WHERE client_id = $1"
INVITATIONS_OF_USER = "DELETE FROM maker_invitations WHERE invited_by = $1"
LOGO_OF_CLIENT = "DELETE FROM app_logos WHERE name IN (SELECT logo FROM clients WHERE id = $1)"
USES_OF_CLIENT = "DELETE FROM app_secret_uses WHERE client_id = $1"
HABITS_OF_CLIENT = "DELETE FROM app_habits WHERE client_id = $1"
WEAK_FORMS_OF_CLIENT = "DELETE FROM weak_forms WHERE client_id = $1"
RULES_OF_NETWORK = "DELETE FROM network_rules WHERE network_id = $1"
OFFER_OF_NETWORK = "DELETE FROM ownership_offers WHERE network_id = $1"
INVITATIONS_OF_NETWORK = "DELETE FROM invitations WHERE network_id = $1"
LEFT_EDGES_OF_NETWORK = "DELETE FROM left_edges WHERE network_id = $1"
MEMBERSHIPS_OF_NETWORK = "DELETE FROM memberships WHERE network_id = $1"
CREDENTIAL_OF_NETWORK = "DELETE FROM credentials WHERE network_id = $1"
NETWORK = "DELETE FROM networks WHERE id = $1"
USER = "DELETE FROM users WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM memberships WHERE user_id = $1) RETURNING id"
CLIENT = "DELETE FROM clients WHERE id = $1"


def remove_trial(*, trial: Trial, audit: AuditEvent) -> Verb[Removed]:
    """Remove a run's networks, people and apps; how many went.

    A network in which somebody else was given a role meanwhile stays, and so does a person with a role elsewhere.
    """
    people = []
    for key in map(uuid_bytes, trial.users):
        email = yield EMAIL_OF, (key,)
        if email and is_trial_address(email[0][0], trial.mark):
            people.append(key)
    networks = yield from _networks(trial, people)
    apps = []
    for client in trial.clients:
        name = yield NAME_OF, (client,)
        if name and is_trial_title(name[0][0], trial.mark):
            apps.append(client)
    for user in people:
        yield from _what_hangs_on_user(user, least_id(trial.mark))
    for client in apps:
        yield from _what_hangs_on_client(client, least_id(trial.mark))
    for budget in trial.budget_keys:
        yield BUDGET, (budget,)
    for network in networks:
        for sql in (
            RULES_OF_NETWORK,
            OFFER_OF_NETWORK,
            INVITATIONS_OF_NETWORK,
            LEFT_EDGES_OF_NETWORK,
            MEMBERSHIPS_OF_NETWORK,
            CREDENTIAL_OF_NETWORK,
            NETWORK,
        ):
            yield sql, (network,)
    gone = 0
    for user in people:
        gone += len((yield USER, (user,)))
    for client in apps:
        yield CLIENT, (client,)
    yield entry(audit)
    return Removed(networks=len(networks), users=gone, clients=len(apps))


def _networks(trial: Trial, people: Sequence[bytes]) -> Verb[list[bytes]]:
    """Those of the run's networks in which nobody but its own people has a role."""
    found = []
    for network in trial.networks:
        key = uuid_bytes(network)
        title = yield TITLE_OF, (key,)
        members = yield PEOPLE_OF, (key,)
        if title and is_trial_title(title[0][0], trial.mark) and all(user in people for (user,) in members):
            found.append(key)
    return found


def _what_hangs_on_user(user: bytes, since: bytes) -> Verb[None]:
    for sql in (CODES_OF_USER, GRANTS_OF_USER):
        yield sql, (since, user)
    for sql in (
        CONNECTIONS_OF_USER,
        INVITATIONS_OF_USER,
        SESSIONS_OF_USER,
        LAST_SIGN_IN_OF_USER,
        LOGIN_CODES_OF_USER,
        EMAIL_CHANGE_OF_USER,
        PASSKEYS_OF_USER,
        IDENTITIES_OF_USER,
        RECOVERY_CODES_OF_USER,
        SECOND_FACTOR_OF_USER,
    ):
        yield sql, (user,)


def _what_hangs_on_client(client: ClientId, since: bytes) -> Verb[None]:
    for sql in (CODES_OF_CLIENT, GRANTS_OF_CLIENT):
        yield sql, (since, client)
    for sql in (
        CONNECTIONS_OF_CLIENT,
        OWN_GRANT_OF_CLIENT,
        WEAK_FORMS_OF_CLIENT,
        HABITS_OF_CLIENT,
        OWNERS_OF_CLIENT,
        INVITATIONS_OF_CLIENT,
        LOGO_OF_CLIENT,
        USES_OF_CLIENT,
    ):
        yield sql, (client,)
