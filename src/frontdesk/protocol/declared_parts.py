"""What a file of the second form says beside networks, apps and servers: pairs, rules, makers, who is shut out.

Each of them is None, or empty, where the file says nothing of it: then it stays as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from frontdesk.protocol.credential_wishes import last_day_of
from frontdesk.protocol.ids import DAY, ClientId, Email, Micros, NetworkId, UserId
from frontdesk.protocol.moving_changes import (
    AddMaker,
    AddPair,
    AddUser,
    BlockUser,
    Change,
    DropMaker,
    EndPair,
    NarrowPair,
    PutPartner,
    PutRules,
    SetLogo,
)
from frontdesk.protocol.moving_plan import Known, KnownUser, Outcome
from frontdesk.protocol.narrowing import Narrowing
from frontdesk.protocol.network_rules import NetworkRules
from frontdesk.protocol.partners import Partner
from frontdesk.protocol.records import NetworkCredential, Role, User

MOST_PAIRS = 21  # in force a network, its main one among them

Say = Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPair:
    """A Basic pair by its name, the main one by none; what is empty narrows nothing."""

    name: str = ""
    read_only: bool = False
    operations: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    last_day: str = ""  # 2027-01-31, in UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRules:
    """A network's rules about connecting apps; `apps` None: any."""

    apps: tuple[ClientId, ...] | None = None
    administrators_only: bool = False
    connection_days: int | None = None
    read_only_first: bool = False
    owner_passkey: bool = False


NOTHING_RULED = DeclaredRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPartner:
    """Somebody who makes apps."""

    email: Email
    name: str
    website: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What is said of networks and apps by their ids, and of people by their addresses."""

    pairs: Mapping[NetworkId, tuple[DeclaredPair, ...]]
    rules: Mapping[NetworkId, DeclaredRules]
    makers: Mapping[ClientId, tuple[Email, ...]]
    logos: Mapping[ClientId, str]
    pictures: Mapping[str, bytes]
    partners: tuple[DeclaredPartner, ...]
    blocked: tuple[Email, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDrafts:
    """Ids and pairs for what may turn out to be new."""

    user_ids: Mapping[Email, UserId]
    named_pairs: Mapping[tuple[NetworkId, str], NetworkCredential]


def tell_pairs(known: Known, network_id: NetworkId) -> tuple[DeclaredPair, ...]:
    """A network's named pairs, and its main one where it is narrowed; old ones that go on are left out."""
    in_force = [pair for pair in known.pairs.get(network_id, ()) if pair.retires_at is None]
    told = [_tell_pair(pair) for pair in sorted(in_force, key=lambda pair: pair.name)]
    return tuple(pair for pair in told if pair != DeclaredPair())


def tell_rules(known: Known, network_id: NetworkId) -> DeclaredRules:
    """A network's rules; nothing is ruled where its owner made none."""
    rules = known.rules.get(network_id)
    if rules is None:
        return NOTHING_RULED
    return DeclaredRules(
        apps=rules.apps,
        administrators_only=rules.administrators_only,
        connection_days=rules.connection_days,
        read_only_first=rules.read_only_first,
        owner_passkey=rules.owner_passkey,
    )


def tell_makers(known: Known, client_id: ClientId) -> tuple[Email, ...]:
    """An app's people, by address."""
    return tuple(sorted(known.users[user_id].email for user_id in known.makers.get(client_id, ())))


def tell_partners(known: Known) -> tuple[DeclaredPartner, ...]:
    """All of them, by address."""
    told = [
        DeclaredPartner(email=known.users[user_id].email, name=partner.name, website=partner.website)
        for user_id, partner in known.partners.items()
    ]
    return tuple(sorted(told, key=lambda partner: partner.email))


def tell_blocked(known: Known) -> tuple[Email, ...]:
    """Whoever operators shut out, by address."""
    return tuple(sorted(user.email for user in known.users.values() if user.blocked))


def end_of(last_day: str) -> Micros | None:
    """When a pair of this last day ends; None for no day. ValueError where it is none."""
    if not last_day:
        return None
    return Micros((date.fromisoformat(last_day) - date(1970, 1, 1)).days * DAY + DAY)


