"""Staying in step: networks, people and roles follow the list that the API's own database gives. docs/moving-in.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from frontdesk.flows.moving import emails_of, mark, new_user_ids, of_kind
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.pairs import PairMaker
from frontdesk.protocol.moving import NetworkRow, RoleRow, Row, UserRow
from frontdesk.protocol.moving_plan import Asked, Plan, Procedure
from frontdesk.protocol.sync_plan import SyncList, plan_sync


@dataclass(frozen=True, slots=True, kw_only=True)
class Syncer:
    """Follows a list of networks, users and roles."""

    store: Store
    clock: Clock
    mint: Mint
    pairs: PairMaker

    async def follow(self, rows: Sequence[Row], *, full: bool, accepted: int, commit: bool, origin: Origin) -> Plan:
        """Bring the store to where the list is. A plan that is refused, and nothing was changed.

        `full`: what the list does not name is suspended; at most `accepted` of it where that would be a great part.
        """
        now = self.clock.now()
        networks, users, roles = of_kind(rows, NetworkRow), of_kind(rows, UserRow), of_kind(rows, RoleRow)
        listed = SyncList(
            networks=networks,
            users=users,
            roles=roles,
            user_ids=new_user_ids(rows, self.mint),
            spare_credentials={row.id: self.pairs.make(row.id, version=1, now=now)[0] for row in networks},
            now=now,
            full=full,
            accepted=accepted,
        )
        asked = Asked(
            emails=frozenset(emails_of(rows)),
            users=frozenset(row.id for row in users if row.id is not None),
            networks=frozenset({row.id for row in networks} | {row.network for row in roles}),
            everything=full,
        )
        return await self.store.carry_out(
            Procedure(
                asked=asked,
                decide=partial(plan_sync, listed),
                now=now,
                audit=mark(now, origin, "sync"),
                commit=commit,
            )
        )
