"""The operator's walks over networks, people and Basic pairs: what `frontdesk network|user|credential` does.

Everything typed is judged here, once, whatever asked for it; an answer is a record or an `Objection` in plain words.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.operating import Kept, Operating
from frontdesk.flows.own_letters import render_second_factor_letter
from frontdesk.flows.pairs import PairMaker
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import Email, Micros, NetworkId, UserId, read_uuid
from frontdesk.protocol.records import Network, NetworkCredential, Role, User
from frontdesk.protocol.titles import MAX_TITLE, TitleFault, judge_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why nothing was done, in words for the person who typed it, and what to do next.

    `missing`: what was named is not there.
    """

    problem: str
    hint: str = ""
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshPair:
    """A network's Basic pair with its secret in the clear: the only moment in which the operator is told it."""

    network: Network
    owner: Email
    credential: NetworkCredential
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven:
    """Who is now what, where."""

    user: User
    network: Network
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNetwork:
    """A network as the operator sees it: with its owner and its Basic pair (never the secret)."""

    network: Network
    owner: User
    credential: NetworkCredential


NetworkAnswer: TypeAlias = KnownNetwork | Objection


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """What the operator may do to networks, people and Basic pairs."""

    store: Store
    clock: Clock
    mint: Mint
    pairs: PairMaker
    notices: Notices

    async def add_network(
        self, title: str, *, owner: str, network_id: str | None = None, origin: Origin
    ) -> FreshPair | Objection:
        """A new network with its owner (made where the address is new) and its first Basic pair."""
        named = read_title(title, what="title")
        if isinstance(named, Objection):
            return named
        email = read_address(owner)
        if isinstance(email, Objection):
            return email
        identity = read_network_id(network_id if network_id is not None else self.mint.new_id())
        if isinstance(identity, Objection):
            return identity
        now = self.clock.now()
        user = await self.store.find_user_by_email(email) or self._new_user(email, now)
        if user.blocked_at is not None:
            return Objection(problem=f"{email} is blocked", hint=f"let them in with 'frontdesk user unblock {email}'")

        network = Network(id=identity, title=named, created_at=now)
        credential, secret = self.pairs.make(identity, version=1, now=now)
        audit = row_of_operator(
            "network.created", now, origin, network=identity, client=credential.client_id, user=user.id
        )
        added = await self.store.add_network(network=network, owner=user, credential=credential, audit=audit)
        if added is None:
            return Objection(
                problem=f"there is a network with the id {identity}", hint="see them with 'frontdesk network list'"
            )
        return FreshPair(network=added, owner=email, credential=credential, secret=secret)

    async def find_network(self, network_id: str) -> NetworkAnswer:
        """One network, with its owner and its Basic pair."""
        identity = read_network_id(network_id)
        if isinstance(identity, Objection):
            return identity
        network = await self.store.find_network(identity)
        owner = await self.store.find_owner_of(identity)
        pairs = [pair for pair in await self.store.list_credentials_of(identity) if pair.is_main]
        if network is None or owner is None or not pairs:
            return _no_network(identity)
        return KnownNetwork(network=network, owner=owner, credential=pairs[0])

    async def regenerate_credential(self, network_id: str, *, origin: Origin) -> FreshPair | Objection:
        """A new Basic pair in the place of the old one, which is refused from now on."""
        known = await self.find_network(network_id)
        if isinstance(known, Objection):
            return known
        now = self.clock.now()
        old = known.credential
        there = await self.store.list_credentials_of(old.network_id)
        pair, secret = self.pairs.succeed(old, there, now=now)
        audit = row_of_operator("credential.regenerated", now, origin, network=old.network_id, client=pair.client_id)

        if not await self.store.regenerate_credential(credential=pair, replaces_version=old.version, audit=audit):
            return Objection(
                problem="somebody else regenerated this credential at the same moment",
                hint=f"theirs is in force; see it with 'frontdesk credential show {old.network_id}'",
            )
        self.notices.regenerated(known.owner, known.network, now=now, origin=origin, operator=True)
        return FreshPair(network=known.network, owner=known.owner.email, credential=pair, secret=secret)

    async def give_role(self, email: str, *, network_id: str, role: str, origin: Origin) -> RoleGiven | Objection:
        """Make somebody an administrator or a member of a network; the user is made where there is none."""
        address = read_address(email)
        if isinstance(address, Objection):
            return address
        if role not in (Role.ADMINISTRATOR, Role.MEMBER):
            return Objection(problem=f'a role is administrator or member, not "{_shown(role)}"')
        known = await self.find_network(network_id)
        if isinstance(known, Objection):
            return known
        now = self.clock.now()
        user = await self.store.find_user_by_email(address) or self._new_user(address, now)

        audit = row_of_operator("membership.given", now, origin, network=known.network.id, user=user.id, detail=role)
        given = await self.store.put_membership(
            new_user=user, network_id=known.network.id, role=Role(role), audit=audit
        )
        if given is None:
            return Objection(
                problem=f"{address} owns {known.network.title}", hint="an owner's role cannot be changed here"
            )
        return RoleGiven(user=given, network=known.network, role=Role(role))

    async def remove_role(self, email: str, *, network_id: str, origin: Origin) -> RoleGiven | Objection:
        """Take somebody's role in a network away, and with it what their apps may do there."""
        user = await self._find_person(email)
        if isinstance(user, Objection):
            return user
        known = await self.find_network(network_id)
        if isinstance(known, Objection):
            return known
        role = user.roles.get(known.network.id)
        if role is None:
            return Objection(problem=f"{user.email} has no role in {known.network.title}")
        now = self.clock.now()
        audit = row_of_operator("membership.removed", now, origin, network=known.network.id, user=user.id, detail=role)

        if not await self.store.remove_membership(user_id=user.id, network_id=known.network.id, now=now, audit=audit):
            return Objection(
                problem=f"{user.email} owns {known.network.title}", hint="an owner's role cannot be taken away here"
            )
        return RoleGiven(user=user, network=known.network, role=role)

    async def block_user(self, email: str, *, blocked: bool, reason: str = "", origin: Origin) -> User | Objection:
        """Shut somebody and every app that acts for them out, or let them in again."""
        user = await self._find_person(email)
        if isinstance(user, Objection):
            return user
        operating = Operating(store=self.store, clock=self.clock, notices=self.notices)
        done = await operating.stop_person(user.id, stopped=blocked, reason=reason, origin=origin)
        match done:
            case Kept.OWNS_NETWORKS:
                return _owns_networks(user)
            case Kept.IS_OPERATOR:
                return Objection(
                    problem=f"{user.email} is an operator and cannot be blocked",
                    hint=f"dismiss them first with 'frontdesk operator remove {user.email}'",
                )
            case None:
                return _no_person(user.email)
        return done

    async def forget_second_factor(self, email: str, *, origin: Origin) -> User | Objection:
        """Let somebody who lost app and recovery codes sign in by mail alone again; they are told."""
        user = await self._find_person(email)
        if isinstance(user, Objection):
            return user
        now = self.clock.now()
        audit = row_of_operator("second_factor.disabled", now, origin, user=user.id)

        if not await self.store.disable_second_factor(user_id=user.id, audit=audit):
            return Objection(problem=f"{user.email} has no second factor", hint="they sign in by mail alone as it is")
        self.notices.own(
            "second_factor",
            user,
            lambda head, seen: render_second_factor_letter("disabled", head=head, seen=seen),
            now=now,
            origin=origin,
        )
        return user

    async def _find_person(self, email: str) -> User | Objection:
        address = read_address(email)
        if isinstance(address, Objection):
            return address
        return await self.store.find_user_by_email(address) or _no_person(address)

    def _new_user(self, email: Email, now: Micros) -> User:
        return User(id=UserId(self.mint.new_id()), email=email, created_at=now)


