"""Decisions kept beside the very records they were made of: as long as those are the same, so is the decision.

Whether a call may pass is a pure function of its credential, its network header, its operations, the networks that its
target names and the records behind the credential. A kept decision is found by all but the records, and trusted only
while a fresh glance gives the same record objects: whatever changed has been dropped from memory, and comes back as
another object. Credentials are not kept: they are found by a keyed hash. Refusals are not kept either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from frontdesk.flows.needs import Glance
from frontdesk.protocol.access import Admission, AppCaller, Operation, PartnerCaller
from frontdesk.protocol.ids import Micros, NetworkId
from frontdesk.protocol.rate_limits import Counts
from frontdesk.protocol.records import NetworkCredential

KEPT = 8_192

Key: TypeAlias = tuple[bytes, NetworkId | None, tuple[Operation | None, ...], tuple[NetworkId, ...]]


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes, what it was made of, and until when it can stand (exclusive; None: without end)."""

    admission: Admission
    source: PartnerCaller | AppCaller | NetworkCredential
    counts: Counts
    expires_at: Micros | None

    def stands(self, glance: Glance, now: Micros) -> bool:
        """Whether the records are the same objects as ever, and the token lives."""
        source = self.source
        if isinstance(source, NetworkCredential):
            return glance.credential(source.client_id) is source
        if self.expires_at is not None and now >= self.expires_at:
            return False
        if isinstance(source, AppCaller):
            own = source.own_grant
            return glance.own_grant(own.id) is own and glance.client(own.client_id) is source.client
        grant = source.grant
        return (
            glance.grant(grant.id) is grant
            and glance.client(grant.client_id) is source.client
            and glance.user(grant.user_id) is source.user
        )


class Decisions:
    """The decisions of one worker, as many as `KEPT`."""

    def __init__(self, trace: Callable[[bytes], bytes]) -> None:
        """`trace` is a keyed hash without collisions that anybody could find."""
        self._trace = trace
        self._kept: dict[Key, Decision] = {}

    def key(
        self,
        authorization: bytes,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        targeted: tuple[NetworkId, ...] = (),
    ) -> Key:
        """Under what a call's decision is kept: once for all operations that the same callers may call."""
        twins = (operations[0].twin,) if len(operations) == 1 else tuple([operation.twin for operation in operations])
        return self._trace(authorization), network, twins, targeted

    def find(self, key: Key, glance: Glance, now: Micros) -> Decision | None:
        """The decision, where it stands."""
        decision = self._kept.get(key)
        return decision if decision is not None and decision.stands(glance, now) else None

    def keep(self, key: Key, decision: Decision) -> None:
        """Keep a decision; when there is no room, all the others go."""
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[key] = decision
