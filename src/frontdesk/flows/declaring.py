"""An installation as one file: told, planned against, and applied all or nothing. What is applied writes audit rows."""

import asyncio
from dataclasses import dataclass, field, replace

from frontdesk.flows.declared_reading import DeclaredReader
from frontdesk.flows.moving import mark
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.operator import Objection
from frontdesk.flows.pairs import PairMaker, next_version
from frontdesk.protocol.declared import (
    Declared,
    DeclaredApp,
    Drafts,
    follow_app,
    plan_declared,
    tell_declared,
)
from frontdesk.protocol.declared_parts import narrowing_of
from frontdesk.protocol.ids import Micros, NetworkId, UserId
from frontdesk.protocol.moving_changes import AddClient, AddNetwork, AddPair, AddServer, Change
from frontdesk.protocol.moving_plan import Asked, Known, Outcome, Plan, Procedure
from frontdesk.protocol.records import Client, NetworkCredential, ResourceServer
from frontdesk.protocol.scopes import CONTRACT, Inclusion
from frontdesk.protocol.tokens import CLIENT_SECRET, RESOURCE_SERVER_SECRET

EVERYTHING = Asked(everything=True, programs=True)
MOST_SAID = 20  # faults of one file


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshSecret:
    """A secret that applying a file made: the only moment in which it is told."""

    kind: str
    name: str  # the network's, app's or server's id
    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was done, or would be, and the secrets that were made for what is new."""

    plan: Plan
    secrets: tuple[FreshSecret, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaring:
    """Tells, plans and applies. `known_scopes` is empty where no document says which there are."""

    store: Store
    clock: Clock
    mint: Mint
    pairs: PairMaker
    known_scopes: frozenset[str] = frozenset()
    operations: tuple[str, ...] = ()  # that HTTP Basic opens; none: no document says which
    inclusion: Inclusion = CONTRACT

    async def export(self, *, pictures: bool = True) -> Declared:
        """What there is now; without `pictures` logos are named only."""
        return tell_declared(await self._survey(replace(EVERYTHING, pictures=pictures)))

    async def plan(self, written: Declared, *, full: bool) -> Plan | Objection:
        """What applying would do, conflicts included; nothing is changed."""
        declared = await self._read(written)
        if isinstance(declared, Objection):
            return declared
        now, known = self.clock.now(), await self._survey()
        drafts, _ = self._draft(declared, known, now)
        return plan_declared(declared, known, drafts, now=now, full=full)

    async def apply(self, written: Declared, *, full: bool, origin: Origin) -> Applied | Objection:
        """Bring the store to where the file is, in one transaction. A plan with a conflict changes nothing."""
        declared = await self._read(written)
        if isinstance(declared, Objection):
            return declared
        now = self.clock.now()
        drafts, secrets = self._draft(declared, await self._survey(), now)

        plan = await self.store.carry_out(
            Procedure(
                asked=EVERYTHING,
                decide=lambda known: plan_declared(declared, known, drafts, now=now, full=full),
                now=now,
                audit=mark(now, origin, "file"),
                commit=True,
            )
        )
        if plan.is_refused:
            conflicts = [told for told in plan.verdicts if told.outcome is Outcome.CONFLICT]
            lines = [f"{told.kind} {told.name}: {told.detail}" for told in conflicts[:MOST_SAID]]
            return Objection(problem="\n".join(lines), hint="nothing was changed; put the file right and try again")
        made = {_made_by(change) for change in plan.changes}
        return Applied(plan=plan, secrets=tuple(secret for secret in secrets if secret.name in made))

    async def _read(self, written: Declared) -> Declared | Objection:
        """Beside the loop: unpacking many pictures takes its time."""
        reader = DeclaredReader(known_scopes=self.known_scopes, inclusion=self.inclusion, operations=self.operations)
        return await asyncio.to_thread(reader.read, written)

    async def _survey(self, asked: Asked = EVERYTHING) -> Known:
        """Everything there is, of one moment."""
        seen: list[Known] = []

        def look(known: Known) -> Plan:
            seen.append(known)
            return Plan(verdicts=(), changes=())

        now = self.clock.now()
        audit = mark(now, Origin(address=None, request_id=""), "file")  # nothing is written
        await self.store.carry_out(Procedure(asked=asked, decide=look, now=now, audit=audit, commit=False))
        return seen[0]

    # -- what a plan may need
    def _draft(self, declared: Declared, known: Known, now: Micros) -> tuple[Drafts, list[FreshSecret]]:
        """Ids, pairs and secrets for everything that may turn out to be new."""
        secrets, pairs, clients, servers = list[FreshSecret](), {}, {}, {}
        for network in declared.networks:
            pair, secret = self.pairs.make(network.id, version=1, now=now)
            pairs[network.id] = pair
            secrets.append(FreshSecret(kind="network", name=network.id, client_id=pair.client_id, secret=secret))
        named = self._draft_named(declared, known, secrets, now)
        for app in declared.apps:
            secret = "" if app.public else self.mint.new_secret(CLIENT_SECRET)
            clients[app.client_id] = self._new_client(app, secret, now)
            if secret:
                secrets.append(FreshSecret(kind="app", name=app.client_id, client_id=app.client_id, secret=secret))
        for server in declared.servers:
            secret = self.mint.new_secret(RESOURCE_SERVER_SECRET)
            servers[server.id] = ResourceServer(
                id=server.id,
                name=server.name,
                secret_digest=self.mint.digest(secret),
                created_at=now,
                disabled_at=now if server.disabled else None,
            )
            secrets.append(FreshSecret(kind="resource server", name=server.id, client_id=server.id, secret=secret))
        people = dict.fromkeys(
            email
            for network in declared.networks
            for email in (network.owner, *network.administrators, *network.members)
        )
        people |= dict.fromkeys([*(partner.email for partner in declared.partners), *(declared.blocked or ())])
        user_ids = {email: UserId(self.mint.new_id()) for email in people}
        drafts = Drafts(user_ids=user_ids, pairs=pairs, clients=clients, servers=servers, named_pairs=named)
        return drafts, secrets

    def _draft_named(
        self, declared: Declared, known: Known, secrets: list[FreshSecret], now: Micros
    ) -> dict[tuple[NetworkId, str], NetworkCredential]:
        """The named pairs that are not there as far as is known, each of a version that its network never had."""
        drafts = {}
        for network in declared.networks:
            there = known.pairs.get(network.id, ())
            version = max(next_version(there), 2)  # a new network's main pair is the first
            in_force = {pair.name for pair in there if pair.retires_at is None}
            for wanted in network.credentials or ():
                if wanted.name and wanted.name not in in_force:
                    pair, secret = self.pairs.make(
                        network.id, version=version, now=now, name=wanted.name, narrowing=narrowing_of(wanted)
                    )
                    drafts[network.id, wanted.name] = pair
                    secrets.append(
                        FreshSecret(
                            kind="credential",
                            name=f"{wanted.name} of {network.id}",
                            client_id=pair.client_id,
                            secret=secret,
                        )
                    )
                    version += 1
        return drafts

    def _new_client(self, app: DeclaredApp, secret: str, now: Micros) -> Client:
        client = Client(
            id=app.client_id,
            name=app.name,
            redirect_uris=app.redirect_uris,
            scopes=app.scopes,
            secret_digest=self.mint.digest(secret) if secret else None,
            secret_last_four=secret[-4:],
            profile=app.profile,
            created_at=now,
        )
        return follow_app(client, app, now)


def _made_by(change: Change) -> str:
    """The id of what is new by a change; empty where nothing is."""
    match change:
        case AddNetwork(network=network):
            return network.id
        case AddClient(client=client):
            return client.id
        case AddServer(server=server):
            return server.id
        case AddPair(credential=pair):
            return f"{pair.name} of {pair.network_id}"
    return ""
