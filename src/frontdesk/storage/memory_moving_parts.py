"""The in-memory twin of storage/moving_parts.py."""

from dataclasses import replace

from frontdesk.protocol.ids import Micros
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
from frontdesk.storage.memory_suspending import MemorySuspending


class MemoryMovingParts(MemorySuspending):
    """What hangs on networks, apps and people, as one file says it."""

    def _look_up_parts(self, known: Known) -> None:
        for pair in sorted(self.credentials.values(), key=lambda pair: pair.version):
            known.pairs[pair.network_id] = (*known.pairs.get(pair.network_id, ()), pair)
        known.rules.update(self.network_rules)
        known.partners.update(self.partners)
        for user_id, client_id in self.app_owners:
            known.makers[client_id] = known.makers.get(client_id, frozenset()) | {user_id}
        known.operators = frozenset(self.operators)

    def _make_part(self, change: Change, now: Micros) -> None:
        match change:
            case AddPair(credential=pair):
                self.credentials[pair.client_id] = pair
            case NarrowPair(credential=pair):
                for client_id, other in list(self.credentials.items()):
                    if pair.client_id in (client_id, other.replaced_by):
                        self.credentials[client_id] = replace(other, narrowing=pair.narrowing)
            case EndPair(credential=pair):
                for client_id, other in list(self.credentials.items()):
                    if pair.client_id in (client_id, other.replaced_by):
                        del self.credentials[client_id]
            case PutRules(rules=rules):
                self.network_rules[rules.network_id] = rules
            case PutPartner(partner=partner):
                there = self.partners.get(partner.user_id, partner)
                self.partners[partner.user_id] = replace(partner, created_at=there.created_at)
            case AddMaker(client_id=client_id, user_id=user_id):
                self.app_owners.setdefault((user_id, client_id), now)
            case DropMaker(client_id=client_id, user_id=user_id):
                self.app_owners.pop((user_id, client_id), None)
                self._forget_invitations(client_id, user_id)
            case SetLogo(client_id=client_id, before=before, logo=logo, picture=picture):
                self.clients[client_id] = replace(self.clients[client_id], logo=logo)
                self.app_logos.pop(before, None)
                if logo:
                    self.app_logos[logo] = (client_id, picture)
            case BlockUser(user_id=user_id, restored=True):
                self._block(user_id, None)
            case BlockUser(user_id=user_id):
                self._block(user_id, self.blocked_users.get(user_id, now))
                self._end_visits(user_id)
                self._void(lambda code: code.user_id == user_id, now)