def read_title(text: str, *, what: str) -> str | Objection:
    """A title or name as people may read it: one line, no invisible or direction-changing characters, bounded."""
    title = judge_title(text)
    if isinstance(title, TitleFault):
        return Objection(problem=f"the {what} {title.problem}", hint=title.hint)
    return title


def read_address(text: str) -> Email | Objection:
    """An e-mail address in the form that it is stored in."""
    email = read_email(text)
    return email if email is not None else Objection(problem=f'"{_shown(text)}" is not an e-mail address')


def read_network_id(text: str) -> NetworkId | Objection:
    """A network id: a UUID with hyphens."""
    identity = read_uuid(text)
    if identity is None:
        return Objection(
            problem=f'"{_shown(text)}" is not a network id (a UUID)', hint="list them with 'frontdesk network list'"
        )
    return NetworkId(identity)


def _shown(text: str) -> str:
    """What was typed, safe to print on a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text[:MAX_TITLE])


def _no_network(identity: NetworkId) -> Objection:
    return Objection(problem=f'no network "{identity}"', hint="list them with 'frontdesk network list'", missing=True)


def _no_person(email: Email) -> Objection:
    return Objection(
        problem=f"nobody has the address {email}", hint="give them a role with 'frontdesk user add'", missing=True
    )


def _owns_networks(user: User) -> Objection:
    owned = sum(role is Role.OWNER for role in user.roles.values())
    networks = f"{owned} network{'' if owned == 1 else 's'}" if owned else "a network that is set aside"
    return Objection(
        problem=f"{user.email} owns {networks} and cannot be blocked",
        hint="end what their apps may do with 'frontdesk grant list' and 'frontdesk grant revoke'",
    )
