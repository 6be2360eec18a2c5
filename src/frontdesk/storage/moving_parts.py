"""What hangs on networks, apps and people, as one file says it: looked up, and changed."""

from frontdesk.protocol.ids import Micros, NetworkId, uuid_bytes
from frontdesk.protocol.moving_changes import (
    AddMaker,
    AddPair,
    BlockUser,
    Change,
    DropMaker,
    EndPair,
    NarrowPair,
    PutPartner,
    PutRules,
    SetLogo,
)
from frontdesk.protocol.moving_plan import Known
from frontdesk.protocol.records import NetworkCredential
from frontdesk.storage import credentials, endings, partners
from frontdesk.storage.codes import void_codes_of_user
from frontdesk.storage.network_rules import list_all_rules, write_rules
from frontdesk.storage.operators import list_operators
from frontdesk.storage.verbs import Verb


def look_up_parts(known: Known) -> Verb[None]:
    """All of it."""
    pairs: dict[NetworkId, list[NetworkCredential]] = {}
    for pair in (yield from credentials.list_all_credentials()):
        pairs.setdefault(pair.network_id, []).append(pair)
    known.pairs.update((network, tuple(found)) for network, found in pairs.items())
    known.rules.update((rules.network_id, rules) for rules in (yield from list_all_rules()))
    known.partners.update((partner.user_id, partner) for partner in (yield from partners.list_partners()))
    known.makers.update((yield from partners.list_makers()))
    known.operators = frozenset([one.user.id for one in (yield from list_operators())])


def make_part(change: Change, now: Micros) -> Verb[None]:
    """One change of it."""
    match change:
        case AddPair(credential=pair):
            yield credentials.insert_credential(pair)
        case NarrowPair(credential=pair):
            yield credentials.carry_narrowing(pair)
        case EndPair(credential=pair):
            network = uuid_bytes(pair.network_id)
            yield credentials.END_REPLACED_BY, (network, pair.client_id)
            yield credentials.END, (pair.client_id, network, pair.version)
        case PutRules(rules=rules):
            yield from write_rules(rules)
        case PutPartner(partner=partner):
            yield from partners.put_partner(partner)
        case AddMaker(client_id=client_id, user_id=user_id):
            yield partners.INSERT_OWNER, (client_id, now, uuid_bytes(user_id))
        case DropMaker(client_id=client_id, user_id=user_id):
            user = uuid_bytes(user_id)
            yield partners.TAKE_APP, (user, client_id)
            yield partners.END_INVITATIONS_OF_MAKER, (client_id, user)
        case SetLogo(client_id=client_id, before=before, logo=logo, picture=picture):
            yield from partners.put_logo(client_id, before, logo, picture)
        case BlockUser(user_id=user_id, restored=True):
            yield endings.UNBLOCK, (uuid_bytes(user_id),)
        case BlockUser(user_id=user_id):
            user = uuid_bytes(user_id)
            yield endings.BLOCK, (now, user)
            yield endings.END_SESSIONS, (user,)
            yield endings.END_LOGIN_CODES, (user,)
            yield from void_codes_of_user(user, now)
