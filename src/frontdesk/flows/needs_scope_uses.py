"""What showing people the scopes that an app never needed, and taking them back, needs of the store."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from frontdesk.protocol.ids import ClientId, Micros, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.scope_uses import ScopeUse


class ScopeUseStore(Protocol):
    """Which scopes grants made use of."""

    async def note_scope_uses(self, *, uses: Sequence[ScopeUse]) -> None:
        """Write down what grants needed; of one that is gone, nothing. Not a change that a cache must learn of."""

    async def list_scope_uses(self, user_id: UserId) -> Sequence[ScopeUse]:
        """What a user's live grants made use of, by grant and scope."""

    async def take_connection_scopes(
        self, *, user_id: UserId, client_id: ClientId, taken: Mapping[str, str], now: Micros, audit: AuditEvent
    ) -> bool:
        """Take scopes from all grants of a connection and from what it remembers; pending codes with any are void.

        `taken` says what is left of each: a smaller scope, or nothing (empty). What is left without any ends. False,
        with nothing changed, where nothing held any of them.
        """
