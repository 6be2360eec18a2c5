"""The operator's walks over networks, people and Basic pairs: what `frontdesk network|user|credential` does.

Everything typed is judged here, once, whatever asked for it; an answer is a record or an `Objection` in plain words.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.pairs import PairMaker
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import Email, Micros, NetworkId, UserId, read_uuid
from frontdesk.protocol.records import AuditEvent, Network, NetworkCredential, Role, User
from frontdesk.protocol.titles import MAX_TITLE, TitleFault, judge_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why nothing was done, in words for the person who typed it, and what to do next."""

    problem: str
    hint: str = ""


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
        audit = self._audit("network.created", now, origin, network=identity, client=credential.client_id, user=user.id)
        added = await self.store.add_network(network=network, owner=user, credential=credential, audit=audit)
        if added is None:
            return Objection(
                problem=f"there is a network with the id {identity}", hint="see them with 'frontdesk network list'"
            )
        return FreshPair(network=added, owner=email, credential=credential, secret=secret)

    async def list_networks(self) -> list[KnownNetwork]:
        """All networks, by title."""
        rows = await self.store.list_networks()
        return [KnownNetwork(network=network, owner=owner, credential=pair) for network, owner, pair in rows]

    async def find_network(self, network_id: str) -> NetworkAnswer:
        """One network, with its owner and its Basic pair."""
        identity = read_network_id(network_id)
        if isinstance(identity, Objection):
            return identity
        for known in await self.list_networks():
            if known.network.id == identity:
                return known
        return _no_network(identity)

    async def regenerate_credential(self, network_id: str, *, origin: Origin) -> FreshPair | Objection:
        """A new Basic pair in the place of the old one, which is refused from now on."""
        known = await self.find_network(network_id)
        if isinstance(known, Objection):
            return known
        now = self.clock.now()
        old = known.credential
        pair, secret = self.pairs.make(old.network_id, version=old.version + 1, now=now)
        audit = self._audit("credential.regenerated", now, origin, network=old.network_id, client=pair.client_id)

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

        audit = self._audit("membership.given", now, origin, network=known.network.id, user=user.id, detail=role)
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
        audit = self._audit("membership.removed", now, origin, network=known.network.id, user=user.id, detail=role)

        if not await self.store.remove_membership(user_id=user.id, network_id=known.network.id, now=now, audit=audit):
            return Objection(
                problem=f"{user.email} owns {known.network.title}", hint="an owner's role cannot be taken away here"
            )
        return RoleGiven(user=user, network=known.network, role=role)

    async def block_user(self, email: str, *, blocked: bool, origin: Origin) -> User | Objection:
        """Shut somebody and every app that acts for them out, or let them in again."""
        user = await self._find_person(email)
        if isinstance(user, Objection):
            return user
        owned = [network for network, role in user.roles.items() if role is Role.OWNER]
        if blocked and owned:
            return _owns_networks(user, owned)
        now = self.clock.now()
        audit = self._audit("user.blocked" if blocked else "user.unblocked", now, origin, user=user.id)

        if not await self.store.set_user_blocked(user_id=user.id, blocked=blocked, now=now, audit=audit):
            return _owns_networks(user, owned) if blocked else _no_person(user.email)
        return await self.store.find_user(user.id) or user

    async def _find_person(self, email: str) -> User | Objection:
        address = read_address(email)
        if isinstance(address, Objection):
            return address
        return await self.store.find_user_by_email(address) or _no_person(address)

    def _new_user(self, email: Email, now: Micros) -> User:
        return User(id=UserId(self.mint.new_id()), email=email, created_at=now)

    def _audit(
        self,
        action: str,
        now: Micros,
        origin: Origin,
        *,
        network: NetworkId | None = None,
        client: str | None = None,
        user: UserId | None = None,
        detail: str = "",
    ) -> AuditEvent:
        return AuditEvent(
            at=now,
            action=action,
            actor="operator",
            network_id=network,
            client_id=client,
            user_id=user,
            address=origin.address,
            request_id=origin.request_id,
            detail=detail,
        )


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
    return Objection(problem=f'no network "{identity}"', hint="list them with 'frontdesk network list'")


def _no_person(email: Email) -> Objection:
    return Objection(problem=f"nobody has the address {email}", hint="give them a role with 'frontdesk user add'")


def _owns_networks(user: User, owned: list[NetworkId]) -> Objection:
    return Objection(
        problem=f"{user.email} owns {len(owned)} network{'' if len(owned) == 1 else 's'} and cannot be blocked",
        hint="end what their apps may do with 'frontdesk grant list' and 'frontdesk grant revoke'",
    )
