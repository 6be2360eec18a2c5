"""What each change of a network reads like in its history, and what it is about."""

from collections.abc import Mapping

from frontdesk.flows.history import HistoryEntry
from frontdesk.protocol.history import Topic
from frontdesk.protocol.messages import N_, say
from frontdesk.web.words import ROLES

TOPICS = {
    Topic.APPS: N_("Apps with access"),
    Topic.CREDENTIALS: N_("API credentials"),
    Topic.PEOPLE: N_("People and roles"),
    Topic.NETWORK: N_("The network itself"),
}

# In a sentence stand %(actor)s, who did it, %(person)s and %(app)s, whom and what it is about, and %(role)s.
SENTENCES: Mapping[str, tuple[Topic, str]] = {
    "consent.given": (Topic.APPS, N_("%(actor)s connected %(app)s")),
    "connection.ended": (Topic.APPS, N_("%(actor)s disconnected %(app)s")),
    "connection.adopted": (Topic.APPS, N_("%(actor)s took over %(app)s, which %(person)s had connected")),
    "connection.expired": (Topic.APPS, N_("%(app)s, connected by %(person)s, was shut out because its time was over")),
    "network.disconnected": (Topic.APPS, N_("%(actor)s shut out %(app)s, connected by %(person)s")),
    "grant.revoked": (Topic.APPS, N_("A connection of %(app)s, made by %(person)s, was ended by %(actor)s")),
    "credential.regenerated": (Topic.CREDENTIALS, N_("%(actor)s regenerated the API credentials")),
    "credential.added": (Topic.CREDENTIALS, N_("%(actor)s made the API credentials %(detail)s")),
    "credential.changed": (Topic.CREDENTIALS, N_("%(actor)s changed what the API credentials %(detail)s may do")),
    "credential.misplaced": (
        Topic.CREDENTIALS,
        N_("The API credentials were used from an address that they may not be used from, and were refused"),
    ),
    "credential.ended": (Topic.CREDENTIALS, N_("%(actor)s ended API credentials before their time")),
    "credential.retired": (Topic.CREDENTIALS, N_("Former API credentials came to their end")),
    "credential.revealed": (Topic.CREDENTIALS, N_("%(actor)s was shown the API secret")),
    "credential.leaked": (Topic.CREDENTIALS, N_("The API secret was found where others can read it")),
    "credential.secret_adopted": (Topic.CREDENTIALS, N_("The API secret was used for the first time here")),
    "membership.given": (Topic.PEOPLE, N_("%(actor)s gave %(person)s the role: %(role)s")),
    "membership.removed": (Topic.PEOPLE, N_("%(actor)s took the role from %(person)s")),
    "membership.suspended": (Topic.PEOPLE, N_("%(actor)s set aside the role of %(person)s")),
    "invitation.sent": (Topic.PEOPLE, N_("%(actor)s sent an invitation")),
    "invitation.ended": (Topic.PEOPLE, N_("%(actor)s ended an invitation")),
    "invitation.accepted": (Topic.PEOPLE, N_("%(actor)s accepted an invitation: %(role)s")),
    "ownership.offered": (Topic.PEOPLE, N_("%(actor)s offered the ownership to %(person)s")),
    "ownership.withdrawn": (Topic.PEOPLE, N_("%(actor)s ended the offer of ownership to %(person)s")),
    "ownership.taken": (Topic.PEOPLE, N_("%(actor)s took the ownership over from %(person)s")),
    "network.created": (Topic.NETWORK, N_("%(actor)s made the network for %(person)s")),
    "network.retitled": (Topic.NETWORK, N_("%(actor)s gave the network another title")),
    "network.transferred": (Topic.NETWORK, N_("%(actor)s made %(person)s the owner")),
    "network.suspended": (Topic.NETWORK, N_("%(actor)s took the network out of service")),
    "network.restored": (Topic.NETWORK, N_("%(actor)s put the network back into service")),
    "network.let_write": (Topic.APPS, N_("%(actor)s let %(app)s write, connected by %(person)s")),
    "network.rules_changed": (Topic.NETWORK, N_("%(actor)s changed the rules for apps")),
}
OTHERWISE = N_("%(actor)s did %(action)s")
GONE = N_("a deleted account")
APP_GONE = N_("an app that is gone")
OPERATOR = N_("Those who run this service")
NOBODY_KNOWN = N_("Somebody who proved nothing but a token")
LEAK = N_("A report of a leak")
APP_ITSELF = N_("The app itself")

_ROLES = {role.value: text for role, text in ROLES.items()}


def actions_about(topic: Topic) -> tuple[str, ...]:
    """The actions of a topic."""
    return tuple(action for action, (about, _) in SENTENCES.items() if about is topic)


def sentence_of(entry: HistoryEntry) -> str:
    """One row in words."""
    _, sentence = SENTENCES.get(entry.event.action, (Topic.NETWORK, OTHERWISE))
    return say(
        sentence,
        actor=actor_of(entry),
        person=entry.person or GONE,
        app=entry.app or APP_GONE,
        role=_role_of(entry.event.detail),
        action=entry.event.action,
        detail=entry.event.detail,
    )


def detail_of(entry: HistoryEntry) -> str:
    """What stands beside the sentence as it is: scopes, rules. A role, or the name of credentials, is in it."""
    _, sentence = SENTENCES.get(entry.event.action, (Topic.NETWORK, OTHERWISE))
    is_in_it = entry.event.action.startswith("membership.") or "%(detail)s" in sentence or "%(role)s" in sentence
    return "" if is_in_it else entry.event.detail


def _role_of(detail: str) -> str:
    return _ROLES.get(detail, detail)


def actor_of(entry: HistoryEntry) -> str:
    """Who did it, as the network's owner may know it."""
    kind = entry.event.actor.partition(":")[0]
    if kind == "user":
        return entry.actor or GONE
    if kind == "operator":
        return OPERATOR
    if kind in ("client", "network"):
        return APP_ITSELF
    return LEAK if kind.startswith("leak") else NOBODY_KNOWN
