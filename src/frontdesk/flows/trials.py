"""A trial run's own town: a network or three, three people and apps, made for a minute and then removed.

What `frontdesk try` asks a running server for needs somebody to sign in and something to consent to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.operator import FreshPair, Objection, Operator
from frontdesk.flows.registration import FreshClient, Registration
from frontdesk.flows.signin import address_budget_keys, nobodys_budget_keys
from frontdesk.protocol.ids import MINUTE, ClientId
from frontdesk.protocol.records import AuditEvent, Role
from frontdesk.protocol.trials import (
    Removed,
    Trial,
    began_at,
    is_trial_title,
    read_mark,
    trial_address,
    trial_title,
)

OWNER, GUEST, LOCKED = "owner", "guest", "locked"
PEOPLE = (OWNER, GUEST, LOCKED)
NOBODY = "nobody"  # who is asked for and never made
NETWORKS = ("A", "B", "C")
# A run takes seconds: what carries an older mark was left by one that was killed.
LEFT_BEHIND = 10 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTown:
    """What was made, with its secrets in the clear."""

    mark: str
    networks: tuple[FreshPair, ...] = field(repr=False)
    app: FreshClient = field(repr=False)
    other_app: FreshClient = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Makes and removes such a town. The owner owns all networks; the other two are members of the first."""

    store: Store
    clock: Clock
    mint: Mint
    operator: Operator
    registration: Registration

    async def make(self, *, redirect_uri: str, scope: str, origin: Origin) -> TrialTown | Objection:
        """Make everything, or nothing: what was made before an objection is removed again."""
        mark = self.mint.new_id()
        made = await self._make(mark, redirect_uri, scope, origin)
        if isinstance(made, Objection):
            await self.remove(mark, origin=origin)
        return made

    async def _make(self, mark: str, redirect_uri: str, scope: str, origin: Origin) -> TrialTown | Objection:
        # The apps first: by their names a later run finds what one that was killed has left.
        apps: list[FreshClient] = []
        for name in ("app", "other app"):
            app = await self.registration.add_client(
                trial_title(mark, name), redirect_uris=[redirect_uri], scope=scope, origin=origin
            )
            if isinstance(app, Objection):
                return app
            apps.append(app)
        networks: list[FreshPair] = []
        for name in NETWORKS:
            network = await self.operator.add_network(
                trial_title(mark, name), owner=trial_address(mark, OWNER), origin=origin
            )
            if isinstance(network, Objection):
                return network
            networks.append(network)
        for name in (GUEST, LOCKED):
            given = await self.operator.give_role(
                trial_address(mark, name), network_id=networks[0].network.id, role=Role.MEMBER, origin=origin
            )
            if isinstance(given, Objection):
                return given
        return TrialTown(mark=mark, networks=tuple(networks), app=apps[0], other_app=apps[1])

    async def remove(self, mark: str, *, origin: Origin) -> Removed:
        """Remove everything that carries this mark, and whatever hangs on it."""
        clients = [client.id for client in await self.store.list_clients() if is_trial_title(client.name, mark)]
        trial = await self._gather(mark, clients)
        audit = AuditEvent(
            at=self.clock.now(),
            action="trial.removed",
            actor="operator",
            address=origin.address,
            request_id=origin.request_id,
            detail=mark,
        )
        return await self.store.remove_trial(trial=trial, audit=audit)

    async def remove_left_behind(self, *, origin: Origin) -> int:
        """Remove what earlier runs that were killed have left; how many there were."""
        marks = {read_mark(client.name) for client in await self.store.list_clients()}
        now = self.clock.now()
        old = sorted(mark for mark in marks if mark is not None and began_at(mark) + LEFT_BEHIND <= now)
        for mark in old:
            await self.remove(mark, origin=origin)
        return len(old)

    async def _gather(self, mark: str, clients: Sequence[ClientId]) -> Trial:
        addresses = [trial_address(mark, name) for name in PEOPLE]
        found = [await self.store.find_user_by_email(address) for address in addresses]
        people = [user for user in found if user is not None]
        return Trial(
            mark=mark,
            networks=tuple(dict.fromkeys(network for user in people for network in user.roles)),
            users=tuple(user.id for user in people),
            clients=tuple(clients),
            budget_keys=(
                *(key for address in addresses for key in address_budget_keys(self.mint, address)),
                *nobodys_budget_keys(self.mint, trial_address(mark, NOBODY)),
            ),
        )