class PartPlanner:
    """Goes through the parts. Whatever it changes, it tells by `say`; `known` is moved on where people are new."""

    def __init__(self, parts: Parts, known: Known, drafts: PartDrafts, now: Micros, say: Say) -> None:
        """`known` has been moved on by what the file says of networks and roles."""
        self._parts = parts
        self._known = known
        self._drafts = drafts
        self._now = now
        self._say = say
        self.changes: list[Change] = []

    def judge(self, *, full: bool) -> None:
        """All of it. `full`: pairs that a network's list does not name end, and whoever is not named is let in."""
        for partner in self._parts.partners:
            self._judge_partner(partner)
        for client_id, makers in self._parts.makers.items():
            self._judge_makers(client_id, makers)
        for network_id, pairs in self._parts.pairs.items():
            self._judge_pairs(network_id, pairs, full)
        for network_id, rules in self._parts.rules.items():
            self._judge_rules(network_id, rules)
        for client_id, logo in self._parts.logos.items():
            self._judge_logo(client_id, logo)
        for email in self._parts.blocked:
            self._judge_blocked(email)
        if full:
            self._let_in(set(self._parts.blocked))

    # -- people
    def _person(self, email: Email) -> KnownUser:
        user_id = self._known.emails.get(email)
        if user_id is not None:
            return self._known.users[user_id]
        user = User(id=self._drafts.user_ids[email], email=email, created_at=self._now)
        self.changes.append(AddUser(user=user))
        self._known.add_user(KnownUser(id=user.id, email=email))
        self._say("user", email, Outcome.ADDED)
        return self._known.users[user.id]

    def _judge_partner(self, partner: DeclaredPartner) -> None:
        person = self._person(partner.email)
        there = self._known.partners.get(person.id)
        if there is not None and (there.name, there.website) == (partner.name, partner.website):
            self._say("partner", partner.email, Outcome.SAME)
            return
        made = Partner(user_id=person.id, name=partner.name, website=partner.website, created_at=self._now)
        self.changes.append(PutPartner(partner=made))
        self._known.partners[person.id] = made
        self._say("partner", partner.email, Outcome.ADDED if there is None else Outcome.CHANGED, partner.name)

    def _judge_makers(self, client_id: ClientId, makers: Iterable[Email]) -> None:
        there = self._known.makers.get(client_id, frozenset())
        named = {self._known.emails.get(email): email for email in makers}
        for user_id, email in named.items():
            if user_id is None or user_id not in self._known.partners:
                self._say("maker", f"{email} of {client_id}", Outcome.CONFLICT, "the file names no such partner")
            elif user_id not in there:
                self.changes.append(AddMaker(client_id=client_id, user_id=user_id))
                self._say("maker", f"{email} of {client_id}", Outcome.ADDED)
        for user_id in sorted(there - named.keys()):
            self.changes.append(DropMaker(client_id=client_id, user_id=user_id))
            self._say("maker", f"{self._known.users[user_id].email} of {client_id}", Outcome.ENDED)

    def _judge_blocked(self, email: Email) -> None:
        person = self._person(email)
        if person.blocked:
            self._say("blocked", email, Outcome.SAME)
            return
        owns = any(held.role is Role.OWNER for (user_id, _), held in self._known.roles.items() if user_id == person.id)
        if owns or person.id in self._known.operators:
            what = "they own a network" if owns else "they are an operator"
            self._say("blocked", email, Outcome.CONFLICT, f"{what}, and cannot be blocked")
            return
        self.changes.append(BlockUser(user_id=person.id))
        self._say("blocked", email, Outcome.ADDED)

    def _let_in(self, blocked: set[Email]) -> None:
        for person in sorted(self._known.users.values(), key=lambda user: user.email):
            if person.blocked and person.email not in blocked:
                self.changes.append(BlockUser(user_id=person.id, restored=True))
                self._say("blocked", person.email, Outcome.ENDED, "let in again")

    # -- networks
    def _judge_pairs(self, network_id: NetworkId, pairs: Iterable[DeclaredPair], full: bool) -> None:
        in_force = {pair.name: pair for pair in self._known.pairs.get(network_id, ()) if pair.retires_at is None}
        versions = {pair.version for pair in self._known.pairs.get(network_id, ())}
        wanted = {pair.name: pair for pair in pairs}
        wanted.setdefault("", DeclaredPair())  # the main one, as wide as can be
        for name, pair in wanted.items():
            there, shown = in_force.get(name), f"{name or 'main'} of {network_id}"
            if there is None and not name:
                self._narrow_new_main(network_id, pair)
            elif there is None:
                draft = self._drafts.named_pairs[network_id, name]
                if draft.version in versions:
                    self._say("credential", shown, Outcome.CONFLICT, "others were made meanwhile; try again")
                self.changes.append(AddPair(credential=draft))
                self._say("credential", shown, Outcome.ADDED, "with a new secret")
            elif _tell_pair(there) == pair:
                self._say("credential", shown, Outcome.SAME)
            else:
                self.changes.append(NarrowPair(credential=replace(there, narrowing=narrowing_of(pair))))
                self._say("credential", shown, Outcome.CHANGED, _differing(_tell_pair(there), pair))
        left_out = [pair for name, pair in in_force.items() if name and name not in wanted]
        for old in left_out if full else ():
            self.changes.append(EndPair(credential=old))
            self._say("credential", f"{old.name} of {network_id}", Outcome.ENDED)
        kept = 0 if full else len(left_out)
        if len(wanted) + kept > MOST_PAIRS:
            self._say("credential", f"all of {network_id}", Outcome.CONFLICT, f"there are at most {MOST_PAIRS}")

    def _narrow_new_main(self, network_id: NetworkId, pair: DeclaredPair) -> None:
        """The main pair of a network that this very file makes."""
        draft = self._drafts.named_pairs.get((network_id, ""))
        if draft is not None and pair != DeclaredPair():
            self.changes.append(NarrowPair(credential=replace(draft, narrowing=narrowing_of(pair))))

    def _judge_rules(self, network_id: NetworkId, rules: DeclaredRules) -> None:
        told = tell_rules(self._known, network_id)
        if told == rules:
            return
        there = self._known.rules.get(network_id)
        self.changes.append(
            PutRules(
                rules=NetworkRules(
                    network_id=network_id,
                    version=(there.version if there is not None else 0) + 1,
                    apps=rules.apps,
                    administrators_only=rules.administrators_only,
                    connection_days=rules.connection_days,
                    read_only_first=rules.read_only_first,
                    owner_passkey=rules.owner_passkey,
                )
            )
        )
        self._say("rules", network_id, Outcome.CHANGED, _differing(told, rules))

    # -- apps
    def _judge_logo(self, client_id: ClientId, logo: str) -> None:
        there = self._known.clients.get(client_id)
        before = there.logo if there is not None else ""
        if logo == before:
            return
        if logo and logo not in self._parts.pictures:
            detail = "the file does not hold this picture: upload it with 'frontdesk app logo'"
            self._say("logo", client_id, Outcome.SAME, detail)
            return
        picture = self._parts.pictures.get(logo, b"")
        self.changes.append(SetLogo(client_id=client_id, before=before, logo=logo, picture=picture))
        self._say("logo", client_id, Outcome.CHANGED)


def narrowing_of(pair: DeclaredPair) -> Narrowing:
    """What a pair may, as it is stored."""
    return Narrowing(
        read_only=pair.read_only,
        operations=pair.operations,
        addresses=pair.addresses,
        expires_at=end_of(pair.last_day),
    )


def _tell_pair(pair: NetworkCredential) -> DeclaredPair:
    narrowing = pair.narrowing
    return DeclaredPair(
        name=pair.name,
        read_only=narrowing.read_only,
        operations=narrowing.operations,
        addresses=narrowing.addresses,
        last_day=last_day_of(narrowing.expires_at) if narrowing.expires_at is not None else "",
    )


def _differing(before: DeclaredPair | DeclaredRules, after: DeclaredPair | DeclaredRules) -> str:
    names = [field.name for field in fields(before)]
    return ", ".join(name for name in names if getattr(before, name) != getattr(after, name))
