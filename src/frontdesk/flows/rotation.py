"""Refresh tokens that follow one another: using the next one confirms it, using an earlier one ends the family. D7.

RFC 9700 §4.14.2. Every refresh with the current token is given the same successor, so that parallel refreshes and a
repeat after a lost answer do no harm. Only the first use of the successor is written.
"""

from dataclasses import dataclass

from frontdesk.flows.needs import Mint, Origin, Store, Witness
from frontdesk.flows.recall import Recalled, recall_grant
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.records import AuditEvent, Client, Grant
from frontdesk.protocol.rotation import Standing, judge_standing


def find_standing(token: str, grant: Grant, mint: Mint) -> Standing | None:
    """What a refresh token is to the grant that it names; None where it proves nothing."""
    is_current = mint.proves(token, grant.refresh_digest)
    return judge_standing(
        grant,
        is_current=is_current,
        generation=None if is_current else mint.read_generation(token, grant),
        is_first=grant.first_digest is not None and mint.proves(token, grant.first_digest),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What becomes of a refresh token that is not its grant's current one."""

    store: Store
    mint: Mint
    witness: Witness

    async def take(
        self, token: str, recalled: Recalled, client: Client, origin: Origin, now: Micros
    ) -> Recalled | Refusal:
        """Put the next one in the current one's place; the grant as it then is, which its caller goes on to judge.

        A client that is `compat` now may have been strict before: its tokens are judged in the same way.
        """
        grant = recalled.grant
        standing = find_standing(token, grant, self.mint)
        if standing is None:
            return Refusal(reason=Reason.TOKEN_UNKNOWN)
        if grant.client_id != client.id:
            self.witness.saw("refresh.other_client", client_id=client.id, grant_id=grant.id)
            return Refusal(reason=Reason.OTHER_CLIENT)
        if standing is Standing.REPLACED:
            return await self._end_family(grant, client, origin, now)
        digest = self.mint.digest(token)
        await self.store.confirm_successor(grant_id=grant.id, generation=grant.generation + 1, digest=digest)
        # Won or lost, what the store holds now decides.
        again = await recall_grant(self.store, self.store.glance(), grant.id)
        if again is not None and (again.grant.revoked_at is not None or self._is_current(token, again.grant)):
            return again
        # It was the next one when it came; meanwhile its own successor was used. Too late, but nobody's replay.
        return Refusal(reason=Reason.TOKEN_UNKNOWN)

    def _is_current(self, token: str, grant: Grant) -> bool:
        return find_standing(token, grant, self.mint) is Standing.CURRENT

    async def _end_family(self, grant: Grant, client: Client, origin: Origin, now: Micros) -> Refusal:
        """Two hold the same line of tokens, and one of them is a thief: neither can be told from the other."""
        if grant.revoked_at is not None:
            return Refusal(reason=Reason.GRANT_REVOKED)
        audit = AuditEvent(
            at=now,
            action="refresh.replayed",
            actor=f"client:{client.id}",
            client_id=client.id,
            user_id=grant.user_id,
            grant_id=grant.id,
            address=origin.address,
            request_id=origin.request_id,
        )
        await self.store.revoke_grant(grant_id=grant.id, now=now, audit=audit)
        self.witness.saw("refresh.replayed", client_id=client.id, grant_id=grant.id)
        return Refusal(reason=Reason.TOKEN_REPLAYED)
